package dev.durability.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system of 1 MiB that runs full. Needs the right to mount one. */
class FsFullDiskTest {
  private static final int BLOCK = 30_000;

  @TempDir Path mount;

  private boolean mounted;
  private FsDirectory directory;

  @BeforeEach
  void mount() throws Exception {
    mounted = run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount.toString());
    String reason = "skipped: this user or system cannot mount a tmpfs of 1 MiB";
    if (!mounted) {
      System.out.println("FsFullDiskTest " + reason);
    }
    assumeTrue(mounted, reason);
    directory = FsDirectory.open(mount);
  }

  @AfterEach
  void unmount() throws Exception {
    assertThat(!mounted || run("umount", mount.toString())).isTrue();
  }

  @Test
  void creatingBeyondTheRoomFailsAndLeavesNothing() throws IOException {
    assertThatThrownBy(() -> directory.create("big", 2 << 20))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("big")
        .hasMessageContaining("No space left");
    assertThat(directory.list("")).isEmpty();
    directory.create("small", 900_000).close();
    assertThat(directory.list("")).containsExactly("small");
  }

  @Test
  void failedWriteKeepsPositionAndCutAndRoomLetWritingGoOn() throws IOException {
    directory.create("ballast", 300_000).close();
    try (AppendFile file = directory.create("a", 0)) {
      long position = fill(file);
      assertThatThrownBy(() -> file.write(block(position / BLOCK)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left")
          .hasMessageContaining("at offset")
          .hasCauseInstanceOf(IOException.class);
      ByteBuffer refused = block(position / BLOCK);
      assertThatThrownBy(() -> file.write(refused)).isInstanceOf(IOException.class);
      assertThat(refused.remaining()).isEqualTo(BLOCK);
      assertThat(file.position()).isEqualTo(position);
      file.truncate(position);
      file.sync();
      directory.delete("ballast");
      file.write(refused);
      file.write(block(position / BLOCK + 1));
      file.sync();
      assertBlocks(position / BLOCK + 2);
    }
  }

  private static long fill(AppendFile file) {
    while (true) {
      long before = file.position();
      try {
        file.write(block(before / BLOCK));
      } catch (IOException e) {
        assertThat(file.position()).isEqualTo(before).isPositive();
        return before;
      }
    }
  }

  private void assertBlocks(long count) throws IOException {
    try (ReadFile reader = directory.open("a")) {
      assertThat(reader.size()).isEqualTo(count * BLOCK);
      for (long i = 0; i < count; i++) {
        ByteBuffer target = ByteBuffer.allocate(BLOCK);
        while (target.hasRemaining()) {
          assertThat(reader.read(target, i * BLOCK + target.position())).isPositive();
        }
        assertThat(target.flip()).isEqualTo(block(i));
      }
    }
  }

  private static ByteBuffer block(long number) {
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    while (block.hasRemaining()) {
      block.put((byte) (number * 7 + block.position()));
    }
    return block.flip();
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false; // no such command
    }
  }
}
