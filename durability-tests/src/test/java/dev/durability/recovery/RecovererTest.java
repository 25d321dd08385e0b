package dev.durability.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.CheckpointWriter;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalTail;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RecovererTest {
  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  private static final History MACHINE = new History();

  private final MemoryDirectory disk = new MemoryDirectory();
  private final FaultDirectory directory = new FaultDirectory(disk);

  private static Recoverer<List<String>, String> recoverer(Directory where) {
    return Recoverer.of(where, Codecs.utf8(), MACHINE);
  }

  private static List<String> latest(Directory where) throws IOException {
    return recoverer(where).recover(RecoveryOptions.latest()).state();
  }

  /** Long entries make long messages: says how many there are. */
  private static void assertSame(List<String> found, List<String> expected, String which) {
    assertThat(found.size()).as(which).isEqualTo(expected.size());
    assertThat(found.equals(expected)).as(which).isTrue();
  }

  /** A log written by a seeded history: entries, batches, checkpoints, rotations, reopenings. */
  private static final class Written {
    private final Directory directory;
    private final Random random;
    private final int kept;

    /** Entries by id; markers have none. */
    private final TreeMap<Long, String> entries = new TreeMap<>();

    /** For each entry, the last id of its batch. */
    private final TreeMap<Long, Long> batchEnds = new TreeMap<>();

    Written(Directory directory, long seed, int kept) {
      this.directory = directory;
      this.random = new Random(seed);
      this.kept = kept;
    }

    /** The state with all whole batches up to an entry. */
    List<String> upTo(long id) {
      List<String> state = new ArrayList<>();
      for (Map.Entry<Long, String> each : entries.headMap(id, true).entrySet()) {
        if (batchEnds.get(each.getKey()) > id) {
          break;
        }
        state.add(each.getValue());
      }
      return state;
    }

    void write(int steps, int checkpointsIn100, int segmentBytes) throws IOException {
      WalOptions options =
          WalOptions.builder().segmentBytes(segmentBytes).bufferBytes(4096).build();
      WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), options);
      for (int i = 0; i < steps; i++) {
        int what = random.nextInt(100);
        if (what < checkpointsIn100) {
          List<String> state = upTo(Long.MAX_VALUE);
          CheckpointPublisher.of(directory, Clock.systemUTC(), log)
              .keeping(kept)
              .publish(log.lastAppendedId(), out -> MACHINE.write(state, out));
        } else if (what < 95) {
          append(log, what < 40 ? 1 : 1 + random.nextInt(5));
        } else {
          log.close();
          log = WalWriter.open(directory, Codecs.utf8(), options);
        }
      }
      log.close();
    }

    private void append(WalWriter<String> log, int count) throws IOException {
      List<String> batch = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        batch.add((entries.size() + i) + "-" + "y".repeat(random.nextInt(400)));
      }
      long last = log.appendBatch(batch);
      for (int i = 0; i < count; i++) {
        entries.put(last - count + 1 + i, batch.get(i));
        batchEnds.put(last - count + 1 + i, last);
      }
    }

    long lastId() throws IOException {
      return WalMaintenance.verify(directory).intact();
    }
  }

  @Tag("slow")
  @Test
  void eachPrefixIsTheFoldOfItsWholeBatches() throws IOException {
    for (long seed = 1; seed <= 3; seed++) {
      MemoryDirectory where = new MemoryDirectory();
      // So many are kept that nothing is removed: every prefix can be recovered.
      Written written = new Written(where, seed, 1000);
      written.write(60, 15, 4096);
      for (long id = 0; id <= written.lastId() + 1; id++) {
        Recovery<List<String>> recovered = recoverer(where).recover(RecoveryOptions.upToEntry(id));
        assertSame(recovered.state(), written.upTo(id), "seed=" + seed + " id=" + id);
        assertThat(recovered.lastEntryId()).as("seed=%s id=%s", seed, id).isLessThanOrEqualTo(id);
        assertThat(recovered.checkpointId()).isLessThanOrEqualTo(id);
      }
    }
  }

  @Test
  void prefixesBeforeTheOldestCheckpointAreRefusedOnATruncatedLog() throws IOException {
    Written written = new Written(disk, 11, 2);
    written.write(150, 10, 4096);
    List<Long> kept = Checkpoints.in(disk, Clock.systemUTC()).list();
    long oldest = kept.get(1);
    assertThat(WalMaintenance.firstEntryId(disk)).isGreaterThan(1);
    for (long id = 0; id <= written.lastId(); id++) {
      RecoveryOptions options = RecoveryOptions.upToEntry(id);
      if (id >= oldest) {
        assertSame(recoverer(disk).recover(options).state(), written.upTo(id), "id=" + id);
      } else {
        assertThatExceptionOfType(DurabilityException.class)
            .as("id=%s", id)
            .isThrownBy(() -> recoverer(disk).recover(options))
            .withMessageContaining("no usable checkpoint");
      }
    }
  }

  @Tag("slow")
  @Test
  void stateIsTheSameWhateverTheCheckpointsAndSegments() throws IOException {
    for (long seed = 20; seed < 40; seed++) {
      Random random = new Random(seed);
      MemoryDirectory where = new MemoryDirectory();
      Written written = new Written(where, seed, 1 + random.nextInt(3));
      written.write(80, random.nextInt(30), 4096 << random.nextInt(5));
      Recovery<List<String>> recovered = recoverer(where).recover(RecoveryOptions.latest());
      assertThat(recovered.state()).as("seed=" + seed).isEqualTo(written.upTo(Long.MAX_VALUE));
      assertThat(recoverer(where).recover(RecoveryOptions.latest().strict()).state())
          .as("seed=" + seed)
          .isEqualTo(recovered.state());
    }
  }

  @Test
  void recoveryWritesNothing() throws IOException {
    Written written = new Written(directory, 3, 2);
    written.write(60, 10, 4096);
    long[] before = changes();
    assertThat(latest(directory)).isEqualTo(written.upTo(Long.MAX_VALUE));
    recoverer(directory).recover(RecoveryOptions.upToInstant(Instant.now()));
    assertThat(changes()).isEqualTo(before);
  }

  private long[] changes() {
    return Stream.of(
            Operation.WRITE,
            Operation.CREATE,
            Operation.RESUME,
            Operation.RENAME,
            Operation.DELETE,
            Operation.LOCK,
            Operation.CREATE_DIRECTORIES,
            Operation.SYNC_FILE,
            Operation.SYNC_DIRECTORY)
        .mapToLong(directory::count)
        .toArray();
  }

  @Test
  void recoveryThatFailsCanBeTriedAgain() throws IOException {
    Written written = new Written(directory, 5, 2);
    written.write(60, 10, 4096);
    for (Operation operation :
        List.of(Operation.READ, Operation.OPEN, Operation.LIST, Operation.SIZE)) {
      boolean failed = true;
      for (int nth = 1; failed && nth < 400; nth += 1 + nth / 8) {
        long before = directory.injected();
        directory.inject(Fault.of(operation).nth(nth));
        try {
          assertThat(latest(directory)).isEqualTo(written.upTo(Long.MAX_VALUE));
        } catch (IOException expected) {
          assertThat(expected).hasMessageContaining("Input/output error");
        }
        failed = directory.injected() > before;
        directory.heal();
        assertThat(latest(directory))
            .as("%s nth=%s", operation, nth)
            .isEqualTo(written.upTo(Long.MAX_VALUE));
      }
    }
  }

  @Test
  void directoryWithoutALogIsTheInitialStateUnlessRecoveryIsStrict() throws IOException {
    for (int round = 0; round < 2; round++) {
      for (RecoveryOptions options :
          List.of(
              RecoveryOptions.latest(),
              RecoveryOptions.upToEntry(7),
              RecoveryOptions.upToInstant(START))) {
        Recovery<List<String>> recovered = recoverer(disk).recover(options);
        assertThat(recovered.state()).isEmpty();
        assertThat(recovered.lastEntryId()).isZero();
        assertThat(recovered.replayedEntries()).isZero();
        assertThatExceptionOfType(NoSuchFileException.class)
            .isThrownBy(() -> recoverer(disk).recover(options.strict()));
      }
      assertThat(disk.list("")).isEmpty();
      disk.createDirectories("wal"); // As a crash in the middle of a creation leaves it.
    }
    disk.createDirectories("checkpoints");
    disk.create("checkpoints/00000000000000000007.ckpt", 0).close();
    assertThatThrownBy(() -> latest(disk)).isInstanceOf(CorruptLogException.class);
  }

  @Test
  void functionsRecoverWhatAStateMachineDoesAndGetTheIds() throws IOException {
    Written written = new Written(disk, 5, 2);
    written.write(60, 9, 4096);
    Recovery<List<String>> latest = recoverer(disk).recover(RecoveryOptions.latest());
    assertThat(latest.replayedEntries()).isPositive();
    for (long upTo : new long[] {latest.checkpointId(), latest.lastEntryId(), Long.MAX_VALUE}) {
      RecoveryOptions options = RecoveryOptions.upToEntry(upTo);
      List<Long> ids = new ArrayList<>();
      Recovery<List<String>> expected = recoverer(disk).recover(options);
      Recovery<List<String>> found =
          Recoverer.of(
                  disk,
                  Codecs.utf8(),
                  MACHINE::initial,
                  MACHINE::read,
                  (List<String> state, String entry, long id) -> {
                    ids.add(id);
                    return MACHINE.apply(state, entry);
                  })
              .recover(options);
      assertThat(found).isEqualTo(expected);
      assertThat(ids).hasSize((int) found.replayedEntries());
      for (int i = 0; i < ids.size(); i++) {
        assertThat(ids.get(i)).isEqualTo(found.checkpointId() + 1 + i);
      }
    }
  }

  @Test
  void functionThatReturnsNoStateIsAnErrorThatNamesWhatFailed() throws IOException {
    new Written(disk, 1, 2).write(20, 0, 4096);
    Recoverer<String, String> broken =
        Recoverer.of(disk, Codecs.utf8(), () -> "", in -> "", (state, entry, id) -> nothing());
    assertThatThrownBy(() -> broken.recover(RecoveryOptions.latest()))
        .isInstanceOf(DurabilityException.class)
        .hasMessageContaining("applying entry 1");
  }

  @SuppressWarnings({
    "NullAway",
    "TypeParameterUnusedInFormals"
  }) // Callers without a checker do it.
  private static <T> T nothing() {
    return null;
  }

  @Test
  void strictRecoveryRefusesATornEnd() throws IOException {
    Written written = new Written(disk, 9, 2);
    written.write(20, 5, 4096);
    List<String> segments = disk.list("wal").stream().filter(n -> n.endsWith(".wal")).toList();
    String last = "wal/" + segments.get(segments.size() - 1);
    long size;
    try (ReadFile file = disk.open(last)) {
      size = file.size();
    }
    try (AppendFile file = disk.resume(last, size)) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }
    assertThat(latest(disk)).isEqualTo(written.upTo(Long.MAX_VALUE));
    assertThatThrownBy(() -> recoverer(disk).recover(RecoveryOptions.latest().strict()))
        .isExactlyInstanceOf(DurabilityException.class)
        .hasMessageContaining("TORN");
  }

  /** A history that throws while it reads a state. */
  private static StateMachine<List<String>, String> throwing(RuntimeException thrown, int bytes) {
    return new StateMachine<>() {
      @Override
      public List<String> initial() {
        return MACHINE.initial();
      }

      @Override
      public List<String> apply(List<String> state, String entry) {
        return MACHINE.apply(state, entry);
      }

      @Override
      public List<String> snapshot(List<String> state) {
        return MACHINE.snapshot(state);
      }

      @Override
      public void write(List<String> state, OutputStream out) throws IOException {
        MACHINE.write(state, out);
      }

      @Override
      public List<String> read(InputStream in) throws IOException {
        in.readNBytes(bytes);
        throw thrown;
      }
    };
  }

  @Test
  void machineThatCannotReadAWholeCheckpointIsTheCallersErrorAndADamagedOneIsPassedOver()
      throws IOException {
    Written written = new Written(disk, 13, 1000);
    written.write(60, 20, 4096);
    RuntimeException thrown = new IllegalStateException("not mine");
    var machine = throwing(thrown, 4);
    Recoverer<List<String>, String> recoverer = Recoverer.of(disk, Codecs.utf8(), machine);
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> recoverer.recover(RecoveryOptions.latest()))
        .withCause(thrown);
    for (long id : Checkpoints.in(disk, Clock.systemUTC()).list()) {
      String path = Checkpoints.pathOf(id);
      long size;
      try (ReadFile file = disk.open(path)) {
        size = file.size();
      }
      try (AppendFile file = disk.resume(path, size)) {
        file.write(ByteBuffer.wrap(new byte[] {1})); // Behind what the machine reads.
      }
    }
    Recovery<List<String>> recovered = recoverer.recover(RecoveryOptions.latest());
    assertThat(recovered.state()).isEqualTo(written.upTo(Long.MAX_VALUE));
    assertThat(recovered.checkpointId()).isZero();
    assertThat(recovered.damagedCheckpoints()).isPositive();
  }

  @Test
  void checkpointsThatAreNotWhatTheirNameSaysArePassedOver() throws IOException {
    Written written = new Written(disk, 17, 1000);
    written.write(60, 20, 4096);
    List<Long> ids = Checkpoints.in(disk, Clock.systemUTC()).list();
    UUID logId = Objects.requireNonNull(WalMaintenance.checkpoints(disk).get(0).logId());
    for (long id : ids) {
      boolean other = id == ids.get(0);
      String path = Checkpoints.pathOf(id);
      disk.delete(path);
      try (CheckpointWriter writer =
          CheckpointWriter.create(
              disk,
              "elsewhere", // Under that name it would be refused.
              other ? UUID.randomUUID() : logId,
              other ? id : id + 1,
              Clock.systemUTC())) {
        MACHINE.write(List.of("of another log, or of another entry"), writer);
        writer.commit();
      }
      disk.createDirectories("checkpoints");
      disk.rename("elsewhere", path);
    }
    Recovery<List<String>> recovered = recoverer(disk).recover(RecoveryOptions.latest());
    assertSame(recovered.state(), written.upTo(Long.MAX_VALUE), "latest");
    assertThat(recovered.checkpointId()).isZero();
    assertThat(recovered.damagedCheckpoints()).isEqualTo(ids.size());
    assertThat(recoverer(disk).loadCheckpoint().state()).isEmpty();
  }

  @Test
  void checkpointWhosePathLeadsOutOfTheDirectoryIsPassedOver() throws IOException {
    Directory credulous =
        new ForwardingDirectory(disk) {
          @Override
          public boolean exists(String path) throws IOException {
            return path.equals("../outside") || super.exists(path);
          }

          @Override
          public void sync(String path) throws IOException {
            if (!path.equals("..")) {
              super.sync(path);
            }
          }
        };
    try (WalWriter<String> log = WalWriter.open(credulous, Codecs.utf8(), WalOptions.defaults())) {
      log.appendDurable("a");
      log.appendCheckpoint(1, "../outside");
      log.appendDurable("b");
    }
    Recovery<List<String>> recovered = recoverer(disk).recover(RecoveryOptions.latest());
    assertThat(recovered.state()).containsExactly("a", "b");
    assertThat(recovered.damagedCheckpoints()).isEqualTo(1);
  }

  @Test
  void entryBeforeTheFirstIsRefused() {
    assertThatThrownBy(() -> RecoveryOptions.upToEntry(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
  }

  @Test
  void logThatVanishesAgainAndAgainIsAnErrorAndNoEndlessSearch() throws IOException {
    new Written(disk, 1, 2).write(20, 0, 4096);
    int[] tries = {0};
    Directory vanishing =
        new ForwardingDirectory(disk) {
          @Override
          public ReadFile open(String path) throws IOException {
            tries[0]++;
            throw new NoSuchFileException(path);
          }

          @Override
          public List<String> list(String directory) throws IOException {
            // Something else is removed before each attempt.
            return directory.equals("checkpoints")
                ? List.of(String.format(Locale.ROOT, "%020d.ckpt", tries[0] + 1))
                : super.list(directory);
          }

          @Override
          public boolean exists(String path) throws IOException {
            return path.equals("checkpoints") || super.exists(path);
          }
        };
    assertThatThrownBy(() -> recoverer(vanishing).recover(RecoveryOptions.latest()))
        .isInstanceOf(NoSuchFileException.class);
    assertThat(tries[0]).isBetween(3, 10_000);
  }

  @Test
  void entryThatCannotBeAppliedIsNamed() throws IOException {
    Written written = new Written(disk, 1, 2);
    written.write(20, 0, 4096);
    History thrower = new History();
    StateMachine<List<String>, String> machine =
        new StateMachine<>() {
          @Override
          public List<String> initial() {
            return new ArrayList<>();
          }

          @Override
          public List<String> apply(List<String> state, String entry) {
            if (state.size() == 2) {
              throw new IllegalStateException("three is too many");
            }
            return thrower.apply(state, entry);
          }

          @Override
          public List<String> snapshot(List<String> state) {
            return state;
          }

          @Override
          public void write(List<String> state, OutputStream out) {}

          @Override
          public List<String> read(InputStream in) {
            return List.of();
          }
        };
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(
            () -> Recoverer.of(disk, Codecs.utf8(), machine).recover(RecoveryOptions.latest()))
        .withMessageContaining("entry 3 ")
        .withRootCauseInstanceOf(IllegalStateException.class);
  }

  /** A clock that a test sets. */
  private static final class HandClock extends Clock {
    private final AtomicReference<Instant> now = new AtomicReference<>(START);

    void set(Duration sinceStart) {
      now.set(START.plus(sinceStart));
    }

    @Override
    public Instant instant() {
      return now.get();
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  /**
   * Entries at times that jump on and back. What was appended after an instant, by the largest time
   * that the clock had shown, is not in the state of that instant; what was promised by then is.
   */
  @Tag("slow")
  @Test
  void instantHoldsWhatWasPromisedByThenAndNothingLater() throws IOException {
    HandClock clock = new HandClock();
    int[] seconds = {10, 20, 20, 500, 300, 100, 501, 502, 2, 900, 900, 1000};
    WalOptions options = WalOptions.builder().clock(clock).segmentBytes(4096).build();
    List<String> appended = new ArrayList<>();
    TreeMap<Long, Integer> countAt = new TreeMap<>();
    long shown = 0;
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), options);
        WalTail<String> tail = WalReader.of(directory, Codecs.utf8()).follow(1)) {
      for (int second : seconds) {
        clock.set(Duration.ofSeconds(second));
        shown = Math.max(shown, second);
        for (int i = 0; i < 5; i++) {
          String entry = second + "/" + i + "z".repeat(200);
          log.appendDurable(entry);
          appended.add(entry);
          // Once a follower sees it, it is promised by a mark of this time.
          WalRecord<String> seen = tail.poll(Duration.ofMinutes(1));
          assertThat(seen).isNotNull();
          assertThat(seen.entry()).isEqualTo(entry);
        }
        countAt.put(shown, appended.size());
      }
    }
    for (long second = 0; second <= 1100; second += second < 30 ? 1 : 7) {
      Map.Entry<Long, Integer> expected = countAt.floorEntry(second);
      List<String> state =
          recoverer(disk).recover(RecoveryOptions.upToInstant(START.plusSeconds(second))).state();
      assertThat(state)
          .as("second " + second)
          .isEqualTo(appended.subList(0, expected == null ? 0 : expected.getValue()));
    }
    for (Instant early : List.of(START.minusSeconds(1), Instant.EPOCH, Instant.MIN)) {
      assertThat(recoverer(disk).recover(RecoveryOptions.upToInstant(early)).state()).isEmpty();
    }
    assertThat(recoverer(disk).recover(RecoveryOptions.upToInstant(Instant.MAX)).state())
        .isEqualTo(appended);
  }

  @Test
  void instantBeforeATruncatedLogIsRefused() throws IOException {
    HandClock clock = new HandClock();
    WalOptions options = WalOptions.builder().clock(clock).build();
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), options)) {
      log.appendDurable("a");
      clock.set(Duration.ofSeconds(10));
      CheckpointPublisher.of(directory, clock, log)
          .keeping(1)
          .publish(1, out -> MACHINE.write(List.of("a"), out));
      log.appendDurable("b");
    }
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(
            () -> recoverer(disk).recover(RecoveryOptions.upToInstant(START.plusSeconds(5))))
        .withMessageContaining("reach back");
    assertThat(recoverer(disk).recover(RecoveryOptions.upToInstant(START.plusSeconds(11))).state())
        .containsExactly("a", "b");
  }

  @Test
  void besideAPublishingWriterEachRecoveryIsAValidPrefix() throws Exception {
    long seed = 4711;
    Random random = new Random(seed);
    WalOptions options = WalOptions.builder().segmentBytes(4096).bufferBytes(4096).build();
    List<String> appended = new ArrayList<>();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), options)) {
      log.appendDurable("0");
      appended.add("0");
      Thread writer =
          new Thread(
              () -> {
                try {
                  CheckpointPublisher publisher =
                      CheckpointPublisher.of(directory, Clock.systemUTC(), log);
                  for (int i = 1; i < 4000; i++) {
                    String entry = i + "w".repeat(random.nextInt(80));
                    appended.add(entry);
                    log.append(entry);
                    if (i % 100 == 0) {
                      List<String> state = List.copyOf(appended);
                      publisher.publish(log.lastAppendedId(), out -> MACHINE.write(state, out));
                    }
                  }
                } catch (IOException | RuntimeException e) {
                  failure.set(e);
                }
              });
      writer.start();
      List<List<String>> seen = new ArrayList<>();
      do {
        seen.add(latest(directory));
      } while (writer.isAlive() && seen.size() < 300);
      writer.join();
      assertThat(failure.get()).as("seed=" + seed).isNull();
      int before = 0;
      for (List<String> state : seen) {
        assertThat(state.size()).isGreaterThanOrEqualTo(before);
        before = state.size();
        assertThat(state).as("seed=" + seed).isEqualTo(appended.subList(0, before));
      }
    }
    assertThat(latest(disk)).isEqualTo(appended);
  }

  @Test
  void errorOfTheFunctionIsThrownAsItIsAndNamesTheEntry() throws IOException {
    try (WalWriter<String> log = WalWriter.open(disk, Codecs.utf8(), WalOptions.defaults())) {
      log.appendDurable("a");
      log.appendDurable("b");
    }
    Error error = new AssertionError("the caller's");
    Recoverer<String, String> failing =
        Recoverer.of(
            disk,
            Codecs.utf8(),
            () -> "",
            in -> "",
            (state, entry, id) -> {
              if (id == 2) {
                throw error;
              }
              return entry;
            });
    assertThatThrownBy(() -> failing.recover(RecoveryOptions.latest()))
        .isSameAs(error)
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .singleElement()
                    .satisfies(it -> assertThat(it).hasMessageContaining("applying entry 2 (")));
  }

  /** Three segments of one entry each. */
  private void writeThreeSegments() throws IOException {
    WalOptions options = WalOptions.builder().segmentBytes(4096).bufferBytes(4096).build();
    try (WalWriter<String> log = WalWriter.open(disk, Codecs.utf8(), options)) {
      for (String entry : List.of("a", "b", "c")) {
        log.appendDurable(entry + "x".repeat(3_000));
      }
    }
  }

  @Test
  void logWhoseBeginningIsGoneSaysHowFarTheBestCheckpointReaches() throws IOException {
    writeThreeSegments();
    Checkpoints.in(disk, Clock.systemUTC())
        .write(
            Objects.requireNonNull(WalMaintenance.logId(disk)),
            1,
            out -> MACHINE.write(List.of("a"), out));
    disk.delete(WalMaintenance.segments(disk).get(0).file());
    disk.delete(WalMaintenance.segments(disk).get(0).file());
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> latest(disk))
        .withMessageContaining("the log starts at entry 3")
        .withMessageContaining("0 are damaged, the best other one ends at entry 1");
  }

  @Test
  void whatAPublisherRemovesUnderARecoveryIsNotMissed() throws IOException {
    writeThreeSegments();
    String first = WalMaintenance.segments(disk).get(0).file();
    int[] opened = {0};
    directory.before(
        (operation, path) -> {
          if (operation == Operation.OPEN && path.equals(first) && ++opened[0] == 1) {
            try {
              Checkpoints.in(disk, Clock.systemUTC())
                  .write(
                      Objects.requireNonNull(WalMaintenance.logId(disk)),
                      1,
                      out -> MACHINE.write(List.of("a"), out));
              disk.delete(first);
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          }
        });
    assertThat(latest(directory)).hasSize(3).startsWith("a");
    assertThat(opened[0]).as("the publisher was at work").isPositive();
  }
}
