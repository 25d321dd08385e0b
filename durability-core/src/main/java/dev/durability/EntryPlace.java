package dev.durability;

import dev.durability.storage.Directory;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;

/** Says where an entry is, for messages. */
final class EntryPlace {
  private EntryPlace() {}

  /** The place as a part of a sentence; empty if it is unknown. */
  static String of(Directory directory, long entryId, Throwable failure) {
    try {
      return WalMaintenance.find(directory, entryId)
          .map(at -> " (it ends at offset " + at.offset() + " of " + at.file() + ")")
          .orElse("");
    } catch (IOException | RuntimeException e) { // Of a directory that is not ours.
      if (e != failure) {
        failure.addSuppressed(e);
      }
      return "";
    }
  }
}
