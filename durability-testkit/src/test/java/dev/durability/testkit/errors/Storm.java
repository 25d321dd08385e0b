package dev.durability.testkit.errors;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.LockHeldException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.log.MarkerPosition;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A program that writes while threads of it fill the heap and empty it again: OutOfMemoryErrors
 * come where they come. What refuses to go on is closed and opened again. See {@link
 * ErrorsInChildProcessTest}.
 */
final class Storm {
  private static final int PIECE_BYTES_MAX = 256 << 10;
  private static final int PIECE_BYTES_MIN = 1 << 10;
  private static final int PIECES_MAX = 4_096;
  private static final int STORMY_OPENINGS_MAX = 3;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(300);

  /** How long the first life is. */
  private static final int CALM_MILLIS = 300;

  static final WalOptions OPTIONS =
      WalOptions.builder()
          .segmentBytes(64 << 10)
          .bufferBytes(16 << 10)
          .flushPolicy(FlushPolicy.every(4))
          .build();

  /** What is written to. One call puts one entry, and says whether that was acknowledged. */
  interface Target extends Closeable {
    /** {@return the id of an acknowledged entry} */
    long put(int how, String entry) throws IOException;

    /** Something that puts no entry. */
    void other(int how) throws IOException;

    /** All is calm now, and the target has not refused. */
    void check(StormNotes notes) throws IOException;
  }

  private final StormNotes notes;
  private final Directory directory;
  private final String kind;
  private final long endNanos;
  private final AtomicLong progress = new AtomicLong();
  private final AtomicLong errors = new AtomicLong();
  private final AtomicLong acknowledged = new AtomicLong();
  private volatile boolean calm = true;
  private volatile boolean holding;
  private volatile boolean refused;

  private Storm(String kind, Path directory, StormNotes notes, long endNanos) throws IOException {
    this.kind = kind;
    this.directory = FsDirectory.open(directory);
    this.notes = notes;
    this.endNanos = endNanos;
  }

