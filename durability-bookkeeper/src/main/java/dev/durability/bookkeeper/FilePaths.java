package dev.durability.bookkeeper;

/** Which paths are refused: see {@link dev.durability.storage.Directory}. */
final class FilePaths {
  private FilePaths() {}

  /** Checks the path of a file. */
  static void require(String path) {
    if (path.isEmpty()) {
      throw refused(path);
    }
    requireDirectory(path);
  }

  /** Checks the path of a directory, which may be the root. */
  static void requireDirectory(String path) {
    if (path.isEmpty()) {
      return;
    }
    if (path.indexOf('\\') >= 0 || path.indexOf('\0') >= 0) {
      throw refused(path);
    }
    for (String name : path.split("/", -1)) {
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        throw refused(path);
      }
    }
  }

  private static IllegalArgumentException refused(String path) {
    return new IllegalArgumentException(
        "path \""
            + path.replace("\0", "\\0")
            + "\" refused: give names below the directory's root, separated by /, without '.', '..'"
            + " and backslashes");
  }
}
