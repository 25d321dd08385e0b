package dev.durability.bookkeeper;

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
  /** All of them are in memory at once, and each may be 64 KiB. */
  private static final int ENTRIES_MAX = 1024;

  private static final int ENTRIES_AT_FIRST = 64;
  private static final int WINDOW_BYTES = 1 << 20;

  private final ReadHandle handle;
  private final String path;
  private final EntryOffsets offsets;
  private final BookiesOfEntry bookies;

  EntryReader(ReadHandle handle, String path, EntryOffsets offsets, BookiesOfEntry bookies) {
    this.handle = handle;
    this.path = path;
    this.offsets = offsets;
    this.bookies = bookies;
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

  /**
   * Where an entry is, null if there is no such entry yet.
   *
   * @throws IOException if it cannot be read, or so few bookies answer that it may be there
   */
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
          || (isUnconfirmed(entry) && bookies.deny(handle.getLedgerMetadata(), entry))) {
        return null;
      }
      throw Ledgers.failed("reading entry " + entry + " of " + path, handle.getId(), e.getCause());
    }
  }

  /**
   * Whether nobody has said yet that enough bookies have the entry. Beside a writer, one that is
   * not there is no failure, as long as it cannot have been acknowledged.
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
    if (before == null || before.end() != offset || before.nextEntry() < 0) {
      long first = find(offset, length, entries);
      return await(first, window(first, Math.min(ENTRIES_AT_FIRST, entries - first)));
    }
    CompletableFuture<Window> ahead = before.next();
    long first = before.nextEntry();
    Window read =
        ahead != null && arrives(ahead)
            ? ahead.join()
            : await(first, window(first, count(before, wanted, entries - first)));
    if (entries > read.nextEntry() && read.next() == null) {
      // Who reads one after the other wants the next ones, too.
      long more = entries - read.nextEntry();
      read.follow(window(read.nextEntry(), count(read, wanted, more)));
    }
    return read;
  }

  /** Waits for what was asked for ahead; if it fails, it is asked for again. */
  private static boolean arrives(CompletableFuture<Window> ahead) {
    try {
      return Awaiting.result(ahead) != null;
    } catch (ExecutionException again) {
      return false;
    }
  }

  /** How many entries to read at once, by the size of those before. */
  private static long count(Window before, int wanted, long most) {
    long average = before.averageBytes();
    long count = Math.max(ENTRIES_AT_FIRST, Math.max(wanted, WINDOW_BYTES) / average);
    return Math.max(1, Math.min(Math.min(count, ENTRIES_MAX), most));
  }

  private Window await(long first, CompletableFuture<Window> reading) throws IOException {
    String what = "reading entries from " + first + " on of " + path;
    return Ledgers.result(what, handle.getId(), reading);
  }

  private CompletableFuture<Window> window(long first, long count) {
    return reading(first, first + count - 1).thenApply(entries -> window(first, count, entries));
  }

  private Window window(long first, long count, LedgerEntries read) {
    try (LedgerEntries entries = read) {
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
      return new Window(handle.getId(), start, all, first, first + count);
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
