package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.frame.FrameKind;
import dev.durability.segment.CheckpointName;
import dev.durability.segment.SegmentName;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WalReaderTest extends LogReadingFixture {
  @Test
  void everyRangeIsReplayedWithoutMarkersByCallbackStreamAndList() throws IOException {
    log();
    for (long from = 0; from <= 14; from++) {
      for (long to = 0; to <= 13; to++) {
        // 9 to 11 are one atomic batch: a range that ends within it leaves it out whole.
        long last = to == 9 || to == 10 ? 8 : Math.min(11, to);
        List<Long> expected = range(Math.max(1, from), last);
        assertThat(ids(reader, from, to)).as(from + " to " + to).isEqualTo(expected);
        assertThat(ids(strict, from, to)).as(from + " to " + to).isEqualTo(expected);
      }
      try (Stream<WalRecord<String>> stream = reader.stream(from)) {
        assertThat(stream.map(WalRecord::id)).isEqualTo(range(Math.max(1, from), 11));
      }
    }
    assertThat(reader.readAll()).extracting(WalRecord::id).isEqualTo(range(1, 11));
    assertThatThrownBy(() -> ids(reader, -1, 5)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> reader.stream(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void olderSegmentsAndCheckpointsAreNotOpenedWhenReadingFromAnEntryOn() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    for (int segment = 1; segment <= 9; segment++) {
      log.segment(segment).entries(2).end(2L * segment).write();
    }
    log.checkpointFile(CheckpointName.path(4), LogBuilder.LOG_ID, 4);
    List<String> opened = new ArrayList<>();
    FaultDirectory counting =
        new FaultDirectory(directory)
            .before(
                (operation, path) -> {
                  if (operation == Operation.OPEN) {
                    opened.add(path);
                  }
                });
    assertThat(ids(WalReader.of(counting, Codecs.utf8()), 15, 16)).containsExactly(15L, 16L);
    assertThat(opened)
        .containsOnly(new SegmentName(8, 15).path(), new SegmentName(9, 17).path())
        .hasSizeLessThanOrEqualTo(4);
  }

  @Test
  void nothingBehindTheLastWantedEntryIsReadOrJudged() throws IOException {
    LogBuilder log = log();
    log.segment(2, 5).mark(4).entries(2).checkpoint(6, "nowhere");
    int broken = log.offset();
    log.mark(6).entries(2).end(8).flip(broken + 8).write();
    assertThat(ids(reader, 0, 6)).isEqualTo(range(1, 6));
    assertThatThrownBy(() -> ids(reader, 0, 7))
        .isInstanceOfSatisfying(
            CorruptLogException.class,
            e -> {
              assertThat(e.file()).isEqualTo(new SegmentName(2, 5).path());
              assertThat(e.offset()).isEqualTo(broken);
              assertThat(e.firstLostId()).isEqualTo(7);
              assertThat(e.lastLostId()).isEqualTo(8);
            });
  }

  @Test
  void modesAcceptTheVerdictsThatTheyShouldAfterThePrefixWasHandedOver() throws IOException {
    LogBuilder log = log();
    int end = log.offset();
    log.raw(new byte[] {1, 2, 3}).write(); // torn
    assertThat(ids(reader, 0, 99)).isEqualTo(range(1, 11));
    refusesAfter(strict, "TORN", range(1, 11));
    log.cut(end).raw(new byte[8]).frame(FrameKind.ENTRY, 12, new byte[9]).write(); // ambiguous
    assertThat(ids(reader, 0, 99)).isEqualTo(range(1, 11));
    refusesAfter(strict, "AMBIGUOUS", range(1, 11));
    log.cut(end).zeros(4096).write(); // clean
    assertThat(ids(strict, 0, 99)).isEqualTo(range(1, 11));
    log.cut(end).zeros(8).mark(11).flip(end - 20).write(); // the batch is broken, and promised
    refusesAfter(strict, "CORRUPT", range(1, 8));
    refusesAfter(reader, "CORRUPT", range(1, 8));
    log.flip(end - 20).write(); // whole again, but behind it stands a mark out of place
    refusesAfter(strict, "AMBIGUOUS", range(1, 11));
  }

  private static void refusesAfter(WalReader<String> reader, String verdict, List<Long> prefix) {
    List<Long> seen = new ArrayList<>();
    assertThatThrownBy(() -> reader.replay(0, Long.MAX_VALUE, (id, entry) -> seen.add(id)))
        .isExactlyInstanceOf(
            verdict.equals("CORRUPT") ? CorruptLogException.class : DurabilityException.class)
        .hasMessageContaining(verdict);
    assertThat(seen).isEqualTo(prefix);
  }

  @Test
  void entryThatWasTruncatedAwayIsAClearErrorAndOneBehindTheEndIsNone() throws IOException {
    log();
    directory.delete(new SegmentName(1, 1).path());
    assertThatThrownBy(() -> ids(reader, 3, 99))
        .isInstanceOf(DurabilityException.class)
        .isNotInstanceOf(CorruptLogException.class)
        .hasMessageContaining("from entry 3 on")
        .hasMessageContaining("starts at entry 5")
        .hasMessageContaining("truncated");
    assertThatThrownBy(() -> ids(reader, 0, 99))
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining("entries 1 to 4 are missing");
    assertThat(ids(reader, 5, 99)).isEqualTo(range(5, 11));
    assertThat(ids(reader, 12, 99)).isEmpty();
    assertThat(ids(reader, Long.MAX_VALUE, Long.MAX_VALUE)).isEmpty();
  }

  @Test
  void noLogIsNoSuchFile() {
    assertThatThrownBy(reader::readAll).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> reader.stream(0)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> reader.follow(0)).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void tornBatchIsNotShown() throws IOException {
    LogBuilder log = log();
    int end = log.offset();
    for (int offset = end - 1; offset >= 64; offset--) {
      log.segment(3, 9).part("e9").part("e10").entry("e11").cut(offset).write();
      boolean whole = offset >= end - 5; // without its padding
      assertThat(ids(reader, 0, 99))
          .as("cut at " + offset)
          .isEqualTo(whole ? range(1, 11) : range(1, 8));
    }
  }

  @Test
  void oneWindowServesAllSegments() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    for (int segment = 1; segment <= 300; segment++) {
      log.segment(segment).entries(1).end(segment).write();
    }
    var direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .findFirst()
            .orElseThrow();
    long before = direct.getMemoryUsed();
    long[] most = {0};
    reader.replay(
        1, 300, (id, entry) -> most[0] = Math.max(most[0], direct.getMemoryUsed() - before));
    assertThat(most[0]).isLessThan(16L << 20);
  }
}
