package dev.durability.testkit.errors;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Threads that use the library, with those that the library starts for them. Knows when they are
 * stuck: when all of them wait, and nobody is left to wake one.
 */
final class Crew {

  /** How long all have to wait before they are stuck: the machine may be busy. */
  private static final long STUCK_NANOS =
      TimeUnit.MILLISECONDS.toNanos(Long.getLong("durability.errors.stuckMillis", 5_000));

  private static final long DEADLINE_NANOS =
      TimeUnit.MILLISECONDS.toNanos(Long.getLong("durability.errors.deadlineMillis", 60_000));

  /** What a thread does. */
  interface Work {
    void run() throws Exception;
  }

  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final ThreadGroup group =
      new ThreadGroup("crew") {
        @Override
        public void uncaughtException(Thread thread, Throwable e) {
          // What ends a thread of the library is judged by what it leaves behind.
        }
      };

  /** Starts a thread. {@return what tells that it has ended} */
  CountDownLatch start(String name, Work work) {
    CountDownLatch ended = new CountDownLatch(1);
    Thread thread =
        new Thread(
            group,
            () -> {
              try {
                work.run();
              } catch (Throwable e) {
                failure.compareAndSet(null, e);
              } finally {
                ended.countDown();
              }
            },
            "caller " + name);
    thread.setDaemon(true);
    thread.start();
    return ended;
  }

  /** Waits for all threads. {@return what is wrong with them, or null} */
  @Nullable String await() throws InterruptedException {
    long start = System.nanoTime();
    long stuckSince = start;
    for (long pause = 50_000; ; pause = Math.min(2 * pause, 10_000_000)) {
      List<Thread> alive = alive();
      if (alive.isEmpty()) {
        Throwable e = failure.get();
        return e == null ? null : "a caller failed: " + describe(e);
      }
      long now = System.nanoTime();
      if (!alive.stream().allMatch(Crew::waits)) {
        stuckSince = now;
      }
      if (now - stuckSince > STUCK_NANOS) {
        return "threads are stuck: " + dump(alive);
      }
      if (now - start > DEADLINE_NANOS) {
        return String.format(Locale.ROOT, "not done after %d s: ", (now - start) / 1_000_000_000)
            + dump(alive);
      }
      TimeUnit.NANOSECONDS.sleep(pause);
    }
  }

  private List<Thread> alive() {
    Thread[] threads = new Thread[group.activeCount() + 16];
    return List.of(Arrays.copyOf(threads, group.enumerate(threads)));
  }

  /** Whether a thread waits for others. Idle workers of a pool do, and whoever waits for a pool. */
  private static boolean waits(Thread thread) {
    if (thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.BLOCKED) {
      return true;
    }
    if (thread.getState() != Thread.State.TIMED_WAITING) {
      return false;
    }
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getMethodName().equals("getTask")
          || frame.getMethodName().equals("awaitTermination")) {
        return true;
      }
    }
    return false;
  }

  private static String dump(List<Thread> threads) {
    StringBuilder text = new StringBuilder();
    for (Thread thread : threads) {
      text.append("\n  ").append(thread.getName()).append(' ').append(thread.getState());
      for (StackTraceElement frame : thread.getStackTrace()) {
        text.append("\n    at ").append(frame);
      }
    }
    return text.toString();
  }

  static String describe(Throwable e) {
    StringBuilder text = new StringBuilder();
    for (Throwable next = e; next != null; next = next.getCause()) {
      text.append(text.isEmpty() ? "" : "\n  caused by ").append(next);
      for (StackTraceElement frame : next.getStackTrace()) {
        text.append("\n    at ").append(frame);
      }
    }
    return text.toString();
  }
}
