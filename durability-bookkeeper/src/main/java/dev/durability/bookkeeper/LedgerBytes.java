package dev.durability.bookkeeper;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The bytes of a ledger, which may still be written. For any thread. */
interface LedgerBytes {

  /**
   * Tells how many bytes there are.
   *
   * @param enough if there are at least so many, fewer than all may be told
   */
  long length(long enough) throws IOException;

  /**
   * Reads some bytes.
   *
   * @param offset the first that is wanted
   * @param wanted about how many
   * @param before what was read last, or null
   * @return bytes with that one among them; null if the ledger does not have it, or no longer: what
   *     was not confirmed may have gone to another ledger
   */
  @Nullable Window read(long offset, int wanted, @Nullable Window before) throws IOException;

  /** Gives up what was opened for this. */
  void close();
}
