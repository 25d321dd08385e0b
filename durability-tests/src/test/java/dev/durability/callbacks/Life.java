package dev.durability.callbacks;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** The life of a log, a state or a record log, all of whose callbacks end at the hook. */
@SuppressWarnings("FutureReturnValueIgnored")
abstract class Life {
  /** Far beyond what a call takes; it only ends what would hang. */
  static final long WATCHDOG_SECONDS = 300;

  static final WalOptions.Builder SMALL =
      WalOptions.builder().segmentBytes(4_096).bufferBytes(4_096);

  final Hook hook;
  final MemoryDirectory disk = new MemoryDirectory();
  final FaultDirectory directory = new FaultDirectory(disk);
  final List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
  final WalObserver observer = new Observer();
  private volatile CountDownLatch mayWrite = new CountDownLatch(0);
  private int entries;

  Life(Hook hook) {
    this.hook = hook;
    directory.before(
        (operation, path) -> {
          if (Thread.currentThread().getName().equals("durability-wal")) {
            await(mayWrite);
          }
          if (hook.wants("handler durability-segments")
              && operation == Operation.CREATE
              && path.endsWith("spare.tmp")) {
            throw new IllegalStateException("for the handler");
          }
          hook.at("storage " + operation);
        });
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, e) -> {
          String name = thread.getName();
          hook.at("handler " + (name.startsWith("durability-") ? name : "caller"));
        });
  }

  private final class Observer implements WalObserver {
    @Override
    public void onAppend(long firstId, long lastId, long bytes) {
      told("onAppend");
    }

    @Override
    public void onFlush(long lastId, long bytes) {
      told("onFlush");
    }

    @Override
    public void onSync(long lastId, long durationNanos) {
      told("onSync");
    }

    @Override
    public void onRotate(SegmentRange ended) {
      told("onRotate");
    }

    @Override
    public void onTruncate(List<SegmentRange> removed) {
      told("onTruncate");
    }

    @Override
    public void onRecovery(LogReport report) {
      told("onRecovery");
    }

    @Override
    public boolean mayRemove(SegmentRange segment) {
      told("mayRemove");
      return true;
    }

    @Override
    public void onCheckpointFailed(Throwable cause) {
      told("onCheckpointFailed");
    }

    @Override
    public void onCheckpoint(String path, long lastEntryId, long bytes, long durationNanos) {
      told("onCheckpoint");
    }

    @Override
    public void onPoisoned(Throwable cause) {
      told("onPoisoned");
    }

    private void told(String what) {
      hook.at("observer " + what);
      if (hook.wants("handler")) {
        throw new IllegalStateException("for the handler");
      }
    }
  }

  /** Tells the time, and that it was asked. */
  final class HookedClock extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      hook.at("clock");
      return Instant.EPOCH.plusSeconds(1);
    }
  }

  /** Texts. */
  final class HookedCodec implements Codec<String> {
    @Override
    public void encode(String value, OutputStream out) throws IOException {
      hook.at(value.startsWith("decided") ? "codec encode, decided" : "codec encode");
      Codecs.utf8().encode(value, out);
    }

    @Override
    public String decode(ByteBuffer in) throws IOException {
      hook.at("codec decode");
      return Codecs.utf8().decode(in);
    }
  }

  WalOptions options() {
    return SMALL.observer(observer).clock(new HookedClock()).build();
  }

  String entry(int bytes) {
    return "entry " + entries++ + " " + "x".repeat(bytes);
  }

  /** Lets what depends on a future run on the log's own thread, where that settles it. */
  CompletableFuture<Long> followed(CallOfFuture call) throws Exception {
    CountDownLatch registered = new CountDownLatch(hook.wants("future") ? 1 : 0);
    mayWrite = registered;
    try {
      String entry = entry(10);
      CompletableFuture<Long> future = call.make(entry);
      future.whenComplete(
          (id, e) -> {
            registered.countDown(); // The thread of a checkpoint may have led the round.
            if (e == null) {
              acknowledged.add(entry);
            }
            hook.at(e == null ? "future" : "future that fails");
          });
      return future;
    } finally {
      registered.countDown();
    }
  }

  interface CallOfFuture {
    CompletableFuture<Long> make(String entry) throws Exception;
  }

  abstract void open() throws Exception;

  abstract List<Step> steps();

  abstract void close() throws IOException;

  /** What is there when all is over. */
  abstract List<String> reopened() throws IOException;

  /** A part of a life. What a call in it throws, once another closed it, ends it. */
  interface Step {
    void run() throws Exception;
  }

  static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static void end(CompletableFuture<Long> future) throws InterruptedException {
    try {
      Long unused = future.handle((id, e) -> id).get();
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  static void join(@Nullable CompletableFuture<Long> future) {
    if (future != null) {
      Long unused = future.join();
    }
  }
}
