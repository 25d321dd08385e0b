package dev.durability.recordlog;

import dev.durability.codec.Codec;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.frame.Quarantine;
import dev.durability.log.SchemaRange;
import dev.durability.storage.Directory;
import dev.durability.storage.QuarantinedFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tells what is in a record log without decoding it, and lists and removes what its openings kept
 * in quarantine. It takes no lock.
 */
public final class RecordLogMaintenance {
  private RecordLogMaintenance() {}

  /**
   * Tells how the records are encoded. It reads the whole file and decodes nothing. A writer may
   * have the log open: what is not yet whole at the end is left out.
   *
   * @param directory where the log is
   * @param path its file, relative to the directory
   * @return a range for each change of the schema, in the order of the records; empty if the log
   *     has no records
   * @throws dev.durability.errors.CorruptLogException if promised records are damaged or missing
   * @throws IOException if the file is missing or cannot be read
   */
  public static List<SchemaRange> schemas(Directory directory, String path) throws IOException {
    List<SchemaRange> ranges = new ArrayList<>();
    RecordLogReader.of(directory, path, new SchemaOfEach())
        .replay(
            (id, schema) -> {
              if (ranges.isEmpty() || !ranges.get(ranges.size() - 1).schema().equals(schema)) {
                ranges.add(new SchemaRange(id, schema));
              }
            });
    return ranges;
  }

  /** Gives for each record its schema. */
  private static final class SchemaOfEach implements Codec<Optional<Schema>> {
    @Override
    public Decoder<Optional<Schema>> decoderOf(Optional<Schema> written) {
      return in -> written;
    }

    @Override
    public Optional<Schema> decode(ByteBuffer in) {
      return Optional.empty();
    }

    @Override
    public void encode(Optional<Schema> value, OutputStream out) throws IOException {
      throw new CodecException("nothing is written");
    }
  }

  /**
   * Lists what openings cut off the log and kept in {@code quarantine/} beside it.
   *
   * @param directory where the log is
   * @param path its file, relative to the directory
   * @return what is kept, the oldest first; nothing if there is no log
   * @throws IOException if the storage fails
   */
  public static List<QuarantinedFile> quarantined(Directory directory, String path)
      throws IOException {
    return Quarantine.list(
        directory, RecordLogOpening.quarantine(path), RecordLogOpening.isOwn(path));
  }

  /**
   * Removes from quarantine. A writer may have the log open: it never reads what is kept. A file
   * that is already gone counts as removed.
   *
   * @param directory where the log is
   * @param path its file, relative to the directory
   * @param files what to remove, of those that {@link #quarantined} lists; all are gone, durably,
   *     when this returns
   * @throws IllegalArgumentException if one of them is not kept by this log; nothing was removed
   * @throws IOException if the storage fails; some may have been removed
   */
  public static void removeQuarantined(
      Directory directory, String path, List<QuarantinedFile> files) throws IOException {
    Quarantine.remove(
        directory, RecordLogOpening.quarantine(path), RecordLogOpening.isOwn(path), files);
  }
}
