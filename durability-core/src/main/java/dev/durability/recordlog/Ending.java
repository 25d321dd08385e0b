package dev.durability.recordlog;

/** How the file of a record log ends: the rule of docs/format.md for a log of one segment. */
enum Ending {
  /** Only zeros follow the run of valid frames. */
  CLEAN,
  /** Something other than valid frames follows, and nothing that was promised is missing. */
  TORN,
  /** As TORN, but valid frames follow: a device may have stored blocks out of order. */
  AMBIGUOUS,
  /** Something that was promised is missing. */
  CORRUPT;

  /**
   * Decides.
   *
   * @param intact the last record of the run
   * @param promised the largest promise in the run and after it
   * @param somethingFollows whether a byte after the run is not zero
   * @param framesFollow how many valid frames follow the run
   */
  static Ending of(long intact, long promised, boolean somethingFollows, long framesFollow) {
    if (intact < promised) {
      return CORRUPT;
    }
    if (!somethingFollows) {
      return CLEAN;
    }
    return framesFollow == 0 ? TORN : AMBIGUOUS;
  }
}
