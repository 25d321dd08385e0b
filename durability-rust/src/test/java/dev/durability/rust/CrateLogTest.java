package dev.durability.rust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the golden files do not have. */
class CrateLogTest {
  private static final byte[] ONE = {1};

  private final MemoryDirectory directory = new MemoryDirectory();

  private List<Long> ids(CrateReading reading) throws IOException {
    List<Long> ids = new ArrayList<>();
    CrateEnding unused = CrateLog.in(directory, reading).replay((id, payload) -> ids.add(id));
    return ids;
  }

  private CorruptLogException refused(CrateReading reading) {
    try {
      throw new AssertionError("read " + ids(reading));
    } catch (CorruptLogException e) {
      return e;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private CrateReport verify() throws IOException {
    return CrateLog.in(directory, CrateReading.bestEffort().acceptingNewerChecksums()).verify();
  }

  @Test
  void segmentsAreReadInTheOrderOfTheirNumbers() throws IOException {
    Crate.segment(3, 5, 9).frame(5).frame(6).in(directory, "wal_0009.log");
    Crate.segment(3, 7, 10).frame(7).in(directory, "wal_+10.log");
    Crate.segment(3, 8, 11).frame(8).in(directory, "wal_+0011.log");
    for (String ignored :
        List.of("wal_.log", "wal_+.log", "wal_-12.log", "wal_12.log.tmp", "wal_12", "x.log")) {
      Golden.put(directory, "wal/" + ignored, ONE);
    }
    Golden.put(directory, "wal/wal_18446744073709551616.log", ONE); // 2^64 is no u64.
    Golden.put(directory, "wal/wal_" + "9".repeat(30) + ".log", ONE);
    assertThat(ids(CrateReading.strict())).containsExactly(5L, 6L, 7L, 8L);
    assertThat(verify().verdict()).isEqualTo(CrateVerdict.CLEAN);
    assertThat(verify().firstEntryId()).isEqualTo(5);
  }

  @Test
  void gapsAreRefusedFrom066OnAndPassBefore() throws IOException {
    Crate.segment(2, 1, 1).frame(1).in(directory, "wal_1.log");
    Crate.segment(2, 2, 3).frame(2).in(directory, "wal_3.log");
    assertThat(refused(CrateReading.bestEffort())).hasMessageContaining("gap");
    assertThat(verify().verdict()).isEqualTo(CrateVerdict.CORRUPT);
    assertThat(ids(CrateReading.strict().as(CrateVersion.of("0.5.0")))).containsExactly(1L, 2L);
    Crate.segment(2, 4, 2).frame(4).in(directory, "wal_2.log");
    assertThat(refused(CrateReading.bestEffort()))
        .hasMessageContaining("WAL segment begins at entry 4 where 2 is due")
        .satisfies(e -> assertThat(e.firstLostId()).isEqualTo(2))
        .satisfies(e -> assertThat(e.lastLostId()).isEqualTo(3));
  }

  @Test
  void segment0AndOneThatIsThereTwiceAreRefused() throws IOException {
    Crate.segment(3, 1, 0).frame(1).in(directory, "wal_0.log");
    assertThat(refused(CrateReading.bestEffort())).hasMessageContaining("segment id 0");
    directory.delete("wal/wal_0.log");
    Crate.segment(3, 1, 7).frame(1).in(directory, "wal_7.log");
    Crate.segment(3, 1, 7).frame(1).in(directory, "wal_07.log");
    assertThat(refused(CrateReading.bestEffort()))
        .hasMessageContaining("duplicate WAL segment id 7, which is wal/wal_07.log too");
  }

  @Test
  void aRecycledSegmentThatKeptItsHeaderIsRefused() throws IOException {
    Crate.segment(3, 1, 1).frame(1).in(directory, "wal_1.log");
    Crate.segment(3, 1, 1).frame(1).in(directory, "wal_2.log");
    assertThat(refused(CrateReading.bestEffort())).hasMessageContaining("segment id mismatch");
    assertThat(verify().verdict()).isEqualTo(CrateVerdict.CORRUPT);
    assertThat(verify().entries()).isEqualTo(1);
  }

  @Test
  void otherVersionsAreNoDamage() throws IOException {
    for (int version : new int[] {0, 1, 4, -1}) {
      Crate.segment(version, 1, 1).in(directory, "wal_1.log");
      assertThatExceptionOfType(FormatException.class)
          .isThrownBy(() -> ids(CrateReading.bestEffort()))
          .withMessageContaining("WAL version mismatch (got " + Integer.toUnsignedString(version))
          .withMessageContaining("wal/wal_1.log at offset 4");
      assertThatExceptionOfType(FormatException.class).isThrownBy(this::verify);
    }
    Crate.segment(3, 1, 1).frame(1).in(directory, "wal_1.log");
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> ids(CrateReading.strict().as(CrateVersion.of("0.7.1"))))
        .withMessageContaining("expected 2)");
  }

  @Test
  void theNewerChecksumInAnOlderSegmentIsReadIfAsked() throws IOException {
    Crate.segment(2, 1, 1)
        .frame(2, 1, ONE)
        .frame(3, 2, ONE)
        .frame(3, 3, new byte[0])
        .in(directory, "wal_1.log");
    assertThat(refused(CrateReading.bestEffort())).hasMessageContaining("crc mismatch");
    assertThat(ids(CrateReading.strict().acceptingNewerChecksums())).containsExactly(1L, 2L, 3L);
    assertThat(verify().newerChecksums()).isEqualTo(2);
    assertThat(verify().verdict()).isEqualTo(CrateVerdict.CLEAN);
    // Never the other way round: that would be a weaker checksum.
    Crate.segment(3, 1, 1).frame(2, 1, ONE).in(directory, "wal_1.log");
    assertThat(refused(CrateReading.strict().acceptingNewerChecksums()))
        .hasMessageContaining("crc mismatch");
  }

  @Test
  void aLogMayHaveSegmentsOfBothVersions() throws IOException {
    Crate.segment(2, 1, 1).frame(1).in(directory, "wal_1.log");
    Crate.segment(3, 2, 2).frame(2).in(directory, "wal_2.log");
    assertThat(ids(CrateReading.strict())).containsExactly(1L, 2L);
  }

  @Test
  void zerosEndASegmentFrom073On() throws IOException {
    Crate.segment(3, 1, 1).frame(1).zeros(3).in(directory, "wal_1.log");
    Crate.segment(3, 2, 2).frame(2).zeros(4096).in(directory, "wal_2.log");
    assertThat(ids(CrateReading.strict())).containsExactly(1L, 2L);
    CrateReading before = CrateReading.strict().as(CrateVersion.of("0.7.2"));
    assertThat(refused(before)).hasMessageContaining("failed to fill whole buffer");
    directory.delete("wal/wal_1.log");
    assertThat(refused(before)).hasMessageContaining("WAL entry length < header");
    assertThat(ids(CrateReading.bestEffort().as(CrateVersion.of("0.7.2")))).containsExactly(2L);
  }

  @Test
  void aLengthOf0WithOtherBytesBehindItIsNoReservedRoom() throws IOException {
    Crate.segment(3, 1, 1).frame(1).zeros(100).raw(7).in(directory, "wal_1.log");
    assertThat(refused(CrateReading.strict())).hasMessageContaining("WAL entry length < header");
    assertThat(ids(CrateReading.bestEffort())).containsExactly(1L);
    CrateReport report = verify();
    assertThat(report.verdict()).isEqualTo(CrateVerdict.TORN);
    assertThat(report.leftOut()).hasSize(1);
    assertThat(report.leftOut().get(0).offset()).isEqualTo(40);
    assertThat(report.leftOut().get(0).bytes()).isEqualTo(101);
    // A whole entry behind it is no end that a crash leaves.
    Crate.segment(3, 1, 1).frame(1).zeros(100).frame(2, ONE).in(directory, "wal_1.log");
    assertThat(ids(CrateReading.bestEffort())).containsExactly(1L);
    assertThat(verify().verdict()).isEqualTo(CrateVerdict.CORRUPT);
    assertThat(verify().reason()).contains("a whole entry follows at offset 140");
  }

  @Test
  void aBadLastEntryIsAmbiguousAndABadOneInTheMiddleIsNot() throws IOException {
    byte[] last = Crate.segment(3, 1, 1).frame(1, ONE).frame(2, ONE).bytes();
    last[last.length - 1] ^= 1;
    Golden.put(directory, "wal/wal_1.log", last);
    CrateReport report = verify();
    assertThat(report.verdict()).isEqualTo(CrateVerdict.AMBIGUOUS);
    assertThat(report.lastEntryId()).isEqualTo(1);
    assertThat(report.checksum()).isNotNull();
    assertThat(report.leftOut().get(0))
        .isEqualTo(new LeftOut("wal/wal_1.log", 41, 17, report.reason()));
    byte[] middle = Crate.segment(3, 1, 1).frame(1, ONE).frame(2, ONE).frame(3, ONE).bytes();
    middle[57] ^= 1;
    Golden.put(directory, "wal/wal_1.log", middle);
    assertThat(verify().verdict()).isEqualTo(CrateVerdict.CORRUPT);
    assertThat(verify().lastEntryId()).isEqualTo(1);
  }

  @Test
  void damageToALengthInTheMiddleIsNotTakenForATornEnd() throws IOException {
    byte[] bytes = Crate.segment(2, 1, 1).frame(1, ONE).frame(2, ONE).frame(3, ONE).bytes();
    bytes[41 + 1] = 1; // The second frame now claims more than there is.
    Golden.put(directory, "wal/wal_1.log", bytes);
    // The crate drops entries 2 and 3 without a word.
    assertThat(ids(CrateReading.bestEffort())).containsExactly(1L);
    assertThat(verify().verdict()).isEqualTo(CrateVerdict.CORRUPT);
    assertThat(verify().leftOut().get(0).bytes()).isEqualTo(34);
  }

  @Test
  void anIdThatIsNotDueUnderARightChecksumIsNoTornWrite() throws IOException {
    Crate.segment(3, 1, 1).frame(1).frame(1).in(directory, "wal_1.log");
    assertThat(refused(CrateReading.bestEffort()))
        .hasMessageContaining("WAL entry id mismatch: entry 1 where 2 is due");
    assertThat(verify().verdict()).isEqualTo(CrateVerdict.CORRUPT);
    Crate.segment(3, 2, 1).frame(1).in(directory, "wal_1.log");
    assertThat(refused(CrateReading.bestEffort())).hasMessageContaining("entry 1 where 2 is due");
  }

  @Test
  void lengthsOutOfRangeAreRefusedWithoutMemory() throws IOException {
    for (int length : new int[] {1, 15, CrateFormat.FRAME_BYTES_MAX + 1, Integer.MAX_VALUE, -1}) {
      byte[] frame = new byte[16];
      ByteBuffer.wrap(frame).putInt(Integer.reverseBytes(length));
      int[] raw = new int[16];
      for (int i = 0; i < raw.length; i++) {
        raw[i] = frame[i];
      }
      Crate.segment(3, 1, 1).frame(1).raw(raw).in(directory, "wal_1.log");
      assertThat(refused(CrateReading.bestEffort()))
          .as("length %s", length)
          .hasMessageContaining(length > 0 && length < 16 ? "< header" : "too large")
          .hasMessageContaining("offset 40");
      assertThat(verify().verdict()).isEqualTo(CrateVerdict.AMBIGUOUS);
    }
  }

  @Test
  void anEntryOf16MebibytesIsReadAndOneOfMoreIsNotWritten() throws IOException {
    byte[] largest = new byte[16 << 20];
    new Random(5).nextBytes(largest);
    try (CrateLogWriter log =
        CrateLogWriter.open(directory, CrateLogOptions.of(CrateVersion.NEWEST))) {
      assertThat(log.append(largest)).isEqualTo(1);
      assertThat(log.append(ONE)).isEqualTo(2);
      assertThatIllegalArgumentException().isThrownBy(() -> log.append(new byte[(16 << 20) + 1]));
      assertThat(log.append(ONE)).isEqualTo(3);
      assertThat(log.segments()).hasSize(2);
    }
    CrateEnding unused =
        CrateLog.in(directory, CrateReading.strict())
            .replay((id, payload) -> assertThat(payload).isEqualTo(id == 1 ? largest : ONE));
    assertThat(verify().entries()).isEqualTo(3);
  }

  @Test
  void idsGoUpToTheLastUnsignedOneAndNotAroundIt() throws IOException {
    Crate.segment(3, Long.MAX_VALUE, 1)
        .frame(Long.MAX_VALUE)
        .frame(Long.MIN_VALUE)
        .in(directory, "wal_1.log");
    assertThat(ids(CrateReading.strict())).containsExactly(Long.MAX_VALUE, Long.MIN_VALUE);
    Crate.segment(3, -2, 1).frame(-2).frame(-1).in(directory, "wal_1.log");
    assertThat(ids(CrateReading.strict())).containsExactly(-2L, -1L);
    assertThat(verify().lastEntryId()).isEqualTo(-1);
    Crate.segment(3, -2, 1).frame(-2).frame(-1).frame(0).in(directory, "wal_1.log");
    assertThat(refused(CrateReading.bestEffort()))
        .hasMessageContaining("entry 0 where none is due");
    Crate.segment(3, -2, 1).frame(-2).in(directory, "wal_1.log");
    try (CrateLogWriter log =
        CrateLogWriter.open(directory, CrateLogOptions.of(CrateVersion.NEWEST))) {
      assertThat(log.lastAppendedId()).isEqualTo(-2);
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> log.append(ONE))
          .withMessageContaining("used up");
    }
    assertThat(ids(CrateReading.strict())).containsExactly(-2L);
  }

