package dev.durability.frame;

import dev.durability.threads.StackSafeLock;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A piece of memory outside the heap that is reused after {@link #close}. Without that, only a
 * garbage collection would free such memory, and a JVM with little garbage could run out of it
 * before it collects. At most 8 MiB are kept for reuse per class loader. Pieces that are not closed
 * are left to the collector.
 *
 * <p>The bytes of a piece must not be used after it is closed. One thread at a time uses a piece.
 */
public final class DirectMemory implements AutoCloseable {
  private static final long KEPT_BYTES_MAX = 8 << 20;

  private static final StackSafeLock LOCK = new StackSafeLock();
  private static final ArrayDeque<ByteBuffer> KEPT = new ArrayDeque<>();

  private final ByteBuffer bytes;
  private @Nullable ByteBuffer whole;

  private DirectMemory(ByteBuffer whole, int size) {
    this.whole = whole;
    this.bytes = whole.slice(0, size);
  }

  /**
   * Takes memory. Its content is arbitrary.
   *
   * @param size how much, in bytes
   * @return the memory
   */
  public static DirectMemory of(int size) {
    ByteBuffer known = takeKept(size);
    return new DirectMemory(known == null ? ByteBuffer.allocateDirect(size) : known, size);
  }

  /** {@return the memory, as large as it was asked for; a big-endian view at first} */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** Keeps the memory for the next caller that needs some. Closing again does nothing. */
  @Override
  public void close() {
    ByteBuffer given = whole;
    whole = null;
    if (given != null) {
      keep(given);
    }
  }

  /** The smallest kept piece that is large enough and not much larger, or null. */
  private static @Nullable ByteBuffer takeKept(int size) {
    LOCK.lock();
    try {
      ByteBuffer best = null;
      for (ByteBuffer each : KEPT) {
        if (each.capacity() >= size
            && each.capacity() / 4 <= size
            && (best == null || each.capacity() < best.capacity())) {
          best = each;
        }
      }
      if (best != null) {
        remove(best);
      }
      return best;
    } finally {
      LOCK.unlock();
    }
  }

  /** Keeps a piece; the oldest ones make room for it. */
  private static void keep(ByteBuffer given) {
    if (given.capacity() > KEPT_BYTES_MAX) {
      return;
    }
    LOCK.lock();
    try {
      while (bytesKept() + given.capacity() > KEPT_BYTES_MAX) {
        remove(KEPT.getFirst());
      }
      KEPT.add(given);
    } finally {
      LOCK.unlock();
    }
  }

  /** How much is kept for later. */
  static long keptBytes() {
    LOCK.lock();
    try {
      return bytesKept();
    } finally {
      LOCK.unlock();
    }
  }

  /** By identity: buffers are equal if their bytes are. */
  @SuppressWarnings("ReferenceEquality")
  private static void remove(ByteBuffer one) {
    boolean unused = KEPT.removeIf(each -> each == one);
  }

  /**
   * Called with the lock held. Adds up each time, because a counter could be wrong after an Error.
   */
  private static long bytesKept() {
    long bytes = 0;
    for (ByteBuffer each : KEPT) {
      bytes += each.capacity();
    }
    return bytes;
  }
}
