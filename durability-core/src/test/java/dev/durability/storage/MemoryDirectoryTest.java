package dev.durability.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class MemoryDirectoryTest {
  @Test
  void fileOf100MegabytesIsHeldInChunks() throws IOException {
    Directory directory = new MemoryDirectory();
    ByteBuffer block = ByteBuffer.allocate(1 << 20);
    try (AppendFile file = directory.create("a", 1L << 30)) {
      for (int i = 0; i < 100; i++) {
        block.clear();
        block.putInt(0, i);
        file.write(block);
      }
      file.truncate(file.position());
    }
    try (ReadFile file = directory.open("a")) {
      assertThat(file.size()).isEqualTo(100L << 20);
      for (int i = 0; i < 100; i++) {
        ByteBuffer target = ByteBuffer.allocate(4);
        assertThat(file.read(target, (long) i << 20)).isEqualTo(4);
        assertThat(target.getInt(0)).isEqualTo(i);
      }
    }
  }
}
