package dev.durability.storage;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** What a file system must have so that an {@link FsDirectory} can write to it. */
final class FsFeatures {
  static final String ASYNCHRONOUS =
      "asynchronous channels, which keep an interrupt from closing a file";

  private FsFeatures() {}

  /**
   * Refuses a file system that lacks what writing needs. Only the default one is known to have all
   * of it.
   *
   * @param present any path that exists in it
   * @throws FileSystemException if it lacks something; the message says what
   */
  static void requireForWriting(Path present) throws IOException {
    FileSystem fileSystem = present.getFileSystem();
    if (fileSystem == FileSystems.getDefault()) {
      return;
    }
    if (fileSystem.isReadOnly()) {
      throw lacks(present, "right to write: it is open for reading only");
    }
    try {
      UninterruptibleFile.open(present, Set.of(StandardOpenOption.READ)).close();
    } catch (UnsupportedOperationException none) {
      throw lacks(present, ASYNCHRONOUS);
    } catch (IOException directoriesCannotBeOpened) {
      return; // Many file systems do: trying one says that it has the channels.
    }
  }

  /** {@return the exception that says what the file system of a path lacks, and what to do} */
  static FileSystemException lacks(Path path, String feature) {
    return new FileSystemException(
        path.toString(),
        null,
        "its file system ("
            + path.getFileSystem().provider().getScheme()
            + ") has no "
            + feature
            + "; write to a directory of another file system, or open this one with"
            + " FsDirectory.openForReading");
  }
}
