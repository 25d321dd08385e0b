package dev.durability.testkit.library;

import static dev.durability.testkit.library.LogModel.require;

import dev.durability.codec.Codecs;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
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
import dev.durability.testkit.library.LogEvent.Recovered;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A life of a record log, by a seed, with failed syncs and a disk that is full for a while. */
final class RecordLogWorkload implements CrashTest<LogEvent> {
  private static final String PATH = "events.log";
  private static final int STEPS = 20;

  private final Random random;
  private final Texts texts = new Texts("w");
  private final UnaryOperator<Directory> wrapper;
  private @Nullable FaultDirectory directory;
  private @Nullable Directory wrapped;
  private @Nullable RecordLogWriter<String> log;

  RecordLogWorkload(long seed) {
    this(seed, UnaryOperator.identity());
  }

  /** The log, also after a crash, is written through what this makes of its directory. */
  RecordLogWorkload(long seed, UnaryOperator<Directory> wrapper) {
    this.wrapper = wrapper;
    this.random = new Random(seed);
  }

  @Override
  public List<Step<LogEvent>> steps() {
    List<Step<LogEvent>> steps = new ArrayList<>();
    steps.add(
        new Step<>(
            "open",
            (disk, history) -> {
              directory = new FaultDirectory(disk);
              wrapped = wrapper.apply(directory);
              log = open(wrapped, history);
            }));
    for (int i = 0; i < STEPS; i++) {
      steps.add(step(new Random(random.nextLong())));
    }
    return steps;
  }

  private Step<LogEvent> step(Random own) {
    int filling = own.nextInt(8) == 0 ? 1_500 : own.nextInt(300);
    return switch (own.nextInt(12)) {
      case 0, 1, 2, 3, 4 -> step("append", history -> append(history, texts.one(filling)));
      case 5, 6 -> step("flush", this::flush);
      case 7, 8 -> step("sync", this::sync);
      case 9 -> step("close and open", this::reopen);
      case 10 -> {
        int nth = 1 + own.nextInt(2);
        yield step(
            "fail a sync",
            history -> {
              Objects.requireNonNull(directory)
                  .inject(Fault.of(Fault.Operation.SYNC_FILE).nth(nth));
              append(history, texts.one(filling));
              sync(history);
            });
      }
      default -> {
        int room = own.nextInt(600);
        yield step(
            "fill the disk up and flush",
            history -> {
              Objects.requireNonNull(directory).fillUpAfter(room);
              append(history, texts.one(filling));
              flush(history);
            });
      }
    };
  }

  private interface Action {
    void run(History<LogEvent> history) throws IOException;
  }

  private Step<LogEvent> step(String name, Action action) {
    return new Step<>(
        name,
        (disk, history) -> {
          try {
            action.run(history);
          } catch (OutcomeOpenException open) {
            requireFault(open);
          } catch (IOException poisoned) {
            requireFault(poisoned);
            reopen(history);
          }
          Objects.requireNonNull(directory).makeRoom();
        });
  }

  private void requireFault(IOException failure) {
    if (Objects.requireNonNull(directory).injected() == 0) {
      throw new AssertionError("a call failed without a fault", failure);
    }
  }

  private RecordLogWriter<String> log() {
    return Objects.requireNonNull(log);
  }

  private void append(History<LogEvent> history, List<String> one) throws IOException {
    history.attempt(new Attempted(one));
    history.attempt(new Appended(log().append(one.get(0)), one));
  }

  private void flush(History<LogEvent> history) throws IOException {
    long last = log().lastId();
    log().flush();
    history.promise(new Flushed(last));
  }

  private void sync(History<LogEvent> history) throws IOException {
    history.promise(new Acknowledged(log().sync()));
  }

  private void reopen(History<LogEvent> history) throws IOException {
    Objects.requireNonNull(directory).heal();
    directory.makeRoom();
    long last = log().lastId();
    try {
      log().close();
      history.promise(new Acknowledged(last));
    } catch (IOException notDurable) {
      requireFault(notDurable);
    }
    log = open(Objects.requireNonNull(wrapped), history);
  }

  /** Opens the log, and holds it to the contract. */
  private static RecordLogWriter<String> open(Directory directory, History<LogEvent> history)
      throws IOException {
    TreeMap<Long, String> found = new TreeMap<>();
    try {
      long last = RecordLogReader.of(directory, PATH, Codecs.utf8()).replay(found::put);
      require(last == found.size(), "the last is " + last + " of " + found.size());
    } catch (NoSuchFileException none) {
      history.label("no record log yet");
    }
    RecordLogWriter<String> opened = RecordLogWriter.open(directory, PATH, Codecs.utf8());
    require(opened.lastId() == found.size(), "ids do not continue");
    new LogModel(history.events(), history.lastPowerLoss()).check(found, found.size(), 0);
    history.promise(new Recovered(found.size(), found));
    return opened;
  }

  @Override
  public void restart(CrashDirectory disk, History<LogEvent> history) throws IOException {
    history.label("record log");
    long variant = disk.contentHash();
    log = open(wrapper.apply(disk), history);
    Texts own = new Texts("r" + history.crashes() + "c" + Long.toHexString(variant) + "n");
    append(history, own.one(30));
    flush(history);
    append(history, own.one((variant & 1) == 0 ? 40 : 900));
    if ((variant & 2) == 0) {
      sync(history);
      append(history, own.one(50));
    }
    flush(history);
    if ((variant & 4) == 0) {
      long last = log().lastId();
      log().close();
      history.promise(new Acknowledged(last));
    }
  }

  @Override
  public long fingerprint(CrashDirectory disk) throws IOException {
    return LogShape.of(disk);
  }

  @Override
  public void close() throws IOException {
    if (log != null) {
      log.close();
    }
  }
}
