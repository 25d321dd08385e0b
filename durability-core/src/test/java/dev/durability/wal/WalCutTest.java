package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.LogCutException;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.storage.MemoryDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of a log is cut off, and a log is begun at an entry or anew. */
class WalCutTest {
  private final MemoryDirectory directory = new MemoryDirectory();
  private final WalOptions options =
      WalOptions.builder().segmentBytes(4096).preallocatedBytesMax(0).build();

  private WalWriter<String> open() throws IOException {
    return WalWriter.open(directory, Codecs.utf8(), options);
  }

  private static void append(WalWriter<String> log, String... entries) throws IOException {
    for (String entry : entries) {
      long unused = log.append(entry);
    }
  }

  private List<String> read() throws IOException {
    return WalReader.of(directory, Codecs.utf8()).readAll().stream()
        .map(each -> each.id() + each.entry())
        .toList();
  }

  private void assertClean(long intact) throws IOException {
    LogReport report = WalMaintenance.verify(directory);
    assertThat(report.verdict()).as(report.toString()).isEqualTo(Verdict.CLEAN);
    assertThat(report.intact()).isEqualTo(intact);
  }

  @Test
  void whatFollowsAnEntryIsVoidAndIdsGoOnAfterIt() throws IOException {
    try (WalWriter<String> log = open()) {
      append(log, "a", "b", "c", "d");
      log.truncateAfter(2);
      assertThat(log.lastAppendedId()).isEqualTo(2);
      assertThat(log.lastDurableId()).isEqualTo(2);
      assertThat(read()).containsExactly("1a", "2b");
      assertThat(log.appendDurable("e")).isEqualTo(3);
      assertThat(read()).containsExactly("1a", "2b", "3e");
    }
    assertClean(3);
    try (WalWriter<String> log = open()) {
      assertThat(log.lastAppendedId()).isEqualTo(3);
      assertThat(log.append("f")).isEqualTo(4);
    }
    assertThat(read()).containsExactly("1a", "2b", "3e", "4f");
  }

  @Test
  void nothingIsCutOffAfterTheLastEntryAndItIsDurable() throws IOException {
    try (WalWriter<String> log = open()) {
      append(log, "a", "b");
      log.truncateAfter(2);
      assertThat(log.lastDurableId()).isEqualTo(2);
      assertThat(log.segments()).hasSize(1);
    }
    assertClean(2);
  }

