package dev.durability.wal;

import dev.durability.append.AppendEvents;
import dev.durability.log.LogHold;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.threads.Thrown;
import java.util.List;
import java.util.function.Consumer;

/**
 * Counts what a log does, tells the observer, and keeps what it throws away from the log. What is
 * appended is counted with the log's lock; the rest by the thread that leads, once per write or
 * sync, for any thread to read.
 */
final class Notices implements AppendEvents {
  private final WalObserver observer;
  private long appendedEntries;
  private long appendedBytes;
  private volatile long writtenBytes;
  private volatile long syncs;
  private volatile long syncNanos;
  private volatile long rotations;
  private long entriesToSync;
  private long bytesToSync;
  private boolean hasEnded;
  private long endedEntries;
  private long endedBytes;

  Notices(WalObserver observer) {
    this.observer = observer;
  }

  WalObserver observer() {
    return observer;
  }

  /** How many entries were appended; with the lock. */
  long appendedEntries() {
    return appendedEntries;
  }

  /** How many bytes of frames were appended; with the lock. */
  long appendedBytes() {
    return appendedBytes;
  }

  long writtenBytes() {
    return writtenBytes;
  }

  long syncs() {
    return syncs;
  }

  long syncNanos() {
    return syncNanos;
  }

  long rotations() {
    return rotations;
  }

  /** On the path where nothing is allocated: not even what a call in a lambda takes. */
  void onAppend(long firstId, long lastId, long bytes) {
    appendedEntries += lastId - firstId + 1;
    appendedBytes += bytes;
    if (observer != WalObserver.NONE) {
      try {
        observer.onAppend(firstId, lastId, bytes);
      } catch (Throwable e) {
        Thrown.report(e);
      }
    }
  }

  /** A marker was appended, which has no entry id; with the lock. */
  void markerAppended(long bytes) {
    appendedBytes += bytes;
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread leads at a time.
  public void onFlush(long lastId, long entries, long bytes) {
    entriesToSync += entries;
    bytesToSync += bytes;
    writtenBytes += bytes;
    if (observer != WalObserver.NONE) {
      tell(o -> o.onFlush(lastId, bytes));
    }
  }

  @Override
  public void onEnd() {
    hasEnded = true;
    endedEntries = entriesToSync;
    endedBytes = bytesToSync;
    entriesToSync = 0;
    bytesToSync = 0;
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread leads at a time.
  public void onSync(long lastId, long durationNanos) {
    if (!hasEnded) {
      onEnd();
    }
    hasEnded = false;
    syncs++;
    syncNanos += durationNanos;
    if (observer != WalObserver.NONE) {
      long entries = endedEntries;
      long bytes = endedBytes;
      tell(o -> o.onSync(lastId, entries, bytes, durationNanos));
    }
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread leads at a time.
  public void onRotate(SegmentRange ended) {
    rotations++;
    tell(o -> o.onRotate(ended));
  }

  void onTruncate(List<SegmentRange> removed) {
    tell(o -> o.onTruncate(removed));
  }

  void onRecovery(LogReport report, long durationNanos) {
    tell(o -> o.onRecovery(report, durationNanos));
  }

  void onPoisoned(Throwable cause) {
    tell(o -> o.onPoisoned(cause));
  }

  boolean mayRemove(SegmentRange segment) {
    try {
      return observer.mayRemove(segment);
    } catch (Throwable e) {
      Thrown.report(e);
      return false; // Whoever cannot answer has not agreed.
    }
  }

  void onHeldBack(List<LogHold> holds) {
    tell(o -> o.onHeldBack(holds));
  }

  void onClosed(SegmentRange last) {
    tell(o -> o.onClosed(last));
  }

  private void tell(Consumer<WalObserver> what) {
    try {
      what.accept(observer);
    } catch (Throwable e) {
      Thrown.report(e);
    }
  }

  /** Two observers as one; what the first throws does not keep anything from the second. */
  static WalObserver both(WalObserver first, WalObserver second) {
    return new WalObserver() {
      private void tell(Consumer<WalObserver> what) {
        new Notices(first).tell(what);
        what.accept(second);
      }

      @Override
      public void onAppend(long firstId, long lastId, long bytes) {
        try {
          first.onAppend(firstId, lastId, bytes);
        } catch (Throwable e) {
          Thrown.report(e);
        }
        second.onAppend(firstId, lastId, bytes);
      }

      @Override
      public void onFlush(long lastId, long bytes) {
        tell(o -> o.onFlush(lastId, bytes));
      }

      @Override
      public void onSync(long lastId, long entries, long bytes, long durationNanos) {
        tell(o -> o.onSync(lastId, entries, bytes, durationNanos));
      }

      @Override
      public void onRotate(SegmentRange ended) {
        tell(o -> o.onRotate(ended));
      }

      @Override
      public void onTruncate(List<SegmentRange> removed) {
        tell(o -> o.onTruncate(removed));
      }

      @Override
      public void onRecovery(LogReport report, long durationNanos) {
        tell(o -> o.onRecovery(report, durationNanos));
      }

      @Override
      public boolean mayRemove(SegmentRange segment) {
        return first.mayRemove(segment) && second.mayRemove(segment);
      }

      @Override
      public boolean mayRemoveCheckpoint(String path, long lastEntryId) {
        return first.mayRemoveCheckpoint(path, lastEntryId)
            && second.mayRemoveCheckpoint(path, lastEntryId);
      }

      @Override
      public void onHeldBack(List<LogHold> holds) {
        tell(o -> o.onHeldBack(holds));
      }

      @Override
      public void onClosed(SegmentRange last) {
        tell(o -> o.onClosed(last));
      }

      @Override
      public void onCheckpoint(String path, long lastEntryId, long bytes, long durationNanos) {
        tell(o -> o.onCheckpoint(path, lastEntryId, bytes, durationNanos));
      }

      @Override
      public void onCheckpointFailed(Throwable cause) {
        tell(o -> o.onCheckpointFailed(cause));
      }

      @Override
      public void onPoisoned(Throwable cause) {
        tell(o -> o.onPoisoned(cause));
      }
    };
  }
}
