package dev.durability.wal;

import static dev.durability.testkit.Fault.Operation.READ;
import static dev.durability.testkit.Fault.Operation.TRUNCATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where segments end and start, what stands in their place, and what is removed. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class WalRotationTest {
  private final MemoryDirectory memory = new MemoryDirectory();
  private final FaultDirectory directory = new FaultDirectory(memory);
  private final SettableClock clock = new SettableClock();

  private static final class SettableClock extends Clock {
    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

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
      return now;
    }

    void advance(Duration time) {
      now = now.plus(time);
    }
  }

  @Test
  void segmentsEndAtTheirSizeWithTheirEndAndNothingBehindIt() throws IOException {
    try (WalWriter<String> log =
        Logs.open(directory, WalOptions.builder().segmentBytes(4096).build())) {
      for (int i = 0; i < 200; i++) {
        log.append("entry " + i);
      }
    }
    List<String> segments = Logs.segments(directory);
    assertThat(segments).hasSizeGreaterThan(2);
    for (String segment : segments) {
      byte[] bytes = Logs.bytes(directory, "wal/" + segment);
      assertThat(bytes.length).isLessThanOrEqualTo(4096);
      assertThat(bytes[bytes.length - 25] >>> 4 & 15).as("kind of the last frame").isEqualTo(5);
    }
    assertThat(Logs.verdict(directory)).isEqualTo(Verdict.CLEAN);
  }

  @Test
  void unwrittenEntriesCountForTheSizeOfTheSegment() throws IOException {
    WalOptions options =
        Logs.small().bufferBytes(1 << 20).flushPolicy(FlushPolicy.manual()).build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      for (int i = 0; i < 100; i++) {
        log.append("x".repeat(100));
      }
    }
    assertThat(Logs.segments(directory)).hasSizeGreaterThan(2);
    for (String segment : Logs.segments(directory)) {
      assertThat(Logs.bytes(directory, "wal/" + segment).length).isLessThanOrEqualTo(4096);
    }
  }

  @Test
  void oversizedEntriesAndBatchesGetSegmentsOfTheirOwnAlsoAgainAndAgain() throws IOException {
    List<String> expected = new ArrayList<>();
    WalOptions options = Logs.small().flushPolicy(FlushPolicy.manual()).build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      for (int i = 0; i < 5; i++) {
        String large = i + "x".repeat(10_000);
        log.append(large);
        log.append("small" + i);
        log.appendBatch(List.of(large, large));
        log.appendBatch(List.of("a", "b"));
        expected.addAll(List.of(large, "small" + i, large, large, "a", "b"));
      }
    }
    assertThat(Logs.entries(directory)).isEqualTo(expected);
    assertThat(Logs.segments(directory)).hasSize(20);
  }

  @Test
  void segmentEndsAtFirstAppendAfterItsAgeAlsoInResumedLogWhateverTheWallClockSays()
      throws IOException {
    WalOptions options = WalOptions.builder().segmentAge(Duration.ofMillis(1)).clock(clock).build();
    for (int life = 1; life <= 2; life++) {
      try (WalWriter<String> log = Logs.open(directory, options)) {
        int before = log.segments().size();
        log.append("one");
        passAMillisecond();
        clock.advance(Duration.ofDays(-365));
        log.append("two");
        assertThat(log.segments()).hasSize(before + 1);
        passAMillisecond();
        log.appendBatch(List.of("three", "four"));
        assertThat(log.segments()).hasSize(before + 2);
      }
    }
    WalOptions young = WalOptions.builder().segmentAge(Duration.ofDays(1)).clock(clock).build();
    try (WalWriter<String> log = Logs.open(directory, young)) {
      int before = log.segments().size();
      log.append("one");
      clock.advance(Duration.ofDays(365));
      log.append("two");
      assertThat(log.segments()).as("the wall clock makes nothing older").hasSize(before);
    }
    assertThat(Logs.entries(directory)).hasSize(10);
  }

  private static void passAMillisecond() {
    long start = System.nanoTime();
    while (System.nanoTime() - start < 1_000_000) {
      Thread.onSpinWait();
    }
  }

  @Test
  void clockThatGoesBackNeverShowsInTheFiles() throws IOException {
    WalOptions options = Logs.small().clock(clock).build();
    Instant start = clock.instant();
    for (int i = 0; i < 3; i++) {
      try (WalWriter<String> log = Logs.open(directory, options)) {
        for (int k = 0; k < 10; k++) {
          log.appendDurable("x".repeat(900));
          clock.advance(Duration.ofSeconds(k == 4 ? 3 : -60));
        }
      }
    }
    List<Long> stamps = stamps(memory);
    assertThat(stamps).isSorted().hasSizeGreaterThan(30);
    assertThat(stamps.get(0)).isEqualTo(start.toEpochMilli() * 1000);
  }

  @Test
  void identityOfTheLogIsInEachHeaderAndStaysWhenItIsOpenedAgain() throws Exception {
    UUID logId;
    try (WalWriter<String> log = Logs.open(directory)) {
      logId = log.logId();
      log.appendDurable("a".repeat(3000));
      log.appendDurable("b".repeat(3000));
    }
    try (WalWriter<String> log = Logs.open(directory)) {
      assertThat(log.logId()).isEqualTo(logId);
    }
    for (String segment : Logs.segments(memory)) {
      ByteBuffer header = ByteBuffer.wrap(Logs.bytes(memory, "wal/" + segment));
      assertThat(FileHeader.decode(header, FileType.SEGMENT, segment).logId()).isEqualTo(logId);
    }
  }

  @Test
  void lastEntryAtAnInstantIsWhatWasPromisedByThen() throws IOException {
    WalOptions options = Logs.small().clock(clock).build();
    Instant start = clock.instant();
    for (int i = 0; i < 3; i++) {
      try (WalWriter<String> log = Logs.open(directory, options)) {
        log.appendDurable("a");
        log.appendDurable("b");
      }
      clock.advance(Duration.ofSeconds(10));
    }
    Duration micro = Duration.ofNanos(1_000);
    assertThat(WalMaintenance.lastEntryAt(directory, Instant.MIN).lastEntryId()).isZero();
    assertThat(WalMaintenance.lastEntryAt(directory, start.minus(micro)).lastEntryId()).isZero();
    for (int i = 0; i < 3; i++) {
      Instant closed = start.plusSeconds(10L * i);
      assertThat(WalMaintenance.lastEntryAt(directory, closed).lastEntryId()).isEqualTo(2 * i + 2);
      Instant beforeNext = closed.plusSeconds(10).minus(micro);
      assertThat(WalMaintenance.lastEntryAt(directory, beforeNext).lastEntryId())
          .isEqualTo(2 * i + 2);
    }
    assertThat(WalMaintenance.lastEntryAt(directory, Instant.MAX).lastEntryId()).isEqualTo(6);
    memory.delete(WalMaintenance.segments(directory).get(0).file());
    assertThat(WalMaintenance.lastEntryAt(directory, start.plusSeconds(10)).lastEntryId())
        .isEqualTo(4);
    assertThatThrownBy(() -> WalMaintenance.lastEntryAt(directory, start))
        .hasMessageContaining("from entry 3");
  }

  /** The wall clocks of all headers, MARKs and ENDs, in order. */
  private static List<Long> stamps(Directory directory) throws IOException {
    List<Long> stamps = new ArrayList<>();
    for (String segment : Logs.segments(directory)) {
      ByteBuffer bytes =
          ByteBuffer.wrap(Logs.bytes(directory, "wal/" + segment))
              .order(java.nio.ByteOrder.LITTLE_ENDIAN);
      stamps.add(bytes.getLong(40));
      for (int at = FileHeader.BYTES; at < bytes.capacity(); ) {
        int kindAndLength = bytes.getInt(at + 4);
        int kind = kindAndLength >>> 28;
        if (kind == 3 || kind == 5) {
          stamps.add(bytes.getLong(at + 24));
        }
        at += (16 + (kindAndLength & 0xfffffff) + 7) & ~7;
      }
    }
    return stamps;
  }

  @Test
  void headerIsSyncedBeforeItGetsItsNameAndTheNameBeforeAnythingIsAcknowledged()
      throws IOException {
    List<String> order = new CopyOnWriteArrayList<>();
    try (WalWriter<String> log = Logs.open(directory)) {
      log.appendDurable("a".repeat(3000));
      directory.before(
          (operation, path) ->
              order.add(operation + " " + path.replaceAll("0{10,}", "").replace("wal/", "")));
      log.appendDurable("b".repeat(3000));
      order.add("acknowledged");
      // What is not in a chain may happen at the same time.
      assertThat(order)
          .containsSubsequence("WRITE 1-1.wal", "SYNC_FILE 1-1.wal", "RENAME 2-2.wal.tmp")
          .containsSubsequence(
              "CREATE 2-2.wal.tmp",
              "WRITE 2-2.wal.tmp",
              "WRITE 2-2.wal.tmp",
              "SYNC_FILE 2-2.wal.tmp",
              "RENAME 2-2.wal.tmp",
              "SYNC_DIRECTORY wal",
              "acknowledged");
    }
  }

  @Test
  void spareIsNeverLargerThanWhatWasWrittenAndIsGoneAfterClosing() throws IOException {
    List<Long> reserved = new CopyOnWriteArrayList<>();
    List<Long> room = new CopyOnWriteArrayList<>();
    Directory counting =
        new ForwardingDirectory(directory) {
          @Override
          public AppendFile create(String path, long expectedBytes) throws IOException {
            if (expectedBytes > 0) {
              reserved.add(expectedBytes);
              room.add(directory.bytesWritten());
            }
            return super.create(path, expectedBytes);
          }
        };
    WalWriter<String> log =
        Logs.open(counting, WalOptions.builder().segmentBytes(8192).bufferBytes(4096).build());
    for (int i = 0; i < 40; i++) {
      log.appendDurable(i + "x".repeat(900));
      int rounds = i;
      if (i == 6) {
        Await.until("a spare is made", () -> !reserved.isEmpty() && rounds == 6);
      }
    }
    log.close();
    long sum = 0;
    for (int i = 0; i < reserved.size(); i++) {
      sum += reserved.get(i);
      assertThat(sum).isLessThanOrEqualTo(room.get(i));
    }
    assertThat(Logs.names(directory)).allMatch(name -> name.endsWith(".wal"));
    for (String segment : Logs.segments(directory)) {
      byte[] bytes = Logs.bytes(directory, "wal/" + segment);
      assertThat(bytes[bytes.length - 25] >>> 4 & 15).as("kind of the last frame").isEqualTo(5);
    }
    assertThat(Logs.verdict(directory)).isEqualTo(Verdict.CLEAN);
    assertThat(Logs.entries(directory)).hasSize(40);
  }

  @Test
  void reserveThatCannotBeCutIsReportedAndReadersPassOverIt(@TempDir Path place)
      throws IOException {
    FaultDirectory files = new FaultDirectory(FsDirectory.open(place));
    List<Throwable> reported = new CopyOnWriteArrayList<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> reported.add(e));
    WalOptions options = WalOptions.builder().segmentBytes(1 << 14).bufferBytes(1 << 12).build();
    int entries = 0;
    try (WalWriter<String> log = Logs.open(files, options)) {
      files.inject(Fault.of(TRUNCATE).always());
      while (reported.isEmpty()) {
        log.appendDurable("entry " + "x".repeat(entries++ % 1000));
      }
      files.heal(); // The last segment is cut and synced when the log is closed.
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(reported.get(0)).isInstanceOf(IOException.class).hasMessageContaining("injected");
    assertThat(Logs.verdict(files)).isEqualTo(Verdict.CLEAN);
    assertThat(Logs.entries(files)).hasSize(entries);
    boolean zerosStay = false;
    for (String segment : Logs.segments(files)) {
      byte[] bytes = Logs.bytes(files, "wal/" + segment);
      zerosStay |= bytes[bytes.length - 1] == 0 && bytes[bytes.length - 2] == 0;
    }
    assertThat(zerosStay).isTrue();
  }

  @Test
  void leftoverTemporaryFilesAreRemovedAtOpeningAndOtherNamesAreLeftAlone() throws IOException {
    Logs.open(directory).close();
    directory.createDirectories("checkpoints");
    directory.createDirectories("quarantine");
    List<String> leftovers =
        List.of(
            "wal/spare.tmp",
            "wal/00000000000000000002-00000000000000000001.wal.tmp",
            "checkpoints/00000000000000000007.ckpt.0123abcd.tmp",
            "quarantine/00000000000000000001-00000000000000000001.wal@64-1.tmp");
    List<String> ofOthers =
        List.of(
            "events.log.tmp",
            "wal/notes.txt",
            "wal/events.log.tmp",
            "checkpoints/mine.ckpt.0123abcd.tmp",
            "quarantine/events.log@64-1.tmp");
    for (String path : leftovers) {
      directory.create(path, 10).close();
    }
    for (String path : ofOthers) {
      directory.create(path, 10).close();
    }
    Logs.open(directory).close();
    for (String path : leftovers) {
      assertThat(directory.exists(path)).as(path).isFalse();
    }
    for (String path : ofOthers) {
      assertThat(directory.exists(path)).as(path).isTrue();
    }
  }

  @Test
  void emptyLastSegmentIsReplacedUnderItsOwnNameWithAnotherSalt() throws IOException {
    try (WalWriter<String> log = Logs.open(directory)) {
      log.append("one");
    }
    Logs.open(directory).close();
    List<String> segments = Logs.segments(directory);
    String last = "wal/" + segments.get(1);
    byte[] before = Logs.bytes(directory, last);
    for (int i = 0; i < 3; i++) {
      Logs.open(directory).close();
      assertThat(Logs.segments(directory)).isEqualTo(segments);
      byte[] after = Logs.bytes(directory, last);
      assertThat(after).isNotEqualTo(before);
      before = after;
    }
    try (WalWriter<String> log = Logs.open(directory)) {
      assertThat(log.append("two")).isEqualTo(2);
    }
    assertThat(Logs.entries(directory)).containsExactly("one", "two");
  }

  @Test
  void twentyCyclesOfOpeningAndClosingKeepIdsInOrder() throws IOException {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      try (WalWriter<String> log = Logs.open(directory)) {
        for (int k = 0; k < i % 4; k++) {
          expected.add(i + "/" + k);
          assertThat(log.append(expected.get(expected.size() - 1))).isEqualTo(expected.size());
        }
      }
    }
    assertThat(Logs.entries(directory)).isEqualTo(expected);
    List<SegmentRange> ranges = WalMaintenance.segments(directory);
    for (int i = 0; i < ranges.size(); i++) {
      assertThat(ranges.get(i).segmentId()).isEqualTo(i + 1L);
    }
  }

  @Test
  void whereSegmentsAreCutDoesNotChangeWhatReplays() throws IOException {
    List<String> expected =
        IntStream.range(0, 300).mapToObj(i -> i + "x".repeat(i * 7 % 200)).toList();
    for (long segmentBytes : new long[] {4096, 5000, 8192, 1 << 20}) {
      MemoryDirectory each = new MemoryDirectory();
      try (WalWriter<String> log =
          Logs.open(each, WalOptions.builder().segmentBytes(segmentBytes).build())) {
        for (int i = 0; i < expected.size(); i++) {
          if (i % 3 == 0) {
            log.appendBatch(expected.subList(i, i + 3));
          }
        }
      }
      assertThat(Logs.entries(each)).isEqualTo(expected);
    }
  }

  @Test
  void allZeroPayloadsAndEmptyOnesRoundTrip() throws IOException {
    List<byte[]> expected = List.of(new byte[0], new byte[8], new byte[1], new byte[5000]);
    try (WalWriter<byte[]> log = WalWriter.open(directory, Codecs.bytes(), Logs.SMALL)) {
      log.appendBatch(expected);
      for (byte[] each : expected) {
        log.append(each);
      }
    }
    List<WalRecord<byte[]>> found = WalReader.of(directory, Codecs.bytes()).readAll();
    assertThat(found).hasSize(8);
    for (int i = 0; i < 8; i++) {
      assertThat(found.get(i).entry()).isEqualTo(expected.get(i % 4));
    }
  }

  @Test
  void damageAfterAnInstantDoesNotHideWhatWasThereByThen() throws Exception {
    WalOptions options = Logs.small().clock(clock).build();
    Instant start = clock.instant();
    for (int i = 0; i < 4; i++) {
      try (WalWriter<String> log = Logs.open(directory, options)) {
        log.appendDurable("a");
      }
      clock.advance(Duration.ofSeconds(10));
    }
    String last = WalMaintenance.segments(memory).get(3).file();
    List<Throwable> reported = new ArrayList<>();
    List<Object> found = new ArrayList<>();
    Thread asking =
        new Thread(
            () -> {
              // The header is read before: the segments are searched from the last one on.
              directory.inject(Fault.of(READ).endingIn(last).from(2));
              try {
                found.add(WalMaintenance.lastEntryAt(directory, start).lastEntryId());
              } catch (IOException e) {
                found.add(e);
              }
            });
    asking.setUncaughtExceptionHandler((thread, e) -> reported.add(e));
    asking.start();
    asking.join();
    assertThat(found).containsExactly(1L);
    assertThat(reported).singleElement().satisfies(e -> assertThat(e).hasMessageContaining(last));
  }
}
