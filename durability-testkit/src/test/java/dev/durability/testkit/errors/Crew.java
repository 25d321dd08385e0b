package dev.durability.testkit.errors;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
      TimeUnit.MILLISECONDS.toNanos(Long.getLong("durability.errors.stuckMillis", 60_000));

  static final long DEADLINE_NANOS =
      TimeUnit.MILLISECONDS.toNanos(Long.getLong("durability.errors.deadlineMillis", 600_000));

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
            name);
    thread.setDaemon(true);
    thread.start();
    return ended;
  }

  /** Starts threads, and waits until they have ended. Called by a thread of the crew. */
  void startAndAwait(Work... each) throws InterruptedException {
    List<CountDownLatch> ended = new ArrayList<>();
    for (Work work : each) {
      ended.add(start("caller " + Character.toString('a' + ended.size()), work));
    }
    for (CountDownLatch latch : ended) {
      latch.await();
    }
  }

  /**
   * Waits until all threads have ended.
   *
   * @throws AssertionError if they do not, or if a call of one failed that was not noted
   */
  void await() throws InterruptedException {
    long start = System.nanoTime();
    long stuckSince = start;
    List<Thread> alive = alive();
    for (long pause = 50_000; !alive.isEmpty(); pause = Math.min(2 * pause, 1_000_000)) {
      TimeUnit.NANOSECONDS.sleep(pause);
      alive = alive();
      long now = System.nanoTime();
      if (!alive.stream().allMatch(Crew::waits)) {
        stuckSince = now;
      }
      if (now - stuckSince > STUCK_NANOS) {
        throw new AssertionError("threads wait for ever" + dump(alive));
      }
      if (now - start > DEADLINE_NANOS) {
        throw new AssertionError("threads do not end" + dump(alive));
      }
    }
    Throwable e = failure.get();
    if (e instanceof AssertionError wrong) {
      throw wrong;
    }
    if (e != null) {
      throw new AssertionError("a thread failed: " + describe(e));
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
    StringBuilder where = new StringBuilder();
    StringBuilder text = new StringBuilder();
    for (Thread thread : threads) {
      text.append("\n  ").append(thread.getName()).append(' ').append(thread.getState());
      String in = "";
      for (StackTraceElement frame : thread.getStackTrace()) {
        text.append("\n    at ").append(frame);
        in =
            in.isEmpty() && isOfLibrary(frame)
                ? " in " + frame.getFileName() + ":" + frame.getLineNumber()
                : in;
      }
      if (!in.isEmpty()) {
        where.append(where.isEmpty() ? ": " : ", ").append(thread.getName()).append(in);
      }
    }
    return where + text.toString();
  }

  private static boolean isOfLibrary(StackTraceElement frame) {
    return frame.getClassName().startsWith("dev.durability");
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