  @Test
  void readingUpToAnEntryStopsBeforeItsSuccessorIsChecked() throws IOException {
    byte[] bytes = Crate.segment(3, 1, 1).frame(1, ONE).frame(2, ONE).bytes();
    bytes[bytes.length - 1] ^= 1;
    Golden.put(directory, "wal/wal_1.log", bytes);
    List<Long> ids = new ArrayList<>();
    CrateEnding ending =
        CrateLog.in(directory, CrateReading.strict()).replay(1, (id, payload) -> ids.add(id));
    assertThat(ending.kind()).isEqualTo(CrateEnding.Kind.LIMIT);
    assertThat(ids).containsExactly(1L);
  }

  @Test
  void aHeaderWithoutEntriesSaysWhereTheLogGoesOn() throws IOException {
    Crate.segment(3, 51, 4).in(directory, "wal_4.log");
    CrateReport report = verify();
    assertThat(report.verdict()).isEqualTo(CrateVerdict.CLEAN);
    assertThat(report.firstEntryId()).isEqualTo(51);
    assertThat(report.lastEntryId()).isEqualTo(50);
    try (CrateLogWriter log =
        CrateLogWriter.open(directory, CrateLogOptions.of(CrateVersion.NEWEST))) {
      assertThat(log.append(ONE)).isEqualTo(51);
    }
    assertThat(ids(CrateReading.strict())).containsExactly(51L);
  }

