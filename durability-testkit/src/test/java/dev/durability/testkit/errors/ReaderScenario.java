package dev.durability.testkit.errors;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codec;
import dev.durability.errors.LogCutException;
import dev.durability.log.Verdict;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalTail;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that reads: what threw an Error gives the right result when it is called again, and a
 * tail that follows a log while it is written gives each entry once, in order, and tells each cut
 * once.
 */
final class ReaderScenario implements Scenario {
  private static final WalOptions OPTIONS =
      WalOptions.builder().segmentBytes(4_096).bufferBytes(4_096).build();

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int ENTRIES = 12;
  private static final int MORE = 6;
  private static final int AFTER_CUT = 3;
  private static final long ELSEWHERE = 100;
  private static final String RECORDS = "records.rec";
  private static final int COVERED = 4;
  private static final String CHECKPOINT = Checkpoints.pathOf(COVERED);
  private static final Codec<String> CODEC = new UserCode.Texts();
  private static final UserCode.ListOfTexts MACHINE = new UserCode.ListOfTexts();

  @Override
  public void run() {
    OpenFiles directory = new OpenFiles(new MemoryDirectory());
    run(directory);
    directory.requireNone();
  }

  private static void run(Directory directory) {
    try (WalWriter<String> log = write(directory)) {
      List<Callable<Object>> readings = readings(directory, log.logId());
      List<Object> expected = new ArrayList<>();
      for (Callable<Object> reading : readings) {
        expected.add(reading.call());
      }
      List<Object> read = new ArrayList<>();
      BlockingQueue<String> followed = new LinkedBlockingQueue<>();
      Crew crew = new Crew();
      CountDownLatch readingEnded = crew.start("caller who reads", () -> read(readings, read));
      CountDownLatch followingEnded =
          crew.start("caller who follows", () -> follow(directory, followed));
      append(log, ENTRIES, ENTRIES + MORE);
      readingEnded.await();
      Calls.require(read.equals(expected), () -> "read " + read + " instead of " + expected);
      requireFollowed(crew, followed, followingEnded, entries(ENTRIES + MORE));
      log.truncateAfter(ENTRIES);
      append(log, 2 * ENTRIES, 2 * ENTRIES + AFTER_CUT);
      requireFollowed(crew, followed, followingEnded, afterCut(ENTRIES + 1));
      log.restartAt(ELSEWHERE);
      append(log, 2 * ENTRIES, 2 * ENTRIES + AFTER_CUT);
      requireFollowed(crew, followed, followingEnded, afterCut(ELSEWHERE));
      append(log, ENTRIES, ENTRIES + 1);
      crew.await();
    } catch (Exception e) {
      throw new AssertionError("what is read cannot be written", e);
    }
  }

  private static List<String> afterCut(long fromId) {
    List<String> expected = new ArrayList<>(List.of(cutAt(fromId)));
    expected.addAll(entries(2 * ENTRIES + AFTER_CUT).subList(2 * ENTRIES, 2 * ENTRIES + AFTER_CUT));
    return expected;
  }

  private static String cutAt(long id) {
    return "cut at " + id + ":";
  }

  /** Waits until the tail has given this much: what it reads is cut off only then. */
  private static void requireFollowed(
      Crew crew, BlockingQueue<String> followed, CountDownLatch ended, List<String> expected)
      throws InterruptedException {
    List<String> given = new ArrayList<>();
    long start = System.nanoTime();
    while (given.size() < expected.size() && System.nanoTime() - start < Crew.DEADLINE_NANOS) {
      String next = followed.poll(10, TimeUnit.MILLISECONDS);
      if (next != null) {
        given.add(next);
      } else if (ended.getCount() == 0 && followed.isEmpty()) {
        crew.await(); // Throws what ended it.
        break;
      }
    }
    Calls.require(
        given.equals(expected),
        () ->
            "followed "
                + given.stream().map(Calls::name).toList()
                + " instead of "
                + expected.stream().map(Calls::name).toList());
  }

