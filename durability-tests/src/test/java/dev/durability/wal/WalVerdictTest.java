package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.segment.CheckpointName;
import dev.durability.segment.LogFiles;
import dev.durability.segment.SegmentName;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Damage made by hand, and what the report says of it. */
class WalVerdictTest extends DamagedLogs {
  private void refusal(long firstLost, long lastLost, String... saying) {
    assertThatThrownBy(() -> WalReader.of(directory, Codecs.bytes()).readAll())
        .isInstanceOfSatisfying(
            CorruptLogException.class,
            e -> {
              assertThat(e).hasMessageContaining(e.file()).hasMessageContaining("" + e.offset());
              assertThat(e).hasMessageContainingAll(saying);
              assertThat(e.firstLostId()).isEqualTo(firstLost);
              assertThat(e.lastLostId()).isEqualTo(lastLost);
            });
  }

  @Test
  void wholeLogsAreClean() throws IOException {
    LogBuilder log = log();
    verify(Verdict.CLEAN, 12, 0, 11, THIRD, log.offset());
    int end = log.offset();
    log.zeros(10_000).write();
    verify(Verdict.CLEAN, 12, 0, 11, THIRD, end);
    log.cut(end).end(12).write();
    verify(Verdict.CLEAN, 12, 0, 12, THIRD, end + 32);
  }

  @Test
  void tornEndsAreCutBehindTheLastWholeBatch() throws IOException {
    LogBuilder log = log();
    int end = log.offset();
    log.raw(new byte[] {0, 0, 0, 1}).write();
    assertThat(verify(Verdict.TORN, 12, 0, 11, THIRD, end).reason()).contains("being written");
    log.cut(end).part("a").part("b").write();
    verify(Verdict.TORN, 12, 0, 11, THIRD, end);
    log.cut(end).segment(3, 13); // ids go on from 13
    log = log();
    log.flip(end - 10).write(); // entry 12
    verify(Verdict.TORN, 11, 0, 11, THIRD, end - 24);
    log = log();
    log.end(12).raw(new byte[] {9}).write();
    assertThat(verify(Verdict.TORN, 12, 0, 12, THIRD, end + 32).cut()).isNotNull();
  }

  @Test
  void validFramesBehindTheBreakThatPromiseNothingMoreAreAmbiguous() throws IOException {
    LogBuilder log = log();
    int end = log.offset();
    log.flip(end - 10).entries(1).mark(11).write();
    assertThat(verify(Verdict.AMBIGUOUS, 11, 0, 11, THIRD, end - 24).reason())
        .contains("out of order");
  }

  @Test
  void promiseBehindDamageIsCorrupt() throws IOException {
    LogBuilder log = log();
    int end = log.offset();
    log.flip(end - 10).mark(12).write();
    LogReport report = verify(Verdict.CORRUPT, 11, 0, 12, THIRD, end - 24);
    assertThat(report.reason()).contains("12 to 12").contains("promised");
    refusal(12, 12, "CORRUPT", "promised 12");
    log = log();
    log.flip(64 + 17).write();
    verify(Verdict.CORRUPT, 8, 0, 11, THIRD, 64);
    refusal(9, 11, "9 to 11");
  }

  @Test
  void damageBeforeALaterSegmentIsCorruptWhateverItIs() throws IOException {
    log();
    LogBuilder second = new LogBuilder(directory);
    second.segment(2, 5).entries(4);
    int end = second.offset();
    second.write(); // no END
    assertThat(verify(Verdict.CORRUPT, 8, 0, 11, SECOND, end).reason()).contains("break off");
    refusal(9, 11, "reading ends at entry 8");
    second.end(8).raw(new byte[] {1}).write(); // something behind END
    verify(Verdict.CORRUPT, 8, 0, 11, SECOND, end + 32);
    second.cut(end).end(8).flip(70).write();
    verify(Verdict.CORRUPT, 4, 0, 11, SECOND, 64);
    refusal(5, 11, "5");
    second.flip(70).flip(end + 1).write(); // its END
    verify(Verdict.CORRUPT, 8, 0, 11, SECOND, end);
  }

  @Test
  void segmentThatDoesNotContinueTheRunIsCorruptAndItsPromisesCount() throws IOException {
    log();
    directory.delete(SECOND);
    LogReport report = verify(Verdict.CORRUPT, 4, 0, 11, THIRD, 0);
    assertThat(report.reason()).contains("segment 2 before it is missing");
    refusal(5, 11, "segment 2");
    log();
    directory.rename(THIRD, new SegmentName(4, 9).path());
    report = verify(Verdict.CORRUPT, 8, 0, 8, new SegmentName(4, 9).path(), 0);
    assertThat(report.reason()).contains("its name says otherwise");
    LogBuilder log = log();
    log.segment(LogBuilder.LOG_ID, 3, 9, 12345, LogBuilder.saltOf(3)).entries(1).mark(9).write();
    assertThat(verify(Verdict.CORRUPT, 8, 0, 9, THIRD, 0).reason()).contains("salts differ");
    log.segment(new UUID(7, 7), 3, 9, LogBuilder.saltOf(2), LogBuilder.saltOf(3)).write();
    assertThat(WalMaintenance.verify(directory).reason()).contains("belongs to the log");
    log();
    directory.delete(THIRD);
    log.segment(3, 10).entries(1).write();
    assertThat(verify(Verdict.CORRUPT, 8, 0, 9, new SegmentName(3, 10).path(), 0).reason())
        .contains("starts at entry 10")
        .contains("ends at 8");
  }

