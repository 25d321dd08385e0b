package dev.durability;

import dev.durability.recovery.StateMachine;
import java.util.Objects;

/**
 * A state whose entries are {@linkplain Command commands}, which know how they are applied. What is
 * left to write is how the state begins, is copied, written and read.
 *
 * @param <S> the type of the state
 * @param <C> the type of the entries, such as a sealed interface. Each of them implements {@link
 *     Command}, with the type of its own result; one that does not is refused before it is appended
 */
public abstract class CommandMachine<S, C> implements StateMachine<S, C> {
  /** For subclasses, which need no state of their own. */
  protected CommandMachine() {}

  @Override
  public final S apply(S state, C command, long entryId) {
    return execute(state, command, entryId).state();
  }

  @SuppressWarnings("unchecked") // Commands on other states are none of its entries.
  final Applied<S, ?> execute(S state, C command, long entryId) {
    return Objects.requireNonNull(
        ((Command<S, ?>) command).applyTo(state, entryId), "Command.applyTo returned null");
  }

  /**
   * Refuses: a command may depend on its id, so there is none to make up here. The library calls
   * {@link #apply(Object, Object, long)}, and so should a test.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public final S apply(S state, C command) {
    throw new UnsupportedOperationException(
        "a command is applied with its entry id: call apply(state, command, entryId)");
  }
}
