package dev.durability.append;

import dev.durability.commit.Waiter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What one call of an appender needs: where it encodes its entries before it takes the lock, and
 * what it waits with. Instances are used again, so that a steady state allocates nothing.
 */
public final class Scratch extends OutputStream {
  private static final int INITIAL_BYTES = 256;
  private static final int KEPT_BYTES_MAX = 256 << 10;

  private final Waiter.OfThread waiter = new Waiter.OfThread();
  private byte[] bytes = new byte[INITIAL_BYTES];
  private int size;
  private int start;
  private long sizeMax;

  public byte[] bytes() {
    return bytes;
  }

  /** What the caller waits with, once the entries are in the queue. */
  public Waiter.OfThread waiter() {
    return waiter;
  }

  public int size() {
    return size;
  }

  void clear() {
    size = 0;
    start = 0;
  }

  /** Starts an entry, which may have this many bytes. */
  public void startEntry(int entryBytesMax) {
    start = size;
    sizeMax = (long) size + entryBytesMax;
  }

  @Override
  public void write(int b) throws IOException {
    if (size == bytes.length) {
      grow(1);
    }
    checkLimit(1);
    bytes[size++] = (byte) b;
  }

  @Override
  public void write(byte[] source, int from, int length) throws IOException {
    checkLimit(length);
    if (length > bytes.length - size) {
      grow(length);
    }
    System.arraycopy(source, from, bytes, size, length);
    size += length;
  }

  private void checkLimit(int more) {
    if (size + (long) more > sizeMax) {
      throw new IllegalArgumentException(
          "the encoded entry has more than "
              + (sizeMax - start)
              + " bytes, the limit of this log (WalOptions.entryBytesMax). Nothing was"
              + " appended: split the entry, or open the log with a larger limit");
    }
  }

  private void grow(int more) throws IOException {
    long needed = (long) size + more;
    if (needed > Integer.MAX_VALUE - 8) {
      throw new IOException("an atomic batch of more than 2 GiB cannot be encoded; split it");
    }
    bytes =
        Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * size)));
  }

  /** Scratches that nobody uses at the moment; a thread mostly gets the one that it had before. */
  public static final class Pool {
    private static final int SLOTS = 64;

    private final AtomicReferenceArray<Scratch> slots = new AtomicReferenceArray<>(SLOTS);

    public Scratch take() {
      Scratch scratch = slots.getAndSet(slot(), null);
      if (scratch == null) {
        return new Scratch();
      }
      scratch.clear();
      return scratch;
    }

    public void giveBack(Scratch scratch) {
      if (scratch.bytes.length <= KEPT_BYTES_MAX) {
        slots.lazySet(slot(), scratch);
      }
    }

    @SuppressWarnings("deprecation") // threadId() came with Java 19.
    private static int slot() {
      return (int) Thread.currentThread().getId() & (SLOTS - 1);
    }
  }
}
