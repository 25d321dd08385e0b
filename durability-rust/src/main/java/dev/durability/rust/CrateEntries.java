package dev.durability.rust;

import java.io.IOException;

/** Takes the entries of a log, or the records of a record log, in order, on the calling thread. */
@FunctionalInterface
public interface CrateEntries {

  /**
   * Takes the next entry.
   *
   * @param id its id, unsigned; of a record, its number from 1 on
   * @param payload its bytes, which the callee may keep
   * @throws IOException to give up; it reaches the caller as it is
   */
  void entry(long id, byte[] payload) throws IOException;
}
