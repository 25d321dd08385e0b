package dev.durability.recordlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.storage.MemoryDirectory;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Damage to the file of a record log: what is cut, what is refused, and what is said about it. */
class RecordLogDamageTest extends RecordLogFixture {
  @Test
  void cutAtAnyByteGivesAPrefixThatHoldsWhatTheFileStillPromisesAndGoesOn() throws Exception {
    byte[] whole = crashed("one", "", "three", "four".repeat(50), "five");
    List<String> records = List.of("one", "", "three", "four".repeat(50), "five");
    assertThat(read()).isEqualTo(records);
    for (int size = 64; size <= whole.length; size++) {
      MemoryDirectory copy = new MemoryDirectory();
      put(copy, Arrays.copyOf(whole, size));
      List<String> found = RecordLogReader.of(copy, PATH, codec).list();
      assertThat(found).as("size %d", size).isEqualTo(records.subList(0, found.size()));
      try (var writer = RecordLogWriter.open(copy, PATH, codec)) {
        assertThat(writer.append("more")).isEqualTo(found.size() + 1);
      }
      List<String> expected = new ArrayList<>(found);
      expected.add("more");
      assertThat(RecordLogReader.of(copy, PATH, codec).strict().list())
          .as("size %d", size)
          .isEqualTo(expected);
    }
    for (int size = 0; size < 64; size++) {
      MemoryDirectory copy = new MemoryDirectory();
      put(copy, Arrays.copyOf(whole, size));
      assertThatThrownBy(() -> RecordLogReader.of(copy, PATH, codec).list())
          .isInstanceOf(CorruptLogException.class);
      assertThatThrownBy(() -> RecordLogWriter.open(copy, PATH, codec))
          .isInstanceOf(CorruptLogException.class);
    }
  }

  @Tag("slow")
  @Test
  void everyFlippedBitIsRefusedOrLeavesAPrefixAndNeverShowsARecordThatWasNotWritten()
      throws Exception {
    List<String> records = List.of("one", "two", "three");
    byte[] whole = crashed("one", "two", "three");
    int refused = 0;
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] bad = whole.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      put(disk, bad);
      try {
        List<String> found = read();
        assertThat(found).as("bit %d", bit).isEqualTo(records.subList(0, found.size()));
        assertThat(found.size())
            .as("bit %d: two are promised by a mark", bit)
            .isGreaterThanOrEqualTo(bit / 8 < markOffset(whole, 2) ? 2 : 0);
        open().close();
        assertThat(readStrictly()).as("bit %d", bit).isEqualTo(found);
      } catch (CorruptLogException e) {
        refused++;
        assertThat(e.file()).isEqualTo(PATH);
        assertThat(bytes(PATH)).as("bit %d: nothing was changed", bit).isEqualTo(bad);
        assertThatThrownBy(this::open).isInstanceOf(CorruptLogException.class);
        assertThat(bytes(PATH)).as("bit %d: nothing was changed", bit).isEqualTo(bad);
      }
    }
    assertThat(refused)
        .as("header, and the records that marks promise")
        .isGreaterThan(64 * 8 + 2 * 19 * 8);
  }

  @Test
  void damageToAPromisedRecordNamesFileOffsetAndIds() throws Exception {
    byte[] whole = crashed("one", "two", "three");
    whole[64 + 16] ^= 1;
    put(disk, whole);
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            CorruptLogException.class,
            e -> {
              assertThat(e.file()).isEqualTo(PATH);
              assertThat(e.offset()).isEqualTo(64);
              assertThat(e.firstLostId()).isEqualTo(1);
              assertThat(e.lastLostId()).isEqualTo(2);
            });
    assertThatThrownBy(this::read).isInstanceOf(CorruptLogException.class);
    try (Stream<String> stream = RecordLogReader.of(disk, PATH, codec).stream()) {
      assertThatThrownBy(stream::toList).isInstanceOf(UncheckedIOException.class);
    }
    lockIsFree();
  }

  @Test
  void whatIsCutIsKeptAndStrictReadingRefusesIt() throws Exception {
    byte[] whole = crashed("one", "two");
    byte[] garbage = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0};
    byte[] torn = Arrays.copyOf(whole, whole.length + 12);
    System.arraycopy(garbage, 0, torn, whole.length, 12);
    put(disk, torn);
    assertThat(read()).containsExactly("one", "two");
    assertThatThrownBy(this::readStrictly)
        .isInstanceOf(DurabilityException.class)
        .hasMessageContaining("TORN");
    open().close();
    String kept = "logs/quarantine/a.rlog@" + whole.length + "-1";
    assertThat(bytes(kept)).isEqualTo(Arrays.copyOf(garbage, 9));
    assertThat(readStrictly()).containsExactly("one", "two");
    put(disk, torn);
    open().close();
    assertThat(disk.list("logs/quarantine")).hasSize(1);
  }

  @Test
  void frameBehindTheBreakIsAmbiguousAndCutToo() throws Exception {
    byte[] whole = crashed("one", "two", "three");
    int mark = markOffset(whole, 2);
    byte[] bad = Arrays.copyOf(whole, mark + 32);
    // Record 2 and the marks go, record 3 stays: its block came first.
    int first = 64 + 24;
    Arrays.fill(bad, first, bad.length, (byte) 0);
    byte[] last = Arrays.copyOfRange(whole, mark + 32, whole.length);
    byte[] ambiguous = Arrays.copyOf(bad, bad.length + last.length);
    System.arraycopy(last, 0, ambiguous, bad.length, last.length);
    put(disk, ambiguous);
    assertThatThrownBy(this::readStrictly).hasMessageContaining("AMBIGUOUS");
    open().close();
    assertThat(readStrictly()).containsExactly("one");
    assertThat(disk.list("logs/quarantine")).containsExactly("a.rlog@88-1");
  }

  @Test
  void headerOfASegmentIsDamageOfARecordLog() throws Exception {
    for (long[] each : new long[][] {{1, 1}, {0, 2}}) {
      FileHeader header =
          new FileHeader(FileType.RECORD_LOG, new UUID(1, 2), each[0], each[1], 1, 0, 7);
      ByteBuffer encoded = header.encode();
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      put(disk, bytes);
      assertThatThrownBy(this::read)
          .isInstanceOf(CorruptLogException.class)
          .hasMessageContaining("segment " + each[0])
          .hasMessageContaining("first id " + each[1]);
      assertThatThrownBy(this::open).isInstanceOf(CorruptLogException.class);
      assertThat(bytes(PATH)).isEqualTo(bytes);
      lockIsFree();
    }
  }

  @Test
  void exactlyOneEndingFitsEachCase() {
    assertThat(Ending.of(3, 3, false, 0)).isEqualTo(Ending.CLEAN);
    assertThat(Ending.of(3, 2, true, 0)).isEqualTo(Ending.TORN);
    assertThat(Ending.of(3, 3, true, 1)).isEqualTo(Ending.AMBIGUOUS);
    assertThat(Ending.of(2, 3, false, 0)).isEqualTo(Ending.CORRUPT);
    assertThat(Ending.of(2, 3, true, 1)).isEqualTo(Ending.CORRUPT);
  }
}
