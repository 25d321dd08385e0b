package dev.durability.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** One run of an explorer over one recording. */
final class Exploration<E> {
  /** A state that breaks the contract: the last crash before it, and what the test threw. */
  record Violation<E>(Crash<E> crash, Throwable thrown) {}

  private static final int CANDIDATES = 3;

  private final CrashExplorer<E> options;
  private final CrashReport report = new CrashReport();
  private final Set<Long> known = ConcurrentHashMap.newKeySet();
  private final ConcurrentHashMap<Long, LongAdder> covered = new ConcurrentHashMap<>();
  private final long startNanos = System.nanoTime();
  private final long timeNanos;

  /** A crash after more operations than this is of no interest: a violation is known here. */
  private final AtomicInteger worthwhile = new AtomicInteger(Integer.MAX_VALUE);

  Exploration(CrashExplorer<E> options) {
    this.options = options;
    this.timeNanos = TimeUnit.NANOSECONDS.convert(options.timeMax());
  }

  CrashReport report() {
    return report;
  }

  /** Explores; returns the violation after the fewest operations, or null. */
  @Nullable Violation<E> run(Recording<E> recording) {
    AtomicInteger threads = new AtomicInteger();
    ExecutorService pool =
        Executors.newFixedThreadPool(
            options.threads(),
            task -> {
              Thread thread = new Thread(task, "crash-explorer-" + threads.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<@Nullable Violation<E>>> results = new ArrayList<>();
      CrashPoints<E> points = new CrashPoints<>(recording.life(), options.seed());
      for (int point = 0; point <= points.last(); point++) {
        points.advance(point);
        CrashPoints<E> here = points.copy();
        int index = point;
        results.add(pool.submit(() -> explore(here, index)));
      }
      Violation<E> first = null;
      for (Future<@Nullable Violation<E>> result : results) {
        Violation<E> found = result.get();
        first = first == null ? found : first;
      }
      return first;
    } catch (ExecutionException e) {
      throw new IllegalStateException("exploring failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("exploring was interrupted", e);
    } finally {
      pool.shutdownNow();
    }
  }

  private @Nullable Violation<E> explore(CrashPoints<E> here, int point) {
    if (isDone() || point > worthwhile.get()) {
      return null;
    }
    report.crashPoint();
    for (Crash<E> crash : here.crashes(options.statesPerCrash())) {
      Violation<E> violation = restart(crash);
      if (violation != null) {
        worthwhile.accumulateAndGet(point, Math::min);
        return violation;
      }
      if (isDone() || point > worthwhile.get()) {
        return null;
      }
    }
    return null;
  }

  private boolean isDone() {
    return report.explored() >= options.statesMax() || System.nanoTime() - startNanos >= timeNanos;
  }

  /** What a crash left, and its fingerprint. */
  private record Found<E>(Crash<E> crash, long fingerprint) {}

  private Found<E> found(Crash<E> crash) {
    try {
      CrashDirectory disk = new CrashDirectory(crash.disk());
      return new Found<>(crash, options.test().get().fingerprint(disk));
    } catch (Exception e) {
      throw new IllegalStateException("the test cannot tell states apart", e);
    }
  }

  private @Nullable Violation<E> restart(Crash<E> crash) {
    return known.contains(crash.key()) ? null : restart(found(crash));
  }

  /** Starts after a crash, and explores crashes during that start. */
  private @Nullable Violation<E> restart(Found<E> found) {
    Crash<E> crash = found.crash;
    if (!known.add(crash.key())) {
      return null;
    }
    int crashes = crash.life().crashes() + 1;
    boolean crashesAgain = crashes <= options.budgetsInRecovery().length;
    Disk start = crashesAgain ? crash.disk().copy() : crash.disk();
    CrashDirectory disk = new CrashDirectory(crash.disk());
    History<E> history = new History<>(disk, crash.past(), crash.lastPowerLoss(), crashes);
    CrashTest<E> test = options.test().get();
    Throwable thrown = null;
    try {
      test.restart(disk, history);
    } catch (Throwable e) {
      thrown = e;
    } finally {
      disk.kill();
      Recording.closeQuietly(test);
    }
    report.state(found.fingerprint, crash.origin(), history.label());
    if (thrown != null) {
      report.violation();
      return new Violation<>(crash, thrown);
    }
    if (!crashesAgain) {
      return null;
    }
    Crash.Life<E> life = new Crash.Life<>(crash, start, disk.recorded(), history);
    return exploreRecovery(life, options.budgetsInRecovery()[crashes - 1], crash.seed());
  }

  private @Nullable Violation<E> exploreRecovery(Crash.Life<E> life, int most, long seed) {
    CrashPoints<E> points = new CrashPoints<>(life, seed);
    int each = most / Math.max(1, points.last());
    if (each >= 3) {
      for (int point = 1; point <= points.last(); point++) {
        points.advance(point);
        for (Crash<E> crash : points.crashes(each)) {
          Violation<E> violation = restart(crash);
          if (violation != null) {
            return violation;
          }
        }
      }
      return null;
    }
    SplittableRandom random = new SplittableRandom(seed);
    for (int point : choosePoints(life, most, random)) {
      points.advance(point);
      Found<E> found = isDone() ? null : unusual(points, random);
      Violation<E> violation = found == null ? null : restart(found);
      if (violation != null) {
        return violation;
      }
    }
    return null;
  }

  /**
   * A crash at a point that leaves a state not seen before, if one of a few attempts does; or,
   * seldom, any crash.
   */
  private @Nullable Found<E> unusual(CrashPoints<E> points, SplittableRandom random) {
    Found<E> found = found(points.anyCrash(random));
    for (int i = 1; i < CANDIDATES && report.isKnown(found.fingerprint); i++) {
      found = found(points.anyCrash(random));
    }
    return report.isKnown(found.fingerprint) && random.nextInt(4) > 0 ? null : found;
  }

  /** Points to crash at, in order: each is the least explored of a few random ones. */
  private int[] choosePoints(Crash.Life<E> life, int count, SplittableRandom random) {
    int last = life.trace().operations().size();
    int[] chosen = new int[last == 0 ? 0 : count];
    for (int i = 0; i < chosen.length; i++) {
      int best = 0;
      long least = Long.MAX_VALUE;
      for (int candidate = 0; candidate < CANDIDATES; candidate++) {
        int point = 1 + random.nextInt(last);
        long crashes = coverage(life, point).sum();
        if (crashes < least) {
          best = point;
          least = crashes;
        }
      }
      coverage(life, best).increment();
      chosen[i] = best;
    }
    Arrays.sort(chosen);
    return chosen;
  }

  /** How often a recovery crashed after an operation of this kind at this place. */
  private LongAdder coverage(Crash.Life<E> life, int point) {
    Operation before = life.trace().operations().get(point - 1);
    long place = Hash.mix(life.crashes(), before.kind().name());
    String path = before.path();
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      place = c >= '0' && c <= '9' ? place : Hash.mix(place, c);
    }
    return covered.computeIfAbsent(Hash.mix(place, point), key -> new LongAdder());
  }
}
