package dev.durability.benchmarks.store;

import java.io.IOException;
import java.nio.file.Path;

/** Values in memory that are kept on a disk, and are in memory again once it is opened. */
public interface Kept {

  /** {@return its name, with what it is opened from} */
  String name();

  /** {@return what is true once it is open} */
  String opening();

  /**
   * Keeps values of 128 bytes in an empty directory, durable or not, and closes it.
   *
   * @param directory the directory
   * @param count how many values, or changes of values
   * @throws Exception if it cannot run here
   */
  void fill(Path directory, int count) throws Exception;

  /**
   * Opens it.
   *
   * @param directory what {@link #fill} was given
   * @return what is open, with everything in memory
   * @throws Exception if that fails
   */
  Opened open(Path directory) throws Exception;

  /** What is open. */
  interface Opened extends AutoCloseable {
    /**
     * Counts what was found.
     *
     * @return how many values, or changes, as {@link #fill} was given
     * @throws Exception if that fails
     */
    long count() throws Exception;

    @Override
    void close() throws IOException;
  }
}
