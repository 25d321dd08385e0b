package dev.durability.append;

import dev.durability.codec.Codec;

/**
 * A codec of entries that are told their place in the log, in the order of their ids. So the order
 * of the log needs no lock but its own. Batches are not told.
 *
 * @param <E> the type of the entries
 */
public interface Admission<E> {

  /**
   * Returns the codec, if it is one of these, or else one that admits all.
   *
   * @param codec the codec of a log
   * @param <E> the type of the entries
   * @return what the log asks and tells
   */
  @SuppressWarnings("unchecked") // Of the same type of entries as the codec that it is.
  static <E> Admission<E> of(Codec<E> codec) {
    return codec instanceof Admission ? (Admission<E>) codec : new Admission<>() {};
  }

  /**
   * Tells whether an entry may be appended now. With the log's lock, which is not given up between
   * this and {@link #placed}. Throws nothing, and waits for nothing.
   *
   * @param entry the entry
   * @return whether it may; if not, nothing is appended
   */
  default boolean admits(E entry) {
    return true;
  }

  /**
   * An entry has its place in the log. With the log's lock. Throws nothing, and waits for nothing.
   *
   * @param entry the entry
   * @param id its id
   */
  default void placed(E entry, long id) {}

  /**
   * A round ended: more entries may be durable. By the thread that led it, without a lock and
   * before anyone is told. Throws nothing.
   */
  default void roundEnded() {}
}
