package dev.durability.pekko;

import dev.durability.recovery.Recoverer;
import dev.durability.recovery.Recovery;
import dev.durability.storage.Directory;
import dev.durability.wal.WalReplay;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Builds the index: from the newest checkpoint, and the entries after it. */
final class Loading implements WalReplay<Entry> {
  private final Directory directory;
  private @Nullable Recovery<Index> checkpoint;
  private long replayed;

  Loading(Directory directory) {
    this.directory = directory;
  }

  Index index() {
    return Objects.requireNonNull(checkpoint).state();
  }

  /** How many entries were after the checkpoint. */
  long replayed() {
    return replayed;
  }

  @Override
  public long fromId() throws IOException {
    checkpoint =
        Recoverer.of(
                directory,
                new EntryCodec(),
                Index::new,
                new IndexContent.Reading(),
                (Index state, Entry entry, long id) -> state)
            .loadCheckpoint();
    return checkpoint.lastEntryId() + 1;
  }

  @Override
  public long checkpointId() {
    return Objects.requireNonNull(checkpoint).lastEntryId();
  }

  @Override
  public void entry(long id, Entry entry) {
    index().apply(id, entry);
    replayed++;
  }
}
