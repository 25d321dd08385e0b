package dev.durability.testkit.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The contract of a {@link Directory} whose lock another process can take over while the holder may
 * still run: see {@link Directory#lock}.
 *
 * @see DirectoryContractTest
 */
public abstract class FencingDirectoryContractTest extends ResumingDirectoryContractTest {
  private @Nullable Directory other;

  /** For subclasses. */
  protected FencingDirectoryContractTest() {}

  /**
   * Opens the directory of the test that runs as another process does. Its {@link Directory#lock}
   * takes a lock over at once.
   *
   * @return the same files, through another object
   * @throws IOException if that fails: the test fails
   */
  protected abstract Directory otherDirectory() throws IOException;

  @BeforeEach
  final void openAgain() throws IOException {
    other = otherDirectory();
  }

  private Directory other() {
    return Objects.requireNonNull(other);
  }

  private String readOther(String path) throws IOException {
    try (ReadFile file = other().open(path)) {
      return readAll(file);
    }
  }

  @Test
  void othersSeeWhatWasFlushedSyncedCutOrClosed() throws IOException {
    try (AppendFile file = directory().create("a", 0);
        ReadFile reader = other().open("a")) {
      file.write(bytes("one"));
      file.flush();
      assertEquals("one", readAll(reader));
      file.write(bytes("two"));
      file.sync();
      assertEquals("onetwo", readAll(reader));
      file.truncate(4);
      file.write(bytes("three"));
      file.flush();
      assertEquals("onetthree", readAll(reader));
      file.write(bytes("four"));
    }
    assertEquals("onetthreefour", readOther("a"));
    directory().rename("a", "b");
    assertFalse(other().exists("a"));
    assertEquals("onetthreefour", readOther("b"));
  }

  @Test
  void formerHolderWritesAndSyncsNothingMore() throws IOException {
    DirectoryLock former = directory().lock(".lock");
    AppendFile file = directory().create("a", 0);
    file.write(bytes("synced"));
    file.sync();
    AppendFile unsynced = directory().create("b", 0);
    try (DirectoryLock latter = other().lock(".lock")) {
      assertTrue(latter.isHeld());
      assertEquals("synced", readOther("a"));
      String seen = readOther("b");
      assertThrows(IOException.class, () -> writeAndFlush(file));
      assertThrows(IOException.class, file::sync);
      assertThrows(IOException.class, () -> writeAndFlush(unsynced));
      assertEquals("synced", readOther("a"));
      assertEquals(seen, readOther("b"));
      try (AppendFile again = other().resume("a", 6)) {
        again.write(bytes(" more"));
        again.sync();
      }
      assertThrows(IOException.class, () -> writeAndFlush(file));
      assertEquals("synced more", readOther("a"));
    }
    closeAnyhow(file);
    closeAnyhow(unsynced);
    former.close();
  }

  private static void writeAndFlush(AppendFile file) throws IOException {
    file.write(bytes("late"));
    file.flush();
  }

  /** What was never written may be reported once more. */
  private static void closeAnyhow(AppendFile file) {
    try {
      file.close();
    } catch (IOException late) {
      assertFalse(String.valueOf(late.getMessage()).isEmpty());
    }
  }

  @Test
  void formerHolderChangesNoNamesAndCutsNothing() throws IOException {
    DirectoryLock former = directory().lock(".lock");
    write("a", "content");
    AppendFile file = directory().resume("a", 7);
    try (DirectoryLock latter = other().lock(".lock")) {
      assertThrows(IOException.class, () -> directory().create("b", 0));
      assertThrows(IOException.class, () -> directory().rename("a", "b"));
      assertThrows(IOException.class, () -> directory().delete("a"));
      assertThrows(IOException.class, () -> file.truncate(3));
      assertThrows(IOException.class, former::requireHeld);
      assertFalse(former.isHeld());
      assertFalse(other().exists("b"));
      assertEquals("content", readOther("a"));
      closeAnyhow(file);
      former.close();
      assertTrue(latter.isHeld());
      other().rename("a", "b");
    }
    assertEquals("content", read("b"));
    try (DirectoryLock again = directory().lock(".lock")) {
      directory().rename("b", "a");
      again.requireHeld();
    }
    assertEquals("content", readOther("a"));
  }
}
