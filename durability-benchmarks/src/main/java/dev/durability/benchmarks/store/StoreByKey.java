package dev.durability.benchmarks.store;

/** A store whose entries can be written again, under the numbers that they have. */
interface StoreByKey extends Store {

  /** What is promised when {@link #write} returned, and by which calls. */
  String writing();

  /** What is promised of what {@link #read} gives while others write. */
  String readingBeside();

  /**
   * Reads an entry. Many threads may call this.
   *
   * @param number its number
   * @return its bytes, which the caller may keep
   */
  byte[] read(long number) throws Exception;

  /** Writes the same entry under the numbers from 0 on; all are durable when this returns. */
  void writeEach(long count, byte[] payload) throws Exception;

  /** Writes an entry, and keeps the promise of durability. Many threads may call this. */
  void write(long number, byte[] payload) throws Exception;
}
