package dev.durability.testkit;

import java.util.List;

/**
 * A crash after which a store broke its contract. The message has the seed, the crashes with what
 * was found, the operations around them, and the shortest workload that still fails. The cause is
 * what the {@link CrashTest} threw.
 */
public final class CrashFailure extends AssertionError {
  private static final long serialVersionUID = 1L;

  /** How many states were explored until this one was found. */
  private final long states;

  /** The names of the steps of the shortest workload that was found to fail. */
  @SuppressWarnings("serial") // What List.copyOf returns is serializable.
  private final List<String> steps;

  CrashFailure(String message, Throwable cause, long states, List<String> steps) {
    super(message, cause);
    this.states = states;
    this.steps = List.copyOf(steps);
  }

  /** {@return how many states were explored until this one was found} */
  public long states() {
    return states;
  }

  /** {@return the names of the steps of the shortest workload that was found to fail} */
  public List<String> steps() {
    return steps;
  }
}
