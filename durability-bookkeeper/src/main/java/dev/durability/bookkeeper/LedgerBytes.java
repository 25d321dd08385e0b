package dev.durability.bookkeeper;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The bytes of a ledger, which may still be written. For any thread. */
interface LedgerBytes {

  /**
   * Some bytes of a ledger.
   *
   * @param ledger which one
   * @param start their offset in the ledger
   * @param bytes the bytes
   * @param nextEntry the entry after them, -1 if it is not known
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares windows.
  record Window(long ledger, long start, byte[] bytes, long nextEntry) {
    long end() {
      return start + bytes.length;
    }

    boolean has(long ledger, long offset) {
      return ledger == this.ledger && offset >= start && offset < end();
    }
  }

  /**
   * Tells how many bytes there are.
   *
   * @param enough if there are at least so many, fewer than all may be told
   */
  long length(long enough) throws IOException;

  /**
   * Reads some bytes.
   *
   * @param offset the first that is wanted; it exists
   * @param wanted about how many
   * @param before what was read last, or null
   * @return bytes with that one among them
   */
  Window read(long offset, int wanted, @Nullable Window before) throws IOException;

  /** Gives up what was opened for this. */
  void close();
}
