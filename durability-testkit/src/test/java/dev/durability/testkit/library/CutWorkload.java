package dev.durability.testkit.library;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.codec.Codecs;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.CrashTest;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import dev.durability.testkit.History;
import dev.durability.testkit.Step;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * A log whose owner cuts off its end and begins it anew, among appends, batches, markers,
 * checkpoints, truncations and openings, all chosen by a seed, on a disk that fails and is full at
 * times. One thread appends, so what a crash leaves has to be the log as it was after one of the
 * calls: not before the last one that is durable.
 */
final class CutWorkload implements CrashTest<CutWorkload.Event> {
  private static final int SEGMENT_BYTES = 4096;

  private final long seed;
  private final int steps;
  private @Nullable FaultDirectory directory;
  private @Nullable WalWriter<String> opened;
  private int texts;

  /** A checkpoint that a killed process left may be part of it, which a power cut takes. */
  private long coveredAtOpening;

  CutWorkload(long seed, int steps) {
    this.seed = seed;
    this.steps = steps;
  }

  /** What was attempted, and what is certain. */
  sealed interface Event {
    /** Entries, recovered all or none. */
    record Appended(List<String> entries) implements Event {}

    /** The log ends after an entry. */
    record Cut(long lastId) implements Event {}

    /** The log begins anew at an entry. */
    record Restarted(long firstId) implements Event {}

    /** All that was attempted before is durable. */
    record Durable() implements Event {}

    /** Everything up to an entry is covered. */
    record Covered(long throughId) implements Event {}

    /** What an opening recovered, and made durable. */
    record Recovered(Log log) implements Event {}
  }

  /**
   * The content of a log.
   *
   * @param before what is before its first entry
   */
  record Log(long before, TreeMap<Long, String> entries) {
    long lastId() {
      return entries.isEmpty() ? before : entries.lastKey();
    }

    private Log after(Event event) {
      TreeMap<Long, String> next = new TreeMap<>(entries);
      long itsBefore = before;
      if (event instanceof Event.Appended appended) {
        long id = lastId();
        for (String entry : appended.entries()) {
          next.put(++id, entry);
        }
      } else if (event instanceof Event.Cut cut) {
        next.tailMap(cut.lastId(), false).clear();
      } else if (event instanceof Event.Restarted restarted) {
        next.clear();
        itsBefore = restarted.firstId() - 1;
      }
      return new Log(itsBefore, next);
    }

    /** Whether recovery may show this: all from what is covered on, and nothing else. */
    private boolean allows(Map<Long, String> found, LogReport report) {
      return report.intact() == lastId()
          && found.equals(entries.tailMap(firstOf(found, report), true));
    }

    private static long firstOf(Map<Long, String> found, LogReport report) {
      long wanted = report.covered() + 1;
      return found.keySet().stream().mapToLong(Long::longValue).min().stream()
          .map(first -> Math.min(first, wanted))
          .findFirst()
          .orElse(wanted);
    }
  }

  private static WalOptions options() {
    return WalOptions.builder().segmentBytes(SEGMENT_BYTES).preallocatedBytesMax(0).build();
  }

  private WalWriter<String> log() {
    return Objects.requireNonNull(opened);
  }

  @Override
  public List<Step<Event>> steps() {
    Random random = new Random(seed);
    List<Step<Event>> all = new ArrayList<>();
    all.add(new Step<>("open", this::open));
    for (int i = 1; i <= steps; i++) {
      int what = random.nextInt(20);
      long choice = random.nextLong();
      all.add(new Step<>(i + " " + what, (disk, history) -> step(what, choice, disk, history)));
    }
    all.add(new Step<>("close", (disk, history) -> closeLog(history)));
    return all;
  }

