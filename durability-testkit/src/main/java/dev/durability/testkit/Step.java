package dev.durability.testkit;

import java.util.Objects;

/**
 * A step of a {@link CrashTest}.
 *
 * @param name what it does, in a few words
 * @param action does it
 * @param <E> what the test notes in its {@link History}
 */
public record Step<E>(String name, Action<E> action) {

  /**
   * What a step does.
   *
   * @param <E> what the test notes in its {@link History}
   */
  @FunctionalInterface
  public interface Action<E> {

    /**
     * Does it.
     *
     * @param disk where the store is
     * @param history where to note what is attempted and promised
     * @throws Exception if it fails
     */
    void run(CrashDirectory disk, History<E> history) throws Exception;
  }

  /**
   * Creates a step.
   *
   * @param name what it does, in a few words
   * @param action does it
   */
  public Step {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(action, "action");
  }
}
