package dev.durability.concurrency;

import static dev.durability.testkit.Fault.Operation.SYNC_DIRECTORY;
import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static dev.durability.testkit.Fault.Operation.TRUNCATE;
import static dev.durability.testkit.Fault.Operation.WRITE;

import dev.durability.errors.DurabilityException;
import dev.durability.testkit.Fault;
import dev.durability.wal.AppendFuture;
import dev.durability.wal.FlushPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a few threads do with one log, and what must hold in whatever order they come. That all of
 * them come to an end is part of it: a schedule in which none can go on is a failure. Each is run
 * by its name.
 */
final class Scenarios {
  private static final String LARGE = "-".repeat(2600);

  private Scenarios() {}

  /** Each append returns, and what it acknowledges is on the disk. */
  static void durableAppends() throws Exception {
    try (Log log = new Log(Log.small())) {
      Crew crew = new Crew();
      for (String name : List.of("a", "b", "c")) {
        crew.start(name, () -> log.appendDurable(name));
      }
      crew.join();
    }
  }

  /** Who led leaves while others come: the lead finds the next, or the log's own thread. */
  static void handOver() throws Exception {
    try (Log log = new Log(Log.small())) {
      Crew crew = new Crew();
      crew.start(
          "twice",
          () -> {
            log.appendDurable("a1");
            log.appendDurable("a2");
          });
      crew.start(
          "syncs",
          () -> {
            log.writer.append("b1");
            log.sync("b1");
          });
      crew.start("once", () -> log.appendDurable("c1"));
      crew.join();
    }
  }

  /** Futures are settled with a thread that leads beside them, and without. */
  static void futures() throws Exception {
    try (Log log = new Log(Log.small())) {
      Crew crew = new Crew();
      crew.start("future", () -> log.awaitDurable(log.writer.appendAsync("f"), "f"));
      crew.start("durable", () -> log.appendDurable("d"));
      crew.join();
      log.awaitDurable(log.writer.appendAsync("g"), "g");
    }
  }

  /** What depends on a future may wait for the log, on whichever thread it runs. */
  static void dependents() throws Exception {
    try (Log log = new Log(Log.small())) {
      Crew crew = new Crew();
      crew.start("asks", () -> dependsOn(log, log.writer.appendAsync("f")).join());
      crew.start("a", () -> log.appendDurable("a"));
      crew.start("b", () -> log.appendDurable("b"));
      crew.join();
    }
  }

  /** What depends on a future may wait for a thread that the same round served. */
  static void dependentsThatWaitForThreads() throws Exception {
    try (Log log = new Log(Log.small())) {
      CountDownLatch served = new CountDownLatch(1);
      Crew crew = new Crew();
      crew.start(
          "asks", () -> log.writer.appendAsync("f").thenRun(() -> awaitForever(served)).join());
      for (String name : List.of("a", "b")) {
        crew.start(
            name,
            () -> {
              log.appendDurable(name);
              served.countDown();
            });
      }
      crew.join();
    }
  }

