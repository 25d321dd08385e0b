package dev.durability.fuzz;

/** What a fuzz target demands. No library of assertions: the fuzzer instruments what it runs. */
final class Checks {
  private Checks() {}

  static void that(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  static void same(Object actual, Object expected, String what) {
    if (!actual.equals(expected)) {
      throw new AssertionError(what + ": " + actual + ", and not " + expected);
    }
  }
}
