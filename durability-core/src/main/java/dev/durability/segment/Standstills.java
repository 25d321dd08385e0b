package dev.durability.segment;

import dev.durability.frame.WallClock;
import dev.durability.log.ClockStandstill;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the parts of a log in which its time stood still while promises went on. Two marks carry
 * the same microsecond only if the clock was set back between them or has a coarser resolution.
 */
public final class Standstills {
  private static final int COUNT_MAX = 100;

  private final List<ClockStandstill> found = new ArrayList<>();
  private final long afterMicros;
  private long stampMicros = Long.MIN_VALUE;
  private long fromId;
  private long toId;

  /** Looks for those whose time is after the given one. */
  public Standstills(long afterMicros) {
    this.afterMicros = afterMicros;
  }

  /** Takes the largest promise and the last time so far; both only grow. */
  public void pass(long promised, long micros) {
    if (micros > stampMicros) {
      end();
      stampMicros = micros;
      fromId = promised;
    }
    toId = promised;
  }

  private void end() {
    if (toId > fromId && stampMicros > afterMicros && found.size() < COUNT_MAX) {
      found.add(new ClockStandstill(fromId, toId, WallClock.instant(stampMicros)));
    }
  }

  /** All of them, once the log is read. */
  public List<ClockStandstill> found() {
    end();
    return List.copyOf(found);
  }
}
