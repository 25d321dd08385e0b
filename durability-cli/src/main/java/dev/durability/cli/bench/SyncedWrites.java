package dev.durability.cli.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/** The raw probe of the disk: one thread, pwrite of an entry's bytes, fdatasync, and again. */
final class SyncedWrites implements Subject {
  private static final long FILE_BYTES = 16L << 20;
  private static final int LARGE_BYTES = 1 << 20;
  private static final int LARGE_WRITES = 15;

  private final ZeroedFile file;
  private final ByteBuffer block;

  /**
   * Makes the probe.
   *
   * @param directory where its file goes
   * @param content the bytes that are written over and over
   */
  SyncedWrites(Path directory, byte[] content) throws IOException {
    this.file = new ZeroedFile(directory.resolve("probe"), FILE_BYTES);
    this.block = ByteBuffer.allocateDirect(content.length).put(content);
  }

  @Override
  public String name() {
    return "synced-write";
  }

  @Override
  public String title() {
    return "write + fdatasync";
  }

  @Override
  public Work run(Slice slice) throws IOException {
    long start = System.nanoTime();
    long before = start;
    long operations = 0;
    do {
      file.write(block);
      file.sync();
      long now = System.nanoTime();
      slice.record(now - before);
      before = now;
      operations++;
    } while (!slice.isOver());
    return new Work(operations, before - start);
  }

  /**
   * Finds out how much longer a MiB takes with a sync than without: if it makes no difference, the
   * sync stores nothing.
   *
   * @return the median time with a sync by that without
   */
  double costOfSync() throws IOException {
    ByteBuffer large = ByteBuffer.allocateDirect(LARGE_BYTES);
    double[] ratios = new double[LARGE_WRITES];
    for (int i = 0; i < LARGE_WRITES; i++) {
      long start = System.nanoTime();
      file.write(large);
      long written = System.nanoTime();
      file.sync();
      ratios[i] = (System.nanoTime() - start) / (double) Math.max(1, written - start);
    }
    Arrays.sort(ratios);
    return ratios[LARGE_WRITES / 2];
  }

  @Override
  public void settle() {}

  @Override
  public void close() throws IOException {
    file.close();
  }
}
