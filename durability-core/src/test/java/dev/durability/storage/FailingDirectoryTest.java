package dev.durability.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.storage.Failure.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Without failures it keeps the contract; with them it does what it says. */
class FailingDirectoryTest {
  private final FailingDirectory failing = new FailingDirectory(new MemoryDirectory());

  @Test
  void nthWriteIsTornAndItsBufferAndPositionStay() throws IOException {
    failing.inject(Failure.of(Operation.WRITE).onSuffix(".wal").nth(2).afterBytes(3));
    try (AppendFile other = failing.create("other", 0);
        AppendFile file = failing.create("a.wal", 0)) {
      other.write(five());
      other.write(five());
      file.write(five());
      ByteBuffer source = five();
      assertThatThrownBy(() -> file.write(source)).isInstanceOf(IOException.class);
      assertThat(source.remaining()).isEqualTo(5);
      assertThat(file.position()).isEqualTo(5);
      assertThat(failing.open("a.wal").size()).isEqualTo(8);
      assertThatThrownBy(() -> file.write(source)).isInstanceOf(AssertionError.class);
      file.truncate(5);
      file.write(source);
      assertThat(failing.open("a.wal").size()).isEqualTo(10);
    }
    assertThat(failing.count(Operation.WRITE)).isEqualTo(5);
    assertThat(failing.injected()).isEqualTo(1);
    assertThat(failing.bytesWritten()).isEqualTo(23);
  }

  @Test
  void failuresRepeatAndHeal() throws IOException {
    failing.inject(Failure.of(Operation.SYNC_DIRECTORY).nth(2).times(2));
    failing.inject(Failure.of(Operation.DELETE).forever().saying("no"));
    failing.sync("");
    assertThatThrownBy(() -> failing.sync("")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> failing.sync("")).isInstanceOf(IOException.class);
    failing.sync("");
    failing.create("a", 0).close();
    assertThatThrownBy(() -> failing.delete("a")).hasMessageContaining("no");
    assertThatThrownBy(() -> failing.delete("a")).hasMessageContaining("no");
    failing.heal().delete("a");
  }

  @Test
  void operationMayTakeEffectAndFail() throws IOException {
    failing.inject(Failure.of(Operation.RENAME).on("b"::equals).afterEffect());
    failing.inject(Failure.of(Operation.CREATE).nth(2).afterEffect());
    failing.inject(Failure.of(Operation.OPEN));
    failing.create("a", 0).close();
    assertThatThrownBy(() -> failing.rename("a", "b")).isInstanceOf(IOException.class);
    assertThat(failing.list("")).containsExactly("b");
    assertThatThrownBy(() -> failing.create("c", 0)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> failing.open("b")).isInstanceOf(IOException.class);
    assertThat(failing.list("")).containsExactly("b", "c");
  }

  @Test
  void fullDiskTakesWhatFitsUntilThereIsRoom() throws IOException {
    try (AppendFile file = failing.create("a", 0)) {
      failing.fillUpAfter(7);
      file.write(five());
      assertThatThrownBy(() -> file.write(five())).hasMessageContaining("No space left");
      assertThat(failing.open("a").size()).isEqualTo(7);
      file.truncate(5);
      assertThatThrownBy(() -> file.write(five())).hasMessageContaining("No space left");
      assertThatThrownBy(() -> failing.create("b", 1)).hasMessageContaining("No space left");
      assertThat(failing.exists("b")).isFalse();
      file.truncate(5);
      failing.makeRoom();
      file.write(five());
      assertThat(file.position()).isEqualTo(10);
    }
  }

  @Test
  void watchersSeeEachOperationBeforeIt() throws IOException {
    List<String> seen = new ArrayList<>();
    failing.before((operation, path) -> seen.add(operation + " " + path));
    try (AppendFile file = failing.create("a", 0)) {
      file.write(five());
      file.sync();
    }
    assertThat(seen).containsExactly("CREATE a", "WRITE a", "SYNC_FILE a", "CLOSE_APPEND a");
  }

  private static ByteBuffer five() {
    return ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5});
  }
}
