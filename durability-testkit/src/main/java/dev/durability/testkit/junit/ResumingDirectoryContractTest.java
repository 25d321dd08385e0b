package dev.durability.testkit.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

/**
 * The contract of a {@link Directory} that can resume a file at an offset, and cut it.
 *
 * @see DirectoryContractTest
 */
public abstract class ResumingDirectoryContractTest extends DirectoryContractTest {

  /** For subclasses. */
  protected ResumingDirectoryContractTest() {}

  @Test
  void truncateCutsReservedRoomToo() throws IOException {
    try (AppendFile file = directory().create("a", 100_000)) {
      file.write(bytes("content"));
      file.truncate(7);
      assertEquals(7, file.position());
      file.sync();
    }
    assertEquals("content", read("a"));
  }

  @Test
  void truncateMovesPositionBackAndWritingGoesOnThere() throws IOException {
    try (AppendFile file = directory().create("a", 0)) {
      file.write(bytes("content"));
      file.truncate(3);
      assertEquals(3, file.position());
      assertEquals("con", read("a"));
      file.write(bytes("fess"));
      file.sync();
    }
    assertEquals("confess", read("a"));
  }

  @Test
  void truncateBeyondPositionOrBelowZeroIsRefusedAndChangesNothing() throws IOException {
    try (AppendFile file = directory().create("a", 100)) {
      file.write(bytes("content"));
      assertIllegal("file.truncate(8)", () -> file.truncate(8));
      assertIllegal("file.truncate(-1)", () -> file.truncate(-1));
      assertEquals(7, file.position());
      file.truncate(7);
    }
    assertEquals("content", read("a"));
  }

  @Test
  void bytesThatWereCutOffDoNotComeBack() throws IOException {
    try (AppendFile file = directory().create("a", 0)) {
      file.write(bytes("x".repeat(200_000)));
      file.truncate(0);
      file.write(bytes("y"));
    }
    assertEquals("y", read("a"));
  }

  @Test
  void truncateOfFileThatIsShorterIsAnErrorAndNotAHole() throws IOException {
    try (AppendFile first = directory().create("a", 0)) {
      first.write(bytes("content"));
      try (AppendFile second = directory().resume("a", 2)) {
        second.truncate(2);
      }
      assertThrows(IOException.class, () -> first.truncate(5));
    }
    assertEquals("co", read("a"));
  }

  @Test
  void resumeWritesInPlaceAndLeavesTheRest() throws IOException {
    write("a", "0123456789");
    try (AppendFile file = directory().resume("a", 2)) {
      assertEquals(2, file.position());
      file.write(bytes("abc"));
      assertEquals(5, file.position());
      assertEquals("01abc56789", read("a"));
      file.truncate(4);
      file.sync();
    }
    assertEquals("01ab", read("a"));
  }

  @Test
  void resumeAtTheEndAppends() throws IOException {
    write("a", "one");
    try (AppendFile file = directory().resume("a", 3)) {
      file.write(bytes("two"));
    }
    assertEquals("onetwo", read("a"));
  }

  @Test
  void resumeAfterTheEndOrOfMissingFileIsRefused() throws IOException {
    write("a", "one");
    directory().createDirectories("d");
    assertThrows(IOException.class, () -> directory().resume("a", 4));
    assertThrows(NoSuchFileException.class, () -> directory().resume("b", 0));
    assertThrows(IOException.class, () -> directory().resume("d", 0));
    assertFalse(directory().exists("b"));
    assertEquals("one", read("a"));
  }

  @Test
  void resumeOfBadPathOrAtNegativeOffsetIsRefused() throws IOException {
    write("a", "content");
    for (String path : BAD_PATHS) {
      assertIllegal("resume " + path.replace("\0", "\\0"), () -> directory().resume(path, 0));
    }
    assertIllegal("resume the empty path", () -> directory().resume("", 0));
    assertIllegal("resume at -1", () -> directory().resume("a", -1));
    assertEquals("content", read("a"));
  }

  @Test
  void interruptBeforeTruncateAndResumeHasNoEffectAndTheFlagStays() throws IOException {
    try (AppendFile file = directory().create("a", 100_000)) {
      interrupted(() -> file.write(bytes("content")));
      interrupted(() -> file.truncate(3));
      interrupted(file::sync);
    }
    try (AppendFile file = interrupted(() -> directory().resume("a", 2))) {
      interrupted(() -> file.write(bytes("okie")));
      interrupted(file::sync);
    }
    assertEquals("cookie", read("a"));
  }
}
