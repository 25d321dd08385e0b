package dev.durability.testkit.library;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.PublishResult;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.log.MarkerPosition;
import dev.durability.log.SegmentRange;
import dev.durability.storage.Directory;
import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.CrashTest;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import dev.durability.testkit.History;
import dev.durability.testkit.Step;
import dev.durability.testkit.library.LogEvent.Acknowledged;
import dev.durability.testkit.library.LogEvent.Appended;
import dev.durability.testkit.library.LogEvent.Attempted;
import dev.durability.testkit.library.LogEvent.Covered;
import dev.durability.testkit.library.LogEvent.Flushed;
import dev.durability.testkit.library.LogEvent.Removed;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A life of a log, by a seed: entries and batches, larger than a block and a segment too, flushed
 * and synced, from one thread and from several, with checkpoints, truncation, reopening, failed
 * syncs, and a disk that is full for a while. In a third of them checkpoints and truncation come
 * often.
 */
final class LogWorkload implements CrashTest<LogEvent> {
  private static final int STEPS = 24;

  /** What the steps may be, by weight. */
  enum Faults {
    NONE,
    FAILED_SYNCS,
    FULL_DISKS
  }

  private final UnaryOperator<Directory> wrapper;
  private final Random random;
  private final Faults faults;
  private final WalOptions options;
  private final boolean flushes;
  private final boolean covers;
  private final Texts texts = new Texts("w");
  private @Nullable FaultDirectory directory;
  private @Nullable Directory wrapped;
  private @Nullable LogStart start;
  private @Nullable WalWriter<String> log;

  LogWorkload(long seed, Faults faults) {
    this(seed, faults, UnaryOperator.identity());
  }

  /** The log, also after a crash, is written through what this makes of its directory. */
  LogWorkload(long seed, Faults faults, UnaryOperator<Directory> wrapper) {
    this.wrapper = wrapper;
    this.random = new Random(seed);
    this.faults = faults;
    this.flushes = random.nextInt(3) > 0;
    this.covers = random.nextInt(3) == 0;
    WalOptions.Builder builder =
        WalOptions.builder()
            .segmentBytes(4096)
            .bufferBytes(4096)
            .flushPolicy(flushes ? FlushPolicy.perAppend() : FlushPolicy.manual());
    if (random.nextInt(3) > 0) {
      builder.preallocatedBytesMax(0);
    }
    this.options = builder.build();
  }

  @Override
  public List<Step<LogEvent>> steps() {
    List<Step<LogEvent>> steps = new ArrayList<>();
    steps.add(new Step<>("open", this::open));
    for (int i = 0; i < STEPS; i++) {
      steps.add(step(new Random(random.nextLong())));
    }
    if (random.nextBoolean()) {
      steps.add(new Step<>("close", this::closeLog));
    }
    return steps;
  }

  private Step<LogEvent> step(Random own) {
    return switch (own.nextInt(faults == Faults.NONE ? 13 : 16)) {
      case 0, 1, 2 -> appendStep("append", texts.one(Texts.filling(own)));
      case 3, 4 ->
          covers
              ? coverStep(own.nextInt(3))
              : appendStep("append small", texts.one(own.nextInt(60)));
      case 5, 6 -> appendStep("append batch", texts.batch(2 + own.nextInt(4), own.nextInt(300)));
      case 7 -> appendStep("append large batch", texts.batch(3, 1_500 + own.nextInt(3_000)));
      case 8 -> new Step<>("sync", (disk, history) -> tolerant(disk, history, () -> sync(history)));
      case 9 -> new Step<>("append durably by threads", (disk, h) -> appendByThreads(h));
      case 10 -> coverStep(own.nextInt(3));
      case 11 -> new Step<>("close and open", this::reopen);
      case 12 ->
          switch (own.nextInt(6)) {
            case 0, 1 -> new Step<>("wait for a mark", (disk, history) -> awaitMark(disk));
            case 2 ->
                new Step<>(
                    "write a checkpoint",
                    (disk, history) ->
                        tolerant(disk, history, () -> checkpoints(disk, history).write()));
            case 3 ->
                new Step<>(
                    "marker for a checkpoint that a killed process left",
                    (disk, history) ->
                        tolerant(disk, history, () -> checkpoints(disk, history).markFound()));
            default -> new Step<>("append asynchronously", (disk, h) -> appendAsync(h));
          };
      default -> faults == Faults.FAILED_SYNCS ? failedSync(own) : fullDisk(own);
    };
  }

  private Step<LogEvent> appendStep(String name, List<String> batch) {
    return new Step<>(
        name, (disk, history) -> tolerant(disk, history, () -> append(history, batch)));
  }

  private interface Action {
    void run() throws IOException;
  }

  /** Where faults were injected, an outcome may be open, and a poisoned log is opened again. */
  private void tolerant(CrashDirectory disk, History<LogEvent> history, Action action)
      throws IOException {
    try {
      action.run();
    } catch (OutcomeOpenException open) {
      requireFault(open);
    } catch (IOException poisoned) {
      requireFault(poisoned);
      Objects.requireNonNull(directory).heal();
      directory.makeRoom();
      reopen(disk, history);
    }
  }

  private void requireFault(IOException failure) {
    if (Objects.requireNonNull(directory).injected() == 0) {
      throw new AssertionError("a call failed without a fault", failure);
    }
  }

  private void open(CrashDirectory disk, History<LogEvent> history) throws IOException {
    directory = new FaultDirectory(disk);
    start = new LogStart(disk, wrapper, history);
    wrapped = wrapper.apply(directory);
    log = start.open(wrapped, options);
  }

  private WalWriter<String> log() {
    return Objects.requireNonNull(log);
  }