  private static void awaitForever(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static CompletableFuture<Void> dependsOn(Log log, AppendFuture future) {
    return future.thenAccept(
        id -> {
          try {
            log.appendDurable("then");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** Where both buffers are full, appenders wait for room, and get it. */
  static void fullBuffers() throws Exception {
    try (Log log = new Log(Log.small().segmentBytes(1 << 20).flushPolicy(FlushPolicy.manual()))) {
      Crew crew = new Crew();
      for (String name : List.of("a", "b", "c")) {
        crew.start(name, () -> log.writer.append(name + LARGE));
      }
      crew.start("durable", () -> log.appendDurable("d" + LARGE));
      crew.join();
    }
  }

  /** An interrupt ends no wait, and is not lost. */
  static void interrupts() throws Exception {
    try (Log log = new Log(Log.small())) {
      Crew crew = new Crew();
      AtomicBoolean sent = new AtomicBoolean();
      Thread waits =
          crew.start(
              "waits",
              () -> {
                log.appendDurable("w");
                Log.check(
                    !sent.get() || Thread.currentThread().isInterrupted(), "an interrupt is lost");
              });
      crew.start("other", () -> log.appendDurable("o"));
      waits.interrupt();
      sent.set(true);
      crew.join();
    }
  }

  /** Closing beside each kind of call: done or refused, and what was appended is on the disk. */
  static void close() throws Exception {
    Log log = new Log(Log.small());
    List<String> appended = new CopyOnWriteArrayList<>();
    List<AppendFuture> futures = new CopyOnWriteArrayList<>();
    Crew crew = new Crew();
    crew.start("durable", () -> Log.doneClosed(() -> log.appendDurable("d")));
    crew.start(
        "syncs",
        () ->
            Log.doneClosed(
                () -> {
                  log.writer.append("p");
                  appended.add("p");
                  log.sync("p");
                }));
    crew.start(
        "future",
        () ->
            Log.doneClosed(
                () -> {
                  futures.add(log.writer.appendAsync("f"));
                  appended.add("f");
                }));
    crew.start("closes", log.writer::close);
    crew.join();
    appended.forEach(log::mustHold);
    for (AppendFuture each : futures) {
      log.awaitDurable(each, "f");
    }
  }

  /** A sync fails: all learn it, nothing goes on, and closing ends. */
  static void failedSync() throws Exception {
    failedSync(1);
  }

  /** As {@link #failedSync}, with a round before that succeeds. */
  static void failedSecondSync() throws Exception {
    failedSync(2);
  }

  private static void failedSync(int nth) throws Exception {
    Log log = new Log(Log.small());
    log.failing.inject(Fault.of(SYNC_FILE).nth(nth));
    Crew crew = new Crew();
    for (String name : List.of("a", "b")) {
      crew.start(name, () -> Log.donePoisoned(() -> log.appendDurable(name)));
    }
    crew.start(
        "future", () -> Log.donePoisoned(() -> log.awaitDurable(log.writer.appendAsync("f"), "f")));
    crew.join();
    if (log.failing.injected() > 0) {
      log.mustBePoisoned();
    } else {
      log.failing.heal();
      log.close();
    }
  }

  /** A write fails and is rolled back: all learn that it is open, and the next sync decides. */
  static void failedWrite() throws Exception {
    try (Log log = new Log(Log.small())) {
      log.failing.inject(Fault.of(WRITE).nth(2).shortWrite(3));
      Crew crew = new Crew();
      for (String name : List.of("a", "b")) {
        crew.start(name, () -> Log.doneOpen(() -> log.appendDurable(name)));
      }
      crew.start(
          "future", () -> Log.doneOpen(() -> log.awaitDurable(log.writer.appendAsync("f"), "f")));
      crew.join();
      log.failing.heal();
      log.sync("a");
      log.mustHold("b");
      log.mustHold("f");
    }
  }

  /** A write fails, and so does its roll-back: as a failed sync. */
  static void failedRollBack() throws Exception {
    Log log = new Log(Log.small());
    log.failing.inject(Fault.of(WRITE).shortWrite(3)).inject(Fault.of(TRUNCATE));
    Crew crew = new Crew();
    for (String name : List.of("a", "b", "c")) {
      crew.start(name, () -> Log.donePoisoned(() -> log.appendDurable(name)));
    }
    crew.join();
    log.mustBePoisoned();
  }

  /** Appenders wait for room while a sync fails: they learn it. */
  static void failedSyncWithFullBuffers() throws Exception {
    Log log = new Log(Log.small().segmentBytes(1 << 20).flushPolicy(FlushPolicy.manual()));
    log.failing.inject(Fault.of(SYNC_FILE));
    Crew crew = new Crew();
    for (String name : List.of("a", "b", "c")) {
      crew.start(name, () -> Log.donePoisoned(() -> log.writer.append(name + LARGE)));
    }
    crew.start("durable", () -> Log.donePoisoned(() -> log.appendDurable("d" + LARGE)));
    crew.join();
    log.mustBePoisoned();
  }

  /** Segments end and begin while threads append. */
  static void rotation() throws Exception {
    try (Log log = new Log(Log.small())) {
      Crew crew = new Crew();
      for (String name : List.of("a", "b", "c")) {
        crew.start(name, () -> log.appendDurable(name + LARGE));
      }
      crew.join();
    }
  }

  /** The directory cannot be synced: what is in the new segment is not acknowledged. */
  static void failedRotation() throws Exception {
    Log log = new Log(Log.small());
    log.failing.inject(Fault.of(SYNC_DIRECTORY));
    Crew crew = new Crew();
    for (String name : List.of("a", "b", "c")) {
      crew.start(name, () -> Log.donePoisoned(() -> log.appendDurable(name + LARGE)));
    }
    crew.join();
    Log.check(log.failing.injected() > 0, "no directory was synced");
    log.mustBePoisoned();
  }

  /** A sync fails while the log is being closed: nothing hangs, and all futures are settled. */
  static void failedClose() throws Exception {
    Log log = new Log(Log.small());
    log.failing.inject(Fault.of(SYNC_FILE));
    List<AppendFuture> futures = new CopyOnWriteArrayList<>();
    Crew crew = new Crew();
    crew.start("durable", () -> endsSomehow(() -> log.appendDurable("d")));
    crew.start("future", () -> endsSomehow(() -> futures.add(log.writer.appendAsync("f"))));
    crew.start("closes", () -> endsSomehow(log.writer::close));
    crew.join();
    for (AppendFuture each : futures) {
      Log.check(each.isDone(), "a future is left behind");
      endsSomehow(() -> log.awaitDurable(each, "f"));
    }
  }

  private static void endsSomehow(Crew.Work call) throws Exception {
    try {
      call.run();
    } catch (DurabilityException | CompletionException documented) {
      // Poisoned, closed, or something that was appended is not durable.
    }
  }
}
