package dev.durability.wal;

import dev.durability.append.AppendEvents;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.threads.Thrown;
import java.util.List;
import java.util.function.Consumer;

/** Tells the observer, and keeps what it throws away from the log. */
final class Notices implements AppendEvents {
  private final WalObserver observer;

  Notices(WalObserver observer) {
    this.observer = observer;
  }

  void onAppend(long firstId, long lastId, long bytes) {
    if (observer != WalObserver.NONE) {
      tell(o -> o.onAppend(firstId, lastId, bytes));
    }
  }

  @Override
  public void onFlush(long lastId, long bytes) {
    if (observer != WalObserver.NONE) {
      tell(o -> o.onFlush(lastId, bytes));
    }
  }

  @Override
  public void onSync(long lastId, long durationNanos) {
    if (observer != WalObserver.NONE) {
      tell(o -> o.onSync(lastId, durationNanos));
    }
  }

  @Override
  public void onRotate(SegmentRange ended) {
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
      Thrown.report(e);
      return false; // Whoever cannot answer has not agreed.
    }
  }

  private void tell(Consumer<WalObserver> what) {
    try {
      what.accept(observer);
    } catch (Throwable e) {
      Thrown.report(e);
    }
  }
}
