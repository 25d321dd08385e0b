package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.storage.FsDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A single bit of a checkpoint with several pieces is found in each of them, and in its END. */
class FlippedBitTest {
  private static final int HEADER_BYTES = 64;
  private static final int PIECE_BYTES = 16 + (1 << 20);
  private static final int END_BYTES = 32;

  @TempDir private Path tmp;

  @Test
  void aBitIsFoundInEachPieceAndInTheEnd() throws IOException {
    FsDirectory directory = FsDirectory.open(tmp);
    byte[] payload = new byte[5 << 19];
    new Random(1).nextBytes(payload);
    String path =
        Checkpoints.in(directory, Clock.systemUTC())
            .write(new UUID(1, 2), 7, out -> out.write(payload));
    byte[] whole = Files.readAllBytes(tmp.resolve(path));
    int second = HEADER_BYTES + PIECE_BYTES;
    int third = second + PIECE_BYTES;
    int end = whole.length - END_BYTES;
    for (int from : new int[] {HEADER_BYTES, second, third, end}) {
      int offset = from + 9;
      byte[] damaged = whole.clone();
      damaged[offset] ^= 1 << 4;
      Files.write(tmp.resolve(path), damaged);
      assertThat(FlippedBit.inCheckpoint(directory, path, from))
          .isEqualTo(new FlippedBit(path, offset, 4, whole[offset] & 0xff));
      damaged[offset + 2] ^= 1;
      Files.write(tmp.resolve(path), damaged);
      assertThat(FlippedBit.inCheckpoint(directory, path, from)).isNull();
    }
  }
}
