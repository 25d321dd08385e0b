package dev.durability.storage;

import dev.durability.errors.PathNotExpressibleException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * Turns the paths of a {@link Directory} into real paths below one root. It follows symbolic links
 * itself, name by name, because {@link Path#toRealPath} cannot resolve a file that does not exist
 * yet.
 */
final class RootedPaths {
  /** As many as Linux follows. */
  private static final int LINKS_MAX = 40;

  private final Path root;

  /**
   * Creates the paths below a root.
   *
   * @param realRoot the root, absolute, without symbolic links in it
   */
  RootedPaths(Path realRoot) {
    this.root = realRoot;
  }

  /** {@return the root, absolute, without symbolic links in it} */
  Path root() {
    return root;
  }

  /**
   * Finds what a path stands for, following links.
   *
   * @param path the path of a file or directory, there or not
   * @return where it is, absolute, without symbolic links in it
   * @throws IllegalArgumentException if the contract of {@link Directory} refuses the path
   * @throws PathNotExpressibleException if this JVM cannot express it
   * @throws AccessDeniedException if a link leads out of the root
   */
  Path target(String path) throws IOException {
    return follow(path, PathRules.names(path));
  }

  /**
   * Finds what a directory's path stands for, following links.
   *
   * @param directory the path, the empty string for the root
   * @return where it is, absolute, without symbolic links in it
   * @throws IllegalArgumentException if the contract of {@link Directory} refuses the path
   * @throws PathNotExpressibleException if this JVM cannot express it
   * @throws AccessDeniedException if a link leads out of the root
   */
  Path directory(String directory) throws IOException {
    return directory.isEmpty() ? root : target(directory);
  }

  /**
   * Finds the name itself: as {@link #target}, but if the last name is a link, the link.
   *
   * @param path the path of a file, there or not
   * @return where its name is
   * @throws IllegalArgumentException if the contract of {@link Directory} refuses the path
   * @throws AccessDeniedException if a link leads out of the root, the last name included
   */
  Path name(String path) throws IOException {
    List<String> names = PathRules.names(path);
    int last = names.size() - 1;
    Path name = follow(path, names.subList(0, last)).resolve(names.get(last));
    if (Files.isSymbolicLink(name)) {
      var unused = target(path); // Refused if it leads out of the root.
    }
    return name;
  }

  /**
   * Mostly there are no links. Then this takes few steps: a segment is named while others wait, and
   * seldom enough that the code is not compiled.
   */
  private Path follow(String path, List<String> names) throws IOException {
    Path relative = relative(path);
    Path at = root;
    for (String name : names) {
      at = at.resolve(name);
      if (Files.isSymbolicLink(at)) {
        return followLinks(path, relative.subpath(0, names.size()));
      }
    }
    return at;
  }

  private Path followLinks(String path, Path relative) throws IOException {
    Deque<Path> ahead = new ArrayDeque<>();
    relative.forEach(ahead::addLast);
    Path at = root;
    int links = 0;
    while (!ahead.isEmpty()) {
      Path next = at.resolve(ahead.removeFirst()).normalize();
      if (!Files.isSymbolicLink(next)) {
        at = next;
        continue;
      }
      if (++links > LINKS_MAX) {
        throw new FileSystemLoopException(root.resolve(path).toString());
      }
      Path link = Files.readSymbolicLink(next);
      Path linkRoot = link.getRoot();
      // A relative link starts at its own directory, whose path has no links.
      at = linkRoot == null ? at : at.resolve(linkRoot);
      for (int i = link.getNameCount() - 1; i >= 0; i--) {
        ahead.addFirst(link.getName(i));
      }
    }
    if (!at.startsWith(root)) {
      throw new AccessDeniedException(
          root.resolve(path).toString(),
          at.toString(),
          "a symbolic link leads out of the directory; only what is inside it can be used");
    }
    return at;
  }

  /**
   * Tells whether the JVM can express a name: whether the name leads to its entry in the directory.
   */
  boolean canExpress(Path entry, String name) {
    try {
      return root.getFileSystem().getPath(name).equals(entry.getFileName());
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private Path relative(String path) throws PathNotExpressibleException {
    Path relative;
    try {
      relative = root.getFileSystem().getPath(path);
    } catch (InvalidPathException e) {
      throw new PathNotExpressibleException(
          "this JVM cannot express the path \""
              + ascii(path)
              + "\" below "
              + root
              + ": "
              + e.getReason()
              + "; its encoding of file names is "
              + System.getProperty("sun.jnu.encoding", "unknown")
              + ": start it in a locale that has these characters, for example with"
              + " LC_ALL=C.UTF-8",
          e);
    }
    if (relative.getRoot() != null) {
      // "C:/x" on Windows, which the rules for all platforms let pass.
      throw new IllegalArgumentException("path \"" + path + "\" refused: it is absolute");
    }
    return relative;
  }

  /** If the JVM cannot express the name, it cannot put it into a message either. */
  private static String ascii(String path) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      text.append(c < 0x7f && c >= ' ' ? c : String.format(Locale.ROOT, "\\u%04x", (int) c));
    }
    return text.toString();
  }
}
