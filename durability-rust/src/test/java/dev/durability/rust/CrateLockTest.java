package dev.durability.rust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(value = OS.LINUX, disabledReason = "/proc/locks is Linux's list of locks")
class CrateLockTest {
  @TempDir private Path root;

  private Path lock() throws IOException {
    return Files.createFile(Files.createDirectories(root.resolve("wal")).resolve(".lock"));
  }

  @Test
  void aMissingFileAndOneThatNobodyHoldsAreTold() throws IOException {
    assertThat(CrateLock.of(root)).isEqualTo(CrateLock.State.ABSENT);
    Path unused = lock();
    assertThat(CrateLock.of(root)).isEqualTo(CrateLock.State.FREE);
  }

  @Test
  void aLockThatIsHeldIsSeenAndNotTaken() throws IOException {
    Path file = lock();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      assertThat(held.isValid()).isTrue();
      assertThat(CrateLock.of(root)).isEqualTo(CrateLock.State.HELD);
    }
    assertThat(CrateLock.of(root)).isEqualTo(CrateLock.State.FREE);
  }

  @Test
  void theLockOfTheCrateIsSeen() throws Exception {
    Path file = lock();
    Process holder;
    try {
      holder =
          new ProcessBuilder("flock", "-n", file.toString(), "sh", "-c", "echo held; read x")
              .start();
    } catch (IOException noFlock) {
      System.out.println("skipped: there is no program flock on this machine");
      return;
    }
    try (var out = holder.inputReader()) {
      assertThat(Objects.requireNonNull(out.readLine())).isEqualTo("held");
      assertThat(CrateLock.of(root)).isEqualTo(CrateLock.State.HELD);
      holder.outputWriter().close();
      assertThat(holder.waitFor()).isNotNegative();
      assertThat(CrateLock.of(root)).isEqualTo(CrateLock.State.FREE);
    } finally {
      holder.destroyForcibly();
    }
  }

  @Test
  void withoutTheListOfLocksNothingIsKnown() throws IOException {
    Path unused = lock();
    assertThat(CrateLock.of(root, root.resolve("none"))).isEqualTo(CrateLock.State.UNKNOWN);
  }
}
