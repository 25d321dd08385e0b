package dev.durability.segment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import dev.durability.frame.FrameKind;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.LogBuilder;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a checkpoint covers: under its default name, and named by a CHECKPOINT. */
class CoverageTest {
  private final MemoryDirectory directory = new MemoryDirectory();

  /** Three segments: 1 to 4, then 5 to 8, then 9 and 10 after a CHECKPOINT. */
  private LogBuilder log(Directory where, long covered, String path) throws IOException {
    LogBuilder log = new LogBuilder(where);
    log.segment(1).entries(4).end(4).write();
    log.segment(2).entries(4).end(8).write();
    return log.segment(3).checkpoint(covered, path).entries(2).end(10).write();
  }

  private static long covered(Directory where) throws IOException {
    return WalMaintenance.verify(where).covered();
  }

  @Test
  void headerUnderTheNameOfAnotherSegmentNamesNoLogAndNoCheckpoint() throws IOException {
    LogBuilder log = new LogBuilder(directory).segment(7, 900).entries(1);
    LogBuilder.put(directory, new SegmentName(1, 1).path(), ByteBuffer.wrap(log.bytes()));
    log.checkpointFile("checkpoints/00000000000000000002.ckpt", LogBuilder.LOG_ID, 2);
    LogReport report = WalMaintenance.verify(directory);
    assertThat(report.verdict()).isEqualTo(Verdict.CORRUPT);
    assertThat(report.covered()).isZero();
  }

  @Test
  void defaultNamedCheckpointCountsIfItIsWholeOfThisLogAndNamedRightly() throws IOException {
    LogBuilder log = log(directory, 0, "gone");
    assertThat(covered(directory)).isZero();
    log.checkpointFile(CheckpointName.path(6), LogBuilder.LOG_ID, 6);
    assertThat(covered(directory)).isEqualTo(6);
    log.checkpointFile(CheckpointName.path(7), LogBuilder.LOG_ID, 6); // wrong name
    assertThat(covered(directory)).isEqualTo(6);
    log.checkpointFile(CheckpointName.path(8), new UUID(5, 5), 8); // other log
    assertThat(covered(directory)).isEqualTo(6);
    ByteBuffer damaged = log.checkpointBytes(LogBuilder.LOG_ID, 9);
    damaged.put(82, (byte) 99);
    LogBuilder.put(directory, CheckpointName.path(9), damaged);
    assertThat(covered(directory)).isEqualTo(6);
    LogBuilder.put(directory, CheckpointName.path(10), ByteBuffer.allocate(0));
    assertThat(covered(directory)).isEqualTo(6);
    LogBuilder.put(
        directory,
        "checkpoints/99999999999999999999.ckpt",
        log.checkpointBytes(LogBuilder.LOG_ID, 8));
    LogBuilder.put(
        directory,
        "checkpoints/00000000000000000008.ckpt.tmp",
        log.checkpointBytes(LogBuilder.LOG_ID, 8));
    LogBuilder.put(directory, "checkpoints/8.ckpt", log.checkpointBytes(LogBuilder.LOG_ID, 8));
    assertThat(covered(directory)).isEqualTo(6);
  }

  @Test
  void everyByteOfTheCheckpointThatIsChangedMakesItInvalidOrAnError() throws IOException {
    LogBuilder log = log(directory, 0, "gone");
    int size = log.checkpointBytes(LogBuilder.LOG_ID, 6).limit();
    for (int at = 0; at < size; at++) {
      if (at >= 83 && at < 88) {
        continue; // Padding is not checked.
      }
      ByteBuffer damaged = log.checkpointBytes(LogBuilder.LOG_ID, 6);
      damaged.put(at, (byte) (damaged.get(at) ^ 1));
      LogBuilder.put(directory, CheckpointName.path(6), damaged);
      assertThat(covered(directory)).as("byte " + at).isZero();
    }
  }

