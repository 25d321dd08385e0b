package dev.durability.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class AppendOnlyDirectoryTest extends DirectoryContractTest {
  @Override
  Directory newDirectory() {
    return new AppendOnlyDirectory(new MemoryDirectory());
  }

  @Test
  void storeThatCannotResumeOrCutSaysSoAndChangesNothing() throws IOException {
    try (AppendFile file = directory.create("a", 0)) {
      file.write(bytes("content"));
      assertThatThrownBy(() -> file.truncate(3)).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> directory.resume("a", 7))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(read("a")).isEqualTo("content");
  }
}
