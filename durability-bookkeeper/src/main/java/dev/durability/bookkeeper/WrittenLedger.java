package dev.durability.bookkeeper;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.bookkeeper.client.api.WriteHandle;
import org.jspecify.annotations.Nullable;

/**
 * A ledger that is written here. Its entries are on their way to the bookies until they are
 * confirmed; whoever reads here sees them at once. One thread writes, any number read.
 */
final class WrittenLedger implements LedgerBytes {
  private static final int ENTRY_BYTES_MAX = 64 << 10;

  private final WriteHandle handle;
  private final String path;
  private final int outstandingBytesMax;
  private final EntryOffsets offsets = new EntryOffsets();
  private final EntryReader reader;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition confirmed = lock.newCondition();

  /** What is on its way, oldest first. */
  private final ArrayDeque<byte[]> outstanding = new ArrayDeque<>();

  private long length;
  private long confirmedLength;
  private long confirmedEntries;
  private @Nullable Throwable failure;

  /** What was on its way when writing failed, oldest first. */
  private List<byte[]> unconfirmed = List.of();

  WrittenLedger(WriteHandle handle, String path, int outstandingBytesMax, BookiesOfEntry bookies) {
    this.handle = handle;
    this.path = path;
    this.outstandingBytesMax = outstandingBytesMax;
    this.reader = new EntryReader(handle, path, offsets, bookies);
  }

  long id() {
    return handle.getId();
  }

  /**
   * Sends bytes. Waits while too many are on their way. If this fails, what was taken from the
   * source is {@link #unconfirmed}.
   */
  void append(ByteBuffer source) throws IOException {
    while (source.hasRemaining()) {
      // A copy, which nobody changes: the client may send it again much later.
      byte[] entry = new byte[Math.min(ENTRY_BYTES_MAX, source.remaining())];
      lock.lock();
      try {
        while (failure == null && length - confirmedLength > outstandingBytesMax) {
          confirmed.awaitUninterruptibly();
        }
        throwFailure("writing " + path + " at offset " + length + " of its ledger");
        source.get(entry);
        outstanding.add(entry);
        length += entry.length;
      } finally {
        lock.unlock();
      }
      var unused = handle.appendAsync(Unpooled.wrappedBuffer(entry)).whenComplete(this::answered);
    }
  }

  private void answered(@Nullable Long entry, @Nullable Throwable failed) {
    lock.lock();
    try {
      if (failed != null) {
        if (failure == null) {
          failure = failed;
          // Readers here must not see what may never be there.
          unconfirmed = List.copyOf(outstanding);
          outstanding.clear();
          length = confirmedLength;
        }
      } else if (failure == null && entry != null) {
        offsets.begins(confirmedLength, entry);
        confirmedLength += outstanding.remove().length;
        confirmedEntries = entry + 1;
      }
      confirmed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all that was sent is confirmed. */
  void awaitConfirmed() throws IOException {
    lock.lock();
    try {
      while (failure == null && !outstanding.isEmpty()) {
        confirmed.awaitUninterruptibly();
      }
      throwFailure("writing " + path + " up to offset " + length + " of its ledger");
    } finally {
      lock.unlock();
    }
  }

  /** How many bytes are confirmed. */
  long confirmedLength() {
    lock.lock();
    try {
      return confirmedLength;
    } finally {
      lock.unlock();
    }
  }

  /** What was sent and never confirmed, once writing has failed. */
  List<byte[]> unconfirmed() {
    lock.lock();
    try {
      return unconfirmed;
    } finally {
      lock.unlock();
    }
  }

  private void throwFailure(String what) throws IOException {
    Throwable first = failure;
    if (first != null) {
      throw Ledgers.failed(what, handle.getId(), first);
    }
  }

  /** Waits for what is on its way, then ends the ledger: nothing can be added any more. */
  void end() throws IOException {
    try {
      awaitConfirmed(); // Closing the handle would fail what is on its way.
    } catch (IOException e) {
      close();
      throw e;
    }
    Void unused =
        Ledgers.result(
            "closing " + path, handle.getId(), Awaiting.uninterrupted(handle::closeAsync));
  }

  @Override
  public long length(long enough) {
    lock.lock();
    try {
      return length;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public @Nullable Window read(long offset, int wanted, @Nullable Window before)
      throws IOException {
    long known;
    long entries;
    lock.lock();
    try {
      long start = confirmedLength;
      for (byte[] each : outstanding) {
        if (offset >= start && offset < start + each.length) {
          return new Window(id(), start, each, -1, -1);
        }
        start += each.length;
      }
      known = confirmedLength;
      entries = confirmedEntries;
    } finally {
      lock.unlock();
    }
    if (offset >= known) {
      return null;
    }
    return reader.read(offset, wanted, before, known, entries);
  }

  @Override
  public void close() {
    Ledgers.close(handle);
  }
}
