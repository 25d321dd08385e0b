package dev.durability.pekko;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.errors.DurabilityException;
import dev.durability.log.SegmentRange;
import dev.durability.pekko.EventList.Items;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Writes checkpoints of the index, and frees the room of events that were deleted.
 *
 * <p>The log loses its oldest segments only. Events in them that are not deleted are appended again
 * first, if that frees at least as many entries as it copies: so an id that nobody uses does not
 * pin the log, and each entry that is freed costs at most one that is copied.
 */
final class Upkeep {
  /** How many copies are in flight. */
  private static final int COPIES_MAX = 256;

  private final EventLog events;
  private final WalWriter<Entry> log;
  private final Index index;
  private final IndexContent content;
  private final CheckpointPublisher publisher;
  private final long bytesBetween;

  /** One thread, which ends when there is nothing to do. */
  private final ThreadPoolExecutor thread;

  private final AtomicBoolean isScheduled = new AtomicBoolean();
  private volatile long dueAtBytes;
  private long publishedId;

  Upkeep(
      EventLog events,
      WalWriter<Entry> log,
      CheckpointPublisher publisher,
      long publishedId,
      long bytesBetween,
      IndexContent content) {
    this.events = events;
    this.log = log;
    this.index = events.index();
    this.publisher = publisher;
    this.publishedId = publishedId;
    this.bytesBetween = bytesBetween;
    this.dueAtBytes = bytesBetween;
    this.content = content;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            run -> EventLog.daemon(run, "upkeep"),
            new ThreadPoolExecutor.DiscardPolicy()); // Closing does what is left.
    thread.allowCoreThreadTimeOut(true);
  }

  /** Whether enough was written since the last checkpoint. */
  boolean isDue() {
    return log.appendedBytes() >= dueAtBytes;
  }

  /** Tidies up soon, on a thread of its own. */
  void schedule() {
    if (isScheduled.compareAndSet(false, true)) {
      thread.execute(this::tidyOrWarn);
    }
  }

  private void tidyOrWarn() {
    try {
      tidy();
    } catch (IOException | RuntimeException e) {
      dueAtBytes = log.appendedBytes() + bytesBetween;
      events.warn("no checkpoint of the journal could be written; its log grows until one is", e);
    } finally {
      isScheduled.set(false);
    }
  }

  /** Carries what pins the log, writes a checkpoint, and removes what is not needed any more. */
  void tidy() throws IOException {
    carry();
    publish();
  }

  private void publish() throws IOException {
    long lastId = log.lastDurableId();
    CompletableFuture<Void> settled = events.settled();
    join(settled); // The index has at least what the checkpoint names.
    var unused = publisher.publish(lastId, content);
    publishedId = lastId;
    dueAtBytes = log.appendedBytes() + Math.max(bytesBetween, content.bytes());
  }

  private void carry() throws IOException {
    List<SegmentRange> segments = log.segments();
    long limit = carriedTo(segments);
    if (limit == 0) {
      return;
    }
    List<CompletableFuture<Void>> copies = new ArrayList<>();
    for (String id : index.ids(0, Integer.MAX_VALUE)) {
      Items items = index.items(id, null);
      while (items.next()) {
        if (items.entryId() <= limit) {
          copy(items.entryId(), copies);
        }
      }
    }
    settle(copies);
  }

  /**
   * How far it pays to copy what is not deleted.
   *
   * @return the last entry of a segment, 0 if it does not pay
   */
  private long carriedTo(List<SegmentRange> segments) {
    int ended = segments.size() - 1; // The last one is being written.
    long[] live = new long[Math.max(0, ended)];
    index.forEachEntry(
        id -> {
          int at = segmentOf(id, segments, ended);
          if (at >= 0) {
            live[at]++;
          }
        });
    long limit = 0;
    long kept = 0;
    long all = 0;
    for (int i = 0; i < ended; i++) {
      SegmentRange each = segments.get(i);
      if (kept == 0 && live[i] == 0) {
        continue; // Nothing pins it.
      }
      kept += live[i];
      all += each.lastEntryId() - each.firstEntryId() + 1;
      if (kept <= all - kept) {
        limit = each.lastEntryId();
      }
    }
    return limit;
  }

  /** The place of the segment that has an entry, or -1 if it is none of the first so many. */
  private static int segmentOf(long id, List<SegmentRange> segments, int count) {
    int low = 0;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      SegmentRange each = segments.get(middle);
      if (id < each.firstEntryId()) {
        high = middle - 1;
      } else if (id > each.lastEntryId()) {
        low = middle + 1;
      } else {
        return middle;
      }
    }
    return -1;
  }

  private void copy(long id, List<CompletableFuture<Void>> copies) throws IOException {
    WalRecord<Entry> old = log.read(id);
    Entry.Write write = old == null ? null : EventReader.writeOf(old.entry());
    if (write == null) {
      return; // It was deleted meanwhile, or is reported to the actor that reads it.
    }
    copies.add(events.append(new Entry.Carried(id, write)));
    if (copies.size() == COPIES_MAX) {
      settle(copies);
    }
  }

  private static void settle(List<CompletableFuture<Void>> copies) throws IOException {
    join(CompletableFuture.allOf(copies.toArray(CompletableFuture<?>[]::new)));
    copies.clear();
  }

  private static void join(CompletableFuture<Void> future) throws IOException {
    try {
      future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new DurabilityException("tidying up the journal failed", e);
    }
  }

  /** Writes a last checkpoint, if anything was written since the one before. */
  void close() {
    thread.shutdown();
    boolean interrupted = false;
    while (!thread.isTerminated()) {
      try {
        boolean unused = thread.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    try {
      if (log.poison() == null && log.lastAppendedId() > publishedId) {
        publish();
      }
    } catch (IOException | RuntimeException e) {
      events.warn("no checkpoint of the journal was written when it was closed", e);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
