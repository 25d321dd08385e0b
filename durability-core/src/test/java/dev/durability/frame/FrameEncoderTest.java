package dev.durability.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Frames that get their checksums later are those that are encoded at once. */
class FrameEncoderTest {
  private static final int SALT = 0x5eed;
  private static final int PAYLOAD_BYTES_MAX = 40;
  private static final byte DIRT = 0x55; // A block that is used again has other frames in it.

  private final FrameEncoder encoder = new FrameEncoder();
  private final byte[] payload = new byte[PAYLOAD_BYTES_MAX + 1];

  private static ByteBuffer dirty() {
    byte[] bytes = new byte[8 << 10];
    Arrays.fill(bytes, DIRT);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Frames of all lengths, parts of a batch among them. */
  private void putAll(ByteBuffer target, boolean sealed) {
    for (int length = 0; length <= PAYLOAD_BYTES_MAX; length++) {
      FrameKind kind = length % 3 == 0 ? FrameKind.PART : FrameKind.ENTRY;
      if (sealed) {
        encoder.entry(target, SALT, kind, length + 1, payload, 1, length);
      } else {
        encoder.unsealed(target, kind, length + 1, payload, 1, length);
      }
    }
  }

  @Test
  void framesThatAreSealedTogetherAreThoseOfTheirOwnChecksums() {
    new Random(1).nextBytes(payload);
    ByteBuffer expected = dirty();
    putAll(expected.position(64), true);
    int end = expected.position();
    ByteBuffer found = dirty();
    putAll(found.position(64), false);
    assertThat(found.position()).isEqualTo(end);
    assertThat(found.clear()).isNotEqualTo(expected.clear());
    encoder.seal(found, 64, end, SALT);
    assertThat(found.clear()).as("and nothing around them is changed").isEqualTo(expected);
    encoder.seal(found.limit(1), 64, end, SALT);
    assertThat(found.clear()).as("sealed again").isEqualTo(expected);
  }

  @Test
  void onlyTheFramesFromOneToAnotherAreSealed() {
    ByteBuffer frames = dirty();
    encoder.unsealed(frames, FrameKind.ENTRY, 1, payload, 0, 8);
    int second = frames.position();
    encoder.unsealed(frames, FrameKind.ENTRY, 2, payload, 0, 8);
    int third = frames.position();
    encoder.unsealed(frames, FrameKind.ENTRY, 3, payload, 0, 8);
    encoder.seal(frames, second, third, SALT);
    assertThat(frames.getInt(0)).isZero();
    assertThat(frames.getInt(second)).isNotZero();
    assertThat(frames.getInt(third)).isZero();
  }
}
