package dev.durability.recovery;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A state that entries change: what recovery and {@link dev.durability.DurableState} need to know
 * about it.
 *
 * <p>The state may be mutable: {@link #apply} then changes and returns it. Or it is immutable:
 * {@link #apply} then returns a new one.
 *
 * @param <S> the type of the state
 * @param <E> the type of the entries
 */
public interface StateMachine<S, E> {

  /** {@return a new empty state; each call returns one of its own if states are mutable} */
  S initial();

  /**
   * Applies an entry. It must be deterministic: recovery applies the same entries again, and the
   * result may depend only on the state and the entry. It must not throw for an entry that was
   * appended. Refuse unwanted entries before, in {@link dev.durability.DurableState#updateIf}, or
   * make them {@linkplain dev.durability.Command commands}.
   *
   * @param state the state
   * @param entry the entry
   * @return the state with the entry in it: the same object, or another
   */
  S apply(S state, E entry);

  /**
   * Applies an entry, with its id. This is what the library calls; it ignores the id unless a
   * machine overrides it. {@link #apply(Object, Object)} says what holds.
   *
   * @param state the state
   * @param entry the entry
   * @param entryId the entry's id, the same whenever it is applied
   * @return the state with the entry in it: the same object, or another
   */
  default S apply(S state, E entry, long entryId) {
    return apply(state, entry);
  }

  /**
   * Copies the state, so that a checkpoint of it can be written while updates go on. Updates wait
   * only while this runs. A state of immutable values, such as a persistent map, needs no copy:
   * return it as it is.
   *
   * @param state the state
   * @return a state that later updates will not change
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
   * Reads a state that {@link #write} wrote, to its end. Leaving bytes unread is an error.
   *
   * @param in the bytes; buffered. Closing it does nothing. Do not wrap it in a stream that reads
   *     ahead, such as a {@link java.io.BufferedInputStream}: that would hide unread bytes
   * @return the state
   * @throws IOException if that fails. It reaches the caller as the cause of an exception that
   *     names the checkpoint and the offset
   */
  S read(InputStream in) throws IOException;
}
