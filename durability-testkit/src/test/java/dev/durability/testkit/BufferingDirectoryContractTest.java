package dev.durability.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DurableFile;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.junit.ResumingDirectoryContractTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class BufferingDirectoryContractTest extends ResumingDirectoryContractTest {
  private final MemoryDirectory under = new MemoryDirectory();

  @Override
  protected Directory newDirectory() {
    return new BufferingDirectory(under);
  }

  @Test
  void othersSeeWhatWasFlushedSyncedCutOrClosed() throws IOException {
    try (AppendFile file = directory().create("a", 0)) {
      file.write(bytes("one"));
      assertThat(beneath()).isEmpty();
      assertThat(file.position()).isEqualTo(3);
      file.flush();
      assertThat(beneath()).isEqualTo("one");
      file.write(bytes("two"));
      file.write(bytes("three"));
      assertThat(beneath()).isEqualTo("one");
      file.sync();
      assertThat(beneath()).isEqualTo("onetwothree");
      file.write(bytes("four"));
      file.truncate(8);
      assertThat(beneath()).isEqualTo("onetwoth");
      file.write(bytes("five"));
    }
    assertThat(beneath()).isEqualTo("onetwothfive");
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  private String beneath() throws IOException {
    return new String(DurableFile.read(under, "a", 100), UTF_8);
  }
}
