package dev.durability.bookkeeper;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.bookkeeper.client.api.LedgerMetadata;
import org.apache.bookkeeper.client.api.ReadHandle;
import org.jspecify.annotations.Nullable;

/**
 * A ledger that is not written through this directory object: it is closed, or somebody elsewhere
 * writes it. Then entries are seen as soon as one bookie has them, although a crash of the writer
 * may still take the last ones away.
 */
final class FoundLedger implements LedgerBytes {
  private final ReadHandle handle;
  private final String path;
  private final EntryReader reader;
  private final long outstandingBytesMax;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile long length;
  private volatile long entries;
  private volatile boolean complete;

  /**
   * Reads a ledger.
   *
   * @param outstandingBytesMax how much its writer may have on its way
   */
  FoundLedger(ReadHandle handle, String path, BookiesOfEntry bookies, long outstandingBytesMax) {
    this.outstandingBytesMax = outstandingBytesMax;
    this.handle = handle;
    this.path = path;
    this.reader = new EntryReader(handle, path, new EntryOffsets(), bookies);
  }

  @Override
  public long length(long enough) throws IOException {
    if (complete || length >= enough) {
      return length;
    }
    lock.lock();
    try {
      if (!finished()) {
        lookForMore(enough);
      }
      return length;
    } finally {
      lock.unlock();
    }
  }

  /** Once the ledger is closed, its metadata say all. */
  private boolean finished() {
    LedgerMetadata metadata = handle.getLedgerMetadata();
    if (!complete && metadata.isClosed()) {
      length = metadata.getLength();
      entries = metadata.getLastEntryId() + 1;
      complete = true;
    }
    return complete;
  }

  private void lookForMore(long enough) throws IOException {
    if (!take(entries)) {
      return;
    }
    String what = "asking how far " + path + " is written";
    long confirmed =
        Ledgers.result(
            what, handle.getId(), Awaiting.uninterrupted(handle::readLastAddConfirmedAsync));
    if (confirmed >= entries) {
      boolean unused = take(confirmed);
    }
    // The confirmed one lags by what was on its way when the last entry was sent: these are looked
    // for one by one. What came after this call began need not be found, or it might never end.
    long most = Math.min(enough, length + outstandingBytesMax);
    while (length < most && take(entries)) {
      // Each step found one more.
    }
    boolean unused = finished();
  }

  private boolean take(long entry) throws IOException {
    EntryReader.Extent extent = reader.extent(entry);
    if (extent == null) {
      return false;
    }
    entries = entry + 1;
    length = extent.end();
    return true;
  }

  @Override
  public @Nullable Window read(long offset, int wanted, @Nullable Window before)
      throws IOException {
    if (length(offset + 1) <= offset) {
      return null;
    }
    long known;
    long knownEntries;
    lock.lock();
    try {
      known = length;
      knownEntries = entries;
    } finally {
      lock.unlock();
    }
    return reader.read(offset, wanted, before, known, knownEntries);
  }

  @Override
  public void close() {
    Ledgers.close(handle);
  }
}
