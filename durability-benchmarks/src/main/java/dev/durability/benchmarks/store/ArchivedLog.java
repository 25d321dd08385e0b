package dev.durability.benchmarks.store;

import dev.durability.archive.ArchiveOptions;
import dev.durability.archive.Archiver;
import dev.durability.codec.Codecs;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The log of this project, archived once per second by the same process, or not at all. */
public final class ArchivedLog implements Store {
  private final boolean isArchived;
  private @Nullable FsDirectory directory;
  private @Nullable WalWriter<byte[]> log;
  private @Nullable Archiver archiver;

  private ArchivedLog(boolean isArchived) {
    this.isArchived = isArchived;
  }

  /** {@return a log whose archive discards what it gets} */
  public static ArchivedLog toNowhere() {
    return new ArchivedLog(true);
  }

  /** {@return the same log without an archiver} */
  public static ArchivedLog notAtAll() {
    return new ArchivedLog(false);
  }

  @Override
  public String name() {
    return isArchived ? "durability, archived to a sink" : "durability, not archived";
  }

  @Override
  public String guarantee(Promise wanted) {
    return "durable when it returns" + (isArchived ? ", archived within a second" : "");
  }

  @Override
  public boolean gives(Promise promise) {
    return promise == Promise.DURABLE;
  }

  @Override
  public void open(Path where, Promise wanted) throws IOException {
    FsDirectory opened = FsDirectory.open(where);
    directory = opened;
    WalOptions.Builder options = WalOptions.builder();
    if (isArchived) {
      Archiver starting =
          Archiver.of(opened, new DiscardingStore(), ArchiveOptions.defaults()).start();
      options.observer(starting.observer());
      archiver = starting;
    }
    log = WalWriter.open(opened, Codecs.bytes(), options.build());
  }

  @Override
  public void append(byte[] payload) throws IOException {
    log().appendDurable(payload);
  }

  @Override
  public long replay() throws Exception {
    SummingCodec sum = new SummingCodec();
    WalReader.of(Objects.requireNonNull(directory), sum)
        .replay(WalReplay.START, Long.MAX_VALUE, sum);
    return sum.sum();
  }

  /** What is left is archived outside of the measured time, so that others do not pay for it. */
  @Override
  public void settle() throws IOException {
    log().sync();
    Archiver running = archiver;
    if (running != null) {
      boolean unused = running.step();
      Throwable failure = running.status().failure();
      if (failure != null) {
        throw new IOException("archiving failed", failure);
      }
    }
  }

  private WalWriter<byte[]> log() {
    return Objects.requireNonNull(log, "opened");
  }

  @Override
  public void close() throws IOException {
    log().close();
    Archiver running = archiver;
    if (running != null) {
      running.close();
    }
  }
}
