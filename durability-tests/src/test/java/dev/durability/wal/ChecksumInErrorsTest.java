package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.errors.ChecksumMismatch;
import dev.durability.errors.CorruptLogException;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Clock;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Errors say which checksum was expected and which one was found, as numbers. */
class ChecksumInErrorsTest {
  private static final int HEADER_BYTES = 64;
  private static final int SALT_OFFSET = 56;
  private static final int HEADER_CHECKSUM_OFFSET = 60;
  private static final int FRAME_OVERHEAD_BYTES = 16;

  private final MemoryDirectory directory = new MemoryDirectory();

  /** Each flipped bit of the checksum, the id and the payload of a frame that was promised. */
  @Test
  void damagedEntryOfALogCarriesItsChecksums() throws IOException {
    String path = log("one", "two", "three");
    byte[] whole = Logs.bytes(directory, path);
    int frame = HEADER_BYTES;
    int end = frame + FRAME_OVERHEAD_BYTES + length(whole, frame);
    for (int bit = 0; bit < (end - frame) * 8; bit++) {
      int at = frame + bit / 8;
      byte[] bad = whole.clone();
      bad[at] ^= (byte) (1 << bit % 8);
      put(path, bad);
      CorruptLogException opening = failure(() -> Logs.open(directory));
      CorruptLogException reading = failure(() -> Logs.entries(directory));
      if (at < frame + 4 || at >= frame + 8) {
        ChecksumMismatch expected = frameMismatch(bad, frame);
        assertThat(opening.checksum()).as("bit %d", bit).isEqualTo(expected);
        assertThat(reading.checksum()).as("bit %d", bit).isEqualTo(expected);
      } else if (frame + FRAME_OVERHEAD_BYTES + length(bad, frame) > bad.length) {
        assertThat(opening.checksum()).as("bit %d: no such frame", bit).isNull();
      }
    }
  }

  @Test
  void damagedEntryThatIsLargerThanTheWindowCarriesItsChecksums() throws IOException {
    String path = log("x".repeat(3 << 20), "two");
    byte[] bad = Logs.bytes(directory, path);
    bad[HEADER_BYTES + (2 << 20)] ^= 1;
    put(path, bad);

    assertThat(failure(() -> Logs.open(directory)).checksum())
        .isEqualTo(frameMismatch(bad, HEADER_BYTES));
  }

  @Test
  void damagedHeaderOfASegmentCarriesItsChecksums() throws IOException {
    String path = log("one");
    byte[] bad = Logs.bytes(directory, path);
    bad[20] ^= 1;
    put(path, bad);

    assertThat(failure(() -> Logs.open(directory)).checksum()).isEqualTo(headerMismatch(bad));
  }

  @Test
  void reportOfADamagedLogCarriesItsChecksums() throws IOException {
    String path = log("one", "two");
    assertThat(WalMaintenance.verify(directory).checksum()).as("nothing is damaged").isNull();
    byte[] whole = Logs.bytes(directory, path);
    for (int at : new int[] {HEADER_BYTES + FRAME_OVERHEAD_BYTES, 30}) {
      byte[] bad = whole.clone();
      bad[at] ^= 1;
      put(path, bad);
      LogReport report = WalMaintenance.verify(directory);
      assertThat(report.verdict()).isEqualTo(Verdict.CORRUPT);
      assertThat(report.checksum())
          .isEqualTo(at < HEADER_BYTES ? headerMismatch(bad) : frameMismatch(bad, HEADER_BYTES));
    }
    put(path, Arrays.copyOf(whole, HEADER_BYTES));
    assertThat(WalMaintenance.verify(directory).checksum()).as("bytes are missing").isNull();
  }

  @Test
  void damagedEntryThatIsReadByItsIdCarriesItsPlaceAndItsChecksums() throws IOException {
    try (WalWriter<String> log = threeSegments()) {
      String path = log.segments().get(0).file();
      byte[] bad = Logs.bytes(directory, path);
      int second = HEADER_BYTES + ((FRAME_OVERHEAD_BYTES + length(bad, HEADER_BYTES) + 7) & -8);
      bad[second + FRAME_OVERHEAD_BYTES] ^= 1;
      put(path, bad);
      CorruptLogException damage = failure(() -> log.read(2));
      assertThat(damage.offset()).isEqualTo(second);
      assertThat(damage.firstLostId()).isEqualTo(2);
      assertThat(damage.checksum()).isEqualTo(frameMismatch(bad, second));
      assertThat(log.read(1)).isNotNull();

      SegmentRange next = log.segments().get(1);
      bad = Logs.bytes(directory, next.file());
      bad[30] ^= 1;
      put(next.file(), bad);
      damage = failure(() -> log.read(next.firstEntryId() + 1));
      assertThat(damage.file()).isEqualTo(next.file());
      assertThat(damage.checksum()).isEqualTo(headerMismatch(bad));
    }
  }

