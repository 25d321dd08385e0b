package dev.durability.storage;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The names that {@link FsDirectory#list} gives: all files of a directory whose names a path can
 * have. Files that cannot be looked at are among them.
 */
final class FsListing {
  private FsListing() {}

  /**
   * Lists a directory.
   *
   * @param paths what its names are checked against
   * @param directory its real path
   * @return the names of its files, sorted
   * @throws IOException if it is missing, is not a directory, or cannot be read
   */
  static List<String> names(RootedPaths paths, Path directory) throws IOException {
    if (Files.readAttributes(directory, BasicFileAttributes.class).isOther()) {
      throw new NotDirectoryException(directory.toString()); // Listing a pipe would wait.
    }
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (name.indexOf('\\') < 0 && paths.canExpress(entry, name) && isToBeListed(entry)) {
          names.add(name);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    } catch (NotDirectoryException e) {
      BasicFileAttributes unused =
          FsDirectory.attributes(
              directory); // An archive says the same of a missing directory: then this throws.
      throw e;
    }
    Collections.sort(names);
    return Collections.unmodifiableList(names);
  }

  /** Lists entries that cannot be looked at, too, so that only opening them fails. */
  private static boolean isToBeListed(Path entry) throws IOException {
    try {
      return !Files.readAttributes(entry, BasicFileAttributes.class).isDirectory();
    } catch (IOException unknown) {
      try {
        BasicFileAttributes unused = FsDirectory.attributes(entry);
        return true; // A link to nothing, to itself, or to something that may not be read.
      } catch (NoSuchFileException deletedSince) {
        return false;
      } catch (IOException failed) {
        return true;
      }
    }
  }
}
