package dev.durability.salvage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.FormatException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameKind;
import dev.durability.log.LogReport;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.wal.LogBuilder;
import dev.durability.wal.Logs;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** One damage at a time: what comes out, and what is told. */
class SalvageTest {
  private static final String FIRST = path(1, 1);

  private final MemoryDirectory directory = new MemoryDirectory();

  private static String path(long number, long firstId) {
    return "wal/%020d-%020d.wal".formatted(number, firstId);
  }

  private LogBuilder log() throws IOException {
    return new LogBuilder(directory);
  }

  /** Three segments with the entries 1 to 4, 5 to 8 and 9 to 12, closed. */
  private void threeSegments() throws IOException {
    LogBuilder log = log();
    for (int number = 1; number <= 3; number++) {
      log.segment(number).entries(4).end(log.nextId() - 1).write();
    }
  }

  private void change(String path, int from, int count) throws IOException {
    byte[] bytes = Logs.bytes(directory, path);
    for (int i = from; i < from + count; i++) {
      bytes[i] ^= 0x55;
    }
    LogBuilder.put(directory, path, ByteBuffer.wrap(bytes));
  }

  @Test
  void whatIsWholeComesOutWhole() throws IOException {
    threeSegments();
    Found found = Found.in(directory);
    assertThat(found.ranges()).containsExactly("1-12");
    assertThat(found.entries()).hasSize(12).containsEntry(7L, "e7");
    assertThat(found.missing).isEmpty();
    assertThat(found.leftOut).isEmpty();
    assertThat(found.stretches.get(0).doubt()).isNull();
    assertThat(found.stretches.get(0).payloadBytes()).isEqualTo(9 * 2 + 3 * 3);
  }

  @Test
  void aDamagedEntryIsToldWithItsPlaceAndItsChecksum() throws IOException {
    LogBuilder log = log().segment(1).entries(2);
    int from = log.offset();
    log.entry("three");
    int to = log.offset();
    log.entries(2).end(5).flip(from + 17).write();
    Found found = Found.in(directory);
    assertThat(found.ranges()).containsExactly("1-2", "4-5");
    assertThat(found.gaps()).containsExactly("3-3 LOST");
    MissingEntries gap = found.missing.get(0);
    assertThat(gap.after()).hasToString("Position[file=%s, offset=%d]".formatted(FIRST, from));
    assertThat(gap.before()).hasToString("Position[file=%s, offset=%d]".formatted(FIRST, to));
    assertThat(gap.evidence())
        .contains("the frame's checksum is ", "but that of its bytes is ")
        .contains(FIRST + " at offset " + (to + 48) + " promises them");
  }

  @Test
  void aDamagedMarkIsNoLoss() throws IOException {
    LogBuilder log = log().segment(1).entries(2);
    int mark = log.offset();
    log.mark(2).entries(2).end(4).flip(mark + 17).write();
    Found found = Found.in(directory);
    assertThat(found.ranges()).containsExactly("1-4");
    assertThat(found.missing).isEmpty();
  }

  @Test
  void aDamagedLengthLosesOneEntry() throws IOException {
    LogBuilder log = log().segment(1).entries(2);
    int damaged = log.offset();
    log.entries(6).end(8).flip(damaged + 4).write();
    assertThat(Found.in(directory).gaps()).containsExactly("3-3 LOST");
  }

  @Test
  void theNextSegmentTellsTheSaltOfADamagedHeader() throws IOException {
    threeSegments();
    change(path(2, 5), 0, FileHeader.BYTES + 20); // With the first entry: nothing else tells.
    Found found = Found.in(directory);
    assertThat(found.ranges()).containsExactly("1-4", "6-12");
    assertThat(found.gaps()).containsExactly("5-5 LOST");
  }

  @Test
  void framesAgreeOnTheSaltOfADamagedHeader() throws IOException {
    threeSegments();
    change(path(3, 9), 0, FileHeader.BYTES);
    Found found = Found.in(directory);
    assertThat(found.ranges()).containsExactly("1-12");
    assertThat(found.missing).isEmpty();
  }

