package dev.durability.benchmarks.store;

/** A store that gives single entries by their numbers: 0 for the first that was appended. */
public interface StoreById extends Store {

  /** {@return what is checked while an entry is read, and what the store keeps in memory} */
  String reading();

  /**
   * Reads all entries once, as {@link #replay} does, by the way that also finds single ones: what
   * the store remembers of where they are is there afterwards.
   *
   * @return the sum of the first 8 bytes of each
   * @throws Exception if that fails
   */
  default long readThrough() throws Exception {
    return replay();
  }

  /**
   * Reads an entry. All entries are settled.
   *
   * @param number its number
   * @return its bytes, which the caller may keep
   * @throws Exception if that fails, or there is no such entry
   */
  byte[] read(long number) throws Exception;
}
