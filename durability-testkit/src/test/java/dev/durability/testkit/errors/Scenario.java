package dev.durability.testkit.errors;

/** Something that uses the library, and knows what has to be so whatever is thrown in it. */
public interface Scenario {

  /**
   * Runs it once.
   *
   * @throws AssertionError if something is not as it has to be
   */
  void run();
}
