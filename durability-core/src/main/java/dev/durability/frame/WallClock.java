package dev.durability.frame;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;

/** The wall clock as headers and marks carry it: microseconds since the epoch. */
public final class WallClock {
  private WallClock() {}

  /**
   * Turns an instant into microseconds. An instant that the files cannot express, 292,000 years
   * away, becomes the last that they can.
   *
   * @param instant the instant
   * @return microseconds since the epoch
   */
  public static long micros(Instant instant) {
    long seconds = TimeUnit.SECONDS.toMicros(instant.getEpochSecond());
    long micros = seconds + instant.getNano() / 1_000;
    return seconds > 0 && micros < 0 ? Long.MAX_VALUE : micros;
  }

  /**
   * Tells the time for the next mark: the wall clock in a log never goes back.
   *
   * @param clock the wall clock of now
   * @param lastMicros the last time in the log, in microseconds since the epoch
   * @return microseconds since the epoch
   */
  public static long stamp(Clock clock, long lastMicros) {
    return Math.max(micros(clock.instant()), lastMicros);
  }

  /**
   * Turns microseconds into an instant.
   *
   * @param micros microseconds since the epoch
   * @return the instant
   */
  public static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