  @Test
  void damagedHeaderThatACutIsToGoOnFromCarriesItsChecksums() throws IOException {
    WalWriter<String> log = threeSegments();
    String path = log.segments().get(0).file();
    byte[] bad = Logs.bytes(directory, path);
    bad[30] ^= 1;
    put(path, bad);
    Throwable refused = catchThrowable(() -> log.truncateAfter(1));
    while (refused != null && !(refused instanceof CorruptLogException)) {
      refused = refused.getCause();
    }
    assertThat(refused)
        .isInstanceOfSatisfying(
            CorruptLogException.class,
            damage -> {
              assertThat(damage.file()).isEqualTo(path);
              assertThat(damage.checksum()).isEqualTo(headerMismatch(bad));
            });
    assertThat(catchThrowable(log::close)).as("the cut is not made").isNotNull();
  }

  /** An open log with entries in three segments. */
  private WalWriter<String> threeSegments() throws IOException {
    WalWriter<String> log = Logs.open(directory);
    while (log.segments().size() < 3) {
      long unused = log.append("x".repeat(400));
    }
    log.sync();
    return log;
  }

  @Test
  void whereBytesAreMissingThereIsNoChecksum() throws IOException {
    String path = log("one", "two");
    byte[] whole = Logs.bytes(directory, path);
    int second = HEADER_BYTES + ((FRAME_OVERHEAD_BYTES + length(whole, HEADER_BYTES) + 7) & -8);
    byte[] zeroed = whole.clone();
    Arrays.fill(zeroed, HEADER_BYTES, second, (byte) 0);
    put(path, zeroed);
    assertThat(failure(() -> Logs.open(directory)).checksum()).isNull();

    put(path, Arrays.copyOf(whole, HEADER_BYTES - 1));
    assertThat(failure(() -> Logs.open(directory)).checksum()).isNull();

    put(path, whole);
    directory.rename(path, "wal/00000000000000000002-00000000000000000005.wal");
    assertThat(failure(() -> Logs.open(directory)).checksum())
        .as("a name that contradicts a whole header")
        .isNull();
  }

  @Test
  void damagedRecordAndHeaderOfARecordLogCarryTheirChecksums() throws IOException {
    try (RecordLogWriter<String> log = RecordLogWriter.open(directory, "r", Codecs.utf8())) {
      log.append("one");
      log.sync();
      log.append("two");
    }
    byte[] whole = Logs.bytes(directory, "r");
    for (int at : new int[] {HEADER_BYTES + FRAME_OVERHEAD_BYTES, 30}) {
      byte[] bad = whole.clone();
      bad[at] ^= 1;
      put("r", bad);
      ChecksumMismatch expected =
          at < HEADER_BYTES ? headerMismatch(bad) : frameMismatch(bad, HEADER_BYTES);
      assertThat(failure(() -> RecordLogReader.of(directory, "r", Codecs.utf8()).list()).checksum())
          .isEqualTo(expected);
      assertThat(failure(() -> RecordLogWriter.open(directory, "r", Codecs.utf8())).checksum())
          .isEqualTo(expected);
    }
  }

  @Test
  void damagedChunkAndHeaderOfACheckpointCarryTheirChecksums() throws IOException {
    Checkpoints checkpoints = Checkpoints.in(directory, Clock.systemUTC());
    checkpoints.writeAlone("c", out -> out.write(new byte[1000]));
    byte[] whole = Logs.bytes(directory, "c");
    for (int at : new int[] {HEADER_BYTES + 500, 30}) {
      byte[] bad = whole.clone();
      bad[at] ^= 1;
      put("c", bad);
      ChecksumMismatch expected =
          at < HEADER_BYTES ? headerMismatch(bad) : frameMismatch(bad, HEADER_BYTES);
      assertThat(failure(() -> checkpoints.read("c", in -> in.readAllBytes())).checksum())
          .isEqualTo(expected);
    }
    put("c", Arrays.copyOf(whole, whole.length - 1));
    assertThat(failure(() -> checkpoints.read("c", in -> in.readAllBytes())).checksum()).isNull();
  }

  /** A log of one segment that ended; returns its path. */
  private String log(String... entries) throws IOException {
    WalOptions options = WalOptions.builder().build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      for (String entry : entries) {
        log.appendDurable(entry);
      }
    }
    return "wal/" + Logs.segments(directory).get(0);
  }

  private static CorruptLogException failure(ThrowingCallable call) {
    CorruptLogException failure = catchThrowableOfType(CorruptLogException.class, call);
    assertThat(failure).isNotNull();
    return failure;
  }

  private void put(String path, byte[] content) throws IOException {
    LogBuilder.put(directory, path, ByteBuffer.wrap(content));
  }

  private static int length(byte[] file, int frame) {
    return in(file).getInt(frame + 4) & 0xfffffff;
  }

  private static ChecksumMismatch frameMismatch(byte[] file, int frame) {
    int salt = in(file).getInt(SALT_OFFSET);
    int end = frame + FRAME_OVERHEAD_BYTES + length(file, frame);
    return new ChecksumMismatch(in(file).getInt(frame) ^ salt, crc(file, frame + 4, end));
  }

  private static ChecksumMismatch headerMismatch(byte[] file) {
    return new ChecksumMismatch(
        in(file).getInt(HEADER_CHECKSUM_OFFSET), crc(file, 0, HEADER_CHECKSUM_OFFSET));
  }

  private static int crc(byte[] file, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(file, from, to - from);
    return (int) crc.getValue();
  }

  private static ByteBuffer in(byte[] file) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
  }
}
