package dev.durability.cli;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The room on the disk of a log, and for how long it lasts.
 *
 * @param freeBytes how many bytes this user can still write
 * @param totalBytes the size of the disk
 * @param bytesPerHour how fast the log grew in the last day; -1 if that is not known
 * @param full when the disk is full if the log goes on so, nothing is truncated and nobody else
 *     writes; null if it is not known, or far away
 * @param reason why that is not known; empty if it is
 */
record DiskOutlook(
    long freeBytes, long totalBytes, long bytesPerHour, @Nullable Instant full, String reason) {
  private static final Duration PRESENT = Duration.ofDays(1);

  /** A log that is younger tells nothing of a rate. */
  private static final Duration AGE_MIN = Duration.ofMinutes(10);

  private static final Duration FAR_AWAY = Duration.ofDays(100 * 365L);

  /** Looks ahead. */
  static DiskOutlook of(long freeBytes, long totalBytes, EntryHours hours, Instant now) {
    if (hours.first().isAfter(now) || hours.last().isAfter(now.plus(PRESENT))) {
      return unknown(
          freeBytes,
          totalBytes,
          hours.last().isBefore(hours.first())
              ? "no times in the log"
              : "the log has times in the future");
    }
    Instant from = now.minus(PRESENT);
    Duration observed = hours.since(from, now);
    if (observed.compareTo(AGE_MIN) < 0) {
      return unknown(freeBytes, totalBytes, "the log is younger than ten minutes");
    }
    long bytes = hours.fileBytesSince(from);
    double perSecond = (double) bytes / observed.toSeconds();
    long perHour = (long) (perSecond * Duration.ofHours(1).toSeconds());
    if (bytes == 0) {
      return new DiskOutlook(freeBytes, totalBytes, 0, null, "nothing was written in the last day");
    }
    double seconds = freeBytes / perSecond;
    return seconds > FAR_AWAY.toSeconds()
        ? new DiskOutlook(freeBytes, totalBytes, perHour, null, "not within 100 years")
        : new DiskOutlook(freeBytes, totalBytes, perHour, now.plusSeconds(Math.round(seconds)), "");
  }

  private static DiskOutlook unknown(long freeBytes, long totalBytes, String reason) {
    return new DiskOutlook(freeBytes, totalBytes, -1, null, reason);
  }
}
