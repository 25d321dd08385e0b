package dev.durability.wal;

import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** A directory that waits where a test says so, and threads that use a log on it. */
abstract class GroupCommitFixture {
  final MemoryDirectory memory = new MemoryDirectory();
  final FaultDirectory directory = new FaultDirectory(memory);
  final ExecutorService executor = Executors.newCachedThreadPool();

  @AfterEach
  void stop() throws InterruptedException {
    executor.shutdownNow();
    assertThat(executor.awaitTermination(300, TimeUnit.SECONDS)).as("no thread hangs").isTrue();
  }

  interface Work {
    void run(int thread) throws Exception;
  }

  void inThreads(int threads, Work work) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int number = i;
      running.add(
          executor.submit(
              () -> {
                start.await();
                work.run(number);
                return null;
              }));
    }
    start.countDown();
    for (Future<?> each : running) {
      each.get(300, TimeUnit.SECONDS);
    }
  }

  /** Holds up the next sync of a file. */
  final class Gate {
    final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch opened = new CountDownLatch(1);

    Gate() {
      directory.before(
          (operation, path) -> {
            if (operation == SYNC_FILE && reached.getCount() > 0) {
              reached.countDown();
              await(opened);
            }
          });
    }

    void open() {
      opened.countDown();
    }
  }

  interface Call {
    void run() throws IOException;
  }

  static Thread start(Call call) {
    Thread thread =
        new Thread(
            () -> {
              try {
                call.run();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  static void awaitForEver(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static void close(WalWriter<String> log) {
    try {
      log.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static void flush(WalWriter<String> log) {
    try {
      log.flush();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  int entries() {
    try {
      return Logs.entries(directory).size();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static void await(CountDownLatch latch) {
    try {
      if (!latch.await(300, TimeUnit.SECONDS)) {
        throw new AssertionError("waited in vain");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
