package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.codec.Codecs;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.LogCutException;
import dev.durability.log.Verdict;
import dev.durability.storage.MemoryDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a reader is told if the end was cut off, and the front truncated, since it read last. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CutBetweenReadsTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  private final MemoryDirectory directory = new MemoryDirectory();
  private final WalReader<String> reader = WalReader.of(directory, Codecs.utf8());

  private WalWriter<String> open() throws IOException {
    return WalWriter.open(
        directory,
        Codecs.utf8(),
        WalOptions.builder().segmentBytes(4096).preallocatedBytesMax(0).build());
  }

  /** Appends entries of 400 bytes up to an id, each with a name. */
  private static void appendTo(WalWriter<String> log, long lastId, String name) throws IOException {
    while (log.lastAppendedId() < lastId) {
      long unused = log.appendDurable(name + "x".repeat(400));
    }
  }

  private static WalRecord<String> poll(WalTail<String> tail) throws IOException {
    return Objects.requireNonNull(tail.poll(LONG));
  }

  private static void pollTo(WalTail<String> tail, long lastId) throws IOException {
    while (poll(tail).id() < lastId) {
      // Goes on.
    }
  }

  private static void cutLongAgo(WalWriter<String> log, long lastId) throws Exception {
    log.truncateAfter(lastId);
    letListingsAge();
  }

  /** What a tail listed is older than a millisecond then: it looks again before it gives more. */
  private static void letListingsAge() throws InterruptedException {
    Thread.sleep(2);
  }

  private static void assertCut(long fromId, ThrowingCallable reading) {
    assertThatExceptionOfType(LogCutException.class)
        .isThrownBy(reading)
        .matches(cut -> cut.fromId() == fromId);
  }

  @Test
  void whatWasCutOffStaysVoidIfTheLogIsThenBegunAnewAtTheSameEntry() throws IOException {
    try (WalWriter<String> log = open()) {
      appendTo(log, 6, "a");
      log.truncateAfter(2);
      log.restartAt(3);
      appendTo(log, 4, "b");
    }
    List<String> seen = new ArrayList<>();
    reader.replay(1, Long.MAX_VALUE, (id, entry) -> seen.add(id + entry.substring(0, 1)));
    assertThat(seen).containsExactly("1a", "2a", "3b", "4b");
  }

  @Test
  void logThatIsCutAtTheEntryItWasBegunAnewAtIsReadOverTheGap() throws IOException {
    try (WalWriter<String> log = open();
        WalTail<String> tail = reader.follow(1)) {
      appendTo(log, 3, "a");
      pollTo(tail, 2);
      log.restartAt(100);
      appendTo(log, 102, "b");
      log.truncateAfter(99);
      appendTo(log, 102, "c");
      assertThat(poll(tail).id()).isEqualTo(3);
      assertCut(100, () -> poll(tail));
      assertThat(poll(tail).entry()).startsWith("c");
      assertThat(WalMaintenance.find(directory, 50)).isEmpty();
      assertThat(WalMaintenance.find(directory, 100)).isPresent();
    }
    assertThat(WalMaintenance.verify(directory).verdict()).isEqualTo(Verdict.CLEAN);
  }

  @Test
  void nothingThatIsVoidForLongIsGivenHoweverFastTheReader() throws Exception {
    try (WalWriter<String> log = open();
        WalTail<String> tail = reader.follow(1)) {
      appendTo(log, 100, "a");
      pollTo(tail, 2);
      cutLongAgo(log, 5);
      pollTo(tail, 5);
      appendTo(log, 8, "b");
      assertThat(poll(tail)).matches(each -> each.id() == 6 && each.entry().startsWith("b"));
    }
  }

  @Test
  void noMixtureIsGivenIfTheSegmentThatRewindsIsTruncated() throws Exception {
    try (WalWriter<String> log = open();
        WalTail<String> tail = reader.follow(1)) {
      appendTo(log, 27, "a");
      pollTo(tail, 26);
      cutLongAgo(log, 5);
      appendTo(log, 40, "b");
      assertThat(log.truncate(23)).hasSizeGreaterThan(2);
      assertThat(WalMaintenance.firstEntryId(directory)).isLessThan(26).isGreaterThan(6);
      for (int i = 0; i < 2; i++) {
        assertThatExceptionOfType(DurabilityException.class)
            .isThrownBy(() -> poll(tail))
            .withMessageContaining("may have been cut off")
            .isNotInstanceOf(LogCutException.class);
      }
    }
  }

  @Test
  void whatOneSegmentCutOffIsToldIfAllBeforeItIsTruncated() throws Exception {
    try (WalWriter<String> log = open();
        WalTail<String> tail = reader.follow(1)) {
      appendTo(log, 27, "a");
      pollTo(tail, 26);
      cutLongAgo(log, 5);
      appendTo(log, 9, "b");
      assertThat(log.truncate(5)).isNotEmpty();
      assertCut(6, () -> poll(tail));
      assertThat(poll(tail)).matches(each -> each.id() == 6 && each.entry().startsWith("b"));
    }
  }

  @Test
  void aCutIsToldByASegmentThatContinuesTheOneThatWasRead() throws Exception {
    try (WalWriter<String> log = open();
        WalTail<String> tail = reader.follow(1)) {
      appendTo(log, 27, "a");
      pollTo(tail, 3); // In the first of three segments.
      cutLongAgo(log, 1);
      appendTo(log, 4, "b");
      assertThat(log.truncate(1)).hasSizeGreaterThan(2);
      assertCut(2, () -> poll(tail));
      assertThat(poll(tail)).matches(each -> each.id() == 2 && each.entry().startsWith("b"));
    }
  }

  @Test
  void aCutIsToldByASegmentThatContinuesNothing() throws Exception {
    try (WalWriter<String> log = open();
        WalTail<String> tail = reader.follow(1)) {
      appendTo(log, 27, "a");
      pollTo(tail, 3);
      cutLongAgo(log, 0);
      appendTo(log, 4, "b");
      assertThat(log.truncate(0)).hasSizeGreaterThan(2);
      assertCut(1, () -> poll(tail));
      assertThat(poll(tail)).matches(each -> each.id() == 1 && each.entry().startsWith("b"));
    }
  }

  @Test
  void tailThatWaitsForALaterEntryDoesNotNeedThoseBeforeIt() throws IOException {
    try (WalWriter<String> log = open()) {
      appendTo(log, 2, "a");
      try (WalTail<String> tail = reader.follow(60)) {
        assertThat(tail.poll(Duration.ZERO)).isNull();
        appendTo(log, 70, "a");
        assertThat(log.truncate(50)).hasSizeGreaterThan(2);
        assertThat(poll(tail).id()).isEqualTo(60);
      }
    }
  }

  @Test
  void theFirstEntryAfterAGapIsGivenOnceItIsPromised() throws IOException {
    try (WalWriter<String> log = open();
        WalTail<String> tail = reader.follow(1)) {
      appendTo(log, 3, "a");
      pollTo(tail, 2);
      log.restartAt(100);
      long unused = log.append("b");
      log.flush();
      assertThat(poll(tail).id()).isEqualTo(3);
      for (int i = 0; i < 20; i++) {
        assertThat(tail.poll(Duration.ofMillis(1))).isNull();
      }
      appendTo(log, 102, "b");
      assertCut(100, () -> poll(tail));
      assertThat(poll(tail).id()).isEqualTo(100);
    }
  }

  @Test
  void logThatIsBegunAnewTwiceIsToldTwice() throws Exception {
    try (WalWriter<String> log = open();
        WalTail<String> tail = reader.follow(1)) {
      appendTo(log, 3, "a");
      pollTo(tail, 2);
      log.restartAt(100);
      appendTo(log, 102, "b");
      assertThat(poll(tail).id()).isEqualTo(3);
      assertCut(100, () -> poll(tail));
      log.restartAt(100);
      letListingsAge();
      log.restartAt(200);
      appendTo(log, 202, "c");
      assertCut(200, () -> poll(tail));
      log.restartAt(300);
      appendTo(log, 302, "d");
      assertThat(poll(tail).id()).isEqualTo(200);
      assertThat(poll(tail).id()).isEqualTo(201);
      assertThat(poll(tail).id()).isEqualTo(202);
      assertCut(300, () -> poll(tail));
      assertThat(poll(tail).id()).isEqualTo(300);
    }
  }

  @Test
  void closingAHoldAgainDoesNotGiveUpALaterOne() throws Exception {
    try (WalWriter<String> log = open()) {
      appendTo(log, 3, "a");
      Closeable first = log.holdEnd();
      first.close();
      Thread cutter = new Thread(() -> cut(log));
      try (Closeable second = log.holdEnd()) {
        first.close();
        assertThat(second).isNotSameAs(first);
        cutter.start();
        cutter.join(50);
        assertThat(log.lastAppendedId()).isEqualTo(3);
      }
      cutter.join();
      assertThat(log.lastAppendedId()).isEqualTo(1);
    }
  }

  @Test
  void holdsThatAreClosedOutOfOrderKeepTheEndUntilTheLastOneIs() throws Exception {
    try (WalWriter<String> log = open()) {
      appendTo(log, 3, "a");
      Closeable first = log.holdEnd();
      Closeable second = log.holdEnd();
      Closeable third = log.holdEnd();
      for (Closeable each : List.of(first, third)) {
        each.close();
        each.close();
        assertThatExceptionOfType(IllegalStateException.class)
            .isThrownBy(() -> log.truncateAfter(1));
      }
      Thread cutter = new Thread(() -> cut(log));
      cutter.start();
      cutter.join(50);
      assertThat(log.lastAppendedId()).isEqualTo(3);
      second.close();
      cutter.join();
      assertThat(log.lastAppendedId()).isEqualTo(1);
    }
  }

  private static void cut(WalWriter<String> log) {
    try {
      log.truncateAfter(1);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