  @Test
  void checkpointOfAnUnknownVersionIsAnErrorAndNoVerdict() throws IOException {
    LogBuilder log = log(directory, 0, "gone");
    for (int at : new int[] {4, 52}) {
      ByteBuffer newer = log.checkpointBytes(LogBuilder.LOG_ID, 6).order(ByteOrder.LITTLE_ENDIAN);
      newer.putInt(at, 2);
      CRC32C crc = new CRC32C();
      crc.update(newer.slice(0, 60));
      newer.putInt(60, (int) crc.getValue());
      LogBuilder.put(directory, CheckpointName.path(6), newer);
      assertThatThrownBy(() -> WalMaintenance.verify(directory))
          .isInstanceOf(FormatException.class)
          .hasMessageContaining(CheckpointName.path(6));
    }
  }

  @Test
  void namedCheckpointCountsIfItIsThereAndRight() throws IOException {
    LogBuilder log = log(directory, 6, "elsewhere/six");
    assertThat(covered(directory)).isZero();
    log.checkpointFile("elsewhere/six", LogBuilder.LOG_ID, 7);
    assertThat(covered(directory)).isZero();
    log.checkpointFile("elsewhere/six", new UUID(5, 5), 6);
    assertThat(covered(directory)).isZero();
    log.checkpointFile("elsewhere/six", LogBuilder.LOG_ID, 6);
    assertThat(covered(directory)).isEqualTo(6);
    directory.delete(new SegmentName(1, 1).path());
    assertThat(WalMaintenance.verify(directory).verdict()).isEqualTo(Verdict.CLEAN);
    directory.delete("elsewhere/six");
    assertThat(WalMaintenance.verify(directory).verdict()).isEqualTo(Verdict.CORRUPT);
  }

  @Test
  void checkpointThatIsKeptElsewhereCountsAsValid() throws IOException {
    log(directory, 8, "");
    assertThat(covered(directory)).isEqualTo(8);
    directory.delete(new SegmentName(1, 1).path());
    directory.delete(new SegmentName(2, 5).path());
    assertThat(WalMaintenance.verify(directory).verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(WalReader.of(directory, Codecs.utf8()).readAll())
        .extracting(WalRecord::id)
        .containsExactly(9L, 10L);
  }

  /** The ids that an opening hands over which is told that a checkpoint was read. */
  private List<Long> replayed(long checkpointId) throws IOException {
    List<Long> ids = new ArrayList<>();
    WalReplay<String> replay =
        new WalReplay<>() {
          @Override
          public long checkpointId() {
            return checkpointId;
          }

          @Override
          public void entry(long id, String entry) {
            ids.add(id);
          }
        };
    WalWriter.open(directory, Codecs.utf8(), WalOptions.defaults(), replay).close();
    return ids;
  }

  @Test
  void numberOfNoCheckpointThatTheLogKnowsOfSkipsNoEntryAndHidesNoMissingOne() throws IOException {
    log(directory, 0, "gone");
    for (long wrong : new long[] {5, 8, 10, 11, 100, Long.MAX_VALUE - 1}) {
      assertThat(replayed(wrong)).as("checkpoint %d", wrong).startsWith(1L, 2L).contains(8L);
    }
    directory.delete(new SegmentName(1, 1).path());
    for (long wrong : new long[] {4, 5, 8}) {
      assertThatThrownBy(() -> replayed(wrong)).isInstanceOf(CorruptLogException.class);
    }
    assertThat(WalMaintenance.verify(directory).verdict()).isEqualTo(Verdict.CORRUPT);
  }

  @Test
  void numberOfACheckpointThatTheLogKnowsOfIsBelieved() throws IOException {
    log(directory, 6, "elsewhere/six"); // Which nobody reads: it need not be there.
    assertThat(replayed(6)).startsWith(5L);
    LogBuilder.put(directory, CheckpointName.path(8), ByteBuffer.allocate(0));
    assertThat(replayed(8)).startsWith(9L);
  }

  @Test
  void newestOfSeveralIsUsedAndOlderOnesServeWhereItIsDamaged() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    log.segment(1).entries(4).end(4).write();
    log.segment(2).checkpoint(3, "").entries(4).end(8).write();
    log.segment(3).checkpoint(7, "seven").entries(2).end(10).write();
    log.checkpointFile("seven", LogBuilder.LOG_ID, 7);
    log.checkpointFile(CheckpointName.path(5), LogBuilder.LOG_ID, 5);
    assertThat(covered(directory)).isEqualTo(7);
    directory.delete("seven");
    assertThat(covered(directory)).isEqualTo(5);
    directory.delete(CheckpointName.path(5));
    assertThat(covered(directory)).isEqualTo(3);
  }

