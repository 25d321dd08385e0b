package dev.durability.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.log.SegmentRange;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** The run of valid frames, beside that which the library finds. */
final class SegmentScanTest {
  private static final SegmentHeader HEADER = new SegmentHeader(new UUID(1, 2), 1, 1, 5, 0, 0, 77);
  private static final int PADDED_BYTES = 32;

  private final Lab lab = new Lab();

  private static SegmentScan.Source source(byte[] bytes) {
    return (target, position) -> {
      if (position >= bytes.length) {
        return -1;
      }
      int count = (int) Math.min(target.remaining(), bytes.length - position);
      target.put(bytes, (int) position, count);
      return count;
    };
  }

  private static SegmentScan scan(byte[] segment) throws IOException {
    SegmentHeader header = SegmentHeader.read(source(segment), SegmentHeader.SEGMENT);
    assertThat(header).isNotNull();
    return new SegmentScan(source(segment), header, SegmentScan.Place.start(header)).toEnd();
  }

  private static void replace(Directory directory, String path, byte[] bytes) throws IOException {
    directory.delete(path);
    try (AppendFile file = directory.create(path, 0)) {
      file.write(ByteBuffer.wrap(bytes));
    }
  }

  @Test
  void wherePartsOfASegmentAreFlippedOrCutTheRunEndsWhereTheLibraryEndsIt() throws IOException {
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "one");
      long unused = log.appendBatch(List.of("two", "three", "four"));
      log.sync();
      var marker = log.appendCheckpoint(2, "");
      assertThat(marker).isNotNull();
      Lab.append(log, lab, "five");
    }
    List<SegmentRange> segments = WalMaintenance.segments(lab.log);
    String last = segments.get(segments.size() - 1).file();
    byte[] whole = Lab.bytes(lab.log, last);
    MemoryDirectory copy = Lab.copy(lab.log);
    for (int i = SegmentHeader.BYTES; i < whole.length; i++) {
      byte[] flipped = whole.clone();
      flipped[i] ^= 8;
      replace(copy, last, flipped);
      assertThat(scan(flipped).place().nextId() - 1)
          .as("byte %d", i)
          .isEqualTo(WalMaintenance.verify(copy).intact());
      byte[] cut = java.util.Arrays.copyOf(whole, i);
      replace(copy, last, cut);
      assertThat(scan(cut).place().nextId() - 1)
          .as("cut at %d", i)
          .isEqualTo(WalMaintenance.verify(copy).intact());
    }
    assertThat(scan(whole).ended()).isTrue();
  }

  private static byte[] frame(int kind, long id, byte[] payload) {
    int padded = (16 + payload.length + 7) / 8 * 8;
    ByteBuffer b =
        ByteBuffer.allocate(SegmentHeader.BYTES + padded + PADDED_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    b.position(SegmentHeader.BYTES);
    CRC32C crc = new CRC32C();
    ByteBuffer checked =
        ByteBuffer.allocate(12 + payload.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(kind << 28 | payload.length)
            .putLong(id)
            .put(payload);
    crc.update(checked.array());
    b.putInt((int) crc.getValue() ^ HEADER.salt()).put(checked.array());
    return b.array();
  }

  private static byte[] numbers(long... numbers) {
    ByteBuffer b = ByteBuffer.allocate(8 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long each : numbers) {
      b.putLong(each);
    }
    return b.array();
  }

  private static boolean isAccepted(int kind, long id, byte[] payload) throws IOException {
    return new SegmentScan(
            source(frame(kind, id, payload)), HEADER, SegmentScan.Place.start(HEADER))
        .next();
  }

  @Test
  void framesThatAreWholeAndSayWhatCannotBeEndTheRun() throws IOException {
    assertThat(isAccepted(SegmentScan.ENTRY, 1, new byte[3])).isTrue();
    assertThat(isAccepted(SegmentScan.ENTRY, 2, new byte[3])).isFalse();
    assertThat(isAccepted(SegmentScan.MARK, 1, numbers(0, 9))).isTrue();
    assertThat(isAccepted(SegmentScan.MARK, 1, numbers(1, 9))).isFalse();
    assertThat(isAccepted(SegmentScan.MARK, 1, numbers(-1, 9))).isFalse();
    assertThat(isAccepted(SegmentScan.END, 1, numbers(0, 9))).isTrue();
    assertThat(isAccepted(SegmentScan.END, 1, numbers(0))).isFalse();
    assertThat(isAccepted(SegmentScan.CHECKPOINT, 1, numbers(0))).isTrue();
    assertThat(isAccepted(SegmentScan.CHECKPOINT, 1, numbers(1))).isFalse();
    assertThat(isAccepted(SegmentScan.CHECKPOINT, 1, numbers(-1))).isFalse();
    assertThat(isAccepted(SegmentScan.CHECKPOINT, 1, new byte[7])).isFalse();
    assertThat(isAccepted(SegmentScan.CHECKPOINT, 1, new byte[8 + 4097])).isFalse();
    assertThat(isAccepted(SegmentScan.SCHEMA, 1, new byte[2])).isTrue();
    assertThat(isAccepted(SegmentScan.SCHEMA, 1, new byte[1])).isFalse();
    assertThat(isAccepted(SegmentScan.SCHEMA, 1, new byte[(1 << 16) + 1])).isFalse();
    assertThat(isAccepted(0, 1, new byte[16])).isFalse();
    assertThat(isAccepted(7, 1, new byte[16])).isFalse();
  }

  @Test
  void batchThatIsNotWholeIsNoPlace() throws IOException {
    byte[] part = frame(SegmentScan.PART, 1, new byte[8]);
    SegmentScan scan =
        new SegmentScan(source(part), HEADER, SegmentScan.Place.start(HEADER)).toEnd();
    assertThat(scan.place().nextId()).isEqualTo(1);
    assertThat(scan.lastIdSeen()).isEqualTo(1);
    assertThat(scan.ended()).isFalse();
  }
}
