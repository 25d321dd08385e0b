package dev.durability.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.LockHeldException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The lock between two processes. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class FsLockTest {
  @TempDir Path root;

  @Test
  void lockPassesBetweenProcessesAndIsFreedByUnlockingAndBySigkill() throws Exception {
    FsDirectory directory = FsDirectory.open(root);
    try (LockingProcess child = LockingProcess.start(root)) {
      assertThat(child.order("lock")).isEqualTo("held");
      assertThatThrownBy(() -> directory.lock(".lock"))
          .isInstanceOf(LockHeldException.class)
          .hasMessageContaining(root.toRealPath().resolve(".lock").toString())
          .hasMessageContaining("another process");
      assertThat(child.order("unlock")).isEqualTo("free");
      try (DirectoryLock lock = directory.lock(".lock")) {
        assertThat(child.order("lock")).isEqualTo("refused");
        assertThat(lock.isHeld()).isTrue();
      }
      assertThat(child.order("lock")).isEqualTo("held");
      assertThatThrownBy(() -> directory.lock(".lock")).isInstanceOf(LockHeldException.class);
      child.kill();
      assertThat(Files.exists(root.resolve(".lock"))).isTrue();
      directory.lock(".lock").close();
    }
  }

  /** POSIX frees a process's lock when the process closes any descriptor of the file. */
  @Test
  void failedAttemptsOfTheSameProcessDoNotFreeTheLock() throws Exception {
    FsDirectory directory = FsDirectory.open(root);
    DirectoryLock lock = directory.lock(".lock");
    try (LockingProcess child = LockingProcess.start(root)) {
      Files.createLink(root.resolve("hard"), root.resolve(".lock"));
      Files.createSymbolicLink(root.resolve("soft"), Path.of(".lock"));
      FsDirectory other = FsDirectory.open(root.resolve("../" + root.getFileName()));
      for (String path : new String[] {".lock", "hard", "soft"}) {
        closeIfOpened(() -> other.lock(path));
        closeIfOpened(() -> other.open(path));
        closeIfOpened(() -> other.resume(path, 0));
        closeIfOpened(() -> other.create(path, 0));
        assertThat(child.order("lock")).as("after attempts at " + path).isEqualTo("refused");
      }
      assertThat(lock.isHeld()).isTrue();
      lock.close();
      assertThat(child.order("lock")).isEqualTo("held");
    } finally {
      lock.close();
    }
  }

  private interface Opening {
    AutoCloseable open() throws IOException;
  }

  private static void closeIfOpened(Opening opening) throws Exception {
    try (AutoCloseable opened = opening.open()) {
      throw new AssertionError("opened " + opened);
    } catch (IOException e) {
      assertThat(e).isNotNull();
    }
  }
}
