package dev.durability.append;

import dev.durability.segment.SegmentPlan;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The memory of what waits to be written: two blocks that are used again and again, and one at a
 * time for what no such block can hold. Blocks are small until one was full, so that a log that
 * never has much to write at once keeps little memory. Guarded by the writer's lock.
 *
 * <p>Memory is taken before anything is changed. An Error in the middle of a change leaves a pool
 * that {@linkplain #isBroken() says so}.
 */
final class BlockPool {
  private static final int BLOCKS = 2;
  private static final int SMALL_BYTES = 64 << 10;

  private final int blockBytesMax;
  private final ArrayDeque<Block> free = new ArrayDeque<>(BLOCKS);
  private int blockBytes;
  private int made;
  private int singlesOutside;
  private boolean changing;

  /**
   * A pool that has no memory yet.
   *
   * @param blockBytesMax what a block may hold
   */
  BlockPool(int blockBytesMax) {
    this.blockBytesMax = blockBytesMax;
    this.blockBytes = Math.min(SMALL_BYTES, blockBytesMax);
  }

  /** Whether an Error ended a change in the middle. */
  boolean isBroken() {
    return changing;
  }

  /** Whether all blocks are outside, or one is about to be. */
  boolean isShort() {
    return free.isEmpty() && made == BLOCKS;
  }

  /** A block was full: those that are taken from now on are as large as they may be. */
  void growBlocks() {
    blockBytes = blockBytesMax;
  }

  /**
   * Takes an empty block.
   *
   * @param frameBytes what has to fit into it
   * @param segment the segment of its frames
   * @param nextId the id of its first entry
   * @param position the position before its first append
   * @return the block, or null if one has to be given back first
   */
  @Nullable Block take(int frameBytes, SegmentPlan segment, long nextId, long position) {
    if (frameBytes > blockBytesMax) {
      return takeSingle(frameBytes, segment, nextId, position);
    }
    if (frameBytes > blockBytes) {
      growBlocks();
    }
    Block known = free.peek();
    if (known == null && made == BLOCKS) {
      return null;
    }
    boolean fits = known != null && known.capacity() >= blockBytes;
    Block taken = fits ? known : Block.pooled(blockBytes, segment, nextId, position);
    changing = true;
    if (known == null) {
      made++;
    } else {
      free.remove();
    }
    taken.reuse(segment, nextId, position);
    changing = false;
    if (known != null && !fits) {
      known.release();
    }
    return taken;
  }

  private @Nullable Block takeSingle(
      int frameBytes, SegmentPlan segment, long nextId, long position) {
    if (singlesOutside > 0) {
      return null;
    }
    Block single = Block.single(frameBytes, segment, nextId, position);
    lent();
    return single;
  }

  /** A block that is not of the pool is on its way, and will be given back. */
  void lent() {
    singlesOutside++;
  }

  /** Gives back a block that is empty or was written. */
  void giveBack(Block block) {
    changing = true;
    if (block.isPooled()) {
      free.add(block);
    } else {
      singlesOutside--;
    }
    changing = false;
  }

  /** Gives back the memory of the blocks that are here; none is taken any more. */
  void release() {
    for (Block block = free.poll(); block != null; block = free.poll()) {
      block.release();
    }
  }
}