  @Test
  void checkpointCountsAfterMarksAndNotAfterAnEntry() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    log.segment(1).entries(4).end(4).write();
    log.segment(2).mark(4).mark(4).checkpoint(2, "").entries(3).write();
    assertThat(covered(directory)).isEqualTo(2);
    log.segment(2, 5).entry("x").checkpoint(2, "").entries(3).write();
    assertThat(covered(directory)).isZero();
    log.segment(2, 5).part("x").checkpoint(2, "").write();
    assertThat(covered(directory)).isZero();
  }

  @Test
  void pathThatLeavesTheDirectoryNamesNoCheckpoint(@TempDir Path temp) throws IOException {
    LogBuilder outside = new LogBuilder(FsDirectory.open(temp));
    outside.checkpointFile("x", LogBuilder.LOG_ID, 6);
    List<String> escaping =
        List.of(
            "../x", temp.resolve("x").toString(), "a/../../x", "/", ".", "a\\b", "a\0b", "a//b");
    for (String path : escaping) {
      Directory inside = FsDirectory.open(temp.resolve("log"));
      log(inside, 6, path);
      assertThat(covered(inside)).as(path).isZero();
      assertThat(WalMaintenance.verify(inside).verdict()).isEqualTo(Verdict.CLEAN);
    }
  }

  @Test
  void linkThatLeavesTheDirectoryIsAnErrorAndNoVerdict(@TempDir Path temp) throws IOException {
    LogBuilder outside = new LogBuilder(FsDirectory.open(temp));
    outside.checkpointFile("x", LogBuilder.LOG_ID, 6);
    Directory inside = FsDirectory.open(temp.resolve("log"));
    log(inside, 6, "link");
    Files.createSymbolicLink(temp.resolve("log").resolve("link"), temp.resolve("x"));
    assertThatThrownBy(() -> WalMaintenance.verify(inside))
        .isInstanceOf(AccessDeniedException.class);
  }

  @Test
  void supersededDamageIsNotRead() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    log.segment(1).entries(4).end(4).flip(70).flip(10).write();
    log.segment(2).entries(4).end(8).write();
    log.segment(3).entries(1).end(9).write();
    log.checkpointFile(CheckpointName.path(4), LogBuilder.LOG_ID, 4);
    String superseded = new SegmentName(1, 1).path();
    long[] reads = {0};
    FaultDirectory counting =
        new FaultDirectory(directory)
            .before(
                (operation, path) ->
                    reads[0] += operation == Operation.READ && path.equals(superseded) ? 1 : 0);
    assertThat(WalMaintenance.verify(counting).verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(reads[0]).as("but for its header, which tells whose it is").isLessThanOrEqualTo(1);
  }

  @Test
  void largeFirstEntriesAreNotReadToSeeThatTheyAreNoCheckpoint() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    byte[] large = "x".repeat(1 << 20).getBytes(UTF_8);
    for (int segment = 1; segment <= 4; segment++) {
      log.segment(segment, segment).frame(FrameKind.ENTRY, segment, large).write();
    }
    long[] reads = {0};
    FaultDirectory counting =
        new FaultDirectory(directory)
            .before((operation, path) -> reads[0] += operation == Operation.READ ? 1 : 0);
    assertThat(LogListing.of(counting, LogListing.segments(counting)).covered()).isZero();
    assertThat(reads[0]).isLessThan(20);
  }
}
