package dev.durability.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A checkpoint that was due failed; the log still holds everything. */
@Name("dev.durability.CheckpointFailed")
@Label("Failed Checkpoint")
@Category("Durability")
@Description("A checkpoint that was due failed; the log still holds everything")
@StackTrace(false)
final class CheckpointFailedEvent extends Event {
  @Label("Log")
  @Description("The name that the observer of the log was given")
  @Nullable String log;

  @Label("Cause")
  @Description("What failed")
  @Nullable String cause;
}
