package dev.durability.archive;

import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How to archive. Immutable; each method returns a changed copy. */
public final class ArchiveOptions {
  private static final ArchiveOptions DEFAULTS =
      new ArchiveOptions(
          "archive", Duration.ofSeconds(1), Clock.systemUTC(), null, Long.MAX_VALUE, null);

  private final String name;
  private final Duration interval;
  private final Clock clock;
  private final @Nullable Duration holdTime;
  private final long letGoBytes;
  private final @Nullable Retention retention;

  private ArchiveOptions(
      String name,
      Duration interval,
      Clock clock,
      @Nullable Duration holdTime,
      long letGoBytes,
      @Nullable Retention retention) {
    this.name = name;
    this.interval = interval;
    this.clock = clock;
    this.holdTime = holdTime;
    this.letGoBytes = letGoBytes;
    this.retention = retention;
  }

  /**
   * {@return the defaults: the name {@code archive}, an interval of a second, the system's clock,
   * no hold, nothing let go, everything retained}
   */
  public static ArchiveOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Sets the name of this archive, if a log has several.
   *
   * @param name 1 to 64 small letters, digits and hyphens, the first no hyphen; with {@code
   *     backup-} at the beginning, each archiver begins a timeline of its own
   * @return the changed options
   */
  public ArchiveOptions name(String name) {
    if (!name.matches("[a-z0-9][a-z0-9-]{0,63}")) {
      throw new IllegalArgumentException("not a name of small letters and digits: " + name);
    }
    return new ArchiveOptions(name, interval, clock, holdTime, letGoBytes, retention);
  }

  /**
   * Sets how often the end of the log is archived: what can be lost with the machine.
   *
   * @param interval at least a millisecond
   * @return the changed options
   */
  public ArchiveOptions interval(Duration interval) {
    if (interval.toMillis() < 1) {
      throw new IllegalArgumentException("the interval is too short: " + interval);
    }
    return new ArchiveOptions(name, interval, clock, holdTime, letGoBytes, retention);
  }

  /**
   * Sets the clock.
   *
   * @param clock the wall clock of the records
   * @return the changed options
   */
  public ArchiveOptions clock(Clock clock) {
    return new ArchiveOptions(
        name, interval, Objects.requireNonNull(clock), holdTime, letGoBytes, retention);
  }

  /**
   * For a program beside the writer, which has no observer there: holds back what is not archived,
   * with a file ({@link dev.durability.wal.WalHolds}). It is written again in time while the
   * archiver runs.
   *
   * @param time how long what is not archived stays after the archiver died; up to 31 days
   * @return the changed options
   */
  public ArchiveOptions holdFor(Duration time) {
    if (time.isNegative() || time.compareTo(dev.durability.wal.WalHolds.LONGEST) > 0) {
      throw new IllegalArgumentException("a hold lasts up to 31 days, not " + time);
    }
    return new ArchiveOptions(name, interval, clock, time, letGoBytes, retention);
  }

  /**
   * Lets segments be removed that are not archived, once so many bytes wait to be archived. By
   * default nothing is let go, and the disk fills if the store is away for long.
   *
   * @param bytes the most that wait
   * @return the changed options
   */
  public ArchiveOptions letGoAfter(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("cannot let go after " + bytes + " bytes");
    }
    return new ArchiveOptions(name, interval, clock, holdTime, bytes, retention);
  }

  /**
   * Removes from the archive what the policy does not keep, from time to time.
   *
   * @param retention what is kept
   * @return the changed options
   */
  public ArchiveOptions retention(Retention retention) {
    return new ArchiveOptions(
        name, interval, clock, holdTime, letGoBytes, Objects.requireNonNull(retention));
  }

  /** Whether a log goes on in its timeline, as it does if the archive has a name there. */
  boolean continues() {
    return !name.startsWith("backup-");
  }

  String name() {
    return name;
  }

  Duration interval() {
    return interval;
  }

  Clock clock() {
    return clock;
  }

  @Nullable Duration holdTime() {
    return holdTime;
  }

  long letGoBytes() {
    return letGoBytes;
  }

  @Nullable Retention retention() {
    return retention;
  }
}
