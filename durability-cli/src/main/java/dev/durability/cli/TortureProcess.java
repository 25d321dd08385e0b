package dev.durability.cli;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.log.SegmentRange;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.Recovery;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.AppendFuture;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * The process that is killed: it opens the log, several threads write to it in every way that there
 * is and report what was acknowledged, and one more writes checkpoints and truncates.
 */
final class TortureProcess {
  /** How many threads write. */
  static final int WRITERS = 6;

  /** How many writes a writer may have in flight that it has not reported yet. */
  static final int OUTSTANDING_MAX = 32;

  private static final int FILLER_BYTES_MAX = 600;
  private static final int LARGE_FILLER_BYTES_MAX = 100_000;
  private static final int ENTRIES_BETWEEN_CHECKPOINTS = 400;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final AtomicBoolean ENDING = new AtomicBoolean();

  private final TortureReports reports = new TortureReports(new StandardOutput());
  private final FsDirectory directory;
  private final int life;
  private final long seed;
  private final WalWriter<TortureEntry> log;

  private TortureProcess(Path path, int life, long seed) throws IOException {
    this.directory = FsDirectory.open(path);
    this.life = life;
    this.seed = seed;
    reports.begin(TorturePhase.RECOVERY);
    this.log =
        WalWriter.open(
            new TortureDirectory(directory, reports),
            new TortureEntry.Bytes(),
            options(new Random(seed)));
    reports.end(TorturePhase.RECOVERY);
  }

  /**
   * Writes until it is killed, or until its reports are no longer read.
   *
   * @param args the directory of the log, the number of this life, and a seed
   */
  public static void main(String[] args) {
    try {
      new TortureProcess(Path.of(args[0]), Integer.parseInt(args[1]), Long.parseLong(args[2]))
          .run();
    } catch (IOException | RuntimeException e) {
      end(e);
    }
  }

  /** Small, so that segments end often and buffers are often full. */
  private WalOptions options(Random random) {
    FlushPolicy[] policies = {FlushPolicy.perAppend(), FlushPolicy.every(5), FlushPolicy.manual()};
    return WalOptions.builder()
        .segmentBytes(16L << (10 + 2 * random.nextInt(3)))
        .bufferBytes(4 << (10 + 2 * random.nextInt(4)))
        .flushPolicy(policies[random.nextInt(policies.length)])
        .preallocatedBytesMax(random.nextBoolean() ? Long.MAX_VALUE : 0)
        .observer(new Truncations())
        .build();
  }

  /** Called with the log's locks held, so it sees the removal itself. */
  private final class Truncations implements WalObserver {
    private boolean removing;

    @Override
    public boolean mayRemove(SegmentRange segment) {
      if (!removing) {
        removing = true;
        reports.beginUnchecked(TorturePhase.TRUNCATION);
      }
      return true;
    }

    @Override
    public void onTruncate(List<SegmentRange> removed) {
      removing = false;
      reports.endUnchecked(TorturePhase.TRUNCATION);
    }
  }

  private void run() throws IOException {
    Recovery<TortureState> recovered = recover(Long.MAX_VALUE);
    for (int writer = 0; writer < WRITERS; writer++) {
      Writer each = new Writer(writer, recovered.state().last(writer));
      start("writer-" + writer, each::write);
    }
    start("checkpoints", () -> writeCheckpoints(recovered.checkpointId()));
  }

  private Recovery<TortureState> recover(long lastEntryId) throws IOException {
    return Recoverer.of(directory, new TortureEntry.Bytes(), new TortureState.Machine(WRITERS))
        .recover(RecoveryOptions.upToEntry(lastEntryId));
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void start(String name, Work work) {
    new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException | RuntimeException e) {
                end(e);
              }
            },
            name)
        .start();
  }

  /** The state comes from reading the log while it is written. */
  private void writeCheckpoints(long checkpointId) throws IOException {
    CheckpointPublisher publisher =
        CheckpointPublisher.of(directory, Clock.systemUTC(), log)
            .keeping(1 + (int) Math.floorMod(seed, 2L));
    TortureState.Machine machine = new TortureState.Machine(WRITERS);
    long last = checkpointId;
    while (true) {
      while (log.lastDurableId() < last + ENTRIES_BETWEEN_CHECKPOINTS) {
        LockSupport.parkNanos(LOOK_NANOS);
      }
      Recovery<TortureState> state = recover(log.lastDurableId());
      reports.begin(TorturePhase.CHECKPOINT);
      publisher.publish(state.lastEntryId(), out -> machine.write(state.state(), out));
      reports.end(TorturePhase.CHECKPOINT);
      last = state.lastEntryId();
    }
  }

  /** One thread reports what failed; the others fail for the same reason. */
  private static void end(Throwable failure) {
    if (!(Failures.unwrap(failure) instanceof OutputClosedException) && !ENDING.getAndSet(true)) {
      // The parent sees the outcome; only the reason matters here.
      Throwable why =
          failure instanceof OutcomeOpenException
              ? Objects.requireNonNullElse(failure.getCause(), failure)
              : failure;
      System.err.println("durability torture, the process that writes: " + Failures.line(why));
    }
    Runtime.getRuntime().halt(Failures.exitStatus(failure));
  }

  /** One of the threads that write. */
  private final class Writer {
    private final int writer;
    private final Random random;
    private long n;

    Writer(int writer, long n) {
      this.writer = writer;
      this.n = n;
      this.random = new Random(seed + writer + 1);
    }

    void write() throws IOException {
      while (true) {
        switch (random.nextInt(10)) {
          case 0 -> ahead();
          case 1, 2 -> batch();
          case 3, 4 -> thenSync();
          default -> acknowledged(++n, log.appendDurable(entry(n)), 1);
        }
      }
    }

    /** Several futures at once. */
    private void ahead() throws IOException {
      List<AppendFuture> futures = new ArrayList<>();
      long first = n + 1;
      for (int i = 0; i < OUTSTANDING_MAX; i++) {
        futures.add(log.appendAsync(entry(++n)));
      }
      for (int i = 0; i < futures.size(); i++) {
        acknowledged(first + i, futures.get(i).join(), 1);
      }
    }

    /** A batch, all or nothing, which may be larger than the buffers. */
    private void batch() throws IOException {
      n++;
      int parts = 2 + random.nextInt(8);
      List<TortureEntry> entries = new ArrayList<>();
      for (int part = 0; part < parts; part++) {
        entries.add(new TortureEntry(life, writer, n, part, parts, fillerBytes()));
      }
      long lastId = log.appendBatch(entries);
      log.sync();
      acknowledged(n, lastId, parts);
    }

    /** Entries that are written by the flush policy, and one sync for them. */
    private void thenSync() throws IOException {
      long[] ids = new long[1 + random.nextInt(8)];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = log.append(entry(++n));
      }
      log.sync();
      for (int i = 0; i < ids.length; i++) {
        acknowledged(n - ids.length + 1 + i, ids[i], 1);
      }
    }

    private TortureEntry entry(long number) {
      return new TortureEntry(life, writer, number, 0, 1, fillerBytes());
    }

    private int fillerBytes() {
      return random.nextInt(random.nextInt(400) == 0 ? LARGE_FILLER_BYTES_MAX : FILLER_BYTES_MAX);
    }

    private void acknowledged(long number, long lastId, int entries) throws IOException {
      reports.acknowledged(writer, number, lastId, entries);
    }
  }
}
