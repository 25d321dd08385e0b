package dev.durability.storage;

import java.util.List;

/**
 * Which paths a {@link Directory} accepts. It looks only at the characters, so that every
 * implementation refuses the same paths on every platform. {@link RootedPaths} handles what only a
 * file system knows, such as symbolic links.
 */
final class PathRules {
  private PathRules() {}

  /**
   * Checks the path of a file, or of a directory other than the root.
   *
   * @param path the path
   * @return its names, outermost first, at least one
   * @throws IllegalArgumentException if the contract of {@link Directory} refuses the path
   */
  static List<String> names(String path) {
    if (path.isEmpty()) {
      throw refused(path, "it is empty");
    }
    if (path.startsWith("/")) {
      throw refused(path, "it is absolute");
    }
    if (path.indexOf('\\') >= 0) {
      throw refused(path, "it has a backslash in it");
    }
    if (path.indexOf('\0') >= 0) {
      throw refused(path.replace("\0", "\\0"), "it has a NUL in it");
    }
    List<String> names = List.of(path.split("/", -1));
    for (String name : names) {
      if (name.isEmpty()) {
        throw refused(path, "it has an empty name in it");
      }
      if (name.equals(".") || name.equals("..")) {
        throw refused(path, "it has the name " + name + " in it");
      }
    }
    return names;
  }

  /**
   * Checks the path of a directory.
   *
   * @param directory the path, the empty string for the root
   * @return its names, outermost first, none for the root
   * @throws IllegalArgumentException if the contract of {@link Directory} refuses the path
   */
  static List<String> directoryNames(String directory) {
    return directory.isEmpty() ? List.of() : names(directory);
  }

  private static IllegalArgumentException refused(String path, String why) {
    return new IllegalArgumentException(
        "path \""
            + path
            + "\" refused: "
            + why
            + "; give names below the directory's root, separated by /");
  }
}
