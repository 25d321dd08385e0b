package dev.durability;

import org.jspecify.annotations.Nullable;

/**
 * An entry that decides when it is applied, and answers: take a job, withdraw if covered, reserve a
 * name. {@link DurableState#execute} appends it and returns its result. So any number of threads
 * check and then write without waiting for each other, and share a sync.
 *
 * <p>A command that is refused changes nothing: the refusal is its result. It stays in the log, and
 * is refused again whenever it is applied again.
 *
 * @param <S> the type of the state
 * @param <R> the type of the result
 */
@FunctionalInterface
public interface Command<S, R extends @Nullable Object> {

  /**
   * Decides, changes the state, and answers. It is called once the command is durable, and again
   * whenever the state is recovered; the result then goes to nobody. It must be deterministic, and
   * depend on its arguments and its own content alone: time, random numbers and what is read
   * elsewhere belong into the command, when it is made. It must not throw: the command is in the
   * log already.
   *
   * @param state the state, with every earlier entry in it
   * @param entryId the id of the command's entry, the same whenever it is applied
   * @return the state with the command in it, and the result, which must not change when later
   *     entries are applied
   */
  Applied<S, R> applyTo(S state, long entryId);
}
