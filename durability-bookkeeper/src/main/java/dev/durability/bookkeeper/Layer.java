package dev.durability.bookkeeper;

import java.util.List;

/**
 * A ledger as a part of a file.
 *
 * @param ledger the ledger's id
 * @param start the offset in the file of the ledger's first byte
 * @param limit the offset in the file from which on the ledger no longer counts, because the file
 *     was cut there; {@link Long#MAX_VALUE} if it was not
 * @param locks the paths of the locks that the writer held: who takes one of them closes the ledger
 */
record Layer(long ledger, long start, long limit, List<String> locks) {
  Layer {
    locks = List.copyOf(locks);
    if (ledger < 0 || start < 0 || limit < start) {
      throw new IllegalArgumentException(
          "ledger " + ledger + ", start " + start + ", limit " + limit);
    }
  }

  /** Where the layer ends in the file if its ledger has so many bytes. */
  long end(long ledgerBytes) {
    return Math.min(start + ledgerBytes, limit);
  }

  Layer cutTo(long size) {
    return size >= limit ? this : new Layer(ledger, start, size, locks);
  }
}
