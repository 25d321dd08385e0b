package dev.durability.cli;

import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * When each process is killed. One that writes dies in a random phase, at a random moment of it.
 * After it, a few, or none, die in a row while they recover what it left.
 */
final class TorturePlan {
  private static final int PHASE_MAX = 12;
  private static final int RECOVERIES_IN_A_ROW_MAX = 4;
  private static final long APPENDING_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(400);

  /** A little more than a whole phase, so that its end is hit, too. */
  private static final double FRACTION_MAX = 1.2;

  private static final TorturePhase[] WHILE_WRITING = {
    TorturePhase.APPEND, TorturePhase.CHECKPOINT, TorturePhase.ROTATION, TorturePhase.TRUNCATION
  };

  private final Random random;
  private final Map<TorturePhase, Double> phaseNanos = new EnumMap<>(TorturePhase.class);
  private int recoveriesLeft;

  /**
   * A moment to kill at.
   *
   * @param phase the phase that has begun; with APPEND, right after opening
   * @param nth which one of those that begin, from 1
   * @param delayNanos how long after its beginning
   */
  record Kill(TorturePhase phase, int nth, long delayNanos) {}

  TorturePlan(Random random) {
    this.random = random;
    for (TorturePhase phase : TorturePhase.values()) {
      phaseNanos.put(phase, 1e6);
    }
    phaseNanos.put(TorturePhase.RECOVERY, 50e6);
  }

  /** Draws the next one. */
  Kill next() {
    if (recoveriesLeft > 0) {
      recoveriesLeft--;
      return new Kill(TorturePhase.RECOVERY, 1, delay(TorturePhase.RECOVERY));
    }
    recoveriesLeft = random.nextInt(RECOVERIES_IN_A_ROW_MAX + 1);
    TorturePhase phase = WHILE_WRITING[random.nextInt(WHILE_WRITING.length)];
    return phase == TorturePhase.APPEND
        ? new Kill(phase, 1, (long) (random.nextDouble() * APPENDING_NANOS_MAX))
        : new Kill(phase, 1 + random.nextInt(PHASE_MAX), delay(phase));
  }

  private long delay(TorturePhase phase) {
    // Early rather than late: the signal takes a while to arrive, too.
    double fraction = random.nextDouble() * random.nextDouble() * FRACTION_MAX;
    return (long) (fraction * phaseNanos.getOrDefault(phase, 0.0));
  }

  /** Learns how long a phase takes here. */
  void took(TorturePhase phase, long nanos) {
    phaseNanos.merge(phase, (double) nanos, (before, now) -> before * 0.75 + now * 0.25);
  }
}
