package dev.durability.cli;

import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A file without some of its bytes. */
final class WithoutBytes implements ReadFile {
  private static final int BLOCK_BYTES = 64 << 10;

  private final ReadFile file;
  private final long[] removed;

  /**
   * Reads a file without some bytes.
   *
   * @param file with them
   * @param removed their offsets, in order
   */
  WithoutBytes(ReadFile file, long[] removed) {
    this.file = file;
    this.removed = removed;
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    int skipped = removedBefore(position);
    long from = position + skipped;
    ByteBuffer block = ByteBuffer.allocate(Math.min(target.remaining(), BLOCK_BYTES));
    int count = file.read(block, from);
    block.flip();
    int kept = 0; // The first byte is: what is removed before it was skipped.
    while (block.hasRemaining()) {
      long at = from + block.position();
      if (skipped < removed.length && removed[skipped] == at) {
        block.get();
        skipped++;
        continue;
      }
      long until = skipped < removed.length ? removed[skipped] : Long.MAX_VALUE;
      ByteBuffer run = block.slice(block.position(), (int) Math.min(block.remaining(), until - at));
      block.position(block.position() + run.remaining());
      kept += run.remaining();
      target.put(run);
    }
    return count <= 0 ? count : kept;
  }

  /** How many of them stand before a place of what is kept. */
  private int removedBefore(long position) {
    int low = 0;
    int high = removed.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (removed[middle] - middle <= position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Override
  public long size() throws IOException {
    return file.size() - removed.length;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
