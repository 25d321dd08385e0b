package dev.durability.wal;

import static dev.durability.testkit.Fault.Operation.CREATE;
import static dev.durability.testkit.Fault.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.durability.log.SegmentRange;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A thread that the log waits for is refused by every call that would wait for the log, or change
 * it. The tests of callbacks try all pairs; this has one callback for each way in which the log can
 * wait.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class CallsInCallbacksTest {
  private final FaultDirectory directory = new FaultDirectory(new MemoryDirectory());
  private final List<String> wrong = new CopyOnWriteArrayList<>();
  private final AtomicBoolean tried = new AtomicBoolean();
  private volatile @Nullable WalWriter<String> log;
  private volatile @Nullable CompletableFuture<Long> waiting;

  /** An observer that tries all calls in one of its methods, the first time that it is called. */
  private abstract class Caller implements WalObserver {
    final void tryAll() {
      WalWriter<String> open = log;
      if (open != null && tried.compareAndSet(false, true)) {
        calls(open).forEach(CallsInCallbacksTest.this::expectRefusal);
      }
    }
  }

  private Map<String, ThrowingCallable> calls(WalWriter<String> open) {
    Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
    calls.put("append", () -> open.append("in callback"));
    calls.put("appendBatch", () -> open.appendBatch(List.of("in", "callback")));
    calls.put("appendDurable", () -> open.appendDurable("in callback"));
    calls.put("appendAsync", () -> open.appendAsync("in callback"));
    calls.put("flush", open::flush);
    calls.put("sync", open::sync);
    calls.put("readAppended", () -> open.readAppended(1));
    calls.put("refuseWithinCallback", open::refuseWithinCallback);
    calls.put("appendCheckpoint", () -> open.appendCheckpoint(0, ""));
    calls.put("truncate", () -> open.truncate(0));
    calls.put("truncateAfter", () -> open.truncateAfter(1));
    calls.put("restartAt", () -> open.restartAt(100));
    calls.put("holdEnd", () -> open.holdEnd().close());
    calls.put("close", open::close);
    CompletableFuture<Long> future = waiting;
    if (future != null) {
      calls.put("join", future::join);
      calls.put("get", future::get);
      calls.put("timed get", () -> future.get(1, TimeUnit.MILLISECONDS));
    }
    return calls;
  }

  private void expectRefusal(String name, ThrowingCallable call) {
    try {
      call.call();
      wrong.add(name + " returned");
    } catch (IllegalStateException refused) {
      if (!Objects.requireNonNull(refused.getMessage()).contains("callback of this log")) {
        wrong.add(name + ": " + refused);
      }
    } catch (Throwable e) {
      wrong.add(name + ": " + e);
    }
  }

  private WalWriter<String> open(WalObserver observer) throws IOException {
    WalWriter<String> opened =
        Logs.open(directory, Logs.small().preallocatedBytesMax(4096).observer(observer).build());
    log = opened;
    return opened;
  }

  private void assertAllRefused(String... entries) throws IOException {
    Objects.requireNonNull(log).close();
    assertThat(tried).as("the callback was called").isTrue();
    assertThat(wrong).isEmpty();
    assertThat(Logs.entries(directory)).containsExactly(entries);
  }

  @Test
  void whileTheLogHoldsItsLock() throws IOException {
    WalWriter<String> opened =
        open(
            new Caller() {
              @Override
              public void onAppend(long firstId, long lastId, long bytes) {
                tryAll();
              }
            });
    opened.appendDurable("a");
    assertAllRefused("a");
  }

  @Test
  void whileTheThreadLeadsARound() throws IOException {
    WalWriter<String> opened =
        open(
            new Caller() {
              @Override
              public void onSync(long lastId, long durationNanos) {
                tryAll();
              }
            });
    opened.append("a");
    waiting = opened.appendAsync("b");
    assertThat(waiting.join()).isEqualTo(2);
    assertAllRefused("a", "b");
  }

  @Test
  void whileTheLogsOwnThreadWritesAPromise() throws IOException {
    Caller caller = new Caller() {};
    WalWriter<String> opened = open(caller);
    directory.before(
        (operation, path) -> {
          if (operation == WRITE && Thread.currentThread().getName().equals("durability-wal")) {
            caller.tryAll();
          }
        });
    opened.appendDurable("a");
    Await.until("a promise is written", tried::get);
    assertAllRefused("a");
  }

  @Test
  void whileAThreadWorksOnSegmentsInTheBackground() throws IOException {
    Caller caller = new Caller() {};
    WalWriter<String> opened = open(caller);
    String large = "x".repeat(3_000);
    directory.before(
        (operation, path) -> {
          if (operation == CREATE
              && Thread.currentThread().getName().equals("durability-segments")) {
            caller.tryAll();
          }
        });
    opened.appendDurable(large);
    opened.appendDurable("b"); // A file for the next segment is made ahead of need.
    assertAllRefused(large, "b");
  }

  @Test
  void whileTheThreadRemovesSegments() throws IOException {
    List<String> refused = new ArrayList<>();
    WalWriter<String> opened =
        open(
            new WalObserver() {
              @Override
              public boolean mayRemove(SegmentRange segment) {
                WalWriter<String> open = Objects.requireNonNull(log);
                Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
                calls.put("truncate", () -> open.truncate(0));
                calls.put("truncateAfter", () -> open.truncateAfter(2));
                calls.put("appendCheckpoint", () -> open.appendCheckpoint(1, ""));
                calls.put("holdEnd", () -> open.holdEnd().close());
                calls.put("close", open::close);
                calls.forEach(
                    (name, call) -> {
                      try {
                        call.call();
                      } catch (IllegalStateException e) {
                        assertThat(e).hasMessageContaining("truncating this log");
                        refused.add(name);
                      } catch (Throwable e) {
                        wrong.add(name + ": " + e);
                      }
                    });
                return true;
              }
            });
    opened.appendDurable("x".repeat(3_000));
    opened.appendDurable("y".repeat(3_000));
    assertThat(opened.truncate(1)).hasSize(1);
    assertThat(refused)
        .containsExactly("truncate", "truncateAfter", "appendCheckpoint", "holdEnd", "close");
    assertThat(wrong).isEmpty();
    opened.close();
  }

  /** What depends on a future runs on the log's own thread, which then leads for it. */
  @Test
  void whatDependsOnAFutureMayAppendAndWaitOnTheLogsOwnThread() throws Exception {
    WalWriter<String> opened = open(new WalObserver() {});
    List<String> threads = new CopyOnWriteArrayList<>();
    directory.before(
        (operation, path) -> {
          if (operation == WRITE) {
            Await.until("the future has what depends on it", () -> waiting != null);
          }
        });
    AppendFuture first = opened.appendAsync("a");
    waiting =
        first.thenApply(
            id -> {
              threads.add(Thread.currentThread().getName());
              try {
                return opened.appendAsync("b").join() + opened.appendAsync("c").join();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    assertThat(waiting.get(300, TimeUnit.SECONDS)).isEqualTo(5);
    assertThat(threads).containsExactly("durability-wal");
    assertThatCode(opened::sync).doesNotThrowAnyException();
    opened.close();
    assertThat(Logs.entries(directory)).containsExactly("a", "b", "c");
  }
}
