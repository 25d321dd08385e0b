package dev.durability.append;

import dev.durability.commit.Waiter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What one call of an appender needs: where it encodes its entries before it takes the lock, and
 * what it waits with. Instances are used again, so that a steady state allocates nothing.
 */
public final class Scratch extends OutputStream {
  private static final int INITIAL_BYTES = 256;
  private static final int KEPT_BYTES_MAX = 256 << 10;

  private final Waiter.OfThread waiter = new Waiter.OfThread();

  /** The thread that alone uses it, also when it asks whether it does; null if threads share it. */
  private final @Nullable Thread owner;

  private boolean isInUse;
  private @Nullable Thread lastUser;
  private byte[] bytes = new byte[INITIAL_BYTES];
  private int size;
  private int start;
  private long sizeMax;

  /** Makes one that threads share. */
  Scratch() {
    this(null);
  }

  private Scratch(@Nullable Thread owner) {
    this.owner = owner;
  }

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

  /** Counts an entry that is elsewhere, in an array of this many bytes. */
  public void countOnly(int length) {
    checkLimit(length);
    size += length;
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

  /**
   * Scratches for the calls of any number of threads. A thread that comes again gets one of its
   * own, which it takes without an atomic step, unless another thread that lives has its place.
   * Other calls share, and a thread mostly gets the one that it had before.
   */
  public static final class Pool {
    private static final int SLOTS = 64;

    /** Any thread may see any of them here, and uses none that has another owner. */
    private final @Nullable Scratch[] owned = new @Nullable Scratch[SLOTS];

    private final AtomicReferenceArray<@Nullable Scratch> shared =
        new AtomicReferenceArray<>(SLOTS);

    public Scratch take() {
      Thread self = Thread.currentThread();
      int slot = slot(self);
      Scratch own = owned[slot];
      if (own != null && own.owner == self) {
        if (!own.isInUse) {
          own.isInUse = true;
          own.clear();
          return own;
        }
        owned[slot] = null; // The call that took it failed, or has not ended.
      }
      return takeShared(slot);
    }

    private Scratch takeShared(int slot) {
      Scratch scratch = shared.getAndSet(slot, null);
      if (scratch == null) {
        return new Scratch();
      }
      scratch.clear();
      return scratch;
    }

    /** By the thread that took it. One that is not given back is not used again. */
    public void giveBack(Scratch scratch) {
      boolean isKept = scratch.bytes.length <= KEPT_BYTES_MAX;
      if (scratch.owner == null) {
        share(scratch, isKept);
      } else if (isKept) {
        scratch.isInUse = false;
      }
    }

    private void share(Scratch scratch, boolean isKept) {
      Thread self = Thread.currentThread();
      int slot = slot(self);
      if (scratch.lastUser == self && isVacant(owned[slot])) {
        owned[slot] = new Scratch(self);
      }
      scratch.lastUser = self;
      if (isKept) {
        shared.lazySet(slot, scratch);
      }
    }

    private static boolean isVacant(@Nullable Scratch own) {
      return own == null || own.owner == null || !own.owner.isAlive();
    }

    @SuppressWarnings("deprecation") // threadId() came with Java 19.
    private static int slot(Thread thread) {
      return (int) thread.getId() & (SLOTS - 1);
    }
  }
}
