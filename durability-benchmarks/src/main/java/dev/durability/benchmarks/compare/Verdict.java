package dev.durability.benchmarks.compare;

/** What a comparison says about the new build. */
enum Verdict {
  /** The whole interval lies below the bound: the comparison fails. */
  SLOWER("slower"),
  /** The whole interval lies at or above the bound. */
  NOT_SLOWER("not slower"),
  /** The bound lies in the interval: more rounds may decide. */
  UNDECIDED("undecided"),
  /** The runs were too short to say anything. */
  NONE("none: quick");

  private final String text;

  Verdict(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
