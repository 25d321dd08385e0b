package dev.durability.wal;

import java.util.List;
import java.util.function.Consumer;

/** Tells the observer, and keeps what it throws away from the log. */
final class Notices {
  private final WalObserver observer;

  Notices(WalObserver observer) {
    this.observer = observer;
  }

  void onAppend(long firstId, long lastId, long bytes) {
    if (observer != WalObserver.NONE) {
      tell(o -> o.onAppend(firstId, lastId, bytes));
    }
  }

  void onFlush(long lastId, long bytes) {
    if (observer != WalObserver.NONE) {
      tell(o -> o.onFlush(lastId, bytes));
    }
  }

  void onSync(long lastId, long durationNanos) {
    if (observer != WalObserver.NONE) {
      tell(o -> o.onSync(lastId, durationNanos));
    }
  }

  void onRotate(SegmentRange ended) {
    tell(o -> o.onRotate(ended));
  }

  void onTruncate(List<SegmentRange> removed) {
    tell(o -> o.onTruncate(removed));
  }

  void onRecovery(LogReport report) {
    tell(o -> o.onRecovery(report));
  }

  boolean mayRemove(SegmentRange segment) {
    try {
      return observer.mayRemove(segment);
    } catch (Throwable e) {
      report(e);
      return false; // Whoever cannot answer has not agreed.
    }
  }

  private void tell(Consumer<WalObserver> what) {
    try {
      what.accept(observer);
    } catch (Throwable e) {
      report(e);
    }
  }

  /** Hands what nobody waits for to the thread's handler; as in a thread that ends by it. */
  @SuppressWarnings("EmptyCatch")
  static void report(Throwable e) {
    try {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    } catch (Throwable ofTheHandler) {
      // The virtual machine ignores what a handler throws; so does the log.
    }
  }
}
