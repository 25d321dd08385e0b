package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.checkpoint.CheckpointWriter;
import dev.durability.codec.Codecs;
import dev.durability.errors.DurabilityException;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What happens where numbers end: of entries, of segments, and of clocks. */
class LimitsTest {
  private static final long LAST = FrameFormat.ENTRY_ID_MAX;

  private final MemoryDirectory directory = new MemoryDirectory();

  /** A log whose next entry is so many before the last that there can be. */
  private void logWithIdsLeft(int left) throws IOException {
    long next = LAST - left + 1;
    new LogBuilder(directory).segment(1, next).checkpoint(next - 1, "").write();
  }

  @Test
  void idsEndAndWhatWasAppendedBeforeIsUntouched() throws IOException {
    logWithIdsLeft(5);
    List<String> appended = new ArrayList<>();
    try (WalWriter<String> log = Logs.open(directory)) {
      for (int i = 4; i >= 1; i--) {
        appended.add("left " + i);
        assertThat(log.appendDurable("left " + i)).isEqualTo(LAST - i);
      }
      refused(() -> log.appendBatch(List.of("two", "are one too many")));
      appended.add("the last");
      assertThat(log.appendAsync("the last").join()).isEqualTo(LAST);
      refusesAll(log);
      log.flush();
      log.sync();
      refusesAll(log);
      assertThat(log.lastAppendedId()).isEqualTo(LAST);
      assertThat(log.lastDurableId()).isEqualTo(LAST);
    }
    assertThat(Logs.verdict(directory)).isEqualTo(Verdict.CLEAN);
    for (int opening = 0; opening < 3; opening++) {
      try (WalWriter<String> log = Logs.open(directory)) {
        assertThat(log.recovered().verdict()).isEqualTo(Verdict.CLEAN);
        assertThat(log.recovered().intact()).isEqualTo(LAST);
        refusesAll(log);
      }
    }
    assertThat(Logs.entries(directory)).isEqualTo(appended);
    List<Long> ids = new ArrayList<>();
    WalReader.of(directory, Codecs.utf8())
        .replay(LAST - 1, Long.MAX_VALUE, (id, entry) -> ids.add(id));
    assertThat(ids).containsExactly(LAST - 1, LAST);
    try (WalTail<String> tail = WalReader.of(directory, Codecs.utf8()).follow(LAST)) {
      assertThat(tail.poll(Duration.ZERO)).isEqualTo(new WalRecord<>(LAST, "the last"));
      assertThat(tail.poll(Duration.ofSeconds(Long.MIN_VALUE))).isNull();
    }
  }

  private static void refusesAll(WalWriter<String> log) {
    refused(() -> log.append("one"));
    refused(() -> log.appendDurable("one"));
    refused(() -> log.appendAsync("one"));
    refused(() -> log.appendBatch(List.of("one")));
  }

  private static void refused(ThrowingCallable call) {
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(call)
        .withMessageContaining("entry ids, which end at 2^63-2")
        .isExactlyInstanceOf(DurabilityException.class);
  }

  @Test
  void truncationAtTheEndOfTheIdsNeedsNone() throws IOException {
    logWithIdsLeft(2);
    try (WalWriter<String> log = Logs.open(directory)) {
      log.append("a".repeat(3000));
      long last = log.appendDurable("b".repeat(3000));
      assertThat(last).isEqualTo(LAST);
      assertThat(log.truncate(last)).hasSize(1);
      assertThat(log.truncate(last)).hasSize(1);
      refusesAll(log);
    }
    try (WalWriter<String> log = Logs.open(directory)) {
      assertThat(log.lastAppendedId()).isEqualTo(LAST);
      refusesAll(log);
    }
    assertThat(Logs.entries(directory)).isEmpty();
    assertThat(Logs.verdict(directory)).isEqualTo(Verdict.CLEAN);
  }

