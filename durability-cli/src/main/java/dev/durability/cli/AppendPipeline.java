package dev.durability.cli;

import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Appends records on one thread while the caller's thread waits for them to become durable, in
 * order. So one sync serves all records that arrived during the one before. The number of records
 * in flight is limited.
 *
 * <p>The appending thread may stay in a read of a silent input forever. It is a daemon, and nothing
 * waits for it: what it has appended is acknowledged meanwhile.
 */
final class AppendPipeline {
  private static final int OUTSTANDING_MAX = 1 << 14;
  private static final CompletableFuture<Long> END = new CompletableFuture<>();

  private final WalWriter<byte[]> writer;
  private final Records records;
  private final AckOutput acks;

  /** Never full: each entry takes a permit, and END comes once. */
  private final BlockingQueue<CompletableFuture<Long>> outstanding =
      new ArrayBlockingQueue<>(OUTSTANDING_MAX + 1);

  private final Semaphore permits = new Semaphore(OUTSTANDING_MAX);

  /** Guards {@link #ended}, and is held around each append so that none follows END. */
  private final ReentrantLock appending = new ReentrantLock();

  private boolean ended;
  private volatile @Nullable Throwable inputFailure;

  private @Nullable IOException outputFailure;
  private long acknowledged;
  private long lastAcknowledgedId;

  /**
   * Prepares to append.
   *
   * @param writer where to; it stays open
   * @param records what
   * @param acks where the id of each acknowledged entry is printed
   */
  AppendPipeline(WalWriter<byte[]> writer, Records records, AckOutput acks) {
    this.writer = writer;
    this.records = records;
    this.acks = acks;
    this.lastAcknowledgedId = writer.lastDurableId();
  }

  /**
   * Appends until the records end or {@link #stop} is called, and waits until all that was appended
   * is acknowledged.
   *
   * @throws IOException if reading, appending or printing failed. What was read before is appended
   *     and acknowledged, unless appending failed
   */
  void run() throws IOException {
    Thread appender = new Thread(this::append, "append");
    appender.setDaemon(true);
    appender.start();
    try {
      acknowledge();
    } catch (Throwable e) {
      stop();
      permits.release(); // The appender may be waiting for a permit, and no other one will come.
      Throwable input = inputFailure;
      if (input != null && input != e) {
        e.addSuppressed(input);
      }
      throw e;
    }
    if (outputFailure != null) {
      throw outputFailure;
    }
    Throwable input = inputFailure;
    if (input instanceof IOException e) {
      throw e;
    } else if (input != null) {
      throw new IllegalStateException("appending failed: " + input, input);
    }
  }

  /** Appends nothing from now on. Any thread may call this. */
  void stop() {
    appending.lock();
    try {
      if (!ended) {
        ended = true;
        outstanding.add(END);
      }
    } finally {
      appending.unlock();
    }
  }

  /** How many entries were acknowledged. */
  long acknowledged() {
    return acknowledged;
  }

  /** The last acknowledged entry id in the log, perhaps of an earlier run; 0 if there is none. */
  long lastAcknowledgedId() {
    return lastAcknowledgedId;
  }

  private void append() {
    try (records) {
      byte @Nullable [] record = records.next();
      while (record != null && append(record)) {
        record = records.next();
      }
    } catch (Throwable e) {
      inputFailure = e; // run() throws it after everything before it was acknowledged.
    } finally {
      stop();
    }
  }

  private boolean append(byte[] record) throws IOException {
    permits.acquireUninterruptibly();
    appending.lock();
    try {
      if (ended) {
        return false;
      }
      outstanding.add(writer.appendAsync(record));
      return true;
    } finally {
      appending.unlock();
    }
  }

  private void acknowledge() throws IOException {
    while (true) {
      CompletableFuture<Long> next = outstanding.poll();
      if (next == null) {
        print(0);
        next = take();
      }
      if (next == END) {
        print(0);
        return;
      }
      if (!next.isDone()) {
        print(0);
      }
      long id = join(next);
      permits.release();
      acknowledged++;
      lastAcknowledgedId = id;
      print(id);
    }
  }

  /** Prints an id; with 0, flushes what was printed. After a failure nothing more is printed. */
  private void print(long id) {
    if (outputFailure != null) {
      return;
    }
    try {
      if (id == 0) {
        acks.flush();
      } else {
        acks.add(id);
      }
    } catch (IOException e) {
      outputFailure = e; // run() throws it after all that was appended was acknowledged.
      stop();
    }
  }

  private CompletableFuture<Long> take() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return outstanding.take();
        } catch (InterruptedException e) {
          interrupted = true; // Still waits for what was appended.
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static long join(CompletableFuture<Long> future) throws IOException {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
