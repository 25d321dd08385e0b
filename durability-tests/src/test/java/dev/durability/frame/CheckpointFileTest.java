package dev.durability.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.storage.MemoryDirectory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A checkpoint is given out chunk by chunk, and its damage is told with its place. */
class CheckpointFileTest {
  private static final UUID LOG = new UUID(1, 2);
  private static final FileHeader HEADER = new FileHeader(FileType.CHECKPOINT, LOG, 0, 9, 5, 0, 77);
  private static final String PATH = "a.ckpt";

  private final MemoryDirectory directory = new MemoryDirectory();
  private final FrameEncoder encoder = new FrameEncoder();
  private final ByteBuffer bytes =
      ByteBuffer.allocate(3 << 20).order(ByteOrder.LITTLE_ENDIAN).put(HEADER.encode());

  private void chunk(long id, int length) {
    encoder.entry(bytes, 77, FrameKind.ENTRY, id, new byte[length], 0, length);
  }

  private void end(long nextId, long payloadBytes) {
    encoder.promise(bytes, 77, FrameKind.END, nextId, payloadBytes, 6);
  }

  private CheckpointFile open() throws Exception {
    byte[] content = new byte[bytes.position()];
    bytes.get(0, content);
    QuarantineTest.write(directory, PATH, content);
    return CheckpointFile.open(directory, PATH);
  }

  private static void expectDamage(CheckpointFile file, long offset, String reason) {
    assertThatThrownBy(file::nextChunk)
        .isInstanceOfSatisfying(
            BadCheckpointException.class,
            e -> {
              assertThat(e.offset()).isEqualTo(offset);
              assertThat(e.reason()).contains(reason);
            });
  }

  @Test
  void chunksUpToAMebibyteAreGivenOut() throws Exception {
    chunk(1, 3);
    chunk(2, CheckpointFile.CHUNK_BYTES_MAX);
    end(3, 3 + CheckpointFile.CHUNK_BYTES_MAX);
    try (CheckpointFile file = open()) {
      assertThat(file.header()).isEqualTo(HEADER);
      assertThat(file.nextChunk()).isNotNull().matches(b -> b.remaining() == 3);
      assertThat(file.nextChunk())
          .isNotNull()
          .matches(b -> b.remaining() == CheckpointFile.CHUNK_BYTES_MAX);
      assertThat(file.nextChunk()).isNull();
    }
    assertThat(CheckpointFile.isValid(directory, PATH, LOG, 9)).isTrue();
    assertThat(CheckpointFile.isValid(directory, PATH, LOG, 8)).isFalse();
    assertThat(CheckpointFile.isValid(directory, PATH, new UUID(1, 3), 9)).isFalse();
    assertThat(CheckpointFile.isValid(directory, "b.ckpt", LOG, 9)).isFalse();
  }

  @Test
  void largerChunkIsDamage() throws Exception {
    chunk(1, CheckpointFile.CHUNK_BYTES_MAX + 1);
    end(2, CheckpointFile.CHUNK_BYTES_MAX + 1);
    try (CheckpointFile file = open()) {
      expectDamage(file, bytes.position() - FrameFormat.PROMISE_FRAME_BYTES, "larger than 1 MiB");
    }
    assertThat(CheckpointFile.isValid(directory, PATH, LOG, 9)).isFalse();
  }

  @Test
  void endThatCountsOtherwiseIsDamage() throws Exception {
    chunk(1, 3);
    end(2, 4);
    try (CheckpointFile file = open()) {
      assertThat(file.nextChunk()).isNotNull();
      expectDamage(file, bytes.position(), "says 4 bytes of payload, but there are 3");
    }
  }

  @Test
  void bytesBehindTheEndAreDamage() throws Exception {
    chunk(1, 3);
    end(2, 3);
    int whole = bytes.position();
    bytes.put((byte) 0);
    try (CheckpointFile file = open()) {
      assertThat(file.nextChunk()).isNotNull();
      expectDamage(file, whole, "something follows");
    }
  }

  @Test
  void missingEndIsDamageWhereItShouldStand() throws Exception {
    chunk(1, 3);
    try (CheckpointFile file = open()) {
      assertThat(file.nextChunk()).isNotNull();
      expectDamage(file, bytes.position(), "cut short");
    }
  }
}
