package dev.durability.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.durability.errors.LockHeldException;
import dev.durability.errors.LockLostException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The lock between two processes, and two class loaders. */
@SuppressWarnings("try") // Locks are closed early and again: that does nothing.
@Timeout(value = 600, unit = TimeUnit.SECONDS)
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

  /** Two web applications in one server, each with its own copy of the library. */
  @Test
  void refusedAttemptsOfAnotherClassLoaderDoNotFreeTheLock() throws Exception {
    FsDirectory directory = FsDirectory.open(root);
    try (LockingProcess child = LockingProcess.start(root);
        OtherLibrary other = new OtherLibrary();
        DirectoryLock lock = directory.lock(".lock")) {
      Files.createLink(root.resolve("hard"), root.resolve(".lock"));
      for (String path : new String[] {".lock", "hard"}) {
        for (String method : new String[] {"lock", "open", "delete"}) {
          assertThat(other.call(root, method, path))
              .as(method + " " + path)
              .contains("LockHeldException")
              .contains("class loader");
          assertThat(child.order("lock")).as("after " + method + " " + path).isEqualTo("refused");
        }
      }
      assertThat(lock.isHeld()).isTrue();
      lock.close();
      assertThat(other.call(root, "lock", ".lock")).isEmpty();
    }
  }

  /** As an older version of the library is, or where somebody replaces the system properties. */
  @Test
  void lockThatIsListedNowhereIsNotFreedByRefusedAttemptsEither() throws Exception {
    FsDirectory directory = FsDirectory.open(root);
    Properties all = System.getProperties();
    Properties without = new Properties();
    try (LockingProcess child = LockingProcess.start(root);
        DirectoryLock lock = directory.lock(".lock")) {
      all.stringPropertyNames().stream()
          .filter(name -> !name.contains(HeldLocks.PREFIX))
          .forEach(name -> without.setProperty(name, all.getProperty(name)));
      System.setProperties(without);
      try {
        for (int i = 0; i < 3; i++) {
          assertThatThrownBy(() -> directory.lock(".lock"))
              .isInstanceOf(LockHeldException.class)
              .hasMessageContaining("other code in this process");
          assertThat(child.order("lock")).isEqualTo("refused");
        }
      } finally {
        System.setProperties(all);
      }
      lock.close();
      directory.lock(".lock").close();
      assertThat(child.order("lock")).isEqualTo("held");
    }
  }

  /** A backup inside the JVM copies the file: POSIX frees the lock when that is closed. */
  @Test
  void lockThatTheProcessLostIsNoticedOnceAnotherHasTakenIt() throws Exception {
    FsDirectory directory = FsDirectory.open(root);
    try (LockingProcess child = LockingProcess.start(root);
        DirectoryLock lock = directory.lock(".lock")) {
      byte[] unused = Files.readAllBytes(root.resolve(".lock"));
      lock.requireHeld();
      assertThat(child.order("lock")).isEqualTo("held");
      assertLost(lock, "another writer has taken it");
      lock.close();
      // Whoever lost it leaves the other's traces alone.
      assertThatThrownBy(() -> directory.lock(".lock"))
          .isInstanceOf(LockHeldException.class)
          .hasMessageContaining("another process holds it: process " + child.pid());
    }
  }

  /** Whatever the clock of the file system says, and however coarse it is. */
  @Test
  void laterHolderIsNoticedByTheSizeOfTheFile() throws Exception {
    FsDirectory directory = FsDirectory.open(root);
    Path file = root.resolve(".lock");
    try (LockingProcess child = LockingProcess.start(root);
        DirectoryLock lock = directory.lock(".lock")) {
      byte[] unused = Files.readAllBytes(file);
      TimeUnit.NANOSECONDS.sleep(FsLock.YOUNG_NANOS);
      Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
      lock.requireHeld(); // Touched, not taken.
      assertThat(child.order("lock")).isEqualTo("held");
      Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
      assertLost(lock, "another writer has taken it");
    }
  }

  @Test
  void tokenThatIsOverwrittenAtOnceIsMissed() throws Exception {
    FsDirectory directory = FsDirectory.open(root);
    for (int attempt = 0; ; attempt++) {
      Path file = root.resolve(attempt + ".lock");
      long start = System.nanoTime();
      try (DirectoryLock lock = directory.lock(attempt + ".lock")) {
        FileTime time = Files.getLastModifiedTime(file);
        Files.write(file, new byte[(int) Files.size(file)]);
        Files.setLastModifiedTime(file, time);
        Throwable thrown = catchThrowable(lock::requireHeld);
        if (System.nanoTime() - start <= FsLock.YOUNG_NANOS) { // Else the file was not young.
          assertThat(thrown)
              .isInstanceOf(LockLostException.class)
              .hasMessageContaining("another writer has taken it");
          return;
        }
      }
    }
  }

  @Test
  void lockWhoseFileOrDirectoryIsNotInPlaceAnyMoreIsLost() throws Exception {
    Path wal = root.resolve("wal");
    Path aside = root.resolve("aside");
    FsDirectory directory = FsDirectory.open(root);
    directory.createDirectories("wal");
    try (DirectoryLock lock = directory.lock("wal/.lock")) {
      lock.requireHeld();
      Files.move(wal.resolve(".lock"), aside);
      assertLost(lock, "/.lock was removed");
      Files.createFile(wal.resolve(".lock"));
      assertLost(lock, "/.lock was replaced");
      Files.move(aside, wal.resolve(".lock"), StandardCopyOption.REPLACE_EXISTING);
      lock.requireHeld();
      Files.move(wal, aside);
      assertLost(lock, "the directory");
      directory.createDirectories("wal");
      assertLost(lock, "/.lock was removed");
      Files.createFile(wal.resolve(".lock"));
      assertLost(lock, "/.lock was replaced");
    }
  }

  /** It may be about to write what it asked for while it still held the lock. */
  @Test
  void whoeverTakesALockFromALivingHolderLetsItEndWhatItHasBegun() throws Exception {
    FsDirectory directory = FsDirectory.open(root);
    Path file = root.resolve(".lock");
    Path holder = root.resolve(".lock.holder");
    assertThat(LockHolder.mayLive(file)).as("nobody").isFalse();
    String alive;
    try (DirectoryLock lock = directory.lock(".lock")) {
      assertThat(lock.isHeld()).isTrue();
      assertThat(LockHolder.mayLive(file)).as("this process").isTrue();
      alive = Files.readString(holder);
    }
    assertThat(LockHolder.mayLive(file)).as("who gave it up").isFalse();
    try (LockingProcess child = LockingProcess.start(root)) {
      assertThat(child.order("lock")).isEqualTo("held");
      assertThat(LockHolder.mayLive(file)).as("another process").isTrue();
      child.kill();
      assertThat(LockHolder.mayLive(file)).as("a killed process").isFalse();
    }
    Files.writeString(holder, alive.replaceAll("host .*", "host another"));
    assertThat(LockHolder.mayLive(file)).as("a process of another host").isTrue();
    Files.writeString(holder, "cut");
    assertThat(LockHolder.mayLive(file)).as("a text that was cut").isTrue();
    Files.writeString(holder, alive);
    long start = System.nanoTime();
    Thread.currentThread().interrupt();
    try (DirectoryLock lock = directory.lock(".lock")) {
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(LockAttempt.OTHERS_END_NANOS);
      assertThat(Thread.interrupted()).as("the flag").isTrue();
      assertThat(lock.isHeld()).isTrue();
    }
  }

  @Test
  void refusalNamesTheHolderAndDoesNotBelieveWhatAKilledOneLeft() throws Exception {
    FsDirectory directory = FsDirectory.open(root);
    Path holder = root.resolve(".lock.holder");
    try (LockingProcess child = LockingProcess.start(root)) {
      assertThat(child.order("lock")).isEqualTo("held");
      assertThat(Files.readString(holder)).contains("process " + child.pid() + "\n");
      assertThatThrownBy(() -> directory.lock(".lock"))
          .hasMessageContaining("another process holds it: process " + child.pid())
          .hasMessageContaining(LockingProcess.class.getName())
          .hasMessageContaining(", since 2");
      String text = Files.readString(holder);
      Files.writeString(holder, "token 00" + text.substring(text.indexOf('\n')));
      assertThatThrownBy(() -> directory.lock(".lock"))
          .hasMessageContaining("another process holds it; wait");
      Files.writeString(holder, text);
      assertThat(child.order("unlock")).isEqualTo("free");
      assertThat(Files.exists(holder)).isFalse();
      assertThat(child.order("lock")).isEqualTo("held");
      child.kill();
      assertThat(Files.exists(holder)).isTrue();
      try (DirectoryLock lock = directory.lock(".lock")) {
        lock.requireHeld();
        assertThat(Files.readString(holder))
            .contains("process " + ProcessHandle.current().pid() + "\n");
      }
      assertThat(Files.exists(holder)).isFalse();
    }
  }

  @Test
  void fileIsGuardedByOneLockWhateverItsNameAndTheClassLoader() throws Exception {
    FsDirectory directory = FsDirectory.open(root);
    directory.create("a", 0).close();
    Files.createLink(root.resolve("hard"), root.resolve("a"));
    Files.createSymbolicLink(root.resolve("soft"), Path.of("a"));
    try (OtherLibrary library = new OtherLibrary();
        DirectoryLock lock = directory.lock("a.lock");
        DirectoryLock other = directory.lock("b.lock")) {
      lock.guard("a");
      lock.guard("a");
      lock.guard("soft");
      for (String name : new String[] {"a", "hard", "soft"}) {
        assertThatThrownBy(() -> other.guard(name))
            .isInstanceOf(LockHeldException.class)
            .hasMessageContaining("under another name");
        assertThat(library.guard(root, "c.lock", name)).contains("LockHeldException");
      }
      assertThatThrownBy(() -> other.guard("missing")).isInstanceOf(NoSuchFileException.class);
      lock.requireHeld();
      Files.move(root.resolve("a"), root.resolve("b"));
      assertLost(lock, "/a was removed");
      lock.close();
      other.guard("b");
      other.requireHeld();
      Files.copy(root.resolve("b"), root.resolve("copy"));
      Files.move(root.resolve("copy"), root.resolve("b"), StandardCopyOption.REPLACE_EXISTING);
      assertLost(other, "/b was replaced");
      other.guard("b");
      other.requireHeld();
    }
  }

  private static void assertLost(DirectoryLock lock, String how) {
    assertThatThrownBy(lock::requireHeld)
        .isInstanceOf(LockLostException.class)
        .hasMessageContaining(how)
        .hasMessageContaining("only one writer runs");
    assertThat(lock.isHeld()).isFalse();
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
