package dev.durability.pekko;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.errors.DurabilityException;
import dev.durability.storage.Directory;
import dev.durability.wal.AppendFuture;
import dev.durability.wal.WalWriter;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The log of a journal, and its index.
 *
 * <p><b>Durability.</b> A future of {@link #append} completes when the entry is as durable as the
 * settings ask for, and is in the index. Many entries share a sync.
 *
 * <p><b>Failures.</b> If writing fails and can be retried, the future fails although the entry may
 * still become durable; then it is in the index like any other. After a failed sync everything
 * fails until the log is opened again.
 *
 * <p>Any number of threads may use it.
 */
final class EventLog implements Closeable {
  /** After a start that had to read more entries than this, a checkpoint is written at once. */
  private static final long REPLAYED_MAX = 10_000;

  private final Settings settings;
  private final BiConsumer<String, Throwable> warnings;
  private final WalWriter<Entry> log;
  private final Index index;
  private final Subscriptions subscriptions = new Subscriptions();
  private final EventReader reader;
  private final Upkeep upkeep;

  /** Gives entries their ids and their places among the pending in one order. */
  private final ReentrantLock appending = new ReentrantLock();

  private final ReentrantLock queue = new ReentrantLock();
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();

  /** Whether one of the pending failed and may still become durable. */
  private volatile boolean hasOpen;

  private final AtomicBoolean isSettling = new AtomicBoolean();
  private final ExecutorService settling;
  private volatile boolean closed;

  private EventLog(
      Directory directory,
      Settings settings,
      BiConsumer<String, Throwable> warnings,
      WalWriter<Entry> log,
      Loading loaded,
      Removal removal) {
    this.settings = settings;
    this.warnings = warnings;
    this.log = log;
    this.index = loaded.index();
    this.reader = new EventReader(log, index, settings.isSynced());
    this.settling = Executors.newSingleThreadExecutor(run -> daemon(run, "settling"));
    this.upkeep =
        new Upkeep(
            this,
            log,
            CheckpointPublisher.of(directory, Clock.systemUTC(), log),
            loaded.checkpointId(),
            settings.checkpointBytes(),
            new IndexContent(index, log, removal));
    if (loaded.replayed() > REPLAYED_MAX) {
      upkeep.schedule();
    }
  }

  /**
   * Opens the log, and creates it if there is none.
   *
   * @param warnings is told about failures that nobody waits for
   * @throws IOException as {@link WalWriter#open}
   */
  static EventLog open(
      Directory directory, Settings settings, BiConsumer<String, Throwable> warnings)
      throws IOException {
    Loading loading = new Loading(directory);
    Removal removal = new Removal();
    WalWriter<Entry> log =
        WalWriter.open(directory, new EntryCodec(), settings.walOptions(removal), loading);
    return new EventLog(directory, settings, warnings, log, loading, removal);
  }

  static Thread daemon(Runnable run, String what) {
    Thread thread = new Thread(run, "durability-pekko-" + what);
    thread.setDaemon(true);
    return thread;
  }

  Index index() {
    return index;
  }

  EventReader reader() {
    return reader;
  }

  Subscriptions subscriptions() {
    return subscriptions;
  }

  /**
   * Appends an entry.
   *
   * @return completes when it is settled
   * @throws IllegalArgumentException if it is too large; nothing was appended
   * @throws dev.durability.errors.CodecException if it cannot be encoded; nothing was appended
   * @throws IOException if it could not be appended
   */
  CompletableFuture<Void> append(Entry entry) throws IOException {
    Pending added = new Pending(entry);
    appending.lock();
    try {
      if (settings.isSynced()) {
        appendSynced(added);
      } else {
        appendFlushed(added);
      }
    } finally {
      appending.unlock();
    }
    return added.settled;
  }

  private void appendSynced(Pending added) throws IOException {
    AppendFuture durable = log.appendAsync(Objects.requireNonNull(added.entry));
    added.entryId = durable.entryId();
    enqueue(added);
    var unused =
        durable.whenComplete(
            (id, failure) -> {
              if (failure != null) {
                added.failure = failure;
                hasOpen = true;
              }
              scheduleSettling();
            });
  }

  /** What was appended is in the log even if it could not be written yet. */
  private void appendFlushed(Pending added) throws IOException {
    Entry entry = Objects.requireNonNull(added.entry);
    long before = log.lastAppendedId();
    try {
      added.entryId = log.append(entry);
      apply(added.entryId, entry);
      added.settled.complete(null);
      considerUpkeep();
    } catch (IOException e) {
      if (log.lastAppendedId() > before) {
        apply(log.lastAppendedId(), entry);
      }
      throw e;
    }
  }

  private void enqueue(Pending added) {
    queue.lock();
    try {
      pending.add(added);
    } finally {
      queue.unlock();
    }
  }

  /**
   * Waits for what was appended before: only then is it known what an actor recovers.
   *
   * @return completes when all of it is in the index; or fails if that cannot be achieved now
   */
  CompletableFuture<Void> settled() {
    Pending barrier = new Pending(null);
    queue.lock();
    try {
      Pending last = pending.peekLast();
      if (last == null) {
        return CompletableFuture.completedFuture(null);
      }
      barrier.entryId = last.entryId;
      barrier.isRetried = hasOpen;
      pending.add(barrier);
    } finally {
      queue.unlock();
    }
    if (barrier.isRetried) {
      onSettlingThread(() -> retry(barrier));
    }
    scheduleSettling(); // What it waits for may have happened just now.
    return barrier.settled;
  }

  private void retry(Pending barrier) {
    try {
      log.sync();
    } catch (IOException | RuntimeException e) {
      barrier.failure = e;
    }
    scheduleSettling();
  }

  private void scheduleSettling() {
    if (isSettling.compareAndSet(false, true)) {
      onSettlingThread(this::settle);
    }
  }

  private void onSettlingThread(Runnable work) {
    try {
      settling.execute(work);
    } catch (RejectedExecutionException closing) {
      // Closing settles what is left.
    }
  }

  private void settle() {
    isSettling.set(false); // What completes from here on schedules another run.
    try {
      settleDurable();
      if (hasOpen) {
        settleFailed();
      }
      considerUpkeep();
    } catch (RuntimeException | Error e) {
      warnings.accept("the index of the journal could not be brought up to date", e);
      throw e;
    }
  }

  private void settleDurable() {
    long durable = log.lastDurableId();
    for (Pending next = first(); next != null && next.entryId <= durable; next = first()) {
      if (next.entry != null) {
        apply(next.entryId, next.entry);
      }
      Pending unused = poll(); // Only now: who finds nothing pending finds it in the index.
      next.settled.complete(null);
    }
  }

  private @Nullable Pending first() {
    queue.lock();
    try {
      return pending.peekFirst();
    } finally {
      queue.unlock();
    }
  }

  /** Entries that failed stay in the queue: they may still become durable. */
  private void settleFailed() {
    List<Pending> failed = new ArrayList<>();
    Throwable open = null;
    queue.lock();
    try {
      hasOpen = false; // What fails from here on sets it again.
      for (Iterator<Pending> all = pending.iterator(); all.hasNext(); ) {
        Pending each = all.next();
        if (each.entry == null && !each.isRetried && each.failure == null) {
          each.failure = open;
        }
        if (each.failure != null) {
          failed.add(each);
        }
        if (each.entry == null && each.failure != null) {
          all.remove();
        } else if (each.failure != null) {
          open = each.failure;
        }
      }
      if (open != null) {
        hasOpen = true;
      }
    } finally {
      queue.unlock();
    }
    for (Pending each : failed) {
      each.settled.completeExceptionally(Objects.requireNonNull(each.failure));
    }
  }

  private void apply(long entryId, Entry entry) {
    index.apply(entryId, entry);
    if (entry instanceof Entry.Write write) {
      subscriptions.wake(write.persistenceId());
    }
  }

  private void considerUpkeep() {
    if (!closed && upkeep.isDue()) {
      upkeep.schedule();
    }
  }

  /** Tells about a failure that nobody waits for. */
  void warn(String what, Throwable cause) {
    warnings.accept(what, cause);
  }

  /** Writes a checkpoint, and frees the room of what was deleted. For tests. */
  void tidy() throws IOException {
    upkeep.tidy();
  }

  /**
   * Writes a checkpoint, and closes the log. Closing again does nothing.
   *
   * @throws IOException as {@link WalWriter#close}
   */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    upkeep.close();
    try {
      log.close();
    } finally {
      stopSettling();
      settle();
      failAll(new DurabilityException("the journal is closed"));
    }
  }

  /** Two threads must not settle at the same time. */
  private void stopSettling() {
    settling.shutdown();
    boolean interrupted = false;
    while (!settling.isTerminated()) {
      try {
        boolean unused = settling.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void failAll(IOException closed) {
    for (Pending next = poll(); next != null; next = poll()) {
      Throwable failure = next.failure;
      next.settled.completeExceptionally(failure == null ? closed : failure);
    }
  }

  private @Nullable Pending poll() {
    queue.lock();
    try {
      return pending.pollFirst();
    } finally {
      queue.unlock();
    }
  }
}
