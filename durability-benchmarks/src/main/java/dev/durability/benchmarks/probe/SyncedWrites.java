package dev.durability.benchmarks.probe;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One thread: pwrite of a block to a zero-filled file, fdatasync, and again. */
public final class SyncedWrites extends Contestant {
  private final int blockBytes;
  private final long fileBytes;
  private final double units;
  private @Nullable ZeroedFile file;
  private @Nullable ByteBuffer block;

  private SyncedWrites(String name, int blockBytes, long fileBytes, double units) {
    super(name, Role.PROBE, "durable: a synced write");
    this.blockBytes = blockBytes;
    this.fileBytes = fileBytes;
    this.units = units;
  }

  /**
   * Makes the probe of durable appends.
   *
   * @param frameBytes the bytes that an entry has in the file
   * @return the probe; an operation is one write and sync
   */
  public static SyncedWrites of(int frameBytes) {
    return new SyncedWrites("probe: pwrite + fdatasync, 1 thread", frameBytes, 64L << 20, 1);
  }

  /** {@return the probe of the bandwidth, in MB: 1 MiB per write and sync} */
  public static SyncedWrites ofBandwidth() {
    int block = 1 << 20;
    return new SyncedWrites("probe: 1 MiB pwrite + fdatasync", block, 256L << 20, block / 1e6);
  }

  @Override
  public void open(Path directory) throws Exception {
    file = new ZeroedFile(directory.resolve("probe"), fileBytes);
    byte[] random = new byte[blockBytes];
    ThreadLocalRandom.current().nextBytes(random);
    block = ByteBuffer.allocateDirect(blockBytes).put(random);
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    ZeroedFile target = Objects.requireNonNull(file);
    ByteBuffer bytes = Objects.requireNonNull(block);
    long start = System.nanoTime();
    long before = start;
    for (long i = 0; i < operations; i++) {
      target.writeAndSync(bytes);
      long now = System.nanoTime();
      if (latencies != null) {
        latencies.recordValue(Math.min(now - before, latencies.getHighestTrackableValue()));
      }
      before = now;
    }
    return before - start;
  }

  @Override
  public double unitsPerOperation() {
    return units;
  }

  @Override
  public void close() throws IOException {
    Objects.requireNonNull(file).close();
  }
}