  private void append(History<LogEvent> history, List<String> batch) throws IOException {
    history.attempt(new Attempted(batch));
    long last = batch.size() == 1 ? log().append(batch.get(0)) : log().appendBatch(batch);
    history.attempt(new Appended(last, batch));
    if (flushes) {
      history.promise(new Flushed(last));
    }
  }

  private void sync(History<LogEvent> history) throws IOException {
    long last = log().lastAppendedId();
    log().sync();
    history.promise(new Acknowledged(last));
  }

  private void appendDurable(History<LogEvent> history, List<String> one) throws IOException {
    history.attempt(new Attempted(one));
    long id = log().appendDurable(one.get(0));
    history.attempt(new Appended(id, one));
    history.promise(new Acknowledged(id));
  }

  private void appendByThreads(History<LogEvent> history) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  appendDurable(history, texts.one(40));
                  appendDurable(history, texts.one(300));
                } catch (IOException e) {
                  requireFault(e); // What it leaves, the next step meets.
                }
              },
              "appender");
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void appendAsync(History<LogEvent> history) throws IOException {
    for (int i = 0; i < 3; i++) {
      List<String> one = texts.one(100);
      history.attempt(new Attempted(one));
      try {
        long unused =
            log()
                .appendAsync(one.get(0))
                .thenApply(
                    id -> {
                      history.attempt(new Appended(id, one));
                      history.promise(new Acknowledged(id));
                      return id;
                    })
                .exceptionally(failure -> 0L)
                .join();
      } catch (IOException e) {
        requireFault(e);
      }
    }
  }

  private Step<LogEvent> coverStep(int how) {
    return switch (how) {
      case 0 ->
          new Step<>(
              "publish a checkpoint",
              (disk, history) -> tolerant(disk, history, () -> publish(history)));
      case 1 ->
          new Step<>(
              "truncate", (disk, history) -> tolerant(disk, history, () -> truncate(history)));
      default ->
          new Step<>("marker", (disk, history) -> tolerant(disk, history, () -> marker(history)));
    };
  }

  private void publish(History<LogEvent> history) throws IOException {
    sync(history);
    long covered = log().lastDurableId();
    PublishResult result =
        CheckpointPublisher.of(Objects.requireNonNull(wrapped), Clock.systemUTC(), log())
            .publish(covered, out -> out.write(new byte[700]));
    history.promise(new Covered(covered));
    history.promise(new Removed(result.removedCheckpoints()));
    removed(history, result.removedSegments());
  }

  private static void removed(History<LogEvent> history, List<SegmentRange> segments) {
    history.promise(new Removed(segments.stream().map(SegmentRange::file).toList()));
  }

  private void truncate(History<LogEvent> history) throws IOException {
    removed(history, log().truncate(log().lastDurableId()));
  }

  private void marker(History<LogEvent> history) throws IOException {
    long covered = log().lastDurableId();
    MarkerPosition unused = log().appendCheckpoint(covered, "");
    history.promise(new Covered(covered));
  }

  private CheckpointsByHand checkpoints(CrashDirectory disk, History<LogEvent> history) {
    return new CheckpointsByHand(disk, Objects.requireNonNull(wrapped), log(), history);
  }

  private void closeLog(CrashDirectory disk, History<LogEvent> history) {
    long last = log().lastAppendedId();
    try {
      log().close();
      history.promise(new Acknowledged(last));
    } catch (IOException notDurable) {
      requireFault(notDurable);
    }
  }

  private void reopen(CrashDirectory disk, History<LogEvent> history) throws IOException {
    Objects.requireNonNull(directory).heal();
    directory.makeRoom();
    closeLog(disk, history);
    log = Objects.requireNonNull(start).open(Objects.requireNonNull(wrapped), options);
  }

  /** A promise that no entry follows is written by itself; a moment is given to it. */
  private static void awaitMark(CrashDirectory disk) {
    int before = disk.trace().size();
    for (int i = 0; i < 40 && disk.trace().size() == before; i++) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  private Step<LogEvent> failedSync(Random own) {
    boolean names = own.nextInt(4) == 0;
    int nth = names ? 1 : 1 + own.nextInt(3);
    int filling = names ? 4_000 : 250; // A segment of its own: its name is synced.
    return new Step<>(
        names ? "fail a sync of a directory" : "fail a sync",
        (disk, history) -> {
          Objects.requireNonNull(directory)
              .inject(
                  Fault.of(names ? Fault.Operation.SYNC_DIRECTORY : Fault.Operation.SYNC_FILE)
                      .nth(nth));
          tolerant(disk, history, () -> appendDurable(history, texts.one(filling)));
        });
  }

  private Step<LogEvent> fullDisk(Random own) {
    int room = own.nextInt(600);
    List<String> batch = texts.batch(1 + own.nextInt(3), 100 + own.nextInt(400));
    return switch (own.nextInt(3)) {
      case 0 ->
          new Step<>(
              "make room and sync",
              (disk, history) -> {
                Objects.requireNonNull(directory).makeRoom();
                tolerant(disk, history, () -> sync(history));
              });
      default ->
          new Step<>(
              "fill the disk up and append",
              (disk, history) -> {
                Objects.requireNonNull(directory).fillUpAfter(room);
                tolerant(disk, history, () -> append(history, batch));
                directory.makeRoom();
              });
    };
  }

  @Override
  public void restart(CrashDirectory disk, History<LogEvent> history) throws Exception {
    start = new LogStart(disk, wrapper, history);
    start.run();
  }

  @Override
  public long fingerprint(CrashDirectory disk) throws IOException {
    return LogShape.of(disk);
  }

  @Override
  public void close() throws IOException {
    if (start != null) {
      start.close();
    }
  }
}
