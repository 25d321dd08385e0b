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
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage made by hand, and what the report says of it. */
class WalMaintenanceTest {
  private static final String FIRST = new SegmentName(1, 1).path();
  private static final String SECOND = new SegmentName(2, 5).path();
  private static final String THIRD = new SegmentName(3, 9).path();

  private final MemoryDirectory directory = new MemoryDirectory();

  /** 1 to 4, 5 to 8, and 9 to 12, of which 9 to 11 are promised. */
  private LogBuilder log() throws IOException {
    for (String path : LogBuilder.files(directory).keySet()) {
      directory.delete(path);
    }
    LogBuilder log = new LogBuilder(directory);
    log.segment(1).entries(4).end(4).write();
    log.segment(2).entries(4).end(8).write();
    return log.segment(3).entries(3).mark(11).entries(1).write();
  }

  /** Verdict, P, C, D, where the run ends, and that no byte changed. */
  private LogReport verify(Verdict verdict, long p, long c, long d, String file, long offset)
      throws IOException {
    Map<String, String> before = LogBuilder.files(directory);
    LogReport report = WalMaintenance.verify(directory);
    assertThat(LogBuilder.files(directory)).isEqualTo(before);
    LogReport.Position end = new LogReport.Position(file, offset);
    boolean cuts = verdict == Verdict.TORN || verdict == Verdict.AMBIGUOUS;
    int segments = directory.list(LogFiles.SEGMENTS).size();
    assertThat(report)
        .isEqualTo(
            new LogReport(
                verdict,
                p,
                c,
                d,
                segments,
                end,
                cuts ? end : null,
                report.reason(),
                verdict == Verdict.CORRUPT ? report.checksum() : null));
    assertThat(report.reason() == null).isEqualTo(verdict == Verdict.CLEAN);
    return report;
  }

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
    refusal(9, 11, "entries from 9 on are lost");
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

  private byte[] bytesOf(String path) throws IOException {
    return HexFormat.of().parseHex(LogBuilder.files(directory).get(path));
  }

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
          WalReaderTest.Open files = new WalReaderTest.Open(directory);
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
  void segmentThatIsTruncatedWhileVerifyingIsNoMissingLog() throws IOException {
    LogBuilder log = log();
    log.checkpointFile("later", LogBuilder.LOG_ID, 4);
    boolean[] done = {false};
    FaultDirectory racing =
        new FaultDirectory(directory)
            .before(
                (operation, path) -> {
                  if (operation == Operation.OPEN && path.equals(FIRST) && !done[0]) {
                    done[0] = true;
                    try {
                      directory.delete(FIRST);
                      directory.createDirectories(CheckpointName.DIRECTORY);
                      directory.rename("later", CheckpointName.path(4));
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  }
                });
    assertThat(WalMaintenance.verify(racing).verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(done[0]).isTrue();
  }

  @Test
  void segmentsThatAreListedAndNeverThereAreAnErrorAndNoEndlessSearch() throws IOException {
    log();
    int[] opened = {0};
    Directory vanishing =
        new ForwardingDirectory(directory) {
          @Override
          public ReadFile open(String path) throws IOException {
            opened[0]++;
            throw new NoSuchFileException(path);
          }
        };
    List<ThrowingCallable> calls =
        List.of(
            () -> WalMaintenance.verify(vanishing),
            () -> WalMaintenance.segments(vanishing),
            () -> WalMaintenance.schemas(vanishing),
            () -> WalReader.of(vanishing, Codecs.utf8()).replay(1, 9, (id, entry) -> {}));
    for (ThrowingCallable call : calls) {
      opened[0] = 0;
      assertThatThrownBy(call).isInstanceOf(NoSuchFileException.class);
      assertThat(opened[0]).isBetween(50, 1000);
    }
  }

  @Test
  void segmentThatIsThereAtASecondLookIsListed() throws IOException {
    log();
    int[] opened = {0};
    Directory late =
        new ForwardingDirectory(directory) {
          @Override
          public ReadFile open(String path) throws IOException {
            if (++opened[0] <= 2) {
              throw new NoSuchFileException(path);
            }
            return super.open(path);
          }
        };
    assertThat(WalMaintenance.segments(late)).isEqualTo(WalMaintenance.segments(directory));
    opened[0] = 0;
    assertThat(WalMaintenance.verify(late)).isEqualTo(WalMaintenance.verify(directory));
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
  void truncatingRemovesOnlyWholeSegmentsAndListsThem() throws IOException {
    log();
    assertThat(WalMaintenance.truncate(directory, 7))
        .containsExactly(new SegmentRange(1, 1, 4, FIRST));
    assertThat(WalMaintenance.verify(directory).verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(WalMaintenance.segments(directory).get(0).file()).isEqualTo(SECOND);
  }

  /** Lists the segments in another way each time that is said, then as they are. */
  private static final class Listings extends ForwardingDirectory {
    private final Deque<List<String>> next = new ArrayDeque<>();
    private int lists;

    Listings(Directory under) {
      super(under);
    }

    @Override
    public List<String> list(String path) throws IOException {
      if (!path.equals(LogFiles.SEGMENTS)) {
        return super.list(path);
      }
      lists++;
      List<String> planned = next.poll();
      return planned == null ? super.list(path) : planned;
    }
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  @Test
  void segmentThatAListingLackedIsNotTakenForALostOne() throws IOException {
    log();
    Listings listings = new Listings(directory);
    assertThat(WalMaintenance.verify(listings).verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(listings.lists).as("a log that is in order is judged once").isEqualTo(1);
    listings.next.add(List.of(name(FIRST), name(THIRD)));
    assertThat(WalMaintenance.verify(listings).verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(listings.lists).isEqualTo(3);
  }

  @Test
  void damageIsJudgedThreeTimesIfEachListingIsAnotherAndTwiceIfNot() throws IOException {
    log();
    Listings listings = new Listings(directory);
    listings.next.add(List.of(name(FIRST), name(THIRD)));
    listings.next.add(List.of(name(SECOND), name(THIRD)));
    listings.next.add(List.of(name(THIRD)));
    assertThat(WalMaintenance.verify(listings).verdict()).isEqualTo(Verdict.CORRUPT);
    assertThat(listings.lists).isEqualTo(3);
    directory.delete(SECOND);
    listings.lists = 0;
    assertThat(WalMaintenance.verify(listings).verdict()).isEqualTo(Verdict.CORRUPT);
    assertThat(listings.lists).isEqualTo(2);
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
