package dev.durability.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/**
 * The order of the runs. The first round measures the old build first, the next the new one, and so
 * on, so that a machine that becomes slower with time affects both alike.
 */
final class Rounds {

  private Rounds() {}

  /** Measures one build once. */
  @FunctionalInterface
  interface Run {
    /**
     * Measures.
     *
     * @param side the build
     * @return its rate
     * @throws Exception if that fails
     */
    double rate(Side side) throws Exception;
  }

  /** Takes the rates of a round. */
  @FunctionalInterface
  interface Progress {
    /**
     * Tells about a round that ended.
     *
     * @param round its number, from 1
     * @param pair its rates
     */
    void ended(int round, Pair pair);
  }

  /**
   * The rates of one round.
   *
   * @param before that of the old build
   * @param after that of the new build
   */
  record Pair(double before, double after) {
    double ratio() {
      return after / before;
    }
  }

  /**
   * Runs all rounds.
   *
   * @param count how many
   * @param run measures a build
   * @param progress is told about each round
   * @return the rates of each
   * @throws Exception if a run fails
   */
  static List<Pair> run(int count, Run run, Progress progress) throws Exception {
    List<Pair> pairs = new ArrayList<>();
    for (int round = 1; round <= count; round++) {
      Side first = round % 2 == 1 ? Side.BEFORE : Side.AFTER;
      Side second = first == Side.BEFORE ? Side.AFTER : Side.BEFORE;
      double firstRate = run.rate(first);
      double secondRate = run.rate(second);
      Pair pair =
          first == Side.BEFORE ? new Pair(firstRate, secondRate) : new Pair(secondRate, firstRate);
      pairs.add(pair);
      progress.ended(round, pair);
    }
    return pairs;
  }
}
