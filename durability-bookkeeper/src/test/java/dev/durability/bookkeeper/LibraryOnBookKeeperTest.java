package dev.durability.bookkeeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.codec.Codecs;
import dev.durability.log.Verdict;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalTail;
import dev.durability.wal.WalWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the library does with a log, on BookKeeper: written in one place, and seen from another. */
class LibraryOnBookKeeperTest {
  private final BookKeeperOptions options =
      SharedBookies.newRoot().takeOver(TakeOver.AT_ONCE).build();

  private static WalOptions.Builder small() {
    return WalOptions.builder().segmentBytes(4096);
  }

  private static DurableState<List<String>, String> state(BookKeeperDirectory directory)
      throws Exception {
    return DurableState.open(
        directory, Codecs.utf8(), new Words(), CheckpointPolicy.manual(), small().build());
  }

  @Test
  void stateIsRecoveredElsewhereFromCheckpointAndLogThatWasTruncated() throws Exception {
    List<String> expected = new ArrayList<>();
    try (BookKeeperDirectory here = SharedBookies.open(options);
        BookKeeperDirectory there = SharedBookies.open(options)) {
      DurableState<List<String>, String> first = state(here);
      for (int i = 0; i < 60; i++) {
        expected.add("word " + i + " " + "x".repeat(200));
        first.update(expected.get(i));
        if (i % 20 == 10) {
          first.checkpoint();
        }
      }
      assertThat(WalMaintenance.firstEntryId(there)).isGreaterThan(1);
      assertThat(recovered(there, RecoveryOptions.latest())).isEqualTo(expected);
      try (DurableState<List<String>, String> second = state(there)) {
        expected.add("after the first was taken over");
        second.update(expected.get(60));
        List<String> seen = second.read(List::copyOf);
        assertThat(seen).isEqualTo(expected);
        second.checkpoint();
      }
      assertThat(WalMaintenance.verify(here).verdict()).isEqualTo(Verdict.CLEAN);
      assertThat(recovered(here, RecoveryOptions.latest())).isEqualTo(expected);
    }
  }

  private static List<String> recovered(BookKeeperDirectory from, RecoveryOptions options)
      throws Exception {
    return Recoverer.of(from, Codecs.utf8(), new Words()).recover(options).state();
  }

  @Test
  void endIsCutOffAndTheLogIsRecoveredToAnInstant() throws Exception {
    try (BookKeeperDirectory here = SharedBookies.open(options)) {
      Instant between;
      try (WalWriter<String> log = WalWriter.open(here, Codecs.utf8(), small().build())) {
        log.appendDurable("one");
        log.appendDurable("two");
        log.appendDurable("three");
        log.truncateAfter(2);
        log.appendDurable("other three");
      }
      between = Instant.now();
      try (WalWriter<String> log = WalWriter.open(here, Codecs.utf8(), small().build())) {
        log.appendDurable("four");
      }
      assertThat(entries(here)).containsExactly("one", "two", "other three", "four");
      assertThat(recovered(here, RecoveryOptions.upToInstant(between)))
          .containsExactly("one", "two", "other three");
    }
  }

  private static List<String> entries(BookKeeperDirectory directory) throws Exception {
    return WalReader.of(directory, Codecs.utf8()).readAll().stream().map(WalRecord::entry).toList();
  }

  @Test
  void followerElsewhereGetsEachEntryOnceItIsPromised() throws Exception {
    try (BookKeeperDirectory here = SharedBookies.open(options);
        BookKeeperDirectory there = SharedBookies.open(options);
        WalWriter<String> log = WalWriter.open(here, Codecs.utf8(), small().build())) {
      log.appendDurable("entry 1");
      try (WalTail<String> tail = WalReader.of(there, Codecs.utf8()).follow(1)) {
        for (int i = 1; i <= 40; i++) {
          if (i > 1) {
            log.appendDurable("entry " + i + "x".repeat(i % 7 * 100));
          }
          WalRecord<String> next = Objects.requireNonNull(tail.poll(Duration.ofMinutes(5)));
          assertThat(next.id()).isEqualTo(i);
          assertThat(next.entry()).startsWith("entry " + i);
        }
      }
    }
  }

  @Test
  void recordLogGoesOnAfterItsWriterWasTakenOver() throws Exception {
    try (BookKeeperDirectory here = SharedBookies.open(options);
        BookKeeperDirectory there = SharedBookies.open(options)) {
      RecordLogWriter<String> first = RecordLogWriter.open(here, "records", Codecs.utf8());
      first.append("one");
      first.sync();
      first.append("two");
      first.flush();
      try (RecordLogWriter<String> second = RecordLogWriter.open(there, "records", Codecs.utf8())) {
        assertThat(second.append("three")).isEqualTo(3);
        second.sync();
      }
      assertThat(RecordLogReader.of(there, "records", Codecs.utf8()).strict().list())
          .containsExactly("one", "two", "three");
    }
  }

  @Test
  void largeFilesAreReadAtAnyPlace() throws Exception {
    try (BookKeeperDirectory here = SharedBookies.open(options);
        BookKeeperDirectory there = SharedBookies.open(options)) {
      try (WalWriter<String> log = WalWriter.open(here, Codecs.utf8(), WalOptions.defaults())) {
        for (int i = 1; i <= 3_000; i++) {
          log.append("entry " + i + "x".repeat(i % 500));
          if (i % 7 == 0) {
            log.flush();
          }
        }
        log.sync();
        for (int id : new int[] {1, 2_999, 1_500, 7, 2_000, 3_000}) {
          assertThat(Objects.requireNonNull(log.read(id)).entry()).startsWith("entry " + id);
        }
      }
      assertThat(entries(there)).hasSize(3_000).allMatch(each -> each.startsWith("entry "));
    }
  }
}
