package dev.durability.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeMap;

/**
 * How many entries were written in which hour, by the times that the log carries. Of a long log the
 * last hours are kept, a month of them; a log with any times in it takes no more memory.
 */
final class EntryHours {
  private static final int HOURS_MAX = 31 * 24;

  private final TreeMap<Instant, Hour> hours = new TreeMap<>();
  private Instant first = Instant.MAX;
  private Instant last = Instant.MIN;
  private Hour now = new Hour(Instant.MIN, 0, 0, 0);

  /**
   * An hour.
   *
   * @param begin its beginning, UTC
   * @param entries how many entries
   * @param payloadBytes the sum of their sizes
   * @param fileBytes what they take in the files
   */
  record Hour(Instant begin, long entries, long payloadBytes, long fileBytes) {
    Hour with(long payload, long file) {
      return new Hour(begin, entries + 1, payloadBytes + payload, fileBytes + file);
    }
  }

  /** The time of what follows. */
  void clock(Instant time) {
    first = time.isBefore(first) ? time : first;
    last = time.isAfter(last) ? time : last;
    Instant begin = time.truncatedTo(ChronoUnit.HOURS);
    if (!begin.equals(now.begin())) {
      keep();
      Hour known = hours.get(begin);
      now = known == null ? new Hour(begin, 0, 0, 0) : known;
    }
  }

  void entry(long payloadBytes, long fileBytes) {
    now = now.with(payloadBytes, fileBytes);
  }

  private void keep() {
    if (now.entries() > 0) {
      hours.put(now.begin(), now);
      if (hours.size() > HOURS_MAX) {
        hours.pollFirstEntry();
      }
    }
  }

  /** The hours with entries, oldest first. */
  List<Hour> all() {
    keep();
    return List.copyOf(hours.values());
  }

  /** The first time in the log; after {@link #last} if there is none. */
  Instant first() {
    return first;
  }

  Instant last() {
    return last;
  }

  /** What was added to the files since a time, in bytes: whole hours. */
  long fileBytesSince(Instant time) {
    keep();
    return hours.tailMap(time.truncatedTo(ChronoUnit.HOURS), true).values().stream()
        .mapToLong(Hour::fileBytes)
        .sum();
  }

  /** The time from the beginning of an hour, or of the log if that is later. */
  Duration since(Instant time, Instant until) {
    Instant hour = time.truncatedTo(ChronoUnit.HOURS);
    return Duration.between(first.isAfter(hour) ? first : hour, until);
  }
}
