package dev.durability.wal;

import static dev.durability.testkit.Fault.Operation.CREATE;
import static dev.durability.testkit.Fault.Operation.DELETE;
import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static dev.durability.testkit.Fault.Operation.TRUNCATE;
import static dev.durability.testkit.Fault.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codec;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.log.Verdict;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A write that fails is rolled back; its entries keep their ids and go first once there is room.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class WalFailedWriteTest {
  private final MemoryDirectory memory = new MemoryDirectory();
  private final FaultDirectory directory = new FaultDirectory(memory);

  @Test
  void entryOfFailedWriteKeepsItsIdAndGoesFirstWhateverWasWrittenOfIt() throws IOException {
    for (int written = 0; written <= 40; written++) {
      FaultDirectory failing = new FaultDirectory(new MemoryDirectory());
      try (WalWriter<String> log = Logs.open(failing)) {
        log.append("one"); // Not synced: no MARK comes on its own, to meet the failure first.
        failing.inject(Fault.of(WRITE).shortWrite(written));
        assertThatThrownBy(() -> log.append("two")).isInstanceOf(OutcomeOpenException.class);
        assertThat(log.lastAppendedId()).isEqualTo(2);
        assertThat(log.lastDurableId()).isZero();
        assertThat(log.appendDurable("three")).isEqualTo(3);
        assertThat(log.lastDurableId()).isEqualTo(3);
      }
      assertThat(Logs.entries(failing)).containsExactly("one", "two", "three");
    }
  }

  @Test
  void cutOfFailedWriteIsSyncedBeforeAnythingIsWrittenInItsPlace() throws IOException {
    try (WalWriter<String> log = Logs.open(directory)) {
      log.append("one"); // Not synced: no MARK comes on its own, to meet the failure first.
      directory.inject(Fault.of(WRITE).shortWrite(9));
      List<Fault.Operation> steps = Collections.synchronizedList(new ArrayList<>());
      directory.before(
          (operation, path) -> {
            if (operation == WRITE || operation == TRUNCATE || operation == SYNC_FILE) {
              steps.add(operation);
            }
          });
      assertThatThrownBy(() -> log.append("two")).isInstanceOf(OutcomeOpenException.class);
      log.flush();
      // Without the sync, a crash could show the old attempt's bytes behind the new one's.
      assertThat(steps).startsWith(WRITE, TRUNCATE, SYNC_FILE, WRITE);
    }
  }

  @Test
  void whileTheDiskIsFullNoSyncSucceedsAndWithRoomAgainTheNextOneDoes() throws Exception {
    WalWriter<String> log = Logs.open(directory, Logs.small().bufferBytes(1 << 16).build());
    log.appendDurable("one");
    directory.fillUpAfter(20);
    assertThatThrownBy(() -> log.appendDurable("two")).isInstanceOf(OutcomeOpenException.class);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(log::sync).isInstanceOf(OutcomeOpenException.class);
      assertThatThrownBy(log::flush).isInstanceOf(OutcomeOpenException.class);
    }
    CompletableFuture<Long> future = log.appendAsync("three");
    assertThat(future.handle((id, failure) -> failure).get(300, TimeUnit.SECONDS))
        .isInstanceOf(OutcomeOpenException.class);
    assertThat(log.lastDurableId()).isEqualTo(1);
    directory.makeRoom();
    log.sync();
    assertThat(log.lastDurableId()).isEqualTo(3);
    assertThat(log.appendDurable("four")).isEqualTo(4);
    log.close();
    assertThat(Logs.entries(directory)).containsExactly("one", "two", "three", "four");
  }

  @Test
  void fullBuffersOnFullDiskRefuseEntriesWithoutIdsAndGoOnWithRoom() throws Exception {
    WalWriter<String> log =
        Logs.open(directory, Logs.small().flushPolicy(FlushPolicy.manual()).build());
    directory.fillUpAfter(0);
    List<String> expected = new ArrayList<>();
    boolean refused = false;
    for (int i = 0; i < 30; i++) {
      String entry = i + "x".repeat(800);
      try {
        log.append(entry);
        expected.add(entry);
      } catch (OutcomeOpenException e) {
        assertThat(log.lastAppendedId()).isEqualTo(expected.size());
        refused = true;
      }
    }
    assertThat(refused).isTrue();
    directory.makeRoom();
    log.append("last");
    expected.add("last");
    log.sync();
    log.close();
    assertThat(Logs.entries(directory)).isEqualTo(expected);
  }

  @Tag("slow")
  @Test
  void fullDiskAtEveryByteOfRotationLosesNothingAndIdsContinue() throws IOException {
    for (int room = 0; room < 3200; room += room < 300 || room > 3000 ? 7 : 97) {
      FaultDirectory failing = new FaultDirectory(new MemoryDirectory());
      List<String> expected = new ArrayList<>();
      try (WalWriter<String> log = Logs.open(failing)) {
        expected.add("a".repeat(3000));
        log.appendDurable(expected.get(0));
        failing.fillUpAfter(room);
        String second = "b".repeat(2900);
        expected.add(second);
        try {
          log.appendDurable(second);
        } catch (OutcomeOpenException e) {
          assertThat(log.lastAppendedId()).isEqualTo(2);
        }
        failing.makeRoom();
        expected.add("c");
        assertThat(log.appendDurable("c")).as("room=" + room).isEqualTo(3);
      }
      assertThat(Logs.entries(failing)).as("room=" + room).isEqualTo(expected);
      assertThat(Logs.verdict(failing)).isEqualTo(Verdict.CLEAN);
      assertThat(Logs.names(failing)).allMatch(name -> name.endsWith(".wal"));
    }
  }

  @Test
  void temporaryFileThatCouldNotBeDeletedIsNotInTheWayOfTheNextAttempt() throws IOException {
    WalWriter<String> log = Logs.open(directory);
    log.appendDurable("a".repeat(3000));
    directory.inject(Fault.of(CREATE).afterEffect());
    directory.inject(Fault.of(DELETE));
    assertThatThrownBy(() -> log.append("b".repeat(3000))).isInstanceOf(OutcomeOpenException.class);
    log.sync();
    log.close();
    assertThat(Logs.names(directory)).hasSize(2);
    assertThat(Logs.entries(directory)).hasSize(2);
  }

  @Test
  void fullDiskAtClosingIsReportedAndTheLogOpensAgain() throws IOException {
    WalWriter<String> log =
        Logs.open(directory, Logs.small().flushPolicy(FlushPolicy.manual()).build());
    log.appendDurable("durable");
    log.append("in memory");
    directory.fillUpAfter(0);
    assertThatThrownBy(log::close).isInstanceOf(OutcomeOpenException.class);
    directory.makeRoom();
    try (WalWriter<String> again = Logs.open(directory)) {
      assertThat(again.recovered().intact()).isEqualTo(1);
      assertThat(again.append("next")).isEqualTo(2);
    }
    assertThat(Logs.entries(directory)).containsExactly("durable", "next");
  }

  @Test
  void fullDiskForTheEndFrameAloneSaysThatEverythingIsDurableAndLeavesNoFileOpen()
      throws IOException {
    List<String> closed = new ArrayList<>();
    directory.before(
        (operation, path) -> {
          if (operation == Fault.Operation.CLOSE_APPEND) {
            closed.add(path);
          }
        });
    WalWriter<String> log = Logs.open(directory);
    log.appendDurable("durable");
    directory.fillUpAfter(0);
    assertThatThrownBy(log::close)
        .isNotInstanceOf(OutcomeOpenException.class)
        .hasMessageContaining("everything appended is durable");
    assertThat(closed).hasSize(1);
    directory.makeRoom();
    Logs.open(directory).close();
    assertThat(Logs.entries(directory)).containsExactly("durable");
  }

  @Test
  void openingOnFullDiskFailsChangesNothingValidAndWorksWithRoom() throws IOException {
    for (int room = 0; room < 130; room += 3) {
      FaultDirectory failing = new FaultDirectory(new MemoryDirectory());
      try (WalWriter<String> log = Logs.open(failing)) {
        log.appendDurable("durable");
      }
      failing.fillUpAfter(room);
      try {
        Logs.open(failing).close();
      } catch (IOException e) {
        assertThat(e).isNotInstanceOf(OutcomeOpenException.class);
      }
      assertThat(Logs.entries(failing)).as("room=" + room).containsExactly("durable");
      failing.makeRoom();
      try (WalWriter<String> log = Logs.open(failing)) {
        assertThat(log.appendDurable("next")).isEqualTo(2);
      }
      assertThat(Logs.entries(failing)).containsExactly("durable", "next");
    }
  }

  @Test
  void fullDiskForCheckpointMarkerLeavesOutcomeOpenAndTruncatingCanBeTriedAgain()
      throws IOException {
    WalWriter<String> log = Logs.open(directory);
    log.appendDurable("a".repeat(3000));
    log.appendDurable("b".repeat(3000));
    directory.fillUpAfter(0);
    assertThatThrownBy(() -> log.truncate(1)).isInstanceOf(OutcomeOpenException.class);
    assertThat(Logs.segments(directory)).hasSize(2);
    directory.makeRoom();
    assertThat(log.truncate(1)).hasSize(1);
    log.close();
    assertThat(Logs.verdict(directory)).isEqualTo(Verdict.CLEAN);
    assertThat(Logs.entries(directory)).containsExactly("b".repeat(3000));
  }

  @Test
  void fullDiskForSpareIsNoFailureOfTheLog() throws Exception {
    try (WalWriter<String> log =
        Logs.open(directory, WalOptions.builder().segmentBytes(4096).build())) {
      directory.inject(Fault.of(CREATE).endingIn("spare.tmp").afterEffect().always());
      for (int i = 0; i < 10; i++) {
        log.appendDurable(i + "x".repeat(2500));
      }
    }
    assertThat(Logs.entries(directory)).hasSize(10);
    assertThat(Logs.names(directory)).allMatch(name -> name.endsWith(".wal"));
  }

  @Test
  void markOnFullDiskIsNotTriedWithoutEnd() throws Exception {
    try (WalWriter<String> log = Logs.open(directory)) {
      AtomicLong before = new AtomicLong(-1);
      directory.before(
          (operation, path) -> {
            if (operation == SYNC_FILE && before.compareAndSet(-1, directory.count(WRITE))) {
              directory.fillUpAfter(0); // Before a mark is owed.
            }
          });
      log.appendDurable("one");
      Await.until("a mark is tried", () -> directory.count(WRITE) > before.get());
      // Ten times as long as a mark takes: more attempts would show, fewer never fail the test.
      for (int i = 0; i < 10; i++) {
        Thread.sleep(10);
      }
      assertThat(directory.count(WRITE)).isEqualTo(before.get() + 1);
      directory.makeRoom();
      log.appendDurable("two");
    }
    assertThat(Logs.entries(directory)).containsExactly("one", "two");
  }

  @Test
  void codecThatThrowsInBatchLeavesNothingBufferedAndTheWriterUsable() throws IOException {
    Codec<String> codec =
        new Codec<>() {
          @Override
          public void encode(String value, OutputStream out) throws IOException {
            out.write(value.getBytes(StandardCharsets.UTF_8));
            if (value.startsWith("checked")) {
              throw new IOException(value);
            } else if (value.startsWith("unchecked")) {
              throw new IllegalStateException(value);
            } else if (value.startsWith("error")) {
              throw new StackOverflowError(value);
            }
          }

          @Override
          public String decode(ByteBuffer in) {
            return StandardCharsets.UTF_8.decode(in).toString();
          }
        };
    try (WalWriter<String> log = WalWriter.open(directory, codec, Logs.SMALL)) {
      for (String bad : List.of("checked", "unchecked", "error")) {
        assertThatThrownBy(() -> log.appendBatch(List.of("a", "b", bad))).hasMessage(bad);
        assertThatThrownBy(() -> log.append(bad)).hasMessage(bad);
        assertThatThrownBy(() -> log.appendDurable(bad)).hasMessage(bad);
        assertThatThrownBy(() -> log.appendAsync(bad)).hasMessage(bad);
      }
      assertThat(log.lastAppendedId()).isZero();
      assertThat(log.appendBatch(List.of("c", "d"))).isEqualTo(2);
    }
    assertThat(Logs.entries(directory)).containsExactly("c", "d");
  }

  @Test
  void entryAboveTheLimitIsRefusedAndOneOfTheLimitIsNot() throws IOException {
    WalOptions options = Logs.small().entryBytesMax(100).build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      assertThatThrownBy(() -> log.append("x".repeat(101)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("100 bytes");
      assertThatThrownBy(() -> log.appendBatch(List.of("a", "x".repeat(101))))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> log.appendBatch(List.of()))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(log.lastAppendedId()).isZero();
      log.append("x".repeat(100));
    }
    assertThat(Logs.entries(directory)).containsExactly("x".repeat(100));
  }

  @Test
  void codecThatWritesByteByByteIsHeldToTheLimitToo() throws IOException {
    Codec<String> slow =
        new Codec<>() {
          @Override
          public void encode(String value, OutputStream out) throws IOException {
            for (byte each : value.getBytes(StandardCharsets.UTF_8)) {
              out.write(each);
            }
          }

          @Override
          public String decode(ByteBuffer bytes) {
            return StandardCharsets.UTF_8.decode(bytes).toString();
          }
        };
    WalOptions options = Logs.small().entryBytesMax(1000).build();
    try (WalWriter<String> log = WalWriter.open(directory, slow, options)) {
      assertThatThrownBy(() -> log.append("x".repeat(1001)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("1000 bytes");
      log.append("x".repeat(1000));
      log.appendBatch(List.of("y".repeat(999), "z".repeat(1000)));
      assertThatThrownBy(() -> log.appendBatch(List.of("y", "z".repeat(1001))))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(Logs.entries(directory))
        .containsExactly("x".repeat(1000), "y".repeat(999), "z".repeat(1000));
  }

  @Test
  void clockThatThrowsPoisonsAndLosesNothingThatWasAcknowledged() throws IOException {
    boolean[] broken = {false};
    Clock clock =
        new Clock() {
          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }

          @Override
          public Instant instant() {
            if (broken[0]) {
              throw new IllegalStateException("no time");
            }
            return Instant.EPOCH;
          }
        };
    WalOptions options = Logs.small().flushPolicy(FlushPolicy.manual()).clock(clock).build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      log.append("acknowledged");
      broken[0] = true;
      log.sync();
      assertThatThrownBy(
              () -> {
                log.append("behind a mark, which asks the clock"); // Here or while it is idle.
                log.sync();
              })
          .hasMessageContaining("no time");
      broken[0] = false;
      assertThatThrownBy(() -> log.append("never")).isInstanceOf(WriterPoisonedException.class);
      assertThatThrownBy(log::close).isInstanceOf(WriterPoisonedException.class);
    }
    try (WalWriter<String> log = Logs.open(directory, options)) {
      log.append("next");
    }
    assertThat(Logs.entries(directory)).startsWith("acknowledged").endsWith("next");
  }

  @Test
  void backgroundSyncFailsOnFullDiskAndDoesItsWorkOnceThereIsRoom() throws Exception {
    List<Throwable> reported = new java.util.concurrent.CopyOnWriteArrayList<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> reported.add(e));
    try (WalWriter<String> log =
        Logs.open(
            directory,
            Logs.small()
                .flushPolicy(FlushPolicy.manual())
                .syncInterval(Duration.ofMillis(1))
                .build())) {
      directory.fillUpAfter(0);
      log.append("one");
      Await.until("the failure is reported", () -> !reported.isEmpty());
      directory.makeRoom();
      Await.until("the entry is durable", () -> log.lastDurableId() == 1);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(reported).allMatch(e -> e instanceof OutcomeOpenException);
  }
}
