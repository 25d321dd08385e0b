package dev.durability.cli;

import dev.durability.storage.QuarantinedFile;

/**
 * Where bytes in quarantine were cut off, which their name says.
 *
 * @param file the file
 * @param offset where they began in it
 */
record Quarantined(String file, long offset) {

  /** The name is {@code quarantine/<file>@<offset>-<n>}. */
  static Quarantined of(QuarantinedFile kept) {
    String path = kept.path();
    int at = path.lastIndexOf('@');
    return new Quarantined(
        "wal/" + path.substring(path.indexOf('/') + 1, at),
        Long.parseLong(path.substring(at + 1, path.lastIndexOf('-'))));
  }
}
