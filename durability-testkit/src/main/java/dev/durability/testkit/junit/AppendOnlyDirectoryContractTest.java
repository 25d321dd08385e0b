package dev.durability.testkit.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * The contract of a {@link Directory} whose files only grow: it refuses to resume a file at an
 * offset, and to cut one.
 *
 * @see DirectoryContractTest
 */
public abstract class AppendOnlyDirectoryContractTest extends DirectoryContractTest {

  /** For subclasses. */
  protected AppendOnlyDirectoryContractTest() {}

  @Test
  void storageThatCannotResumeOrCutSaysSoAndChangesNothing() throws IOException {
    try (AppendFile file = directory().create("a", 0)) {
      file.write(bytes("content"));
      assertThrows(IOException.class, () -> file.truncate(3));
    }
    assertThrows(UnsupportedOperationException.class, () -> directory().resume("a", 7));
    assertEquals("content", read("a"));
  }
}
