package dev.durability.cli.bench;

import dev.durability.codec.Codecs;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A log in the state of one that has run for a while: it is in a segment that was filled with zeros
 * ahead of need, as all are from the second on.
 */
final class PreparedLog implements Closeable {
  private static final int FILL_BYTES = 256 << 10;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final WalWriter<byte[]> writer;

  private PreparedLog(WalWriter<byte[]> writer) {
    this.writer = writer;
  }

  /** Makes the log in a new directory, or a part of it if the user asks to end meanwhile. */
  static PreparedLog in(Path directory, BooleanSupplier stop) throws IOException {
    WalOptions options = WalOptions.builder().flushPolicy(FlushPolicy.manual()).build();
    WalWriter<byte[]> writer = WalWriter.open(FsDirectory.open(directory), Codecs.bytes(), options);
    try {
      prepare(writer, directory.resolve("wal"), options.segmentBytes(), stop);
    } catch (Throwable e) {
      try (writer) {
        throw e;
      }
    }
    return new PreparedLog(writer);
  }

  private static void prepare(
      WalWriter<byte[]> writer, Path segments, long segmentBytes, BooleanSupplier stop)
      throws IOException {
    byte[] fill = new byte[FILL_BYTES];
    while (writer.appendedBytes() < segmentBytes * 3 / 4 && !stop.getAsBoolean()) {
      writer.append(fill);
    }
    writer.sync();
    awaitSpare(segments);
    while (writer.segments().size() < 2 && !stop.getAsBoolean()) {
      writer.append(fill);
    }
    writer.sync();
    writer.truncate(writer.lastDurableId());
  }

  /** Waits while the next segment's file grows. If there is none, goes on without it. */
  private static void awaitSpare(Path segments) throws IOException {
    long start = System.nanoTime();
    long before = -1;
    long bytes = bytes(segments);
    while (bytes != before && System.nanoTime() - start < PATIENCE_NANOS) {
      LockSupport.parkNanos(LOOK_NANOS);
      before = bytes;
      bytes = bytes(segments);
    }
  }

  private static long bytes(Path directory) throws IOException {
    long sum = 0;
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        sum += bytesOfFile(file);
      }
    }
    return sum;
  }

  private static long bytesOfFile(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException renamedMeanwhile) {
      return 0;
    }
  }

  WalWriter<byte[]> writer() {
    return writer;
  }

  /** Makes all of it durable, and removes what is not needed. */
  void settle() throws IOException {
    writer.sync();
    writer.truncate(writer.lastDurableId());
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
