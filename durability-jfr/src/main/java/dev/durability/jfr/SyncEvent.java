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

/** A sync at the end of a round of group commit. */
@Name("dev.durability.Sync")
@Label("Log Sync")
@Category("Durability")
@Description("A sync at the end of a round of group commit")
@StackTrace(false)
final class SyncEvent extends Event {
  @Label("Log")
  @Description("The name that the observer of the log was given")
  @Nullable String log;

  @Label("Last Entry")
  @Description("The last entry that is durable")
  long lastId;

  @Label("Entries")
  @Description("How many entries the sync made durable")
  long entries;

  @Label("Bytes")
  @Description("How many bytes were written for them")
  @DataAmount
  long bytes;

  @Label("Sync Time")
  @Description("How long the sync took")
  @Timespan(Timespan.NANOSECONDS)
  long took;
}
