package dev.durability.testkit.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.durability.storage.AppendFile;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Files that are renamed and deleted, and directories. */
abstract class NameContract extends ReadContract {

  @Test
  void renameMovesAcrossDirectories() throws IOException {
    directory().createDirectories("d/e");
    write("a", "content");
    directory().rename("a", "d/e/b");
    directory().sync("");
    directory().sync("d/e");
    assertFalse(directory().exists("a"));
    assertEquals("content", read("d/e/b"));
  }

  @Test
  void renameReplacesAndOpenHandlesOfBothStayValid() throws IOException {
    write("old", "replaced");
    try (AppendFile appender = directory().create("new", 0);
        ReadFile replaced = directory().open("old");
        ReadFile renamed = directory().open("new")) {
      appender.write(bytes("one"));
      directory().rename("new", "old");
      appender.write(bytes("two"));
      appender.sync();
      assertEquals("replaced", readAll(replaced));
      assertEquals("onetwo", readAll(renamed));
    }
    assertEquals(List.of("old"), directory().list(""));
    assertEquals("onetwo", read("old"));
  }

  @Test
  void renameToItselfChangesNothing() throws IOException {
    write("a", "content");
    directory().rename("a", "a");
    assertEquals("content", read("a"));
  }

  @Test
  void renameOfMissingFileOrToMissingDirectoryOrOfDirectoryIsRefused() throws IOException {
    directory().createDirectories("d");
    write("a", "content");
    assertThrows(NoSuchFileException.class, () -> directory().rename("b", "a"));
    assertThrows(NoSuchFileException.class, () -> directory().rename("a", "e/a"));
    assertThrows(IOException.class, () -> directory().rename("a", "d"));
    assertThrows(IOException.class, () -> directory().rename("d", "e"));
    assertEquals("content", read("a"));
    assertEquals(List.of(), directory().list("d"));
    assertFalse(directory().exists("e"));
  }

  @Test
  void deletedFileStaysReadableAndWritableThroughOpenHandles() throws IOException {
    try (AppendFile appender = directory().create("a", 0);
        ReadFile reader = directory().open("a")) {
      appender.write(bytes("one"));
      directory().delete("a");
      directory().sync("");
      appender.write(bytes("two"));
      appender.sync();
      assertEquals("onetwo", readAll(reader));
      write("a", "another");
      assertEquals("onetwo", readAll(reader));
    }
    assertEquals("another", read("a"));
  }

  @Test
  void deleteOfMissingFileOrDirectoryIsRefused() throws IOException {
    directory().createDirectories("d");
    assertThrows(NoSuchFileException.class, () -> directory().delete("a"));
    assertThrows(IOException.class, () -> directory().delete("d"));
    assertTrue(directory().exists("d"));
  }

  @Test
  void listHoldsFilesAloneSorted() throws IOException {
    directory().createDirectories("d/e");
    for (String name : List.of("b", "a", "B", "a.b", "a-b", "d/y", "d/x", "d/e/z")) {
      write(name, "");
    }
    write("d0", "");
    assertEquals(List.of("B", "a", "a-b", "a.b", "b", "d0"), directory().list(""));
    assertEquals(List.of("x", "y"), directory().list("d"));
    assertEquals(List.of("z"), directory().list("d/e"));
  }

  @Test
  void listOrSyncOfMissingDirectoryOrFileIsRefused() throws IOException {
    write("a", "");
    assertThrows(NoSuchFileException.class, () -> directory().list("d"));
    assertThrows(NoSuchFileException.class, () -> directory().sync("d"));
    assertThrows(IOException.class, () -> directory().list("a"));
    assertThrows(IOException.class, () -> directory().sync("a"));
  }

  @Test
  void createDirectoriesCreatesAllLevelsAndMayBeRepeated() throws IOException {
    directory().createDirectories("a/b/c");
    write("a/b/c/f", "content");
    directory().createDirectories("a/b/c");
    directory().createDirectories("a");
    assertEquals("content", read("a/b/c/f"));
    assertEquals(List.of(), directory().list("a"));
    assertTrue(directory().exists("a"));
    assertTrue(directory().exists("a/b"));
  }

  @Test
  void createDirectoriesOverFileIsRefused() throws IOException {
    write("a", "content");
    assertThrows(FileAlreadyExistsException.class, () -> directory().createDirectories("a"));
    assertThrows(IOException.class, () -> directory().createDirectories("a/b"));
    assertEquals("content", read("a"));
  }

  @Test
  void existsIsFalseBelowFilesAndMissingDirectories() throws IOException {
    write("a", "content");
    assertFalse(directory().exists("a/b"));
    assertFalse(directory().exists("d/b"));
  }
}