  /** Arguments: log or state, a directory, the notes, for how many milliseconds, and a seed. */
  public static void main(String[] arguments) {
    // The log reports what nobody asked for to the handler of the thread that it happened on, also
    // of this one: only what a thread of this program ended with is a failure.
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, e) -> {
          if (e instanceof IllegalStateException) {
            fail(Crew.describe(e));
          }
        });
    try {
      long endNanos = System.nanoTime() + Long.parseLong(arguments[3]) * 1_000_000;
      StormNotes notes = StormNotes.open(Path.of(arguments[2]));
      Storm storm = new Storm(arguments[0], Path.of(arguments[1]), notes, endNanos);
      storm.rage(new Random(Long.parseLong(arguments[4])));
    } catch (Exception | Error e) {
      fail(Crew.describe(e));
    }
    System.exit(0);
  }

  private void rage(Random random) throws InterruptedException, IOException {
    watch();
    live(random, CALM_MILLIS); // Loads classes: one whose initialiser fails is lost.
    start("filler", new Random(random.nextLong()), this::fill);
    int lives = 0;
    while (System.nanoTime() < endNanos) {
      live(random, 50 + random.nextInt(400));
      lives++;
    }
    calmDown();
    System.out.println(lives + " lives, " + acknowledged + " acknowledged, " + errors + " Errors");
  }

  private interface Work {
    void run(Random random) throws Exception;
  }

  private static Thread start(String name, Random random, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run(random);
              } catch (Exception | OutOfMemoryError e) {
                throw new IllegalStateException(name, e);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Takes all that is left, to the last kilobyte, for a moment. */
  private void fill(Random random) throws InterruptedException {
    byte[][] held = new byte[PIECES_MAX][];
    while (true) {
      holding = true; // Before it looks whether it may: whoever calms it down waits for this.
      int taken = 0;
      for (int bytes = PIECE_BYTES_MAX; bytes >= PIECE_BYTES_MIN && !calm; bytes /= 16) {
        try {
          while (taken < held.length && !calm) {
            held[taken] = new byte[bytes];
            taken++;
          }
        } catch (OutOfMemoryError full) {
          // Now smaller ones.
        }
      }
      TimeUnit.MICROSECONDS.sleep(random.nextInt(5_000));
      Arrays.fill(held, null);
      holding = false;
      TimeUnit.MICROSECONDS.sleep(random.nextInt(20_000));
    }
  }

  /** Frees the heap, for something that is not under test. */
  private void calmDown() {
    calm = true;
    while (holding) {
      LockSupport.parkNanos(50_000);
    }
  }

  /** Ends the program if nothing moves any more. */
  private void watch() {
    start(
        "watch",
        new Random(0),
        random -> {
          long seen = -1;
          long since = System.nanoTime();
          while (true) {
            TimeUnit.MILLISECONDS.sleep(100);
            long now = progress.get();
            if (now != seen) {
              seen = now;
              since = System.nanoTime();
            } else if (System.nanoTime() - since > PATIENCE_NANOS) {
              calmDown();
              fail("stuck" + dump());
            }
          }
        });
  }

  private static void fail(String what) {
    System.out.println(what);
    Runtime.getRuntime().halt(1);
  }

  private static String dump() {
    StringBuilder text = new StringBuilder();
    Thread.getAllStackTraces()
        .forEach(
            (thread, frames) -> {
              text.append("\n  ").append(thread.getName()).append(' ').append(thread.getState());
              for (StackTraceElement frame : frames) {
                text.append("\n    at ").append(frame);
              }
            });
    return text.toString();
  }

  /** Opens, writes until it refuses or is done, and closes. */
  private void live(Random random, long millis) throws InterruptedException, IOException {
    Target target = open();
    calmDown(); // The program itself needs memory, and threads are to start.
    refused = false;
    boolean isFirst = notes.startLife();
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < StormNotes.WRITERS; i++) {
      int writer = i;
      writers.add(
          start(
              "writer " + i, new Random(random.nextLong()), r -> write(target, writer, until, r)));
    }
    calm = isFirst;
    for (Thread writer : writers) {
      writer.join();
    }
    calmDown();
    if (!refused) {
      try {
        target.check(notes);
      } catch (DurabilityException e) {
        refused = true;
      }
    }
    if (refused) {
      notes.lifeWasRefused();
    }
    calm = isFirst || random.nextBoolean();
    close(target);
  }

  /** Tries to open it again and again, and at last while all is calm. */
  private Target open() {
    for (int attempt = 0; ; attempt++) {
      if (attempt >= STORMY_OPENINGS_MAX) {
        calmDown();
      }
      progress.incrementAndGet();
      try {
        return kind.equals("state") ? new State(directory) : new Log(directory);
      } catch (LockHeldException e) {
        throw new IllegalStateException("the lock was not given up", e);
      } catch (IOException | Error e) {
        errors.incrementAndGet();
        if (attempt > 2 * STORMY_OPENINGS_MAX || !Calls.isCausedByTheError(e)) {
          throw new IllegalStateException("cannot be opened again", e);
        }
      }
    }
  }

  /** A close that throws may not have happened. */
  private void close(Target target) {
    try {
      target.close();
    } catch (IOException | Error e) {
      errors.incrementAndGet();
      calmDown();
      try {
        target.close();
      } catch (IOException again) {
        errors.incrementAndGet();
      }
    }
    calmDown();
  }

  private void write(Target target, int writer, long until, Random random) {
    while (!refused && System.nanoTime() < Math.min(until, endNanos)) {
      progress.incrementAndGet();
      try {
        int how = random.nextInt(8);
        if (how >= 6) {
          target.other(how);
          continue;
        }
        int n = notes.begin(writer);
        if (n < 0) {
          return;
        }
        putOne(target, writer, n, how, random);
      } catch (IOException | Error e) {
        failed(e);
      }
    }
  }

  private void putOne(Target target, int writer, int n, int how, Random random) throws IOException {
    String entry = writer + "." + n + ":" + "x".repeat(random.nextInt(600));
    try {
      long id = target.put(how, entry);
      notes.acknowledged(writer, n, id);
      acknowledged.incrementAndGet();
    } catch (Error e) {
      notes.failed(writer, n);
      throw e;
    }
  }

  private void failed(Throwable e) {
    errors.incrementAndGet();
    refused |= e instanceof DurabilityException && !(e instanceof OutcomeOpenException);
  }

  /** A log. */
  private static final class Log implements Target {
    private final WalWriter<String> log;

    Log(Directory directory) throws IOException {
      log = WalWriter.open(directory, new UserCode.Texts(), OPTIONS);
    }

    @Override
    public long put(int how, String entry) throws IOException {
      return switch (how) {
        case 0, 1 -> log.appendDurable(entry);
        case 2, 3 -> acknowledged(log.appendAsync(entry));
        case 4 -> synced(log.append(entry));
        default -> synced(log.appendBatch(List.of(entry)));
      };
    }

    /** It was appended: if syncing throws, whether it is durable is open. */
    private long synced(long id) throws IOException {
      try {
        log.sync();
        return id;
      } catch (Error e) {
        throw new OutcomeOpenException("not synced", e);
      }
    }

    @Override
    public void other(int how) throws IOException {
      if (how == 6) {
        log.flush();
      } else {
        MarkerPosition unused = log.appendCheckpoint(log.lastDurableId(), "");
      }
    }

    @Override
    public void check(StormNotes notes) throws IOException {
      log.sync();
    }

    @Override
    public void close() throws IOException {
      log.close();
    }
  }

  /** Waits without taking memory. */
  private static long acknowledged(CompletableFuture<Long> future) throws IOException {
    while (!future.isDone()) {
      LockSupport.parkNanos(50_000);
    }
    if (future.isCompletedExceptionally()) {
      throw new DurabilityException("the future failed");
    }
    return future.getNow(0L);
  }

  /** A state. */
  private static final class State implements Target {
    private final DurableState<long[], String> state;

    State(Directory directory) throws IOException {
      state = openState(directory);
    }

    @Override
    public long put(int how, String entry) throws IOException {
      return switch (how) {
        case 0, 1, 2 -> state.update(entry);
        case 3, 4 -> acknowledged(state.updateAsync(entry));
        default -> state.updateIf(bits -> Optional.of(entry)).orElseThrow();
      };
    }

    @Override
    public void other(int how) throws IOException {
      if (how == 6) {
        state.sync();
      } else {
        var unused = state.checkpoint();
      }
    }

    @Override
    public void check(StormNotes notes) throws IOException {
      state.sync();
      notes.keepState(state.read(long[]::clone));
    }

    @Override
    public void close() throws IOException {
      state.close();
    }
  }

  static DurableState<long[], String> openState(Directory directory) throws IOException {
    return DurableState.open(
        directory,
        new UserCode.Texts(),
        new StormNotes.Bits(),
        CheckpointPolicy.manual().everyEntries(300),
        OPTIONS);
  }
}
