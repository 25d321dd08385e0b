package dev.durability.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.format.Vectors;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameFormat;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written comes back, whatever its size and however it is written. */
class CheckpointsTest extends CheckpointsFixture {
  @Test
  void payloadsOfAllSizesComeBack() throws Exception {
    int chunk = 1 << 20;
    for (int size :
        new int[] {0, 1, 7, 8, 1000, chunk - 1, chunk, chunk + 1, 2 * chunk, 3_333_333}) {
      byte[] bytes = random(size);
      String path = checkpoints.write(LOG, size, out -> out.write(bytes));
      assertThat(path).isEqualTo(String.format("checkpoints/%020d.ckpt", size));
      assertThat(payload(path)).isEqualTo(bytes);
      assertThat(checkpoints.isUsable(path, LOG, size)).isTrue();
      assertThat(checkpoints.isUsable(path, LOG, size + 1)).isFalse();
      assertThat(checkpoints.isUsable(path, new UUID(1, 1), size)).isFalse();
      try (CheckpointReader reader = CheckpointReader.open(directory, path)) {
        assertThat(reader.logId()).isEqualTo(LOG);
        assertThat(reader.lastEntryId()).isEqualTo(size);
        assertThat(reader.createdAt()).isEqualTo(NOW);
        for (int i = 0; i < Math.min(size, 2000); i++) {
          assertThat(reader.read()).isEqualTo(bytes[i] & 0xff);
        }
      }
    }
    assertThat(checkpoints.list()).hasSize(10).isSortedAccordingTo((a, b) -> Long.compare(b, a));
  }

  @Test
  void samePayloadGivesTheSameChunksHoweverItIsWritten() throws Exception {
    byte[] bytes = random(2_500_000);
    checkpoints.writeAlone("a", out -> out.write(bytes));
    checkpoints.writeAlone(
        "b",
        out -> {
          for (int at = 0; at < bytes.length; at += 777) {
            out.write(bytes, at, Math.min(777, bytes.length - at));
            out.flush();
          }
        });
    checkpoints.writeAlone(
        "c",
        out -> {
          for (byte b : bytes) {
            out.write(b);
          }
        });
    byte[] a = bytes("a");
    for (String other : List.of("b", "c")) {
      byte[] b = bytes(other);
      assertThat(b).hasSameSizeAs(a);
      ByteBuffer x = ByteBuffer.wrap(a).order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer y = ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN);
      for (int at = 64; at < a.length; ) {
        int size = (16 + (x.getInt(at + 4) & 0xfffffff) + 7) & -8;
        assertThat(y.slice(at + 4, size - 4)).isEqualTo(x.slice(at + 4, size - 4));
        at += size;
      }
    }
  }

  @Test
  void streamsMayBeClosedByTheirUsers() throws Exception {
    checkpoints.writeAlone(
        "a",
        out -> {
          try (var writer = new OutputStreamWriter(out, StandardCharsets.UTF_8)) {
            writer.write("state");
          }
        });
    String read =
        checkpoints.read(
            "a",
            in -> {
              try (in) {
                return new String(in.readNBytes(3), StandardCharsets.UTF_8);
              }
            });
    assertThat(read).isEqualTo("sta");
  }

  @Test
  void vectorIsReadAndIsUsable() throws Exception {
    disk.createDirectories("checkpoints");
    put(Checkpoints.pathOf(4), Vectors.checkpoint());
    assertThat(payload(Checkpoints.pathOf(4))).asString().isEqualTo("state");
    assertThat(checkpoints.isUsable(Checkpoints.pathOf(4), LOG, 4)).isTrue();
    assertThat(checkpoints.list()).containsExactly(4L);
  }

  @Test
  void entriesBeforeTheFirstAreRefusedBeforeAnythingIsMade() throws Exception {
    assertThatThrownBy(() -> Checkpoints.pathOf(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThat(Checkpoints.pathOf(0)).isEqualTo("checkpoints/00000000000000000000.ckpt");
    assertThatThrownBy(() -> CheckpointWriter.create(disk, "a", LOG, -1, CLOCK))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(disk.list("")).isEmpty();
  }

  @Test
  void sizeOfThePayloadIsReturnedAndFilesAreClosed() throws Exception {
    assertThat(checkpoints.writeAlone("alone", out -> out.write(random(70)))).isEqualTo(70);
    try (CheckpointWriter writer = CheckpointWriter.create(directory, "w", LOG, 1, CLOCK)) {
      writer.write(new byte[30]);
      assertThat(writer.commit()).isEqualTo(30);
      assertThatThrownBy(() -> writer.write(1)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> writer.write(new byte[2])).isInstanceOf(IOException.class);
    }
    CheckpointReader reader = CheckpointReader.open(directory, "alone");
    assertThat(reader.read()).isEqualTo(random(70)[0] & 255);
    assertThat(reader.available()).isEqualTo(69);
    reader.close();
    assertThatThrownBy(reader::read).isInstanceOf(IOException.class);
  }

  @Tag("slow")
  @Test
  void hundredMegabytesStreamInConstantMemory(@TempDir Path folder) throws Exception {
    Directory files = FsDirectory.open(folder);
    byte[] piece = random(100_000);
    int pieces = 1000;
    long before = allocated();
    Checkpoints some = Checkpoints.in(files, CLOCK);
    some.writeAlone(
        "large",
        out -> {
          for (int i = 0; i < pieces; i++) {
            out.write(piece);
          }
        });
    long checked =
        some.read(
            "large",
            in -> {
              byte[] back = new byte[piece.length];
              long total = 0;
              for (int i = 0; i < pieces; i++) {
                assertThat(in.readNBytes(back, 0, back.length)).isEqualTo(back.length);
                if (!Arrays.equals(back, piece)) {
                  throw new AssertionError("piece " + i + " differs");
                }
                total += back.length;
              }
              assertThat(in.read()).isEqualTo(-1);
              return total;
            });
    assertThat(checked).isEqualTo(100_000_000L);
    assertThat(allocated() - before)
        .as("bytes allocated on the heap for 100 MB out and in")
        .isLessThan(8L << 20);
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  @Test
  void emptyPayloadTakesNoChunk() throws Exception {
    checkpoints.writeAlone("a", out -> {});
    assertThat(bytes("a")).hasSize(FileHeader.BYTES + FrameFormat.PROMISE_FRAME_BYTES);
  }

  @Test
  void valueIsReadWithoutASchemaToo() throws Exception {
    var parser = Checkpoints.parser(Codecs.utf8());
    assertThat(parser.readFrom(new ByteArrayInputStream("text".getBytes(StandardCharsets.UTF_8))))
        .isEqualTo("text");
  }
}