  @Test
  void aLogWithoutItsFirstSectorKeepsTheRest() throws IOException {
    LogBuilder log = log().segment(1);
    for (int i = 1; i <= 100; i++) {
      log.entry("entry number " + i);
    }
    log.end(100).write();
    change(FIRST, 0, 512);
    Found found = Found.in(directory);
    // Each frame has 32 bytes, and 14 of them begin in the first sector.
    assertThat(found.ranges()).containsExactly("15-100");
    assertThat(found.gaps()).containsExactly("1-14 LOST");
  }

  @Test
  void anEmptySegmentWithADamagedHeaderHeldNothing() throws IOException {
    LogBuilder log = log().segment(1).entries(2).end(2).write();
    log.segment(2).end(2).write();
    change(path(2, 3), 0, FileHeader.BYTES);
    Found found = Found.in(directory);
    assertThat(found.ranges()).containsExactly("1-2");
    assertThat(found.missing).isEmpty();
  }

  @Test
  void ofALastSegmentThatProvesNothingTheEndIsUnknown() throws IOException {
    LogBuilder log = log().segment(1).entries(2).end(2).write();
    log.segment(2).entries(1).write();
    change(path(2, 3), 0, FileHeader.BYTES);
    Found found = Found.in(directory);
    assertThat(found.ranges()).containsExactly("1-2");
    assertThat(found.gaps()).containsExactly("3-" + (Long.MAX_VALUE - 1) + " LOST");
    assertThat(found.missing.get(0).evidence())
        .contains("its header is damaged", "how many there were is not known");
  }

