package dev.durability.frame;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A mapping is used only if nobody cuts the file any more, and if it is of that file. */
class MappedFileTest {
  private static final FileHeader HEADER =
      new FileHeader(FileType.SEGMENT, new UUID(1, 2), 0, 1, 3, 0, FrameFileBuilder.SALT);

  private final byte[] ended = entries().end(3, 2).build();

  private static FrameFileBuilder entries() {
    return new FrameFileBuilder(FileType.SEGMENT)
        .entry(1, new byte[10])
        .mark(2, 1)
        .entry(2, new byte[20]);
  }

  private static boolean isMapped(byte[] file, byte[] mapping) throws IOException {
    ReadFile found = MappedFile.ofEnded(new BytesFile(file), ByteBuffer.wrap(mapping), HEADER);
    return found instanceof MappedFile;
  }

  @Test
  void fileThatEndsWithItsEndIsMapped() throws IOException {
    assertThat(isMapped(ended, ended)).isTrue();
    assertThat(isMapped(ended, ended.clone())).isTrue();
  }

  @Test
  void fileWithAnythingElseAtItsEndIsNot() throws IOException {
    byte[] zeros = Arrays.copyOf(ended, ended.length + 64);
    byte[] cut = Arrays.copyOf(ended, ended.length - 8);
    byte[] damaged = ended.clone();
    damaged[ended.length - 1] ^= 1;
    byte[] unended = entries().build();
    byte[] marked = entries().mark(3, 2).build();
    byte[] header = Arrays.copyOf(ended, FileHeader.BYTES);
    for (byte[] file : new byte[][] {zeros, cut, damaged, unended, marked, header, new byte[0]}) {
      assertThat(isMapped(file, file)).as("%d bytes", file.length).isFalse();
    }
  }

  @Test
  void mappingOfAnotherFileIsNotUsed() throws IOException {
    byte[] otherHeader = ended.clone();
    otherHeader[FileHeader.BYTES - 1] ^= 1;
    assertThat(isMapped(ended, otherHeader)).isFalse();
    assertThat(isMapped(ended, Arrays.copyOf(ended, ended.length + 8))).isFalse();
    assertThat(isMapped(ended, Arrays.copyOf(ended, ended.length - 8))).isFalse();
  }

  @Test
  void runTakesTheBytesOfTheMappingAndReadsNone() throws IOException {
    BytesFile file = new BytesFile(ended);
    ReadFile mapped = MappedFile.ofEnded(file, ByteBuffer.wrap(ended), HEADER);
    long before = file.bytesRead();
    try (FrameRun run = new FrameRun(mapped, FileType.SEGMENT, FrameFileBuilder.SALT, 1, 1 << 13)) {
      assertThat(run.next()).isEqualTo(FrameRun.Step.ENTRY);
      assertThat(run.payload().remaining()).isEqualTo(10);
      run.refresh();
      assertThat(run.next()).isEqualTo(FrameRun.Step.MARK);
      assertThat(run.next()).isEqualTo(FrameRun.Step.ENTRY);
      assertThat(run.next()).isEqualTo(FrameRun.Step.END);
      assertThat(run.next()).isEqualTo(FrameRun.Step.STOP);
      assertThat(run.remains()).isEqualTo(new Remains(ended.length, 0, 0));
      assertThat(file.bytesRead()).isEqualTo(before);

      byte[] second = new FrameFileBuilder(FileType.SEGMENT).entry(1, new byte[5000]).build();
      BytesFile unmapped = new BytesFile(second);
      run.restart(unmapped, FrameFileBuilder.SALT, 1);
      assertThat(run.next()).isEqualTo(FrameRun.Step.ENTRY);
      assertThat(run.payload().remaining()).isEqualTo(5000);
      assertThat(unmapped.bytesRead()).isEqualTo(second.length - FileHeader.BYTES);
    }
  }
}
