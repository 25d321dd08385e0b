package dev.durability.benchmarks.compare;

/** A run did not end with a rate; the message says which, and why. */
final class RunFailedException extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * Says why.
   *
   * @param message which run, and what it printed
   */
  RunFailedException(String message) {
    super(message);
  }
}
