package dev.durability.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.LogBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckpointNameTest {
  private final MemoryDirectory directory = new MemoryDirectory();

  @Test
  void largestEntryIdNamesACheckpointAndNothingBeyondItDoes() throws IOException {
    for (String id :
        List.of("09223372036854775806", "09223372036854775807", "00000000000000000007")) {
      LogBuilder.put(directory, "checkpoints/" + id + ".ckpt", ByteBuffer.allocate(1));
    }
    assertThat(CheckpointName.list(directory)).containsExactly(Long.MAX_VALUE - 1, 7L);
  }

  @Test
  void withoutTheDirectoryThereIsNoCheckpoint() throws IOException {
    assertThat(CheckpointName.list(directory)).isEmpty();
  }

  @Test
  void whatIsBecomingACheckpointIsKnownByTheNameOfTheCheckpoint() {
    String name = "00000000000000000007.ckpt";
    assertThat(CheckpointName.path(7)).isEqualTo("checkpoints/" + name);
    assertThat(CheckpointName.temporary("a/" + name, -2)).isEqualTo("a/" + name + ".fffffffe.tmp");
    assertThat(CheckpointName.isTemporary(name + ".fffffffe.tmp")).isTrue();
    assertThat(CheckpointName.isTemporaryOf("state", "state.00000001.tmp")).isTrue();

    assertThat(CheckpointName.isTemporary("state.00000001.tmp")).isFalse();
    assertThat(CheckpointName.isTemporary(name)).isFalse();
    assertThat(CheckpointName.isTemporary(name + ".FFFFFFFE.tmp")).isFalse();
    assertThat(CheckpointName.isTemporaryOf("state", "state.1.tmp")).isFalse();
    assertThat(CheckpointName.isTemporaryOf("state", "states.00000001.tmp")).isFalse();
    assertThat(CheckpointName.isTemporaryOf("other", "state.00000001.tmp")).isFalse();
  }
}
