package dev.durability.salvage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.frame.FileHeader;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.LogBuilder;
import dev.durability.wal.Logs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes are put into a segment, or taken out: the frames after them stand whole, elsewhere. */
class ShiftedFramesSalvageTest {
  private static final int ENTRIES = 40;
  private static final String PATH = "wal/%020d-%020d.wal".formatted(1, 1);

  private final MemoryDirectory directory = new MemoryDirectory();

  /** Entries of 20 characters: frames of 40 bytes, with 4 of padding. */
  private byte[] log() throws IOException {
    LogBuilder log = new LogBuilder(directory).segment(1);
    for (int id = 1; id <= ENTRIES; id++) {
      log.entry(entry(id));
    }
    log.end(ENTRIES).write();
    return Logs.bytes(directory, PATH);
  }

  private static String entry(int id) {
    return "the entry with no %02d".formatted(id);
  }

  private static int frame(int id) {
    return FileHeader.BYTES + 40 * (id - 1);
  }

  private static byte[] with(byte[] bytes, int at, byte... added) {
    return ByteBuffer.allocate(bytes.length + added.length)
        .put(bytes, 0, at)
        .put(added)
        .put(bytes, at, bytes.length - at)
        .array();
  }

  private static byte[] without(byte[] bytes, int at, int count) {
    return ByteBuffer.allocate(bytes.length - count)
        .put(bytes, 0, at)
        .put(bytes, at + count, bytes.length - at - count)
        .array();
  }

  private Found found(byte[] segment) throws IOException {
    LogBuilder.put(directory, PATH, ByteBuffer.wrap(segment));
    return Found.in(directory);
  }

  private static void allBut(Found found, Integer... damaged) throws IOException {
    List<Integer> lost = List.of(damaged);
    assertThat(found.entries().keySet())
        .containsExactlyElementsOf(
            LongStream.rangeClosed(1, ENTRIES)
                .filter(id -> !lost.contains((int) id))
                .boxed()
                .toList());
    found.entries().forEach((id, text) -> assertThat(text).isEqualTo(entry(id.intValue())));
    assertThat(found.gaps()).isEqualTo(lost.stream().map(id -> id + "-" + id + " LOST").toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 9, 100})
  void bytesThatArePutInCostTheEntryThatTheyAreIn(int count) throws IOException {
    byte[] whole = log();
    allBut(found(with(whole, frame(9) + 20, new byte[count])), 9);
    allBut(found(with(whole, frame(9), new byte[count]))); // Between two frames: none.
    allBut(found(with(whole, frame(9) - 2, new byte[count]))); // In the padding: none.
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void bytesThatAreTakenOutCostTheEntryThatTheyWereIn(int count) throws IOException {
    byte[] whole = log();
    allBut(found(without(whole, frame(9) + 20, count)), 9);
    allBut(found(without(whole, frame(9) + 2, count)), 9); // The head.
  }

  @Test
  void paddingThatIsTakenOutCostsNothing() throws IOException {
    byte[] whole = log();
    allBut(found(without(whole, frame(9) - 4, 4)));
    allBut(found(without(without(whole, frame(30) - 1, 1), frame(9) - 3, 3)));
  }

  @Test
  void bytesAtSeveralPlacesCostTheEntriesThatTheyAreIn() throws IOException {
    byte[] several = log();
    several = with(several, frame(33) + 21, (byte) 13);
    several = without(several, frame(30) + 18, 3);
    several = with(several, frame(21) + 30, new byte[7]);
    several = with(several, frame(18) + 30, (byte) 1, (byte) 2);
    several[frame(12) + 25] ^= 4;
    several = with(several, frame(4) + 17, (byte) 13);
    allBut(found(several), 4, 12, 18, 21, 30, 33);
  }

  @Test
  void aTextConversionCostsTheEntriesThatHaveLineFeeds() throws IOException {
    LogBuilder log = new LogBuilder(directory).segment(1);
    for (int id = 1; id <= 200; id++) {
      log.entry(id % 25 == 3 ? "one\ntwo " + id : "no line ends here: " + id);
    }
    log.end(200).write();
    String whole = new String(Logs.bytes(directory, PATH), StandardCharsets.ISO_8859_1);
    byte[] header = whole.substring(0, FileHeader.BYTES).getBytes(StandardCharsets.ISO_8859_1);
    byte[] frames =
        whole
            .substring(FileHeader.BYTES)
            .replace("\n", "\r\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    Found found = found(with(frames, 0, header));
    // A checksum or an id can have the byte of a line feed, too: those of entry 10 do.
    assertThat(found.entries()).hasSizeBetween(180, 192).doesNotContainKeys(3L, 28L, 178L);
    found.entries().forEach((id, text) -> assertThat(text).endsWith(" " + id));
    List<Long> told = new ArrayList<>(found.entries().keySet());
    LongStream.rangeClosed(1, 200).filter(found::tells).forEach(told::add);
    assertThat(told).doesNotHaveDuplicates().hasSize(200);
  }

  @Test
  void randomBytesBesideThemHideNothing() throws IOException {
    byte[] garbage = new byte[3000];
    new Random(5).nextBytes(garbage);
    byte[] bytes = with(log(), frame(20) + 18, garbage);
    allBut(found(with(bytes, frame(10) + 18, (byte) 13)), 10, 20);
  }

  @Test
  void aDamagedHeaderWithBytesMoreIsNoObstacle() throws IOException {
    byte[] bytes = with(log(), 10, (byte) 13);
    allBut(found(bytes));
    allBut(found(with(bytes, frame(30) + 19, (byte) 13)), 30);
  }

  @Test
  void aFrameThatComesAgainAtAnotherOffsetIsTakenOnce() throws IOException {
    byte[] whole = log();
    byte[] again = Arrays.copyOfRange(whole, frame(5), frame(9));
    allBut(found(with(with(whole, frame(11), again), frame(11), (byte) 7)));
    allBut(found(with(whole, frame(11) + 18, again)), 11);
  }

  @Test
  void whereverAByteIsPutInOneEntryIsLostAtMost() throws IOException {
    byte[] whole = log();
    for (int at = frame(3); at < frame(5); at++) {
      Found found = found(with(whole, at, (byte) 13));
      assertThat(found.entries().size()).as("at %d", at).isGreaterThan(ENTRIES - 2);
    }
  }
}
