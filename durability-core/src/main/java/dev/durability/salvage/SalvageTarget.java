package dev.durability.salvage;

import dev.durability.codec.Schema;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

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
   * Bytes follow the last whole frame of the log. Called at most once, after all entries.
   *
   * @param remains the bytes
   * @throws IOException to give up
   */
  void remains(EndRemains remains) throws IOException;

  /**
   * A file was left out.
   *
   * @param file the file, and why
   * @throws IOException to give up
   */
  void leftOut(LeftOutFile file) throws IOException;

  /**
   * An intact entry. Only {@link Salvage#look} calls it: for those that show entries, and write
   * none.
   *
   * @param id its id
   * @param schema how it is encoded; empty if the log does not say so
   * @param payload its bytes, little-endian and read-only, which stay as they are until this
   *     returns
   * @throws IOException to give up
   */
  default void entry(long id, Optional<Schema> schema, ByteBuffer payload) throws IOException {}
}
