package dev.durability.jfr;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A checkpoint was published. */
@Name("dev.durability.Checkpoint")
@Label("Checkpoint")
@Category("Durability")
@Description("A checkpoint was published")
@StackTrace(false)
final class CheckpointEvent extends Event {
  @Label("Log")
  @Description("The name that the observer of the log was given")
  @Nullable String log;

  @Label("Path")
  @Description("The checkpoint, relative to the directory of the log")
  @Nullable String path;

  @Label("Last Entry")
  @Description("The last entry that it contains")
  long lastId;

  @Label("Bytes")
  @Description("The size of its payload")
  @DataAmount
  long bytes;

  @Label("Checkpoint Time")
  @Description("How long publishing it took")
  @Timespan(Timespan.NANOSECONDS)
  long took;
}
