package dev.durability.checkpoint;

import static dev.durability.testkit.Fault.Operation.READ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.FormatException;
import dev.durability.format.Vectors;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameKind;
import dev.durability.testkit.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Damage is told as what it is, and is neither the end nor a failed read. */
class CheckpointDamageTest extends CheckpointsFixture {
  @Test
  void cutAtAnyByteIsDamageAndNeverAnEnd() throws Exception {
    byte[] whole = Vectors.checkpoint();
    for (int size = 0; size < whole.length; size++) {
      put("a.ckpt", Arrays.copyOf(whole, size));
      assertThatThrownBy(() -> payload("a.ckpt"))
          .as("size %d", size)
          .isInstanceOf(CorruptLogException.class)
          .hasMessageContaining("a.ckpt");
      assertThat(checkpoints.isUsable("a.ckpt", LOG, 4)).isFalse();
    }
    byte[] longer = Arrays.copyOf(whole, whole.length + 1);
    put("a.ckpt", longer);
    assertThatThrownBy(() -> payload("a.ckpt")).hasMessageContaining("follows");
    put("a.ckpt", whole);
    assertThat(payload("a.ckpt")).asString().isEqualTo("state");
  }

  @Test
  void everyFlippedBitIsDamageButThoseOfThePadding() throws Exception {
    byte[] whole = Vectors.checkpoint();
    for (int bit = 0; bit < whole.length * 8; bit++) {
      int at = bit / 8;
      byte[] bad = whole.clone();
      bad[at] ^= (byte) (1 << bit % 8);
      put("a.ckpt", bad);
      // The chunk "state" has 5 bytes at 80; 85 to 87 are padding, which no checksum covers, so
      // that a frame is written without looking at what follows it. They carry no meaning.
      if (at >= 85 && at < 88) {
        assertThat(payload("a.ckpt")).asString().isEqualTo("state");
      } else {
        assertThatThrownBy(() -> payload("a.ckpt"))
            .as("bit %d", bit)
            .isInstanceOf(CorruptLogException.class);
        assertThat(checkpoints.isUsable("a.ckpt", LOG, 4)).isFalse();
      }
    }
  }

  @Test
  void damageIsToldAtEveryReadAndNamesFileAndOffset() throws Exception {
    byte[] bytes = random(2_500_000);
    checkpoints.writeAlone("a", out -> out.write(bytes));
    byte[] file = bytes("a");
    file[64 + 16 + (1 << 20) + 100] ^= 1;
    put("a", file);
    try (CheckpointReader reader = CheckpointReader.open(directory, "a")) {
      assertThat(reader.readNBytes(1 << 20)).isEqualTo(Arrays.copyOf(bytes, 1 << 20));
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(reader::read)
            .isInstanceOfSatisfying(
                CorruptLogException.class,
                e -> {
                  assertThat(e.file()).isEqualTo("a");
                  assertThat(e.offset()).isEqualTo(64 + 16 + (1 << 20));
                });
      }
    }
    assertThatThrownBy(() -> checkpoints.read("a", in -> in.read()))
        .as("damage behind what the parser read")
        .isInstanceOf(CorruptLogException.class);
  }

  @Test
  void wrongTotalAndWrongKindsAndMissingChunksAreDamage() throws Exception {
    byte[] whole = Vectors.checkpoint();
    byte[] total = whole.clone();
    ByteBuffer.wrap(total).order(ByteOrder.LITTLE_ENDIAN).putLong(88 + 16, 6);
    put("a", sealed(total, 88, 32));
    assertThatThrownBy(() -> payload("a")).hasMessageContaining("6 bytes");
    byte[] part = whole.clone();
    ByteBuffer.wrap(part).order(ByteOrder.LITTLE_ENDIAN).putInt(68, 2 << 28 | 5);
    put("a", sealed(part, 64, 21));
    assertThatThrownBy(() -> payload("a")).isInstanceOf(CorruptLogException.class);
    byte[] missing = Arrays.copyOf(whole, 96);
    System.arraycopy(whole, 88, missing, 64, 32);
    put("a", missing);
    assertThatThrownBy(() -> payload("a")).isInstanceOf(CorruptLogException.class);
    byte[] version = whole.clone();
    version[4] = 2;
    CRC32C crc = new CRC32C();
    crc.update(version, 0, 60);
    ByteBuffer.wrap(version).order(ByteOrder.LITTLE_ENDIAN).putInt(60, (int) crc.getValue());
    put("a", version);
    assertThatThrownBy(() -> payload("a")).isInstanceOf(FormatException.class);
  }

  @Test
  void chunkLargerThanOneMebibyteIsDamageAndOneOfThatSizeIsNot() throws Exception {
    for (int more = 0; more <= 1; more++) {
      byte[] payload = random((1 << 20) + more);
      ByteBuffer file = ByteBuffer.allocate(payload.length + 200).order(ByteOrder.LITTLE_ENDIAN);
      file.put(new FileHeader(FileType.CHECKPOINT, LOG, 0, 5, 1, 0, 77).encode());
      FrameEncoder encoder = new FrameEncoder();
      encoder.entry(file, 77, FrameKind.ENTRY, 1, payload, 0, payload.length);
      encoder.promise(file, 77, FrameKind.END, 2, payload.length, 5);
      put("a", Arrays.copyOf(file.array(), file.position()));
      if (more == 0) {
        assertThat(payload("a")).isEqualTo(payload);
      } else {
        assertThatThrownBy(() -> payload("a"))
            .isInstanceOf(CorruptLogException.class)
            .hasMessageContaining("larger than 1 MiB");
        assertThat(checkpoints.isUsable("a", LOG, 5)).isFalse();
      }
    }
  }

  /** With the checksum of a frame made right again. */
  private static byte[] sealed(byte[] file, int at, int size) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    CRC32C crc = new CRC32C();
    crc.update(file, at + 4, size - 4);
    bytes.putInt(at, (int) crc.getValue() ^ bytes.getInt(56));
    return file;
  }

  @Test
  void readErrorIsNeitherTheEndNorDamage() throws Exception {
    byte[] bytes = random(2_500_000);
    checkpoints.writeAlone("a", out -> out.write(bytes));
    for (int nth = 1; nth <= 4; nth++) {
      directory.inject(Fault.of(READ).nth(nth));
      assertThatThrownBy(() -> payload("a"))
          .as("read %d", nth)
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(DurabilityException.class);
      directory.heal();
    }
    directory.readAtMost(1000);
    assertThat(payload("a")).isEqualTo(bytes);
    assertThatThrownBy(() -> payload("none")).isInstanceOf(NoSuchFileException.class);
    assertThat(checkpoints.isUsable("none", LOG, 0)).isFalse();
  }
}
