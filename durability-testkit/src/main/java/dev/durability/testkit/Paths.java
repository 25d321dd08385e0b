package dev.durability.testkit;

/** Refuses the paths that the contract of a directory refuses. */
final class Paths {
  private Paths() {}

  /** The path of a file. */
  static void require(String path) {
    if (path.isEmpty() || path.indexOf('\\') >= 0 || path.indexOf('\0') >= 0) {
      throw refused(path);
    }
    for (String name : path.split("/", -1)) {
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        throw refused(path);
      }
    }
  }

  /** The path of a directory; the root is the empty string. */
  static void requireDirectory(String path) {
    if (!path.isEmpty()) {
      require(path);
    }
  }

  private static IllegalArgumentException refused(String path) {
    return new IllegalArgumentException(
        "path \""
            + path.replace("\0", "\\0")
            + "\" refused: give names below the root, separated by /, without . and ..");
  }
}