  @Test
  void aCutOutsideOfTheLogIsRefusedAndChangesNothing() throws IOException {
    try (WalWriter<String> log = open()) {
      append(log, "a", "b");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> log.truncateAfter(3))
          .withMessageContaining("the log ends at entry 2");
      assertThatIllegalArgumentException().isThrownBy(() -> log.truncateAfter(-1));
      assertThatIllegalArgumentException().isThrownBy(() -> log.truncateAfter(Long.MAX_VALUE));
      assertThatIllegalArgumentException().isThrownBy(() -> log.restartAt(0));
      assertThatIllegalArgumentException().isThrownBy(() -> log.restartAt(Long.MAX_VALUE));
      append(log, "c");
    }
    assertThat(read()).containsExactly("1a", "2b", "3c");
  }

  @Test
  void aBatchIsSplit() throws IOException {
    try (WalWriter<String> log = open()) {
      append(log, "a");
      assertThat(log.appendBatch(List.of("b", "c", "d"))).isEqualTo(4);
      log.truncateAfter(3);
      append(log, "e");
    }
    assertThat(read()).containsExactly("1a", "2b", "3c", "4e");
    assertClean(4);
  }

  @Test
  void cutsFurtherBackAndToNothing() throws IOException {
    try (WalWriter<String> log = open()) {
      append(log, "a", "b", "c");
      log.truncateAfter(2);
      append(log, "d", "e");
      log.truncateAfter(1);
      append(log, "f");
    }
    assertThat(read()).containsExactly("1a", "2f");
    try (WalWriter<String> log = open()) {
      log.truncateAfter(0);
      assertThat(read()).isEmpty();
      append(log, "g");
      log.truncateAfter(1);
      log.truncateAfter(0);
    }
    assertThat(read()).isEmpty();
    assertClean(0);
    try (WalWriter<String> log = open()) {
      assertThat(log.append("h")).isEqualTo(1);
    }
    assertThat(read()).containsExactly("1h");
  }

  @Test
  void segmentsThatWereCutOffStayUntilTheyAreTruncated() throws IOException {
    try (WalWriter<String> log = open()) {
      append(log, "a", "x".repeat(3000), "y".repeat(3000), "z".repeat(3000));
      log.sync();
      int before = log.segments().size();
      assertThat(before).isGreaterThan(2);
      log.truncateAfter(1);
      List<SegmentRange> segments = log.segments();
      assertThat(segments).hasSizeGreaterThanOrEqualTo(before);
      assertThat(segments).allMatch(each -> each.lastEntryId() <= 1);
      append(log, "b");
      log.sync();
      assertThat(WalMaintenance.segments(directory)).isEqualTo(log.segments());
      assertThat(log.truncate(1)).hasSize(before);
      assertThat(log.segments())
          .allMatch(each -> each.firstEntryId() == 2 || each.firstEntryId() == 3);
    }
    LogReport report = WalMaintenance.verify(directory);
    assertThat(report.verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(report.covered()).isEqualTo(1);
  }

  @Test
  void belowWhatACheckpointCoversNothingIsCutOff() throws IOException {
    try (WalWriter<String> log = open()) {
      append(log, "a", "b", "c");
      log.sync();
      assertThat(log.appendCheckpoint(2, "").nextEntryId()).isEqualTo(4);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> log.truncateAfter(1))
          .withMessageContaining("covers it up to entry 2");
      assertThatIllegalArgumentException().isThrownBy(() -> log.restartAt(2));
      log.truncateAfter(2);
      append(log, "d");
    }
    LogReport report = WalMaintenance.verify(directory);
    assertThat(report.verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(report.covered()).as("the cut repeats the marker that it makes void").isEqualTo(2);
    try (WalWriter<String> log = open()) {
      assertThatIllegalArgumentException().isThrownBy(() -> log.truncateAfter(1));
      log.truncateAfter(2);
      assertThat(log.append("e")).isEqualTo(3);
    }
    assertThat(WalMaintenance.verify(directory).covered()).isEqualTo(2);
  }

  @Test
  void aLogBeginsAtAnEntryAndWhatIsBeforeCountsAsCovered() throws IOException {
    WalOptions from101 = WalOptions.builder().firstEntryId(101).build();
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), from101)) {
      assertThat(log.lastAppendedId()).isEqualTo(100);
      assertThat(log.recovered().covered()).isEqualTo(100);
      assertThat(log.append("a")).isEqualTo(101);
    }
    LogReport report = WalMaintenance.verify(directory);
    assertThat(report.covered()).isEqualTo(100);
    assertThat(report.verdict()).isEqualTo(Verdict.CLEAN);
    try (WalWriter<String> log = open()) {
      assertThatIllegalArgumentException().isThrownBy(() -> log.truncateAfter(99));
      log.truncateAfter(100);
      assertThat(log.append("b")).isEqualTo(101);
    }
    assertThat(read()).containsExactly("101b");
    assertThat(WalMaintenance.verify(directory).covered()).isEqualTo(100);
  }

  @Test
  void aLogThatIsEmptyKeepsItsBeginningWhenItIsOpenedAgain() throws IOException {
    WalOptions from101 = WalOptions.builder().firstEntryId(101).build();
    for (int i = 0; i < 3; i++) {
      WalWriter.open(directory, Codecs.utf8(), i == 0 ? from101 : options).close();
    }
    assertThat(WalMaintenance.verify(directory).covered()).isEqualTo(100);
    assertClean(100);
  }

  @Test
  void aLogIsBegunAnewAfterItsEndAndBeforeIt() throws IOException {
    try (WalWriter<String> log = open()) {
      append(log, "a", "b", "c");
      log.restartAt(101);
      assertThat(log.lastDurableId()).isEqualTo(100);
      assertThat(log.append("d")).isEqualTo(101);
    }
    assertThat(read()).containsExactly("101d");
    assertThat(WalMaintenance.firstEntryId(directory)).isEqualTo(101);
    assertClean(101);
    assertThat(WalMaintenance.verify(directory).covered()).isEqualTo(100);
    try (WalWriter<String> log = open()) {
      assertThatIllegalArgumentException().isThrownBy(() -> log.restartAt(100));
      append(log, "e", "f");
      log.restartAt(102);
      assertThat(log.append("g")).isEqualTo(102);
      assertThat(log.truncate(101)).hasSize(3);
    }
    assertThat(read()).containsExactly("102g");
    assertThat(WalMaintenance.verify(directory).covered()).isEqualTo(101);
  }

  @Test
  void aTailIsToldFromWhichEntryOnItWasCutAndGoesOn() throws Exception {
    try (WalWriter<String> log = open()) {
      append(log, "a", "b", "c");
      log.sync();
      append(log, "d"); // Promises the others.
      log.sync();
      try (WalTail<String> tail = WalReader.of(directory, Codecs.utf8()).follow(1)) {
        for (String expected : List.of("a", "b", "c")) {
          assertThat(Objects.requireNonNull(tail.poll(Duration.ofMinutes(5))).entry())
              .isEqualTo(expected);
        }
        log.truncateAfter(1);
        long unused = log.appendDurable("e");
        assertThat(log.appendDurable("f")).isEqualTo(3);
        assertThatExceptionOfType(LogCutException.class)
            .isThrownBy(() -> pollAll(tail))
            .matches(cut -> cut.fromId() == 2);
        assertThat(Objects.requireNonNull(tail.poll(Duration.ofMinutes(5))).entry()).isEqualTo("e");
      }
    }
  }

  private static void pollAll(WalTail<String> tail) throws IOException {
    while (tail.poll(Duration.ofMinutes(5)) != null) {
      // An entry that was void for less than a millisecond may still come.
    }
  }

  @Test
  void aTailThatWasNotThereYetSeesNothingOfACut() throws Exception {
    try (WalWriter<String> log = open();
        WalTail<String> tail = WalReader.of(directory, Codecs.utf8()).follow(1)) {
      long unused = log.appendDurable("a");
      append(log, "b", "c");
      log.truncateAfter(1);
      long unusedToo = log.appendDurable("d");
      append(log, "e");
      log.sync();
      List<String> seen = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        seen.add(Objects.requireNonNull(tail.poll(Duration.ofMinutes(5))).entry());
      }
      assertThat(seen).containsExactly("a", "d");
    }
  }

  @Test
  void aTailThatWaitedForLongIsToldAtOnceThatTheLogIsBegunAnewAfterItsEnd() throws Exception {
    try (WalWriter<String> log = open();
        WalTail<String> tail = WalReader.of(directory, Codecs.utf8()).follow(1)) {
      append(log, "a", "b");
      log.sync();
      append(log, "c"); // Promises the others.
      log.sync();
      for (String expected : List.of("a", "b", "c")) { // The last is promised once it is idle.
        assertThat(Objects.requireNonNull(tail.poll(Duration.ofMinutes(5))).entry())
            .isEqualTo(expected);
      }
      for (int i = 0; i < 1_100; i++) {
        assertThat(tail.poll(Duration.ZERO)).isNull();
      }
      log.restartAt(101);
      append(log, "d");
      log.sync();
      append(log, "e");
      log.sync();
      assertThatExceptionOfType(LogCutException.class)
          .isThrownBy(() -> pollAll(tail))
          .withMessageContaining("read up to entry 3:")
          .matches(cut -> cut.fromId() == 101);
      assertThat(Objects.requireNonNull(tail.poll(Duration.ofMinutes(5))).id()).isEqualTo(101);
    }
  }

  @Test
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aTailThatAnErrorStoppedIsToldOfTheCutAfterIt() throws Exception {
    AtomicBoolean fails = new AtomicBoolean();
    try (WalWriter<String> log = open();
        WalTail<String> tail = WalReader.of(directory, failingWhile(fails)).follow(1)) {
      for (String entry : List.of("a", "b", "c", "d")) {
        long unused = log.appendDurable(entry);
      }
      for (String expected : List.of("a", "b")) {
        assertThat(Objects.requireNonNull(tail.poll(Duration.ofMinutes(5))).entry())
            .isEqualTo(expected);
      }
      fails.set(true);
      assertThatExceptionOfType(StackOverflowError.class)
          .isThrownBy(() -> tail.poll(Duration.ofMinutes(5)));
      fails.set(false);
      log.truncateAfter(1);
      for (String entry : List.of("e", "f", "g")) {
        long unused = log.appendDurable(entry);
      }
      assertThatExceptionOfType(LogCutException.class)
          .isThrownBy(() -> tail.poll(Duration.ofMinutes(5)))
          .matches(cut -> cut.fromId() == 2);
      assertThat(Objects.requireNonNull(tail.poll(Duration.ofMinutes(5))).entry()).isEqualTo("e");
    }
  }

  @Test
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aTailThatAnErrorStoppedDoesNotTakeTheCutOffPromisesForThoseOfNewEntries() throws Exception {
    AtomicBoolean fails = new AtomicBoolean();
    try (WalWriter<String> log = open();
        WalTail<String> tail = WalReader.of(directory, failingWhile(fails)).follow(1)) {
      for (String entry : List.of("a", "b", "c", "d", "e")) {
        long unused = log.appendDurable(entry);
      }
      assertThat(Objects.requireNonNull(tail.poll(Duration.ofMinutes(5))).entry()).isEqualTo("a");
      fails.set(true);
      assertThatExceptionOfType(StackOverflowError.class)
          .isThrownBy(() -> tail.poll(Duration.ofMinutes(5)));
      fails.set(false);
      log.truncateAfter(1);
      append(log, "f");
      log.flush(); // Written, and not durable.
      for (int i = 0; i < 20; i++) {
        assertThat(tail.poll(Duration.ZERO)).isNull();
      }
      log.sync();
      append(log, "g"); // Promises it.
      log.sync();
      assertThat(Objects.requireNonNull(tail.poll(Duration.ofMinutes(5))).entry()).isEqualTo("f");
    }
  }

  private static Codec<String> failingWhile(AtomicBoolean fails) {
    return new Codec<>() {
      @Override
      public void encode(String value, OutputStream out) throws IOException {
        Codecs.utf8().encode(value, out);
      }

      @Override
      public String decode(ByteBuffer in) throws IOException {
        if (fails.get()) {
          throw new StackOverflowError();
        }
        return Codecs.utf8().decode(in);
      }
    };
  }

  @Test
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aTailWaitsWhereTheLogIsBegunAnewUntilAnEntryIsThere() throws Exception {
    try (WalWriter<String> log = open();
        WalTail<String> tail = WalReader.of(directory, Codecs.utf8()).follow(1)) {
      for (String entry : List.of("a", "b")) {
        long unused = log.appendDurable(entry);
      }
      log.restartAt(100);
      for (String expected : List.of("a", "b")) {
        assertThat(Objects.requireNonNull(tail.poll(Duration.ofMinutes(5))).entry())
            .isEqualTo(expected);
      }
      assertThat(tail.poll(Duration.ZERO)).isNull();
    }
  }

  @Test
  void aReaderUnderWayIsToldAndSeesNoMixture() throws IOException {
    try (WalWriter<String> log = open()) {
      append(log, "a", "b", "c");
      log.sync();
      try (Stream<WalRecord<String>> stream = WalReader.of(directory, Codecs.utf8()).stream(1)) {
        Iterator<WalRecord<String>> records = stream.iterator();
        assertThat(records.next().entry()).isEqualTo("a");
        assertThat(records.next().entry()).isEqualTo("b");
        log.truncateAfter(1);
        long unused = log.appendDurable("d");
        long[] last = {2};
        assertThatExceptionOfType(java.io.UncheckedIOException.class)
            .isThrownBy(
                () -> {
                  while (records.hasNext()) {
                    assertThat(records.next().entry()).isEqualTo("c");
                    last[0]++;
                  }
                })
            .withCauseInstanceOf(LogCutException.class)
            .withStackTraceContaining("at entry 2 after it was read up to entry " + last[0] + ":");
      }
    }
  }

  @Test
  void whilePublishingNothingIsCutOff() throws Exception {
    try (WalWriter<String> log = open()) {
      append(log, "a", "b");
      log.sync();
      Thread cutter;
      try (Closeable hold = log.holdEnd()) {
        assertThatExceptionOfType(IllegalStateException.class)
            .isThrownBy(() -> log.truncateAfter(1));
        List<Throwable> thrown = new ArrayList<>();
        cutter =
            new Thread(
                () -> {
                  try {
                    log.truncateAfter(1);
                  } catch (IOException | RuntimeException e) {
                    thrown.add(e);
                  }
                });
        cutter.start();
        Await.until("the cutter waits", () -> cutter.getState() == Thread.State.WAITING);
        assertThat(log.lastAppendedId()).isEqualTo(2);
        assertThat(hold).isNotNull();
        assertThat(thrown).isEmpty();
      }
      cutter.join();
      assertThat(log.lastAppendedId()).isEqualTo(1);
    }
  }

  @Test
  void aClosedLogIsNotCut() throws IOException {
    WalWriter<String> log = open();
    append(log, "a", "b");
    log.close();
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> log.truncateAfter(1))
        .withMessageContaining("closed");
    assertThat(read()).containsExactly("1a", "2b");
  }
}
