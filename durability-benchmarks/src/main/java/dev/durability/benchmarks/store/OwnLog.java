package dev.durability.benchmarks.store;

import dev.durability.benchmarks.Trees;
import dev.durability.codec.Codecs;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MappingDirectory;
import dev.durability.wal.AppendFuture;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The log of this project. */
public final class OwnLog implements Store {
  private static final int FILL_ENTRY_BYTES = 128 << 10;

  private final String name;
  private final WalOptions.Builder options;
  private final boolean isSettled;
  private boolean isMapped;

  private @Nullable FsDirectory directory;
  private @Nullable WalWriter<byte[]> log;
  private Promise promise = Promise.DURABLE;

  private OwnLog(String name, WalOptions.Builder options, boolean isSettled) {
    this.name = name;
    this.options = options;
    this.isSettled = isSettled;
  }

  /** {@return a log with the default options} */
  public static OwnLog byDefault() {
    return new OwnLog("durability", WalOptions.builder(), true);
  }

  /**
   * Makes a log that was opened a moment ago: its first segment was not zero-filled, so its syncs
   * have metadata to write.
   *
   * @return the log
   */
  public static OwnLog newlyOpened() {
    return new OwnLog("durability, first segment", WalOptions.builder(), false);
  }

  /**
   * Makes a log with larger buffers.
   *
   * @param bufferBytes the size of each of the two
   * @return the log
   */
  public static OwnLog withBuffers(int bufferBytes) {
    return new OwnLog(
        "durability, buffers of " + (bufferBytes >> 20) + " MiB",
        WalOptions.builder().bufferBytes(bufferBytes),
        true);
  }

  /**
   * Makes a log with larger segments.
   *
   * @param segmentBytes the size of each
   * @return the log
   */
  public static OwnLog withSegments(int segmentBytes) {
    return new OwnLog(
        "durability, segments of " + (segmentBytes >> 20) + " MiB",
        WalOptions.builder().segmentBytes(segmentBytes),
        true);
  }

  /**
   * Makes a log whose ended segments are mapped when it is read.
   *
   * @return the log
   */
  public static OwnLog mapped() {
    OwnLog log = new OwnLog("durability, mapped", WalOptions.builder(), true);
    log.isMapped = true;
    return log;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String guarantee(Promise wanted) {
    return wanted == Promise.DURABLE
        ? "durable: written and fdatasync'ed before it returns or the future completes"
        : "none until flush or sync: FlushPolicy.manual(), written every 896 KiB";
  }

  @Override
  public void open(Path where, Promise wanted) throws Exception {
    promise = wanted;
    FsDirectory opened = FsDirectory.open(where);
    directory = opened;
    if (wanted == Promise.UNSYNCED) {
      options.flushPolicy(FlushPolicy.manual());
    }
    log = WalWriter.open(opened, Codecs.bytes(SummingCodec.SCHEMA), options.build());
    if (isSettled && wanted == Promise.DURABLE) {
      reachPreparedSegment(where);
    }
  }

  /** Brings the log to where a log that runs for a while is: in a segment that was zero-filled. */
  private void reachPreparedSegment(Path where) throws Exception {
    WalWriter<byte[]> writer = log();
    byte[] fill = new byte[FILL_ENTRY_BYTES];
    long segment = WalOptions.defaults().segmentBytes();
    while (writer.appendedBytes() < segment * 3 / 4) {
      writer.appendDurable(fill); // A log that syncs rarely fills nothing with zeros.
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (Trees.bytes(where) < segment && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
    while (writer.segments().size() < 2) {
      writer.append(fill);
    }
    writer.sync();
  }

  @Override
  public void append(byte[] payload) throws Exception {
    WalWriter<byte[]> writer = log();
    if (promise == Promise.DURABLE) {
      writer.appendDurable(payload);
    } else {
      writer.append(payload);
    }
  }

  @Override
  public void flush() throws IOException {
    log().flush();
  }

  @Override
  public AsyncAppends appendAsync(int outstanding) {
    WalWriter<byte[]> writer = log();
    @Nullable AppendFuture[] ring = new AppendFuture[outstanding];
    return new AsyncAppends() {
      private int next;

      @Override
      public void append(byte[] payload) throws Exception {
        AppendFuture oldest = ring[next];
        if (oldest != null) {
          oldest.join();
        }
        ring[next] = writer.appendAsync(payload);
        next = next + 1 == ring.length ? 0 : next + 1;
      }

      @Override
      public void drain() {
        for (int i = 0; i < ring.length; i++) {
          AppendFuture future = ring[i];
          if (future != null) {
            future.join();
          }
          ring[i] = null;
        }
      }
    };
  }

  @Override
  public long replay() throws Exception {
    SummingCodec sum = new SummingCodec();
    FsDirectory files = Objects.requireNonNull(directory);
    WalReader.of(isMapped ? MappingDirectory.of(files) : files, sum)
        .replay(WalReplay.START, Long.MAX_VALUE, sum);
    return sum.sum();
  }

  @Override
  public void settle() throws Exception {
    log().sync();
  }

  private WalWriter<byte[]> log() {
    return Objects.requireNonNull(log, "opened");
  }

  @Override
  public void close() throws IOException {
    log().close();
  }
}
