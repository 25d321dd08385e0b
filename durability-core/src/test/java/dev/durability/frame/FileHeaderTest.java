package dev.durability.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.FormatException;
import dev.durability.format.Vectors;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class FileHeaderTest {

  @Test
  void checksumIsCastagnoli() {
    CRC32C crc = new CRC32C();
    crc.update(
        Vectors.root()
            .get("crc32c_check")
            .get("ascii")
            .asText()
            .getBytes(StandardCharsets.US_ASCII));
    assertThat(String.format("%08x", crc.getValue()))
        .isEqualTo(Vectors.root().get("crc32c_check").get("value").asText());
  }

  @Test
  void headersOfTheVectorsDecodeAndEncodeToTheSameBytes() throws Exception {
    byte[] file = Vectors.logs().get(0).files().values().iterator().next();
    FileHeader header = FileHeader.decode(ByteBuffer.wrap(file), FileType.SEGMENT, "a.wal");
    assertThat(header)
        .isEqualTo(
            new FileHeader(
                FileType.SEGMENT,
                UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
                1,
                1,
                1_700_000_000_000_000L,
                0,
                0xdeadbeef));
    for (Vectors.Log log : Vectors.logs()) {
      for (var each : log.files().entrySet()) {
        if (log.name().equals("a flipped header")
            || log.name().contains("cut off whole")
            || log.name().contains("is ignored")) {
          continue; // Anything may stand where nobody reads.
        }
        FileType type = each.getKey().endsWith(".wal") ? FileType.SEGMENT : FileType.CHECKPOINT;
        byte[] bytes = each.getValue();
        assertThat(FileHeader.decode(ByteBuffer.wrap(bytes), type, each.getKey()).encode())
            .as("%s: %s", log.name(), each.getKey())
            .isEqualTo(ByteBuffer.wrap(bytes, 0, FileHeader.BYTES));
      }
    }
    for (var each :
        java.util.Map.of(
                FileType.CHECKPOINT, Vectors.checkpoint(), FileType.RECORD_LOG, Vectors.recordLog())
            .entrySet()) {
      assertThat(FileHeader.decode(ByteBuffer.wrap(each.getValue()), each.getKey(), "f").encode())
          .isEqualTo(ByteBuffer.wrap(each.getValue(), 0, FileHeader.BYTES));
    }
  }

  @Test
  void unknownVersionAndFlagAreErrorsOfTheirOwn() {
    for (var node : Vectors.root().get("unsupported").properties()) {
      byte[] file = Vectors.hex(node.getValue());
      FileType type = node.getKey().contains("checkpoint") ? FileType.CHECKPOINT : FileType.SEGMENT;
      assertThatThrownBy(() -> FileHeader.decode(ByteBuffer.wrap(file), type, "a.wal"))
          .as(node.getKey())
          .isInstanceOf(FormatException.class)
          .hasMessageContaining("a.wal")
          .hasMessageContaining("version");
    }
  }

  @Test
  void everyFlippedBitMakesABadHeaderAndNeverAnUnknownVersion() {
    byte[] good = Arrays.copyOf(Vectors.recordLog(), FileHeader.BYTES);
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> FileHeader.decode(ByteBuffer.wrap(bad), FileType.RECORD_LOG, "a"))
          .as("bit %d", bit)
          .isInstanceOf(BadHeaderException.class);
    }
  }

  @Test
  void shorterFilesAndOtherTypesAreBadHeaders() {
    byte[] good = Vectors.recordLog();
    for (int length = 0; length < FileHeader.BYTES; length++) {
      ByteBuffer cut = ByteBuffer.wrap(good, 0, length);
      assertThatThrownBy(() -> FileHeader.decode(cut, FileType.RECORD_LOG, "a"))
          .isInstanceOf(BadHeaderException.class)
          .hasMessageContaining(String.valueOf(length));
    }
    assertThatThrownBy(() -> FileHeader.decode(ByteBuffer.wrap(good), FileType.SEGMENT, "a"))
        .isInstanceOf(BadHeaderException.class);
  }
}
