package dev.durability.testkit.errors;

import dev.durability.codec.Codecs;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A recursion fills the stack, and each level on the way back appends in its {@code finally}: many
 * calls in a row have too little stack, each a little more than the one before. What another thread
 * does then must not hang, and nothing acknowledged may be lost. A program of its own, since it may
 * hang.
 */
final class Unwinding {
  private static final long HANGS_AFTER_MILLIS = 300_000;
  private static final int STACK_BYTES_MIN = 120 << 10;
  private static final int STACK_BYTES_RANGE = 300 << 10;

  private final MemoryDirectory directory = new MemoryDirectory();
  private final Set<String> acknowledged = new HashSet<>();
  private final WalWriter<String> log;
  private final int kind;
  private int calls;

  private Unwinding(int kind) throws IOException {
    this.kind = kind;
    this.log =
        WalWriter.open(
            directory,
            Codecs.utf8(),
            WalOptions.builder().flushPolicy(FlushPolicy.manual()).build());
  }

  @SuppressWarnings("InfiniteRecursion") // Until the stack is full.
  private int fill(int depth) throws IOException {
    try {
      return fill(depth + 1) + 1;
    } finally {
      call("entry " + calls++);
    }
  }

  private void call(String entry) throws IOException {
    switch (kind) {
      case 0 -> {
        long unused = log.append(entry);
      }
      case 1 -> {
        long unused = log.appendBatch(List.of(entry, entry + " again"));
      }
      case 2 -> {
        CompletableFuture<Long> unused = log.appendAsync(entry);
      }
      default -> durably(entry);
    }
  }

  private void durably(String entry) throws IOException {
    long unused = log.appendDurable(entry);
    acknowledged.add(entry);
  }

  /** Whatever is thrown is an answer: only waiting for ever is none. */
  private static void inThread(long stackBytes, Action action) throws InterruptedException {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                action.run();
              } catch (IOException | RuntimeException | Error e) {
                thrown.set(e);
              }
            },
            "calls",
            stackBytes);
    thread.setDaemon(true);
    thread.start();
    thread.join(HANGS_AFTER_MILLIS);
    if (thread.isAlive()) {
      throw new AssertionError("hangs: " + List.of(thread.getStackTrace()));
    }
    if (thrown.get() instanceof IllegalStateException e) {
      throw new AssertionError("takes itself for a callback", e);
    }
  }

  private void run(long stackBytes) throws IOException, InterruptedException {
    // The JVM does not load a class again whose initialiser an Error ended.
    inThread(0, () -> call("before"));
    inThread(stackBytes, () -> fill(0));
    inThread(0, () -> durably("after"));
    inThread(0, log::close);
    Set<String> found = new HashSet<>();
    for (WalRecord<String> each : WalReader.of(directory, Codecs.utf8()).readAll()) {
      found.add(each.entry());
    }
    if (!found.containsAll(acknowledged)) {
      throw new AssertionError("lost what was acknowledged");
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  /** Arguments: for how many seconds, and a seed. */
  public static void main(String[] arguments) throws Exception {
    Random random = new Random(Long.parseLong(arguments[1]));
    long start = System.nanoTime();
    int rounds = 0;
    int calls = 0;
    do {
      int kind = rounds++ % 4;
      int stackBytes = STACK_BYTES_MIN + random.nextInt(STACK_BYTES_RANGE);
      Unwinding unwinding = new Unwinding(kind);
      try {
        unwinding.run(stackBytes);
      } catch (AssertionError e) {
        System.out.println("round " + rounds + ", kind " + kind + ", stack " + stackBytes);
        e.printStackTrace(System.out);
        System.exit(1);
      }
      calls += unwinding.calls;
    } while (System.nanoTime() - start < Long.parseLong(arguments[0]) * 1_000_000_000L);
    System.out.printf(Locale.ROOT, "%d stacks, %d calls while unwinding%n", rounds, calls);
    System.exit(0);
  }
}
