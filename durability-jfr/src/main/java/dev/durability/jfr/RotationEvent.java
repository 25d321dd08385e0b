package dev.durability.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A segment ended and a new one follows. */
@Name("dev.durability.Rotation")
@Label("Log Rotation")
@Category("Durability")
@Description("A segment ended and a new one follows")
@StackTrace(false)
final class RotationEvent extends Event {
  @Label("Log")
  @Description("The name that the observer of the log was given")
  @Nullable String log;

  @Label("First Entry")
  @Description("The first entry of the segment that ended")
  long firstId;

  @Label("Last Entry")
  @Description("Its last entry")
  long lastId;

  @Label("File")
  @Description("Its file, relative to the directory of the log")
  @Nullable String file;
}