  private void step(int what, long choice, CrashDirectory disk, History<Event> history)
      throws Exception {
    Random random = new Random(choice);
    if (what < 17) {
      step(what, true, random, disk, history);
      return;
    }
    FaultDirectory failing = Objects.requireNonNull(directory);
    switch (random.nextInt(5)) {
      case 0 -> failing.fillUpAfter(random.nextInt(300));
      case 1 -> failing.inject(Fault.of(Fault.Operation.SYNC_DIRECTORY));
      case 2 -> failing.inject(Fault.of(Fault.Operation.SYNC_FILE).nth(1 + random.nextInt(3)));
      case 3 -> failing.inject(Fault.of(Fault.Operation.RENAME));
      default -> failing.inject(Fault.of(Fault.Operation.RENAME).afterEffect());
    }
    try {
      step(random.nextInt(17), false, random, disk, history);
      failing.heal().makeRoom();
    } catch (IOException failure) {
      failing.heal().makeRoom();
      require(failing.injected() > 0, "a call failed without a fault: " + failure);
    }
    if (failing.injected() > 0) {
      closeAfterFailure();
      open(disk, history);
    }
  }

  /** It may be poisoned, or have entries that are written now. */
  private void closeAfterFailure() throws IOException {
    try {
      log().close();
    } catch (WriterPoisonedException again) {
      // The next opening tells what became of it.
    }
  }

  private void step(
      int what, boolean isSound, Random random, CrashDirectory disk, History<Event> history)
      throws Exception {
    switch (what) {
      case 0, 1, 2, 3 -> append(history, 1, random);
      case 4, 5 -> append(history, 2 + random.nextInt(3), random);
      case 6, 7 -> sync(history);
      case 8, 9, 10 -> cut(history, random);
      case 11 -> restart(history, random);
      case 12, 13 -> mark(history);
      case 14 -> truncate(history);
      case 15 -> publish(isSound, history, random);
      default -> {
        closeLog(history);
        open(disk, history);
      }
    }
  }

