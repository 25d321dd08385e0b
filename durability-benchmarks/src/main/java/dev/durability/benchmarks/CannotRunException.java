package dev.durability.benchmarks;

/** A contestant cannot run here; the message says why. */
public final class CannotRunException extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * Says why.
   *
   * @param message what is missing
   */
  public CannotRunException(String message) {
    super(message);
  }
}
