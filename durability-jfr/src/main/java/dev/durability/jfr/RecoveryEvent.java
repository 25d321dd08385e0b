package dev.durability.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A log was opened, or refused. */
@Name("dev.durability.Recovery")
@Label("Log Recovery")
@Category("Durability")
@Description("A log was opened, or refused")
@StackTrace(false)
final class RecoveryEvent extends Event {
  @Label("Log")
  @Description("The name that the observer of the log was given")
  @Nullable String log;

  @Label("Verdict")
  @Description("How the log was left: CLEAN, TORN, AMBIGUOUS or CORRUPT")
  @Nullable String verdict;

  @Label("Reason")
  @Description("Why the verdict is not CLEAN")
  @Nullable String reason;

  @Label("Last Entry")
  @Description("The last intact entry")
  long lastId;

  @Label("Segments")
  @Description("How many segments count")
  int segments;

  @Label("Recovery Time")
  @Description("How long reading the log and handing over its entries took")
  @Timespan(Timespan.NANOSECONDS)
  long took;
}
