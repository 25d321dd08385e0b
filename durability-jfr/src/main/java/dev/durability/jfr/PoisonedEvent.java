package dev.durability.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A failure poisoned the writer: it refuses to go on. */
@Name("dev.durability.Poisoned")
@Label("Poisoned Log")
@Category("Durability")
@Description("A failure poisoned the writer: it refuses to go on")
@StackTrace(false)
final class PoisonedEvent extends Event {
  @Label("Log")
  @Description("The name that the observer of the log was given")
  @Nullable String log;

  @Label("Cause")
  @Description("The failure")
  @Nullable String cause;
}
