package dev.durability.frame;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Frames that are found after damage, and what is not taken for one. */
class FrameScanTest {
  private static final int SALT = 0x5a17;

  /** A file that counts what is read. */
  private static final class Counted implements ReadFile {
    private final ByteBuffer bytes;
    private long read;

    Counted(ByteBuffer bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read(ByteBuffer target, long position) {
      int count = (int) Math.min(target.remaining(), bytes.limit() - position);
      if (count <= 0) {
        return -1;
      }
      target.put(bytes.slice((int) position, count));
      read += count;
      return count;
    }

    @Override
    public long size() {
      return bytes.limit();
    }

    @Override
    public void close() {}
  }

  private static ByteBuffer frames(int entries, int payloadBytes) {
    FrameEncoder encoder = new FrameEncoder();
    ByteBuffer bytes =
        ByteBuffer.allocate(64 + entries * FrameFormat.frameBytes(payloadBytes))
            .order(ByteOrder.LITTLE_ENDIAN)
            .position(64);
    for (int id = 1; id <= entries; id++) {
      encoder.entry(bytes, SALT, FrameKind.ENTRY, id, new byte[payloadBytes], 0, payloadBytes);
    }
    return bytes.flip();
  }

  private static List<Long> ids(ReadFile file, long lastId) throws IOException {
    List<Long> ids = new ArrayList<>();
    try (FrameScan scan = new FrameScan(file, SALT, 64, 1, 0, lastId)) {
      while (scan.next() != null) {
        ids.add(scan.due() - 1);
      }
    }
    return ids;
  }

  private static List<Long> ids(ByteBuffer bytes) throws IOException {
    return ids(new Counted(bytes), FrameFormat.ENTRY_ID_MAX);
  }

  @Test
  void eachFrameThatIsIntactIsFoundWhateverByteIsDamaged() throws IOException {
    for (int at = 64; at < 64 + 5 * 40; at++) {
      ByteBuffer bytes = frames(5, 24);
      bytes.put(at, (byte) (bytes.get(at) ^ 0x11));
      List<Long> rest = new ArrayList<>(List.of(1L, 2L, 3L, 4L, 5L));
      rest.remove((at - 64) / 40);
      assertThat(ids(bytes)).as("damaged at %d", at).isEqualTo(rest);
    }
  }

  @Test
  void anIdForWhichThereIsNoRoomIsNotTaken() throws IOException {
    ByteBuffer bytes = frames(4, 24);
    new FrameEncoder()
        .entry(bytes.position(64 + 40), SALT, FrameKind.ENTRY, 9, new byte[24], 0, 24);
    assertThat(ids(bytes.position(0))).containsExactly(1L, 3L, 4L);
  }

  @Test
  void whatIsAfterTheLastIdDoesNotCount() throws IOException {
    assertThat(ids(new Counted(frames(9, 24)), 4)).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void theWorkIsBoundedWhateverTheDamagedBytesClaim() throws IOException {
    int size = 1 << 19;
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 64; at + 16 <= size; at += 16) {
      bytes.putInt(at + 4, FrameFormat.kindAndLength(FrameKind.ENTRY, size - at - 16));
      bytes.putLong(at + 8, 1);
    }
    Counted file = new Counted(bytes);
    assertThat(ids(file, FrameFormat.ENTRY_ID_MAX)).isEmpty();
    assertThat(file.read).isLessThan(100L * size);
    assertThat(SaltSearch.find(file, 64, 1, 0, FrameFormat.ENTRY_ID_MAX)).isEmpty();
    assertThat(file.read).isLessThan(200L * size);
  }

  @Test
  void theSaltIsFoundFromFramesThatAgree() throws IOException {
    Random random = new Random(3);
    for (int damaged = 0; damaged <= 200; damaged += 8) {
      ByteBuffer bytes = frames(20, 24);
      for (int at = 0; at < damaged; at++) {
        bytes.put(at, (byte) random.nextInt());
      }
      assertThat(SaltSearch.find(new Counted(bytes), 64, 1, 0, FrameFormat.ENTRY_ID_MAX))
          .as("%d bytes are damaged", damaged)
          .isEqualTo(OptionalInt.of(SALT));
    }
    assertThat(SaltSearch.find(new Counted(frames(1, 24)), 64, 1, 0, FrameFormat.ENTRY_ID_MAX))
        .as("one frame agrees with none")
        .isEmpty();
  }
}