  /** A log of some segments that stays open, a checkpoint, and a record log. */
  private static WalWriter<String> write(Directory directory) throws IOException {
    WalWriter<String> log = WalWriter.open(directory, CODEC, OPTIONS);
    append(log, 0, ENTRIES);
    UUID logId = log.logId();
    String path =
        Checkpoints.in(directory, Clock.systemUTC())
            .write(logId, COVERED, out -> MACHINE.write(entries(COVERED), out));
    Calls.require(path.equals(CHECKPOINT), () -> "not the path of the checkpoint: " + path);
    try (RecordLogWriter<String> records = RecordLogWriter.open(directory, RECORDS, CODEC)) {
      for (String entry : entries(ENTRIES)) {
        long unused = records.append(entry);
      }
    }
    return log;
  }

  private static void append(WalWriter<String> log, int from, int to) throws IOException {
    for (String entry : entries(to).subList(from, to)) {
      long unused = log.appendDurable(entry);
    }
  }

  private static List<String> entries(int count) {
    return Stream.iterate(1, i -> i + 1).limit(count).map(i -> i + ":" + "x".repeat(900)).toList();
  }

  /** Of the part that does not change any more. */
  private static List<Callable<Object>> readings(Directory directory, UUID logId) {
    Checkpoints checkpoints = Checkpoints.in(directory, Clock.systemUTC());
    WalReader<String> reader = WalReader.of(directory, CODEC);
    return List.of(
        () -> entriesOf(reader),
        () -> streamed(reader),
        () -> inSteps(() -> reader.stream(1).map(WalRecord::entry)),
        () -> inSteps(RecordLogReader.of(directory, RECORDS, CODEC)::stream),
        () -> RecordLogReader.of(directory, RECORDS, CODEC).strict().list(),
        () -> checkpoints.read(CHECKPOINT, MACHINE::read),
        () -> checkpoints.isUsable(CHECKPOINT, logId, COVERED),
        () -> checkpoints.list(),
        () -> WalMaintenance.firstEntryId(directory),
        () -> WalMaintenance.checkpoints(directory),
        // Beside a writer the end may look torn.
        () -> WalMaintenance.verify(directory).verdict() != Verdict.CORRUPT,
        () -> WalMaintenance.segments(directory).get(0),
        () ->
            Recoverer.of(directory, CODEC, MACHINE)
                .recover(RecoveryOptions.upToEntry(ENTRIES))
                .state());
  }

  private static List<String> entriesOf(WalReader<String> reader) throws IOException {
    List<String> entries = new ArrayList<>();
    reader.replay(1, ENTRIES, (id, entry) -> entries.add(entry));
    return entries;
  }

  private static List<String> streamed(WalReader<String> reader) throws IOException {
    try (Stream<WalRecord<String>> records = reader.stream(2)) {
      return records.limit(ENTRIES - 1).map(WalRecord::entry).toList();
    }
  }

  /** Asks a stream again after an Error: it goes on, or it refuses and another one is taken. */
  private static List<String> inSteps(Callable<Stream<String>> source) throws Exception {
    List<String> entries = new ArrayList<>();
    try (Stream<String> stream = source.call()) {
      Iterator<String> steps = stream.iterator();
      while (entries.size() < ENTRIES && atLast(steps::hasNext)) {
        entries.add(atLast(steps::next));
      }
      return entries;
    } catch (UncheckedIOException refused) {
      if (!Calls.isCausedByTheError(refused)) {
        throw refused;
      }
    }
    return inSteps(source);
  }

  private static void read(List<Callable<Object>> readings, List<Object> results) throws Exception {
    for (Callable<Object> reading : readings) {
      results.add(atLast(reading));
    }
  }

  /** Calls again what threw the Error that was planted. */
  private static <T extends @Nullable Object> T atLast(Callable<T> call) throws Exception {
    try {
      return call.call();
    } catch (Error e) {
      if (e != Points.thrown()) {
        throw e;
      }
      return call.call();
    }
  }

  private static void follow(Directory directory, BlockingQueue<String> given) throws Exception {
    WalTail<String> tail = atLast(() -> WalReader.of(directory, CODEC).follow(1));
    long lastId = 0;
    while (lastId < ELSEWHERE + AFTER_CUT) {
      try {
        @Nullable WalRecord<String> record = atLast(() -> tail.poll(PATIENCE));
        if (record == null) {
          break;
        }
        lastId = record.id();
        given.add(record.entry());
      } catch (LogCutException cut) {
        given.add(cutAt(cut.fromId()));
      }
    }
    Object unused =
        atLast(
            () -> {
              tail.close();
              return tail;
            });
  }
}
