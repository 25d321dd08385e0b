package dev.durability.testkit.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which paths are refused, by which methods, and which odd ones are accepted. */
abstract class PathContract extends DirectoryContract {
  static final List<String> BAD_PATHS =
      List.of(
          "/",
          "/a",
          "a/",
          "a//b",
          "//a",
          ".",
          "..",
          "./a",
          "a/.",
          "a/./b",
          "../a",
          "a/..",
          "a/../b",
          "a/../../b",
          "a\\b",
          "\\a",
          "..\\a",
          "a\0b",
          "\0");

  @Test
  void badPathIsRefusedByEveryMethod() throws IOException {
    write("good", "content");
    for (String path : BAD_PATHS) {
      assertRefusedByFileMethods(path);
      assertIllegal(call("list", path), () -> directory().list(path));
      assertIllegal(call("sync", path), () -> directory().sync(path));
      assertIllegal(call("createDirectories", path), () -> directory().createDirectories(path));
    }
    assertEquals(List.of("good"), directory().list(""));
    assertEquals("content", read("good"));
  }

  @Test
  void emptyPathIsTheRootForDirectoriesAndRefusedForFiles() throws IOException {
    write("good", "content");
    assertRefusedByFileMethods("");
    directory().createDirectories("");
    directory().sync("");
    assertEquals(List.of("good"), directory().list(""));
    assertEquals("content", read("good"));
  }

  @Test
  void unusualNameIsAName() throws IOException {
    for (String name :
        List.of("a", "...", "..a", "a..", ".lock", "a b", "~", "-rf", "%2e%2e", "*")) {
      write(name, "content");
      assertEquals("content", read(name), name);
      assertEquals(List.of(name), directory().list(""));
      directory().delete(name);
      assertFalse(directory().exists(name), name);
    }
  }

  private void assertRefusedByFileMethods(String path) {
    assertIllegal(call("create", path), () -> directory().create(path, 0));
    assertIllegal(call("open", path), () -> directory().open(path));
    assertIllegal(call("delete", path), () -> directory().delete(path));
    assertIllegal(call("exists", path), () -> directory().exists(path));
    assertIllegal(call("lock", path), () -> directory().lock(path));
    assertIllegal(call("rename from", path), () -> directory().rename(path, "other"));
    assertIllegal(call("rename to", path), () -> directory().rename("good", path));
  }

  private static String call(String method, String path) {
    return method + " \"" + path.replace("\0", "\\0") + '"';
  }
}
