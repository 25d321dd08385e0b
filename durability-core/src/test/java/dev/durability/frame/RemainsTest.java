package dev.durability.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RemainsTest {
  private static final int WINDOW = 8 << 10;

  private static Remains remains(BytesFile file) throws Exception {
    FrameRun run = new FrameRun(file, FileType.SEGMENT, FrameFileBuilder.SALT, 1, WINDOW);
    FrameRun.Step step;
    do {
      step = run.next();
    } while (step != FrameRun.Step.STOP);
    return run.remains();
  }

  @Test
  void zerosAreNothingWhateverTheirNumber() throws Exception {
    for (int zeros : new int[] {0, 1, 7, 8, 9, WINDOW - 1, WINDOW, 3 * WINDOW + 5}) {
      byte[] bytes =
          new FrameFileBuilder(FileType.SEGMENT).entry(1, new byte[8]).raw(new byte[zeros]).build();
      assertThat(remains(new BytesFile(bytes)))
          .as("%d zeros", zeros)
          .isEqualTo(new Remains(88, 0, 0));
      assertThat(remains(new BytesFile(bytes).readAtMost(1))).isEqualTo(new Remains(88, 0, 0));
    }
  }

  @Test
  void lastByteThatIsNotZeroIsFoundWhereverItIs() throws Exception {
    for (int at : new int[] {88, 89, 95, 96, 97, 8279, 8280, 8281, 20_000, 20_007}) {
      byte[] bytes =
          new FrameFileBuilder(FileType.SEGMENT)
              .entry(1, new byte[8])
              .raw(new byte[30_000])
              .build();
      bytes[at] = 1;
      assertThat(remains(new BytesFile(bytes)))
          .as("byte %d", at)
          .isEqualTo(new Remains(at + 1, 0, 0));
    }
  }

  @Test
  void randomGarbageHoldsNoFrame() throws Exception {
    for (long seed = 1; seed <= 20; seed++) {
      byte[] garbage = new byte[50_000];
      new Random(seed).nextBytes(garbage);
      garbage[garbage.length - 1] = 1;
      byte[] bytes = new FrameFileBuilder(FileType.SEGMENT).raw(garbage).build();
      assertThat(remains(new BytesFile(bytes)))
          .as("seed=%d", seed)
          .isEqualTo(new Remains(bytes.length, 0, 0));
    }
  }

  @Test
  void framesBehindGarbageAreFoundAtEveryMultipleOfEight() throws Exception {
    for (int gap = 8; gap < 2 * WINDOW; gap += 1000) {
      byte[] garbage = new byte[gap];
      java.util.Arrays.fill(garbage, (byte) 0xff);
      byte[] bytes =
          new FrameFileBuilder(FileType.SEGMENT)
              .raw(garbage)
              .entry(9, new byte[FrameFormat.PAYLOAD_BYTES_MAX_PAST_BREAK])
              .mark(10, 8)
              .raw(garbage)
              .checkpoint(12, 11, "p")
              .build();
      assertThat(remains(new BytesFile(bytes)))
          .as("gap %d", gap)
          .isEqualTo(new Remains(bytes.length - 7, 3, 11));
    }
  }

  @Test
  void largeFrameBehindTheBreakIsNotTried() throws Exception {
    byte[] large = new byte[FrameFormat.PAYLOAD_BYTES_MAX_PAST_BREAK + 1];
    java.util.Arrays.fill(large, (byte) 0xff);
    byte[] bytes =
        new FrameFileBuilder(FileType.SEGMENT)
            .raw(new byte[] {1, 0, 0, 0, 0, 0, 0, 0})
            .entry(2, large)
            .build();
    assertThat(remains(new BytesFile(bytes)).frames()).isZero();
  }

  @Test
  void bytesThatLookLikeAFrameAtEveryStepAreReadABoundedNumberOfTimes() throws Exception {
    for (int size : new int[] {1 << 18, 1 << 20}) {
      // Every 8 bytes say: ENTRY of 4,104 bytes (and, seen as an id, a positive one).
      ByteBuffer hostile = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
      while (hostile.hasRemaining()) {
        hostile.putInt(0x11111111).putInt(FrameKind.ENTRY.code() << 28 | 4104);
      }
      byte[] bytes = new FrameFileBuilder(FileType.SEGMENT).raw(hostile.array()).build();
      BytesFile file = new BytesFile(bytes);
      assertThat(remains(file)).isEqualTo(new Remains(bytes.length, 0, 0));
      assertThat(file.bytesRead())
          .as("bytes read of %d: once for the zeros, once for the frames", bytes.length)
          .isLessThan(3L * bytes.length + 3 * WINDOW);
    }
  }
}