  @Test
  void segmentsEndAndWhatWasAppendedBeforeIsUntouched() throws IOException {
    new LogBuilder(directory).segment(Long.MAX_VALUE - 2, 1).entries(2).end(2).write();
    String entry = "x".repeat(500);
    int appended = 0;
    try (WalWriter<String> log = Logs.open(directory)) {
      DurabilityException full = null;
      while (full == null) {
        try {
          long unused = log.appendDurable(entry);
          appended++;
        } catch (DurabilityException e) {
          full = e;
        }
      }
      assertThat(full)
          .isExactlyInstanceOf(DurabilityException.class)
          .hasMessageContaining("segment numbers, which end at 2^63-2");
      assertThat(appended).isEqualTo(7);
      assertThatExceptionOfType(DurabilityException.class)
          .isThrownBy(() -> log.appendCheckpoint(5, ""))
          .isExactlyInstanceOf(DurabilityException.class);
      for (ThrowingCallable cut :
          List.<ThrowingCallable>of(() -> log.truncateAfter(3), () -> log.restartAt(100))) {
        assertThatThrownBy(cut)
            .isExactlyInstanceOf(DurabilityException.class)
            .hasMessageContaining("segment numbers, which end at 2^63-2");
      }
      assertThat(log.appendDurable("a small one still fits")).isEqualTo(10);
      log.sync();
    }
    assertThat(Logs.verdict(directory)).isEqualTo(Verdict.CLEAN);
    assertThat(Logs.entries(directory)).hasSize(10);
    Map<String, String> before = LogBuilder.files(directory);
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> Logs.open(directory))
        .withMessageContaining("segment numbers, which end at 2^63-2")
        .isExactlyInstanceOf(DurabilityException.class);
    assertThat(LogBuilder.files(directory)).isEqualTo(before);
    try (WalTail<String> tail = WalReader.of(directory, Codecs.utf8()).follow(10)) {
      assertThat(tail.poll(Duration.ZERO)).isNotNull();
      assertThat(tail.poll(Duration.ZERO)).isNull();
    }
  }

  @Test
  void twoSegmentsWithTheLastNumberAreDamageThatIsNamed() throws IOException {
    LogBuilder log = new LogBuilder(directory).segment(Long.MAX_VALUE, 1).entry("a").end(1).write();
    log.segment(LogBuilder.LOG_ID, Long.MAX_VALUE, 2, 0, 1).write();
    LogReport report = WalMaintenance.verify(directory);
    assertThat(report.verdict()).isEqualTo(Verdict.CORRUPT);
    assertThat(report.reason()).contains("has the same number");
  }

  @Test
  void entryBeyondTheLastIdIsNoneHoweverItIsFramed() throws IOException {
    for (FrameKind kind : new FrameKind[] {FrameKind.ENTRY, FrameKind.PART}) {
      MemoryDirectory crafted = new MemoryDirectory();
      new LogBuilder(crafted)
          .segment(1, LAST)
          .checkpoint(LAST - 1, "")
          .entry("the last")
          .frame(kind, Long.MAX_VALUE, new byte[3])
          .frame(FrameKind.ENTRY, Long.MIN_VALUE, new byte[3])
          .write();
      assertThat(Logs.entries(crafted)).containsExactly("the last");
      LogReport report = WalMaintenance.verify(crafted);
      assertThat(report.verdict()).isEqualTo(Verdict.TORN);
      assertThat(report.intact()).isEqualTo(LAST);
      try (WalWriter<String> log = Logs.open(crafted)) {
        assertThat(log.lastAppendedId()).isEqualTo(LAST);
      }
    }
  }

  @Test
  void checkpointBeyondTheLastIdIsNone() throws IOException {
    LogBuilder log = new LogBuilder(directory).segment(1).entries(2).write();
    log.checkpointFile(
        "checkpoints/0" + Long.MAX_VALUE + ".ckpt", LogBuilder.LOG_ID, Long.MAX_VALUE);
    LogReport report = WalMaintenance.verify(directory);
    assertThat(report.verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(report.covered()).isZero();
    assertThat(WalMaintenance.checkpoints(directory)).isEmpty();
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(
            () ->
                CheckpointWriter.create(
                    directory, "c.ckpt", LogBuilder.LOG_ID, Long.MAX_VALUE, Clock.systemUTC()));
    try (CheckpointWriter last =
        CheckpointWriter.create(directory, "c.ckpt", LogBuilder.LOG_ID, LAST, Clock.systemUTC())) {
      assertThat(last.commit()).isZero();
    }
  }

  @Test
  void clocksFarAwayAreTheLastThatAFileCanTell() throws IOException {
    for (Instant far : List.of(Instant.MIN, Instant.MAX)) {
      MemoryDirectory log = new MemoryDirectory();
      WalOptions options = Logs.small().clock(Clock.fixed(far, ZoneOffset.UTC)).build();
      for (int life = 1; life <= 2; life++) {
        try (WalWriter<String> writer = Logs.open(log, options)) {
          assertThat(writer.appendDurable("x")).isEqualTo(life);
        }
      }
      assertThat(Logs.verdict(log)).isEqualTo(Verdict.CLEAN);
      assertThat(WalMaintenance.lastEntryAt(log, Instant.MAX).lastEntryId()).isEqualTo(2);
    }
  }

  @Test
  void durationsOfAnyLengthAreTakenAndAreNeverNow() throws IOException {
    Duration huge = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
    WalOptions options =
        Logs.small()
            .segmentAge(huge)
            .syncInterval(huge)
            .flushPolicy(FlushPolicy.interval(huge))
            .build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      for (int i = 0; i < 10; i++) {
        log.append("x");
      }
      assertThat(log.segments()).hasSize(1);
      assertThat(log.lastDurableId()).as("no sync came by the clock").isZero();
      log.sync();
    }
    assertThat(Logs.entries(directory)).hasSize(10);
    try (WalTail<String> tail = WalReader.of(directory, Codecs.utf8()).follow(10)) {
      assertThat(tail.poll(huge)).isEqualTo(new WalRecord<>(10, "x"));
      Thread.currentThread().interrupt();
      assertThat(tail.poll(huge)).as("it waited, and the interrupt ended that").isNull();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(tail.poll(huge.negated())).isNull();
    }
  }
}
