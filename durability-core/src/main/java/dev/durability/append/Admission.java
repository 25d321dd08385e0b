package dev.durability.append;

/**
 * A codec of entries that are told their place in the log, in the order of their ids. So the order
 * of the log needs no lock but its own. Batches are not told.
 *
 * @param <E> the type of the entries
 */
public interface Admission<E> {

  /**
   * Tells whether an entry may be appended now. With the log's lock, which is not given up between
   * this and {@link #placed}. Throws nothing, and waits for nothing.
   *
   * @param entry the entry
   * @return whether it may; if not, nothing is appended
   */
  boolean admits(E entry);

  /**
   * An entry has its place in the log. With the log's lock. Throws nothing, and waits for nothing.
   *
   * @param entry the entry
   * @param id its id
   */
  void placed(E entry, long id);

  /**
   * A round ended: more entries may be durable. By the thread that led it, without a lock and
   * before anyone is told. Throws nothing.
   */
  void roundEnded();
}
