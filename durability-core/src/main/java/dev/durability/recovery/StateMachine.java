package dev.durability.recovery;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A state that entries change: what recovery and {@link dev.durability.DurableState} have to know
 * of it.
 *
 * <p>The state may be mutable, and {@link #apply} then changes it and returns it; or immutable, and
 * {@link #apply} returns a new one.
 *
 * @param <S> the type of the state
 * @param <E> the type of the entries
 */
public interface StateMachine<S, E> {

  /** {@return a new empty state; each call returns one of its own if states are mutable} */
  S initial();

  /**
   * Applies an entry. It must be deterministic: recovery applies the same entries again, and
   * nothing but the state and the entry may decide what comes out. It must not throw for an entry
   * that was appended; reject unwanted entries before, in {@link
   * dev.durability.DurableState#updateIf}.
   *
   * @param state the state
   * @param entry the entry
   * @return the state with the entry in it: the same object, or another
   */
  S apply(S state, E entry);

  /**
   * Copies the state, so that a checkpoint of it can be written while updates go on. Updates wait
   * while this runs, and no longer. An immutable state is returned as it is.
   *
   * @param state the state
   * @return a state that later updates do not change
   */
  S snapshot(S state);

  /**
   * Writes a state. The same state should always give the same bytes.
   *
   * @param state what {@link #snapshot} or {@link #apply} returned
   * @param out where it goes, of any size; buffered. Closing it does nothing
   * @throws IOException if that fails. It reaches the caller as the cause of an exception that
   *     names the checkpoint and the offset
   */
  void write(S state, OutputStream out) throws IOException;

  /**
   * Reads a state that {@link #write} wrote: all of it, to its end. What is left unread is an
   * error.
   *
   * @param in the bytes; buffered. Closing it does nothing. In a stream that reads ahead, such as a
   *     {@link java.io.BufferedInputStream}, bytes may be left that nobody sees: use none
   * @return the state
   * @throws IOException if that fails. It reaches the caller as the cause of an exception that
   *     names the checkpoint and the offset
   */
  S read(InputStream in) throws IOException;
}
