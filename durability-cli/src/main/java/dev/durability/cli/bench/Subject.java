package dev.durability.cli.bench;

import java.io.Closeable;
import java.io.IOException;

/** What is measured: a way to use the library, or a bare loop that does what the machine allows. */
interface Subject extends Closeable {

  /** Its name for programs: lower case, with hyphens. */
  String name();

  /** Its name for people. */
  String title();

  /**
   * Works until the slice is over, or until it has written as much as it may.
   *
   * @param slice the turn
   * @return what was done; at least one operation
   * @throws IOException if the storage fails
   */
  Work run(Slice slice) throws IOException;

  /**
   * Makes durable what was written and frees its room, so that no turn pays for the one before.
   *
   * @throws IOException if the storage fails
   */
  void settle() throws IOException;

  @Override
  void close() throws IOException;
}
