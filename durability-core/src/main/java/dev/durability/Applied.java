package dev.durability;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What came of a {@link Command}.
 *
 * @param state the state with the command in it: the same object, or another; the one that was
 *     passed, unchanged, if the command was refused
 * @param result what the caller of {@link DurableState#execute} gets, or null if that is nothing
 * @param <S> the type of the state
 * @param <R> the type of the result
 */
public record Applied<S, R extends @Nullable Object>(S state, R result) {
  /**
   * Takes both as they are.
   *
   * @param state the state with the command in it
   * @param result what the caller gets, or null
   */
  public Applied {
    Objects.requireNonNull(state, "state");
  }
}