  @Test
  void aSegmentOfAnotherLogInAPayloadIsNotTakenForThisOne() throws IOException {
    MemoryDirectory other = new MemoryDirectory();
    byte[] inside = new LogBuilder(other).segment(new UUID(5, 5), 1, 1, 0, 4711).entries(9).bytes();
    LogBuilder log = log().segment(1);
    log.frame(FrameKind.ENTRY, 1, Arrays.copyOfRange(inside, 64, inside.length));
    for (int i = 2; i <= 40; i++) {
      log.frame(FrameKind.ENTRY, i, "own".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    log.write();
    change(FIRST, 0, FileHeader.BYTES + 16);
    Found found = Found.in(directory);
    assertThat(found.ranges()).containsExactly("2-40");
    assertThat(found.entries().values()).containsOnly("own");
  }

  @Test
  void aFrameInThePayloadOfADamagedEntryIsNotTakenForOne() throws IOException {
    byte[] inside = new LogBuilder(new MemoryDirectory()).segment(1).entry("inside").bytes();
    LogBuilder log = log().segment(1);
    log.frame(FrameKind.ENTRY, 1, Arrays.copyOfRange(inside, 64, inside.length));
    log.frame(FrameKind.ENTRY, 2, new byte[] {'t', 'w', 'o'});
    log.flip(64).write(); // The checksum of the first.
    Found found = Found.in(directory);
    assertThat(found.entries()).containsOnlyKeys(2L).containsValue("two");
  }

  @Test
  void aMissingSegmentIsToldAndThatItMayHaveCutOffTheEnd() throws IOException {
    threeSegments();
    directory.delete(path(2, 5));
    Found found = Found.in(directory);
    assertThat(found.ranges()).containsExactly("1-4", "9-12");
    assertThat(found.gaps()).containsExactly("5-8 LOST");
    assertThat(found.missing.get(0).evidence()).contains("segment 2 is missing");
    assertThat(found.stretches.get(0).doubt()).contains("segment 2 is missing", "cut off");
    assertThat(found.stretches.get(1).doubt()).isNull();
  }

  @Test
  void aMissingFirstSegmentIsTold() throws IOException {
    threeSegments();
    directory.delete(FIRST);
    Found found = Found.in(directory);
    assertThat(found.gaps()).containsExactly("1-4 LOST");
    assertThat(found.missing.get(0).after()).isNull();
    assertThat(WalMaintenance.firstEntryId(found.logs.get(0))).isEqualTo(5);
  }

  @Test
  void whatTheOwnerCutOffStaysCutOffAlsoIfTheHeaderIsDamagedThatSaysSo() throws IOException {
    LogBuilder log = log().segment(1).entries(8).end(8).write();
    int salt = LogBuilder.saltOf(1);
    log.segment(FileHeader.REWINDS, LogBuilder.LOG_ID, 2, 5, salt, LogBuilder.saltOf(2));
    log.entry("other5").entry("other6").end(6).write();
    for (int damaged = 0; damaged <= FileHeader.BYTES; damaged += FileHeader.BYTES) {
      change(path(2, 5), 0, damaged);
      assertThat(Found.in(directory).entries().values())
          .containsExactly("e1", "e2", "e3", "e4", "other5", "other6");
    }
    change(path(2, 5), FileHeader.BYTES, 64); // Nothing of it is left.
    Found found = Found.in(directory);
    assertThat(found.entries()).containsOnlyKeys(1L, 2L, 3L, 4L);
    assertThat(found.missing.get(0).firstEntryId()).isEqualTo(5);
  }

  @Test
  void aTornEndIsNoLossAndIsTold() throws IOException {
    LogBuilder log = log().segment(1).entries(3).mark(2);
    LogReport.Position end = new LogReport.Position(FIRST, log.offset());
    log.part("half").raw(new byte[] {1, 2, 3, 4, 5, 6, 7}).write();
    Found found = Found.in(directory);
    assertThat(found.ranges()).containsExactly("1-3");
    assertThat(found.missing).isEmpty();
    assertThat(found.remains).containsExactly(new EndRemains(end, 3, 24 + 7, false));
  }

  @Test
  void aTornEndIsToldBesideOtherDamageAndSoAreBytesAfterTheEnd() throws IOException {
    LogBuilder log = log().segment(1).entries(4).end(4).write();
    log.segment(2).entries(2);
    int end = log.offset();
    log.raw(new byte[] {1, 0, 0, 0}).write();
    change(FIRST, FileHeader.BYTES + 16, 1);
    Found found = Found.in(directory);
    LogReport.Position at = new LogReport.Position(path(2, 5), end);
    assertThat(found.gaps()).containsExactly("1-1 LOST");
    assertThat(found.remains).containsExactly(new EndRemains(at, 6, 1, false));
    log().segment(1).entries(1).end(1).raw(new byte[] {7, 7}).write();
    directory.delete(path(2, 5));
    assertThat(Found.in(directory).remains).extracting(EndRemains::isEnded).containsExactly(true);
  }

  @Test
  void aLookHandsOverWhatASalvageWrites() throws IOException {
    log().segment(1).schema("a/b", "x").entries(5).end(5).flip(64 + 24 + 24 + 16).write();
    Found found = new Found();
    Salvage.of(directory, found).look();
    assertThat(found.logs).isEmpty();
    assertThat(found.shown).hasSize(4).containsExactlyEntriesOf(Found.in(directory).entries());
  }

  @Test
  void whatNothingPromisedIsNoLossAndWhatFollowsComesOut() throws IOException {
    LogBuilder log = log().segment(1).entries(2).mark(2);
    int third = log.offset();
    log.entries(3).flip(third + 16).write();
    Found found = Found.in(directory);
    assertThat(found.ranges()).containsExactly("1-2", "4-5");
    assertThat(found.gaps()).containsExactly("3-3 UNPROMISED");
  }

  @Test
  void whatIsPromisedAndDamagedAtTheEndIsLost() throws IOException {
    LogBuilder log = log().segment(1).entries(2);
    int third = log.offset();
    log.entries(2).mark(4).flip(third + 16).flip(third + 40).write();
    Found found = Found.in(directory);
    assertThat(found.ranges()).containsExactly("1-2");
    assertThat(found.gaps()).containsExactly("3-4 LOST");
    assertThat(found.remains).isEmpty(); // The loss has the same place.
  }

  @Test
  void ofABatchThatDamageBrokeTheOthersComeOutAndAWholeOneStaysABatch() throws IOException {
    LogBuilder log = log().segment(1).part("a").part("b").entry("c").part("d");
    int damaged = log.offset();
    log.part("e").entry("f").end(6).flip(damaged + 16).write();
    Found found = Found.in(directory);
    assertThat(found.ranges()).containsExactly("1-4", "6-6");
    byte[] written = Logs.bytes(found.logs.get(0), FIRST);
    assertThat(Spoiled.frames(written))
        .extracting(Spoiled.Frame::kind)
        .containsExactly(2, 2, 1, 1, 5);
  }

  @Test
  void schemasTravelWithTheEntries() throws IOException {
    LogBuilder log = log().segment(1).schema("a/b", "x").entries(2).end(2).write();
    log.segment(2).schema("a/b", "x").entries(2).end(4).write();
    log.segment(3).schema("a/b", "y").entries(1).end(5).write();
    assertThat(WalMaintenance.schemas(Found.in(directory).logs.get(0)))
        .extracting(range -> range.firstEntryId() + range.schema().orElseThrow().toString())
        .hasSize(2);
    // The schema of the second segment is damaged: that of the first one holds on.
    change(path(2, 3), FileHeader.BYTES + 16, 3);
    Found found = Found.in(directory);
    assertThat(found.ranges()).containsExactly("1-5");
    assertThat(WalMaintenance.schemas(found.logs.get(0)))
        .extracting(range -> range.schema().orElseThrow().mediaType())
        .containsOnly("a/b");
  }

  @Test
  void checkpointsGoWithTheEntriesThatTheyFit() throws IOException {
    LogBuilder log = log().segment(LogBuilder.LOG_ID, 3, 5, 9, 10).checkpoint(4, "").entries(4);
    log.end(8).write();
    String path = "checkpoints/%020d.ckpt".formatted(6);
    log.checkpointFile(path, LogBuilder.LOG_ID, 6);
    Found found = Found.in(directory);
    assertThat(found.gaps()).containsExactly("1-4 COVERED");
    assertThat(found.ranges()).containsExactly("5-8");
    assertThat(found.stretches.get(0).checkpoints()).containsExactly(6L);
    assertThat(WalMaintenance.verify(found.logs.get(0)).covered()).isEqualTo(6);
    change(path, 70, 1);
    assertThat(Found.in(directory).leftOut).containsOnlyKeys(path);
  }

  @Test
  void ofALogWithoutSegmentsTheNewestCheckpointIsLeft() throws IOException {
    LogBuilder log = log().segment(1);
    for (long last : new long[] {6, 9}) {
      log.checkpointFile("checkpoints/%020d.ckpt".formatted(last), LogBuilder.LOG_ID, last);
    }
    Found found = Found.in(directory);
    assertThat(found.gaps()).containsExactly("1-9 COVERED");
    assertThat(found.ranges()).containsExactly("10-9");
    assertThat(WalMaintenance.verify(found.logs.get(0)).covered()).isEqualTo(9);
  }

  @Test
  void allStretchesCanGoToOneLogWithNewIds() throws IOException {
    threeSegments();
    directory.delete(path(2, 5));
    Found found = new Found();
    Salvage.of(directory, found).renumbered().run();
    assertThat(found.logs).hasSize(1);
    assertThat(found.entries().values())
        .containsExactly("e1", "e2", "e3", "e4", "e9", "e10", "e11", "e12");
    assertThat(found.entries()).containsKeys(1L, 8L);
    assertThat(found.stretches).extracting(SalvagedStretch::writtenFirstId).containsExactly(1L, 5L);
    assertThat(WalMaintenance.logId(found.logs.get(0))).isNotEqualTo(LogBuilder.LOG_ID);
  }

  @Test
  void whatOpeningsCutOffComesOutIfItIsAskedFor() throws IOException {
    LogBuilder log = log().segment(1).entries(2);
    int cut = log.offset();
    log.entries(2).part("half");
    byte[] all = log.bytes();
    byte[] end = Arrays.copyOfRange(all, cut, all.length);
    LogBuilder.put(directory, FIRST, ByteBuffer.wrap(Arrays.copyOf(all, cut)));
    String kept = "quarantine/" + FIRST.substring(4) + "@" + cut + "-1";
    LogBuilder.put(directory, kept, ByteBuffer.wrap(end));
    assertThat(Found.in(directory).ranges()).containsExactly("1-2");
    Found found = new Found();
    Salvage.of(directory, found).withQuarantine().run();
    assertThat(found.ranges()).containsExactly("1-2", "3-5");
    assertThat(found.stretches.get(1).source()).isEqualTo(kept);
    assertThat(found.entries()).containsEntry(4L, "e4").containsEntry(5L, "half");
    // Its segment is truncated by now: the frames agree.
    directory.delete(FIRST);
    new LogBuilder(directory).segment(LogBuilder.LOG_ID, 2, 3, 0, 9).entries(1).write();
    Found later = new Found();
    Salvage.of(directory, later).withQuarantine().run();
    assertThat(later.ranges()).containsExactly("3-3", "3-5");
  }

  @Test
  void filesOfOtherLogsAndVersionsAndCopiesAreLeftOut() throws IOException {
    threeSegments();
    new LogBuilder(directory).segment(new UUID(1, 2), 7, 2, 0, 1).entries(3).write();
    LogBuilder.put(directory, path(9, 90), ByteBuffer.wrap(Logs.bytes(directory, FIRST)));
    LogBuilder.put(directory, path(8, 80), otherVersion());
    Found found = Found.in(directory);
    assertThat(found.ranges()).containsExactly("1-12");
    assertThat(found.leftOut).containsOnlyKeys(path(7, 2), path(8, 80), path(9, 90));
    assertThat(found.leftOut.get(path(7, 2))).contains("it belongs to the log ");
    assertThat(found.leftOut.get(path(8, 80))).contains("format version 99");
    assertThat(found.leftOut.get(path(9, 90))).contains("it is the same segment as " + FIRST);
  }

  /** One file against one: the name of the other is not that of its header. */
  @Test
  void aFileOfAnotherLogOverTheNewestOneOfTwoIsNotTakenForTheLog() throws IOException {
    log().segment(1).entries(4).end(4).write();
    MemoryDirectory other = new MemoryDirectory();
    new LogBuilder(other).segment(new UUID(1, 2), 4, 40, 0, 1).entries(3).write();
    LogBuilder.put(directory, path(2, 5), ByteBuffer.wrap(Logs.bytes(other, path(4, 40))));
    Found found = Found.in(directory);
    assertThat(found.ranges()).containsExactly("1-4");
    assertThat(found.leftOut.get(path(2, 5)))
        .startsWith("it belongs to the log " + new UUID(1, 2) + ", and this log is ");
  }

  private ByteBuffer otherVersion() throws IOException {
    byte[] bytes = Logs.bytes(directory, FIRST);
    ByteBuffer other = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(4, 99);
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, 60);
    return other.putInt(60, (int) crc.getValue());
  }

  @Test
  void swappedFilesAreWhatTheirHeadersSay() throws IOException {
    threeSegments();
    byte[] first = Logs.bytes(directory, FIRST);
    LogBuilder.put(directory, FIRST, ByteBuffer.wrap(Logs.bytes(directory, path(3, 9))));
    LogBuilder.put(directory, path(3, 9), ByteBuffer.wrap(first));
    assertThat(Found.in(directory).ranges()).containsExactly("1-12");
  }

  @Test
  void segmentsThatDoNotContinueEachOtherAreNotPutTogether() throws IOException {
    LogBuilder log = log().segment(1).entries(4).end(4).write();
    log.segment(LogBuilder.LOG_ID, 2, 5, 4711, 3).entries(2).end(6).write();
    Found found = Found.in(directory);
    assertThat(found.ranges()).containsExactly("1-4", "5-6");
    assertThat(found.missing).isEmpty();
    assertThat(found.stretches.get(0).doubt()).contains("does not continue these entries");
  }

  @Test
  void withoutALogThereIsNothing() throws IOException {
    assertThatThrownBy(() -> Found.in(directory)).isInstanceOf(NoSuchFileException.class);
    threeSegments();
    for (long number : new long[] {1, 2, 3}) {
      LogBuilder.put(directory, path(number, number * 4 - 3), otherVersion());
    }
    assertThatThrownBy(() -> Found.in(directory)).isInstanceOf(FormatException.class);
  }

  @Test
  void aLogThatIsWrittenMeanwhileIsRefused() throws IOException {
    threeSegments();
    Directory written =
        new ForwardingDirectory(directory) {
          private int opened;

          @Override
          public ReadFile open(String path) throws IOException {
            if (++opened == 9) {
              LogBuilder.put(directory, path(4, 13), ByteBuffer.wrap(new byte[70]));
            }
            return super.open(path);
          }
        };
    assertThatThrownBy(() -> Found.in(written))
        .isInstanceOf(DurabilityException.class)
        .hasMessageContaining("a program writes to the log");
    assertThat(List.of(directory.exists(path(4, 13)))).containsExactly(true);
  }
}
