package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.segment.CheckpointName;
import dev.durability.segment.LogFiles;
import dev.durability.segment.SegmentName;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verifying, listing and truncating read what they have to and change nothing else. */
class WalMaintenanceTest extends DamagedLogs {
  @Test
  void noLogIsNoSuchFile(@TempDir Path temp) throws IOException {
    Directory empty = FsDirectory.open(temp);
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> WalMaintenance.verify(empty))
          .isInstanceOf(NoSuchFileException.class);
      assertThatThrownBy(() -> WalMaintenance.segments(empty))
          .isInstanceOf(NoSuchFileException.class);
      assertThatThrownBy(() -> WalMaintenance.truncate(empty, 5))
          .isInstanceOf(NoSuchFileException.class);
      assertThat(empty.list("")).isEmpty();
      empty.createDirectories(LogFiles.SEGMENTS);
    }
    assertThat(empty.list(LogFiles.SEGMENTS)).isEmpty();
  }

  @Test
  void unknownVersionsAndFlagsAreErrorsOfTheirOwn() throws IOException {
    for (String path : List.of(FIRST, SECOND, THIRD)) {
      for (int at : new int[] {4, 52}) {
        log();
        ByteBuffer bytes = ByteBuffer.wrap(bytesOf(path)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(at, at == 4 ? 2 : 4);
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, 60));
        bytes.putInt(60, (int) crc.getValue());
        LogBuilder.put(directory, path, bytes);
        assertThatThrownBy(() -> WalMaintenance.verify(directory))
            .isInstanceOf(FormatException.class)
            .hasMessageContaining(path);
        assertThatThrownBy(() -> WalReader.of(directory, Codecs.bytes()).readAll())
            .isInstanceOf(FormatException.class);
      }
    }
  }

  @Test
  void readErrorAnywhereIsAnIoExceptionAndNeverAVerdict() throws IOException {
    LogBuilder log = log();
    log.raw(new byte[] {1, 2, 3}).write();
    log.checkpointFile(CheckpointName.path(2), LogBuilder.LOG_ID, 2);
    for (boolean corrupt : new boolean[] {false, true}) {
      if (corrupt) {
        new LogBuilder(directory).segment(2, 5).entries(4).end(8).flip(100).write();
      }
      for (Operation operation :
          List.of(Operation.READ, Operation.OPEN, Operation.SIZE, Operation.LIST)) {
        int nth = 1;
        while (true) {
          OpenFiles files = new OpenFiles(directory);
          FaultDirectory failing = new FaultDirectory(files).inject(Fault.of(operation).nth(nth));
          LogReport report;
          try {
            report = WalMaintenance.verify(failing);
            assertThat(failing.injected()).as(operation + " " + nth + " " + report).isZero();
            break;
          } catch (CorruptLogException verdict) {
            throw new AssertionError(operation + " " + nth, verdict);
          } catch (IOException expected) {
            assertThat(expected).hasMessageContaining("injected");
            assertThat(files.count()).as(operation + " " + nth).isZero();
          }
          nth++;
        }
        assertThat(nth).isGreaterThan(operation == Operation.SIZE ? 1 : 2);
      }
    }
  }

  @Test
  void shortReadsChangeNothing() throws IOException {
    LogBuilder log = log();
    log.raw(new byte[] {1, 2, 3}).write();
    LogReport whole = WalMaintenance.verify(directory);
    for (int bytes : new int[] {1, 3, 17}) {
      assertThat(WalMaintenance.verify(new FaultDirectory(directory).readAtMost(bytes)))
          .isEqualTo(whole);
    }
  }

  @Test
  void directoryThatCannotBeWrittenIsVerified(@TempDir Path temp) throws IOException {
    Directory files = FsDirectory.open(temp);
    new LogBuilder(files).segment(1).entries(3).raw(new byte[] {1}).write();
    Path segments = temp.resolve(LogFiles.SEGMENTS);
    assertThat(segments.toFile().setWritable(false)).isTrue();
    assertThat(temp.toFile().setWritable(false)).isTrue();
    try {
      assertThat(WalMaintenance.verify(files).verdict()).isEqualTo(Verdict.TORN);
      assertThat(WalMaintenance.segments(files))
          .containsExactly(new SegmentRange(1, 1, 3, new SegmentName(1, 1).path()));
      try (var names = Files.list(segments)) {
        assertThat(names).hasSize(1);
      }
    } finally {
      assertThat(segments.toFile().setWritable(true)).isTrue();
      assertThat(temp.toFile().setWritable(true)).isTrue();
    }
  }

  @Test
  void segmentsAreListedByNameAndOnlyTheLastIsRead() throws IOException {
    log();
    List<String> opened = new ArrayList<>();
    FaultDirectory counting =
        new FaultDirectory(directory)
            .before(
                (operation, path) -> {
                  if (operation == Operation.OPEN) {
                    opened.add(path);
                  }
                });
    assertThat(WalMaintenance.segments(counting))
        .containsExactly(
            new SegmentRange(1, 1, 4, FIRST),
            new SegmentRange(2, 5, 8, SECOND),
            new SegmentRange(3, 9, 12, THIRD));
    assertThat(opened).containsExactly(THIRD);
  }

  @Test
  void truncatingRemovesOnlyWholeSegmentsAndListsThem() throws IOException {
    log();
    assertThat(WalMaintenance.truncate(directory, 7))
        .containsExactly(new SegmentRange(1, 1, 4, FIRST));
    assertThat(WalMaintenance.verify(directory).verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(WalMaintenance.segments(directory).get(0).file()).isEqualTo(SECOND);
  }
}
