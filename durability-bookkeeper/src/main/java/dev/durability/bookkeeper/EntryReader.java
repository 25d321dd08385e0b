package dev.durability.bookkeeper;

import dev.durability.bookkeeper.LedgerBytes.Window;
import dev.durability.errors.DurabilityException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.bookkeeper.client.api.BKException;
import org.apache.bookkeeper.client.api.LedgerEntries;
import org.apache.bookkeeper.client.api.LedgerEntry;
import org.apache.bookkeeper.client.api.ReadHandle;
import org.jspecify.annotations.Nullable;

/** Finds bytes of a ledger in its entries, many of which are read at once. For any thread. */
final class EntryReader {
  private static final int ENTRIES_MAX = 4096;
  private static final int ENTRIES_AT_FIRST = 64;
  private static final int WINDOW_BYTES_MAX = 4 << 20;

  private final ReadHandle handle;
  private final String path;
  private final EntryOffsets offsets;

  EntryReader(ReadHandle handle, String path, EntryOffsets offsets) {
    this.handle = handle;
    this.path = path;
    this.offsets = offsets;
  }

  /**
   * An entry.
   *
   * @param start the offset of its first byte in the ledger
   * @param end the offset after its last
   */
  record Extent(long start, long end) {}

  private CompletableFuture<LedgerEntries> reading(long first, long last) {
    return Awaiting.uninterrupted(() -> handle.readUnconfirmedAsync(first, last));
  }

  /** Where an entry is, null if there is no such entry yet. */
  @Nullable Extent extent(long entry) throws IOException {
    try (LedgerEntries entries = Awaiting.result(reading(entry, entry))) {
      LedgerEntry found = entries.getEntry(entry);
      // What an entry calls its length is that of all entries up to it.
      long start = found.getLength() - found.getEntryBuffer().readableBytes();
      offsets.begins(start, entry);
      return new Extent(start, found.getLength());
    } catch (ExecutionException e) {
      int code = Ledgers.code(e);
      if (code == BKException.Code.NoSuchEntryException
          || code == BKException.Code.NoSuchLedgerExistsException
          || (isUnconfirmed(entry) && code == BKException.Code.BookieHandleNotAvailableException)) {
        return null;
      }
      throw Ledgers.failed("reading entry " + entry + " of " + path, handle.getId(), e.getCause());
    }
  }

  /**
   * Whether nobody has said yet that enough bookies have the entry. If one of them cannot be
   * reached and none of the others has it, then it was never acknowledged, as long as the ack
   * quorum leaves out one bookie: a reader beside a writer sees it as not written yet.
   */
  private boolean isUnconfirmed(long entry) {
    return !handle.isClosed() && entry > handle.getLastAddConfirmed();
  }

  /**
   * Reads bytes.
   *
   * @param offset the first that is wanted
   * @param wanted about how many
   * @param before what was read last, or null
   * @param length how many bytes there are
   * @param entries how many entries they are in
   */
  Window read(long offset, int wanted, @Nullable Window before, long length, long entries)
      throws IOException {
    long first;
    long count;
    if (before != null && before.end() == offset && before.nextEntry() >= 0) {
      first = before.nextEntry();
      long average = Math.max(1, before.bytes().length / Math.max(1, countOf(before)));
      count = Math.min(ENTRIES_MAX, Math.max(ENTRIES_AT_FIRST, wanted / average));
      count = Math.min(count, Math.max(1, WINDOW_BYTES_MAX / average));
    } else {
      first = find(offset, length, entries);
      count = ENTRIES_AT_FIRST;
    }
    count = Math.max(1, Math.min(count, entries - first));
    return read(first, count);
  }

  private long countOf(Window window) {
    Map.Entry<Long, Long> begin = offsets.before(window.start());
    return begin.getKey() == window.start() ? window.nextEntry() - begin.getValue() : 1;
  }

  private Window read(long first, long count) throws IOException {
    String what = "reading entries from " + first + " on of " + path;
    try (LedgerEntries entries =
        Ledgers.result(what, handle.getId(), reading(first, first + count - 1))) {
      int bytes = 0;
      long start = -1;
      for (LedgerEntry entry : entries) {
        int size = entry.getEntryBuffer().readableBytes();
        start = start < 0 ? entry.getLength() - size : start;
        bytes += size;
      }
      byte[] all = new byte[bytes];
      int at = 0;
      for (LedgerEntry entry : entries) {
        int size = entry.getEntryBuffer().readableBytes();
        entry.getEntryBuffer().getBytes(entry.getEntryBuffer().readerIndex(), all, at, size);
        at += size;
      }
      offsets.begins(start, first);
      offsets.begins(start + bytes, first + count);
      return new Window(handle.getId(), start, all, first + count);
    }
  }

  /** The entry that has a byte: guesses by the average size, then by halves. */
  private long find(long offset, long length, long entries) throws IOException {
    Map.Entry<Long, Long> low = offsets.before(offset);
    Map.Entry<Long, Long> next = offsets.after(offset);
    Map.Entry<Long, Long> high =
        next == null || next.getKey() > length ? Map.entry(length, entries) : next;
    for (int tries = 0; high.getValue() - low.getValue() > 1; tries++) {
      long between = high.getValue() - low.getValue();
      double part =
          tries < 8 ? (offset - low.getKey()) / (double) (high.getKey() - low.getKey()) : 0.5;
      long guess = low.getValue() + Math.min(between - 1, (long) (part * between));
      Extent found = extent(guess);
      if (found == null) {
        throw new DurabilityException(
            "ledger "
                + handle.getId()
                + " of "
                + path
                + " has "
                + entries
                + " entries, but none with the number "
                + guess
                + ": bookies have lost it. Look for what their logs say of this ledger");
      }
      if (offset < found.start()) {
        high = Map.entry(found.start(), guess);
      } else if (offset >= found.end()) {
        low = Map.entry(found.end(), guess + 1);
      } else {
        return guess;
      }
    }
    return low.getValue();
  }
}
