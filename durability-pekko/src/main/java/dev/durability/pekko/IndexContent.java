package dev.durability.pekko;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Schema;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/** The index in a checkpoint. Removal is allowed to go as far as the index that was written. */
final class IndexContent implements Checkpoints.Content {
  private final Index index;
  private final WalWriter<Entry> log;
  private final Removal removal;
  private long bytes;

  IndexContent(Index index, WalWriter<Entry> log, Removal removal) {
    this.index = index;
    this.log = log;
    this.removal = removal;
  }

  /** How many bytes the index took when it was written last. */
  long bytes() {
    return bytes;
  }

  @Override
  public Optional<Schema> schema() {
    return Index.schema();
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    CountingOutput counting = new CountingOutput(out);
    long firstEntryId = index.writeTo(counting);
    // The index may know of entries that were only flushed. They must not vanish from the log, and
    // others take their ids, while a checkpoint speaks of them.
    log.sync();
    removal.allowBefore(firstEntryId);
    bytes = counting.count();
  }

  /** Reads the index. */
  static final class Reading implements Checkpoints.Parser<Index> {
    @Override
    public Index readFrom(InputStream in) throws IOException {
      return readFrom(in, Optional.empty());
    }

    @Override
    public Index readFrom(InputStream in, Optional<Schema> written) throws IOException {
      return Index.readFrom(in, written);
    }
  }
}
