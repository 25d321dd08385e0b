package dev.durability.salvage;

import dev.durability.storage.Directory;
import java.io.IOException;

/**
 * Makes the directories for what is salvaged, and is told what is found, in the order of the
 * entries. All calls come from the calling thread. What a method throws reaches the caller as it
 * is.
 */
public interface SalvageTarget {

  /**
   * Makes room for a log. Not called by {@link Salvage#look}.
   *
   * @param source where its entries come from: empty for the log, else a file in quarantine
   * @param firstEntryId its first entry, by the ids of the damaged log
   * @return an empty directory. Without ids of their own, all stretches go to the same log, and
   *     this is called once
   * @throws IOException to give up
   */
  Directory begin(String source, long firstEntryId) throws IOException;

  /**
   * A stretch of entries was written, or found by {@link Salvage#look}.
   *
   * @param stretch the stretch
   * @throws IOException to give up
   */
  void written(SalvagedStretch stretch) throws IOException;

  /**
   * Entries are missing.
   *
   * @param entries the entries
   * @throws IOException to give up
   */
  void missing(MissingEntries entries) throws IOException;

  /**
   * A file was left out.
   *
   * @param file the file, and why
   * @throws IOException to give up
   */
  void leftOut(LeftOutFile file) throws IOException;
}
