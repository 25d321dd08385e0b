package dev.durability.benchmarks.probe;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One thread: pwrite of 1 MiB at the end of a file, fdatasync, and again, in a new file every 64
 * MiB. Besides writing the block, the file system has to find room for it, and to record that: the
 * cost for a log that does not reuse its files.
 */
public final class GrowingWrites extends Contestant {
  private static final int BLOCK_BYTES = 1 << 20;
  private static final int BLOCKS_A_FILE = 64;

  private @Nullable Path directory;
  private @Nullable ByteBuffer block;
  private @Nullable FileChannel file;
  private long written;

  /** Makes the loop; an operation is one write and sync. */
  public GrowingWrites() {
    super("bare loop: the same in files that grow", Role.BARE, "durable: a synced write");
  }

  @Override
  public void open(Path ownDirectory) {
    directory = ownDirectory;
    byte[] random = new byte[BLOCK_BYTES];
    ThreadLocalRandom.current().nextBytes(random);
    block = ByteBuffer.allocateDirect(BLOCK_BYTES).put(random);
    written = 0;
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    long start = System.nanoTime();
    long before = start;
    for (long i = 0; i < operations; i++) {
      append();
      long now = System.nanoTime();
      if (latencies != null) {
        latencies.recordValue(Math.min(now - before, latencies.getHighestTrackableValue()));
      }
      before = now;
    }
    return before - start;
  }

  private void append() throws IOException {
    if (written % BLOCKS_A_FILE == 0) {
      close();
      Path next = Objects.requireNonNull(directory).resolve("file-" + written / BLOCKS_A_FILE);
      file = FileChannel.open(next, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }
    FileChannel target = Objects.requireNonNull(file);
    ByteBuffer bytes = Objects.requireNonNull(block).clear();
    while (bytes.hasRemaining()) {
      target.write(bytes);
    }
    target.force(false);
    written++;
  }

  @Override
  public double unitsPerOperation() {
    return BLOCK_BYTES / 1e6;
  }

  @Override
  public void close() throws IOException {
    FileChannel open = file;
    file = null;
    if (open != null) {
      open.close();
    }
  }
}
