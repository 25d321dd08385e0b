package dev.durability.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** Segments were removed from the log. */
@Name("dev.durability.Truncation")
@Label("Log Truncation")
@Category("Durability")
@Description("Segments were removed from the log")
@StackTrace(false)
final class TruncationEvent extends Event {
  @Label("Log")
  @Description("The name that the observer of the log was given")
  @Nullable String log;

  @Label("Segments")
  @Description("How many segments were removed")
  int segments;

  @Label("Last Entry")
  @Description("The last entry that was removed with them")
  long lastId;
}
