package dev.durability.bookkeeper.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;

/** What was acknowledged, and what was found of it. */
final class Tally {
  private final String name;
  private int cases;
  private int takeovers;
  private long acknowledged;
  private long found;
  private long lost;
  private long gapMillis;

  Tally(String name) {
    this.name = name;
  }

  /** Counts one case. */
  void begins() {
    cases++;
  }

  /** Another writer has gone on, this long after the one before it could do no more. */
  void takenOver(long millis) {
    takeovers++;
    gap(millis);
  }

  void gap(long millis) {
    gapMillis = Math.max(gapMillis, millis);
  }

  /** Looks for what was acknowledged to a writer, up to the last. */
  void check(WriterChild writer, ProofState log) {
    check(writer.life(), writer.firstAcknowledged(), writer.acknowledged(), log);
  }

  void check(int life, long first, long last, ProofState log) {
    for (long n = first; n <= last; n++) {
      acknowledged++;
      if (log.holds(life, n)) {
        found++;
      } else {
        lost++;
      }
    }
  }

  /** Prints the sums, and fails if anything was lost. */
  void report() {
    System.out.println(
        String.format(
            Locale.ROOT,
            "%-24s cases %4d  takeovers %4d  acknowledged %8d  found %8d  lost %d  longest gap %d ms",
            name,
            cases,
            takeovers,
            acknowledged,
            found,
            lost,
            gapMillis));
    assertThat(lost).as("lost in " + name).isZero();
    assertThat(acknowledged).as("acknowledged in " + name).isPositive();
  }
}
