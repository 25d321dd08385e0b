package dev.durability.cli;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.Schema;
import dev.durability.errors.DurabilityException;
import dev.durability.recordlog.RecordLogOptions;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.salvage.EndRemains;
import dev.durability.salvage.LeftOutFile;
import dev.durability.salvage.MissingEntries;
import dev.durability.salvage.Salvage;
import dev.durability.salvage.SalvageTarget;
import dev.durability.salvage.SalvagedStretch;
import dev.durability.storage.Directory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code salvage} of a record log: its intact records go to one new record log. The ids in that
 * begin with 1 and have no holes, as in any.
 */
final class RecordLogSalvage implements SalvageTarget, Closeable {
  /** The largest that there can be. */
  private static final int RECORD_BYTES_MAX = (1 << 28) - 1;

  private static final RecordLogOptions OPTIONS =
      RecordLogOptions.builder().recordBytesMax(RECORD_BYTES_MAX).build();

  private final Directory to;
  private final String name;
  private final SalvageOutput output;
  private @Nullable RecordLogWriter<byte[]> writer;
  private Optional<Schema> known = Optional.empty();
  private long written;

  private RecordLogSalvage(Directory to, String name, SalvageOutput output) {
    this.to = to;
    this.name = name;
    this.output = output;
  }

  /**
   * Does it.
   *
   * @param source the record log
   * @param name its name
   * @param to where a record log of the same name is made
   * @param output is told what is found
   */
  static void run(SchemaSource source, String name, Directory to, SalvageOutput output)
      throws IOException {
    long count;
    try (RecordLogSalvage salvage = new RecordLogSalvage(to, name, output)) {
      Salvage.lookAtRecordLog(source.directory(), name, salvage);
      count = salvage.written;
    }
    if (count > 0) {
      long again = RecordLogReader.of(to, name, Codecs.bytes()).strict().replay((id, record) -> {});
      if (again != count) {
        throw new DurabilityException(
            name + ": of " + count + " records that were written, " + again + " can be read again");
      }
    }
  }

  @Override
  public Directory begin(String source, long firstEntryId) {
    throw new IllegalStateException("the writer makes the file");
  }

  @Override
  public void entry(long id, Optional<Schema> schema, ByteBuffer payload) throws IOException {
    RecordLogWriter<byte[]> open = writer;
    if (open == null || !schema.equals(known)) {
      close();
      if (written == 0) {
        output.beginRecordLog(name);
      }
      Codec<byte[]> codec = schema.map(Codecs::bytes).orElseGet(Codecs::bytes);
      open = RecordLogWriter.open(to, name, codec, OPTIONS);
      writer = open;
      known = schema;
    }
    byte[] record = new byte[payload.remaining()];
    payload.get(record);
    long unused = open.append(record);
    written++;
  }

  @Override
  public void written(SalvagedStretch stretch) throws IOException {
    output.written(
        new SalvagedStretch(
            stretch.source(),
            stretch.firstEntryId(),
            stretch.lastEntryId(),
            written - stretch.entries() + 1,
            stretch.payloadBytes(),
            stretch.checkpoints(),
            stretch.doubt()));
  }

  @Override
  public void missing(MissingEntries gap) throws IOException {
    output.missing(gap);
  }

  @Override
  public void remains(EndRemains end) throws IOException {
    output.remains(end);
  }

  @Override
  public void leftOut(LeftOutFile file) throws IOException {
    output.leftOut(file);
  }

  /** Makes durable what was written. */
  @Override
  public void close() throws IOException {
    RecordLogWriter<byte[]> open = writer;
    writer = null;
    if (open != null) {
      open.close();
    }
  }
}
