package dev.durability.testkit.library;

import dev.durability.errors.OutcomeOpenException;
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
import dev.durability.testkit.library.LogEvent.Flushed;
import dev.durability.testkit.library.LogEvent.Removed;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A life of a log, by a seed, in which entries pile up: several blocks of a segment are written
 * that nobody flushes, so that a segment is written while the one before it is synced. Seldom
 * somebody flushes, syncs, reads, truncates or opens the log again, a sync, a rename or a write
 * fails, or the disk is full for a while.
 */
final class UnflushedWorkload implements CrashTest<LogEvent> {
  private static final int STEPS = 20;
  private static final int SEGMENT_BYTES = 16 << 10;
  private static final int BUFFER_BYTES = 4096;

  private final UnaryOperator<Directory> wrapper;
  private final Random random;
  private final WalOptions options;
  private final Texts texts = new Texts("u");
  private @Nullable FaultDirectory directory;
  private @Nullable LogStart start;
  private @Nullable WalWriter<String> log;

  UnflushedWorkload(long seed, UnaryOperator<Directory> wrapper) {
    this.wrapper = wrapper;
    this.random = new Random(seed);
    WalOptions.Builder builder =
        WalOptions.builder()
            .segmentBytes(SEGMENT_BYTES)
            .bufferBytes(BUFFER_BYTES)
            .flushPolicy(FlushPolicy.manual());
    if (random.nextBoolean()) {
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
    return switch (own.nextInt(20)) {
      case 0 -> tolerant("sync", this::sync);
      case 1 -> tolerant("flush", this::flush);
      case 2 -> tolerant("read", history -> log().readAppended(log().lastAppendedId()));
      case 3 -> tolerant("truncate", this::truncate);
      case 4 -> new Step<>("close and open", this::reopen);
      case 5 -> tolerant("append durably", this::appendDurable);
      case 6 -> fault("fail a sync", Fault.of(Fault.Operation.SYNC_FILE).nth(1 + own.nextInt(3)));
      case 7 -> fault("fail a sync of a directory", Fault.of(Fault.Operation.SYNC_DIRECTORY));
      case 8 -> fault("fail a rename", Fault.of(Fault.Operation.RENAME));
      case 9 -> {
        int room = own.nextInt(12_000);
        yield new Step<>("fill the disk up", (disk, history) -> directory().fillUpAfter(room));
      }
      case 10 -> new Step<>("make room", (disk, history) -> directory().makeRoom());
      default -> {
        int entries = 4 + own.nextInt(8);
        int filling = 200 + own.nextInt(1_300);
        yield tolerant("append", history -> append(history, entries, filling));
      }
    };
  }

  private Step<LogEvent> fault(String name, Fault fault) {
    return new Step<>(name, (disk, history) -> directory().inject(fault));
  }

  private interface Action {
    void run(History<LogEvent> history) throws IOException;
  }

  /** An outcome may be open where faults were injected; a poisoned log is opened again. */
  private Step<LogEvent> tolerant(String name, Action action) {
    return new Step<>(
        name,
        (disk, history) -> {
          try {
            action.run(history);
          } catch (OutcomeOpenException open) {
            requireFault(open);
            directory().makeRoom();
          } catch (IOException poisoned) {
            requireFault(poisoned);
            reopen(disk, history);
          }
        });
  }

  private void requireFault(IOException failure) {
    if (directory().injected() == 0) {
      throw new AssertionError("a call failed without a fault", failure);
    }
  }

  private FaultDirectory directory() {
    return Objects.requireNonNull(directory);
  }

  private WalWriter<String> log() {
    return Objects.requireNonNull(log);
  }

  private void open(CrashDirectory disk, History<LogEvent> history) throws IOException {
    directory = new FaultDirectory(disk);
    start = new LogStart(disk, wrapper, history);
    log = start.open(wrapper.apply(directory), options);
  }

  private void append(History<LogEvent> history, int entries, int filling) throws IOException {
    for (int i = 0; i < entries; i++) {
      List<String> one = texts.one(filling);
      history.attempt(new Attempted(one));
      history.attempt(new Appended(log().append(one.get(0)), one));
    }
  }

  private void appendDurable(History<LogEvent> history) throws IOException {
    List<String> one = texts.one(100);
    history.attempt(new Attempted(one));
    long id = log().appendDurable(one.get(0));
    history.attempt(new Appended(id, one));
    history.promise(new Acknowledged(id));
  }

  private void flush(History<LogEvent> history) throws IOException {
    long last = log().lastAppendedId();
    log().flush();
    history.promise(new Flushed(last));
  }

  private void sync(History<LogEvent> history) throws IOException {
    long last = log().lastAppendedId();
    log().sync();
    history.promise(new Acknowledged(last));
  }

  private void truncate(History<LogEvent> history) throws IOException {
    history.promise(
        new Removed(
            log().truncate(log().lastDurableId()).stream().map(each -> each.file()).toList()));
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
    directory().heal();
    directory().makeRoom();
    closeLog(disk, history);
    log = Objects.requireNonNull(start).open(wrapper.apply(directory()), options);
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