  private void append(History<Event> history, int count, Random random) throws IOException {
    List<String> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(++texts + "x".repeat(random.nextInt(4) == 0 ? 1_500 : random.nextInt(60)));
    }
    history.attempt(new Event.Appended(entries));
    long before = log().lastAppendedId();
    long last = count == 1 ? log().append(entries.get(0)) : log().appendBatch(entries);
    require(last == before + count, "ids have gaps: " + before + " and then " + last);
  }

  private void sync(History<Event> history) throws IOException {
    log().sync();
    history.promise(new Event.Durable());
  }

  private void cut(History<Event> history, Random random) throws IOException {
    long covered = coveredNow(history);
    long last = log().lastAppendedId();
    long lastId = covered + (long) (random.nextDouble() * (last - covered + 1));
    history.attempt(new Event.Cut(lastId));
    log().truncateAfter(lastId);
    history.promise(new Event.Durable());
    require(log().lastAppendedId() == lastId, "the log does not end where it was cut");
  }

  private void restart(History<Event> history, Random random) throws IOException {
    long covered = coveredNow(history);
    long firstId =
        covered + 1 + (long) (random.nextDouble() * (log().lastAppendedId() - covered + 3));
    history.attempt(new Event.Restarted(firstId));
    log().restartAt(firstId);
    history.promise(new Event.Covered(firstId - 1));
    history.promise(new Event.Durable());
  }

  private void mark(History<Event> history) throws IOException {
    sync(history);
    long through = log().lastDurableId();
    var unused = log().appendCheckpoint(through, "");
    history.promise(new Event.Covered(through));
  }

  /** While the checkpoint is written, another thread tries to cut off what it covers. */
  private void publish(boolean isSound, History<Event> history, Random random) throws Exception {
    sync(history);
    long covered = coveredNow(history);
    long through = log().lastDurableId();
    if (through <= covered) {
      return;
    }
    long lastId = covered + (long) (random.nextDouble() * (through - covered));
    WalWriter<String> here = log();
    FutureTask<@Nullable Void> cut =
        new FutureTask<>(
            () -> {
              here.truncateAfter(lastId);
              return null;
            });
    Thread cutter = new Thread(cut, "cuts");
    try {
      var unused =
          CheckpointPublisher.of(Objects.requireNonNull(directory), Clock.systemUTC(), here)
              .publish(
                  through,
                  out -> {
                    if (isSound) {
                      cutter.start();
                    }
                    while (cutter.isAlive() && cutter.getState() != Thread.State.WAITING) {
                      Thread.onSpinWait();
                    }
                    out.write(1);
                  });
      history.promise(new Event.Covered(through));
    } finally {
      cutter.join();
    }
    if (isSound) {
      requireRefused(cut);
    }
  }

  private static void requireRefused(FutureTask<@Nullable Void> cut) throws InterruptedException {
    try {
      var unused = cut.get();
      throw new AssertionError("what a checkpoint covers was cut off");
    } catch (ExecutionException refused) {
      require(
          refused.getCause() instanceof IllegalArgumentException,
          "the cut failed: " + refused.getCause());
    }
  }

  private void truncate(History<Event> history) throws IOException {
    long covered = coveredNow(history);
    if (covered <= log().lastDurableId()) {
      var unused = log().truncate(covered);
    }
  }

  private void open(CrashDirectory disk, History<Event> history) throws IOException {
    directory = new FaultDirectory(disk);
    opened = openAndCheck(directory, history);
  }

  private void closeLog(History<Event> history) throws IOException {
    log().close();
    history.promise(new Event.Durable());
  }

  /** The logs that a crash may leave, the last one that is certain first. */
  private static List<Log> possible(List<Event> events) {
    List<Log> logs = new ArrayList<>(List.of(new Log(0, new TreeMap<>())));
    for (Event event : events) {
      if (event instanceof Event.Recovered recovered) {
        logs.clear();
        logs.add(recovered.log());
      } else if (event instanceof Event.Durable) {
        logs.subList(0, logs.size() - 1).clear();
      } else if (!(event instanceof Event.Covered)) {
        logs.add(logs.get(logs.size() - 1).after(event));
      }
    }
    return logs;
  }

  private long coveredNow(History<Event> history) {
    return Math.max(coveredAtOpening, covered(history.events()));
  }

  private static long covered(List<Event> events) {
    long covered = 0;
    for (Event event : events) {
      if (event instanceof Event.Covered each) {
        covered = Math.max(covered, each.throughId());
      }
    }
    return covered;
  }

  private WalWriter<String> openAndCheck(Directory disk, History<Event> history)
      throws IOException {
    TreeMap<Long, String> found = new TreeMap<>();
    WalWriter<String> log = WalWriter.open(disk, Codecs.utf8(), options(), found::put);
    LogReport report = log.recovered();
    require(
        report.covered() >= covered(history.events()),
        "what is covered was forgotten: " + report.covered());
    Log kept = null;
    for (Log each : possible(history.events())) {
      kept = each.allows(found, report) ? each : kept;
    }
    if (kept == null) {
      throw new AssertionError(
          "no log that could be there: " + report + " with " + shortened(found));
    }
    history.promise(new Event.Recovered(kept));
    coveredAtOpening = report.covered();
    return log;
  }

  private static Map<Long, String> shortened(Map<Long, String> entries) {
    Map<Long, String> all = new TreeMap<>();
    entries.forEach((id, text) -> all.put(id, text.substring(0, Math.min(8, text.length()))));
    return all;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  @Override
  public void restart(CrashDirectory disk, History<Event> history) throws Exception {
    if (disk.exists("wal") && !disk.list("wal").isEmpty()) {
      verify(disk, history);
    }
    texts = 1_000_000 * (history.crashes() + 1);
    WalWriter<String> log = openAndCheck(disk, history);
    opened = log;
    Random random = new Random(history.events().size());
    append(history, 2, random);
    if (random.nextInt(3) == 0) {
      cut(history, random);
    }
    append(history, 1, random);
    sync(history);
    closeLog(history);
    LogReport report = WalMaintenance.verify(disk);
    require(report.verdict() == Verdict.CLEAN, "not clean after closing: " + report);
  }

  private static void verify(CrashDirectory disk, History<Event> history) throws IOException {
    try {
      LogReport report = WalMaintenance.verify(disk);
      history.label(report.verdict().name());
      require(report.verdict() != Verdict.CORRUPT, "an honest crash is called corrupt: " + report);
    } catch (java.nio.file.NoSuchFileException noSegmentYet) {
      history.label("no log yet");
    }
  }

  @Override
  public long fingerprint(CrashDirectory disk) throws Exception {
    return LogShape.of(disk);
  }

  @Override
  public void close() throws Exception {
    if (opened != null) {
      opened.close();
    }
  }
}
