package dev.durability.concurrency;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The threads of a scenario. */
final class Crew {
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> first = new AtomicReference<>();

  /** What a thread does. */
  @FunctionalInterface
  interface Work {
    void run() throws Exception;
  }

  /** Starts a thread; what it throws, {@link #join} throws. */
  Thread start(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Throwable e) {
                first.compareAndSet(null, e);
              }
            },
            name);
    threads.add(thread);
    thread.start();
    return thread;
  }

  /** Waits for all of them. */
  void join() throws Exception {
    for (Thread each : threads) {
      each.join();
    }
    Throwable thrown = first.get();
    if (thrown != null) {
      throw new AssertionError(thrown.toString(), thrown);
    }
  }
}