  @Test
  void segmentOfAnotherLogPromisesNothing() throws IOException {
    LogBuilder log = log();
    log.segment(new UUID(7, 7), 3, 9, LogBuilder.saltOf(2), LogBuilder.saltOf(3));
    log.entries(4).mark(50).end(60).write();
    log.segment(4, 13).entries(1).write();
    assertThat(verify(Verdict.CORRUPT, 8, 0, 12, THIRD, 0).reason()).contains("belongs to the log");
  }

  @Test
  void badHeadersAreCorrupt() throws IOException {
    for (int at = 0; at < 64; at++) {
      LogBuilder log = log();
      log.flip(at).write();
      LogReport report = verify(Verdict.CORRUPT, 8, 0, 8, THIRD, 0);
      assertThat(report.reason()).as("byte " + at).contains("header").contains("checksum");
      refusal(0, 0, "header");
    }
    LogBuilder log = log();
    for (int size : new int[] {0, 1, 63}) {
      log.cut(size).write();
      assertThat(verify(Verdict.CORRUPT, 8, 0, 8, THIRD, 0).reason()).contains(size + " bytes");
    }
  }

  @Test
  void missingPrefixIsCorruptUnlessACheckpointCoversIt() throws IOException {
    LogBuilder log = log();
    int end = log.offset();
    directory.delete(FIRST);
    assertThat(verify(Verdict.CORRUPT, 12, 0, 11, THIRD, end).reason())
        .contains("entries 1 to 4 are missing");
    log.checkpointFile(CheckpointName.path(3), LogBuilder.LOG_ID, 3);
    assertThat(verify(Verdict.CORRUPT, 12, 3, 11, THIRD, end).reason())
        .contains("entries 4 to 4 are missing");
    log.checkpointFile(CheckpointName.path(4), LogBuilder.LOG_ID, 4);
    verify(Verdict.CLEAN, 12, 4, 11, THIRD, end);
    log.checkpointFile(CheckpointName.path(13), LogBuilder.LOG_ID, 13);
    assertThat(verify(Verdict.CORRUPT, 12, 13, 11, THIRD, end).reason())
        .contains("13 to 13 are in a checkpoint");
    refusal(13, 13, "the log ends before them");
  }

  @Test
  void namesThatNoWriterGivesAreIgnored() throws IOException {
    LogBuilder log = log();
    int end = log.offset();
    for (String name :
        List.of(
            "99999999999999999999-00000000000000000001.wal",
            "00000000000000000009-99999999999999999999.wal",
            "00000000000000000000-00000000000000000000.wal",
            "00000000000000000000-00000000000000000001.wal",
            "00000000000000000004-00000000000000000000.wal",
            "4-13.wal",
            "00000000000000000004-00000000000000000013.wal.tmp",
            "00000000000000000004-00000000000000000013.WAL",
            "spare.tmp")) {
      LogBuilder.put(directory, LogFiles.SEGMENTS + "/" + name, ByteBuffer.allocate(99));
    }
    LogReport report = WalMaintenance.verify(directory);
    assertThat(report.verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(report.segments()).isEqualTo(3);
    assertThat(report.end().offset()).isEqualTo(end);
  }

  @Tag("slow")
  @Test
  void everyFlippedBitGivesAVerdictAndOnlyEntriesThatWereWritten() throws IOException {
    LogBuilder log = log();
    for (int at = 64; at < log.offset(); at++) {
      for (int bit = 0; bit < 8; bit++) {
        ByteBuffer bytes = ByteBuffer.wrap(bytesOf(THIRD));
        bytes.put(at, (byte) (bytes.get(at) ^ 1 << bit));
        MemoryDirectory damaged = new MemoryDirectory();
        for (String path : List.of(FIRST, SECOND)) {
          LogBuilder.put(damaged, path, ByteBuffer.wrap(bytesOf(path)));
        }
        LogBuilder.put(damaged, THIRD, bytes);
        LogReport report = WalMaintenance.verify(damaged);
        boolean promised = report.intact() < 11;
        assertThat(report.verdict() == Verdict.CORRUPT)
            .as("bit " + bit + " of " + at + ": " + report)
            .isEqualTo(promised && report.promised() == 11);
        List<String> seen = new ArrayList<>();
        try {
          WalReader.of(damaged, Codecs.utf8()).replay(0, 99, (id, entry) -> seen.add(entry));
        } catch (CorruptLogException refused) {
          assertThat(report.verdict()).isEqualTo(Verdict.CORRUPT);
        }
        assertThat(seen).hasSize((int) report.intact());
        for (int i = 0; i < seen.size(); i++) {
          assertThat(seen.get(i)).isEqualTo("e" + (i + 1));
        }
      }
    }
  }

  @Test
  void checkpointWithoutAnySegmentIsCorruptForAWriterAndIsLeftAlone() throws IOException {
    new LogBuilder(directory).checkpointFile(CheckpointName.path(5), LogBuilder.LOG_ID, 5);
    Map<String, String> before = LogBuilder.files(directory);
    assertThatThrownBy(() -> Logs.open(directory))
        .isInstanceOfSatisfying(
            CorruptLogException.class,
            e -> {
              assertThat(e.firstLostId()).isEqualTo(1);
              assertThat(e.lastLostId()).isEqualTo(5);
            })
        .hasMessageContaining("up to entry 5");
    Map<String, String> after = LogBuilder.files(directory);
    after.remove(LogFiles.LOCK);
    assertThat(after).isEqualTo(before);
  }

  @Test
  void twoSegmentsOfOneNumberAreDamage() throws IOException {
    log();
    new LogBuilder(directory).segment(1, 3).entries(2).write();
    LogReport report = WalMaintenance.verify(directory);
    assertThat(report.verdict()).isEqualTo(Verdict.CORRUPT);
    assertThat(report.reason()).contains("another segment before it has the same number");
  }
}
