package dev.durability.jfr;

import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.wal.WalObserver;
import java.util.List;
import java.util.Objects;

/**
 * Emits an event of the JDK Flight Recorder for each sync, rotation, truncation, recovery and
 * checkpoint of a log, and if a failure poisons it. Appends cause none: the event of a sync has how
 * many entries it made durable. An event that no recording asks for costs a check.
 *
 * <p>Set it as the observer of {@link dev.durability.wal.WalOptions}, alone or with another one by
 * {@link WalObserver#andThen}. Any number of logs may use one, and any thread.
 */
public final class JfrObserver implements WalObserver {
  private final String log;

  /**
   * Creates an observer.
   *
   * @param log the name of the log in its events
   */
  public JfrObserver(String log) {
    this.log = Objects.requireNonNull(log, "log");
  }

  @Override
  public void onSync(long lastId, long entries, long bytes, long durationNanos) {
    SyncEvent event = new SyncEvent();
    if (event.isEnabled()) {
      event.log = log;
      event.lastId = lastId;
      event.entries = entries;
      event.bytes = bytes;
      event.took = durationNanos;
      event.commit();
    }
  }

  @Override
  public void onRotate(SegmentRange ended) {
    RotationEvent event = new RotationEvent();
    event.log = log;
    event.firstId = ended.firstEntryId();
    event.lastId = ended.lastEntryId();
    event.file = ended.file();
    event.commit();
  }

  @Override
  public void onTruncate(List<SegmentRange> removed) {
    TruncationEvent event = new TruncationEvent();
    event.log = log;
    event.segments = removed.size();
    event.lastId = removed.get(removed.size() - 1).lastEntryId();
    event.commit();
  }

  @Override
  public void onRecovery(LogReport report, long durationNanos) {
    RecoveryEvent event = new RecoveryEvent();
    event.log = log;
    event.verdict = report.verdict().name();
    event.reason = report.reason();
    event.lastId = report.intact();
    event.segments = report.segments();
    event.took = durationNanos;
    event.commit();
  }

  @Override
  public void onCheckpoint(String path, long lastEntryId, long bytes, long durationNanos) {
    CheckpointEvent event = new CheckpointEvent();
    event.log = log;
    event.path = path;
    event.lastId = lastEntryId;
    event.bytes = bytes;
    event.took = durationNanos;
    event.commit();
  }

  @Override
  public void onCheckpointFailed(Throwable cause) {
    CheckpointFailedEvent event = new CheckpointFailedEvent();
    event.log = log;
    event.cause = cause.toString();
    event.commit();
  }

  @Override
  public void onPoisoned(Throwable cause) {
    PoisonedEvent event = new PoisonedEvent();
    event.log = log;
    event.cause = cause.toString();
    event.commit();
  }
}
