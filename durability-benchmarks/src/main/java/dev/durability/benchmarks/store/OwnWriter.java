package dev.durability.benchmarks.store;

import dev.durability.codec.Codecs;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The log of this project, whose open writer reads entries by their ids and cuts off the end. A
 * class of its own: {@link OwnLog} is a load that older builds are compared with.
 */
public final class OwnWriter implements StoreById, StoreWithEnd {
  private @Nullable FsDirectory directory;
  private @Nullable WalWriter<byte[]> log;
  private Promise promise = Promise.DURABLE;

  /** Creates a log that is not open. */
  public OwnWriter() {}

  @Override
  public String name() {
    return "durability";
  }

  @Override
  public String guarantee(Promise wanted) {
    return wanted == Promise.DURABLE
        ? "durable: written and fdatasync'ed before it returns"
        : "none until sync: FlushPolicy.manual()";
  }

  @Override
  public String reading() {
    return "checks each checksum from a place that is known, one per 16 KiB; keeps these places";
  }

  @Override
  public String cutting() {
    return "durable: truncateAfter, whatever is in the log";
  }

  @Override
  public void open(Path where, Promise wanted) throws Exception {
    promise = wanted;
    FsDirectory opened = FsDirectory.open(where);
    directory = opened;
    WalOptions.Builder options = WalOptions.builder();
    if (wanted == Promise.UNSYNCED) {
      options.flushPolicy(FlushPolicy.manual());
    }
    log = WalWriter.open(opened, Codecs.bytes(), options.build());
  }

  @Override
  public void append(byte[] payload) throws IOException {
    if (promise == Promise.DURABLE) {
      log().appendDurable(payload);
    } else {
      log().append(payload);
    }
  }

  @Override
  public long readThrough() throws IOException {
    Sum sum = new Sum();
    long lastId = log().lastDurableId();
    long nextId = log().read(1, lastId, sum);
    if (nextId != lastId + 1) {
      throw new IOException("the range ended before entry " + nextId + ", not after " + lastId);
    }
    return sum.value;
  }

  @Override
  public byte[] read(long number) throws IOException {
    WalRecord<byte[]> found = log().read(number + 1);
    if (found == null) {
      throw new NoSuchFileException("entry " + (number + 1));
    }
    return found.entry();
  }

  @Override
  public void cutAfter(long entries) throws IOException {
    log().truncateAfter(entries);
  }

  /** From the files, as a process that starts. */
  @Override
  public long replay() throws IOException {
    Sum sum = new Sum();
    WalReader.of(Objects.requireNonNull(directory), Codecs.bytes())
        .replay(WalReplay.START, Long.MAX_VALUE, sum);
    return sum.value;
  }

  @Override
  public void settle() throws IOException {
    log().sync();
  }

  private WalWriter<byte[]> log() {
    return Objects.requireNonNull(log, "opened");
  }

  @Override
  public void close() throws IOException {
    log().close();
  }

  private static final class Sum implements WalReplay<byte[]> {
    private long value;

    @Override
    public void entry(long id, byte[] entry) {
      value += ByteBuffer.wrap(entry).getLong();
    }
  }
}
