package dev.durability.testkit;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * Explores what crashes do to storage code.
 *
 * <p>It runs a {@link CrashTest} once and records what the disk was asked to do. For a crash after
 * each operation it then goes through the states that the disk may have: all of them if they are
 * few, otherwise a seeded choice, with each single change missing, each one present alone, and
 * random mixtures. In each state it calls {@link CrashTest#restart}, which opens the store with the
 * code under test and checks it. That start is recorded, too, and crashed in turn, and so is the
 * start after it. Equal states with the same promises before them are explored once.
 *
 * <pre>{@code
 * CrashReport report = CrashExplorer.of(MyStoreCrashTest::new).explore();
 * }</pre>
 *
 * <p>Immutable; each method returns a changed copy. Exploring uses threads of its own, which have
 * ended when it returns. With one thread, and a test without its own threads or randomness, the
 * same seed explores the same states.
 *
 * @param <E> what the test notes in its {@link History}
 */
public final class CrashExplorer<E> {
  private final Supplier<? extends CrashTest<E>> test;
  private final long seed;
  private final int statesPerCrash;
  private final int[] statesInRecovery;
  private final int threads;
  private final long statesMax;
  private final Duration timeMax;
  private final Duration shrinkingMax;

  private CrashExplorer(
      Supplier<? extends CrashTest<E>> test,
      long seed,
      int statesPerCrash,
      int[] statesInRecovery,
      int threads,
      long statesMax,
      Duration timeMax,
      Duration shrinkingMax) {
    this.test = test;
    this.seed = seed;
    this.statesPerCrash = statesPerCrash;
    this.statesInRecovery = statesInRecovery;
    this.threads = threads;
    this.statesMax = statesMax;
    this.timeMax = timeMax;
    this.shrinkingMax = shrinkingMax;
  }

  /**
   * Creates an explorer with at most 32 states per loss of power in the workload, 4 in each
   * recovery and 1 in each recovery from those, one thread per processor, and no limits.
   *
   * @param test makes a new test object per life; many threads call it
   * @param <E> what the test notes
   * @return the explorer
   */
  public static <E> CrashExplorer<E> of(Supplier<? extends CrashTest<E>> test) {
    int processors = Runtime.getRuntime().availableProcessors();
    return new CrashExplorer<>(
        test,
        1,
        32,
        new int[] {4, 1},
        processors,
        Long.MAX_VALUE,
        Duration.ofDays(1),
        Duration.ofSeconds(30));
  }

  /**
   * Sets the seed of all choices.
   *
   * @param number any number; 1 by default
   * @return the changed explorer
   */
  public CrashExplorer<E> seed(long number) {
    return new CrashExplorer<>(
        test, number, statesPerCrash, statesInRecovery, threads, statesMax, timeMax, shrinkingMax);
  }

  /**
   * Sets how many states are explored at most for a loss of power after an operation of the
   * workload. If there are no more, all are explored.
   *
   * @param most at least 3
   * @return the changed explorer
   */
  public CrashExplorer<E> statesPerCrash(int most) {
    require(most >= 3, "statesPerCrash must be at least 3: nothing kept, all kept, and a part");
    return new CrashExplorer<>(
        test, seed, most, statesInRecovery, threads, statesMax, timeMax, shrinkingMax);
  }

  /**
   * Sets how deep and how broadly crashes inside a recovery are explored.
   *
   * @param most how many states at most are explored in the start after the first crash; in each
   *     start after those; and so on. Without a number, only the first crash is explored
   * @return the changed explorer
   */
  public CrashExplorer<E> statesInRecovery(int... most) {
    return new CrashExplorer<>(
        test, seed, statesPerCrash, most.clone(), threads, statesMax, timeMax, shrinkingMax);
  }

  /**
   * Sets how many threads explore.
   *
   * @param count at least 1
   * @return the changed explorer
   */
  public CrashExplorer<E> threads(int count) {
    require(count >= 1, "threads must be at least 1");
    return new CrashExplorer<>(
        test, seed, statesPerCrash, statesInRecovery, count, statesMax, timeMax, shrinkingMax);
  }

  /**
   * Limits the number of states.
   *
   * @param states the number of states after which exploring ends, approximately
   * @return the changed explorer
   */
  public CrashExplorer<E> statesMax(long states) {
    return new CrashExplorer<>(
        test, seed, statesPerCrash, statesInRecovery, threads, states, timeMax, shrinkingMax);
  }

  /**
   * Limits the time of exploring.
   *
   * @param time the time after which it ends, approximately
   * @return the changed explorer
   */
  public CrashExplorer<E> timeMax(Duration time) {
    return new CrashExplorer<>(
        test, seed, statesPerCrash, statesInRecovery, threads, statesMax, time, shrinkingMax);
  }

  /**
   * Limits the search for the shortest workload that still fails.
   *
   * @param time the time after which it ends, approximately; 30 seconds by default, zero for no
   *     search
   * @return the changed explorer
   */
  public CrashExplorer<E> shrinkingMax(Duration time) {
    return new CrashExplorer<>(
        test, seed, statesPerCrash, statesInRecovery, threads, statesMax, timeMax, time);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /**
   * Runs the test and explores its crashes.
   *
   * @return how much was explored
   * @throws CrashFailure if a start after a crash fails; the message says how to reproduce it
   * @throws IllegalStateException if a step of the workload fails without a crash
   */
  public CrashReport explore() {
    Recording<E> recording = Recording.of(test);
    if (recording.broken() != null) {
      throw new CrashFailure(
          "without a crash: " + recording.broken(), recording.broken(), 0, recording.names());
    }
    Exploration<E> exploration = new Exploration<>(this);
    Exploration.Violation<E> violation = exploration.run(recording);
    if (violation == null) {
      return exploration.report();
    }
    throw new Shrinking<>(this, exploration.report().explored()).failure(recording, violation);
  }

  Supplier<? extends CrashTest<E>> test() {
    return test;
  }

  long seed() {
    return seed;
  }

  int statesPerCrash() {
    return statesPerCrash;
  }

  int[] budgetsInRecovery() {
    return statesInRecovery;
  }

  int threads() {
    return threads;
  }

  long statesMax() {
    return statesMax;
  }

  Duration shrinkingMax() {
    return shrinkingMax;
  }

  Duration timeMax() {
    return timeMax;
  }
}
