package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codecs;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reading what is not durable yet, while a cut waits to be written. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReadAppendedWhileCutTest {
  private final FaultDirectory directory = new FaultDirectory(new MemoryDirectory());

  @Test
  void whatWaitsToBeWrittenIsVoidAsSoonAsTheCutIsInTheQueue() throws Exception {
    CountDownLatch syncing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    ExecutorService threads = Executors.newCachedThreadPool();
    try (WalWriter<String> log =
        WalWriter.open(
            directory,
            Codecs.utf8(),
            WalOptions.builder().flushPolicy(FlushPolicy.manual()).build())) {
      holdUpTheNextSync(syncing, go);
      Future<Long> first = threads.submit(() -> log.appendDurable("a"));
      syncing.await();
      for (String entry : new String[] {"b", "c", "d"}) {
        long unused = log.append(entry);
      }
      assertThat(entry(log, 4)).isEqualTo("d");
      Future<?> cut =
          threads.submit(
              () -> {
                log.truncateAfter(2);
                return null;
              });
      while (log.lastAppendedId() > 2) {
        Thread.onSpinWait();
      }
      assertThat(log.readAppended(4)).isNull();
      assertThat(entry(log, 2)).isEqualTo("b");
      go.countDown();
      assertThat(first.get()).isEqualTo(1);
      cut.get();
      assertThat(log.append("e")).isEqualTo(3);
      assertThat(entry(log, 3)).isEqualTo("e");
      assertThat(log.readAppended(4)).isNull();
    } finally {
      go.countDown();
      threads.shutdownNow();
    }
  }

  private void holdUpTheNextSync(CountDownLatch syncing, CountDownLatch go) {
    AtomicBoolean armed = new AtomicBoolean(true);
    directory.before(
        (operation, path) -> {
          if (operation == Operation.SYNC_FILE && armed.compareAndSet(true, false)) {
            syncing.countDown();
            try {
              go.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          }
        });
  }

  private static String entry(WalWriter<String> log, long id) throws Exception {
    return Objects.requireNonNull(log.readAppended(id)).entry();
  }
}