  @Test
  void aMissingOrEmptyDirectoryIsAnEmptyLog() throws IOException {
    assertThat(ids(CrateReading.strict())).isEmpty();
    assertThat(CrateLog.isIn(directory)).isFalse();
    assertThat(verify().verdict()).isEqualTo(CrateVerdict.CLEAN);
    assertThat(verify().firstEntryId()).isEqualTo(1);
    Golden.put(directory, "wal/00000000000000000001-00000000000000000001.wal", new byte[64]);
    assertThat(CrateLog.isIn(directory)).isFalse();
    Golden.put(directory, "wal/wal_1.log", new byte[64]);
    assertThat(CrateLog.isIn(directory)).isFalse();
    Golden.put(directory, "wal/wal_1.log");
    assertThat(CrateLog.isIn(directory)).isTrue();
    assertThat(verify().verdict()).isEqualTo(CrateVerdict.CLEAN);
  }

  @Test
  void versionsOfTheCrateAreFoundByTheirNumbers() {
    assertThat(CrateVersion.of("0.5.0")).isEqualTo(CrateVersion.V0_2_0);
    assertThat(CrateVersion.of("0.6.8")).isEqualTo(CrateVersion.V0_6_6);
    assertThat(CrateVersion.of("0.7.1")).isEqualTo(CrateVersion.V0_6_9);
    assertThat(CrateVersion.of("0.7.2")).isEqualTo(CrateVersion.V0_7_2);
    assertThat(CrateVersion.of("0.8")).isEqualTo(CrateVersion.NEWEST);
    for (String refused : List.of("0.1.9", "0.9.0", "1.0.0", "7", "", "0.7.x", "99999.0.0")) {
      assertThatIllegalArgumentException().isThrownBy(() -> CrateVersion.of(refused));
    }
  }
}
