package dev.durability.benchmarks.compare;

/** A directory is not a built checkout; the message says what to do. */
final class NotBuiltException extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * Says why.
   *
   * @param message what is missing, and the way out
   */
  NotBuiltException(String message) {
    super(message);
  }
}
