package dev.durability.storage;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What an {@link FsDirectory} has only if it is opened for writing. Creates directories so that
 * they are durable: each one is synced into its parent, even if it existed, because its creator may
 * have died before that.
 *
 * @param access who may use what is created
 * @param syncs makes names durable
 */
record FsWriting(CreatedAccess access, DirectorySync syncs) {

  /**
   * Creates the root of a directory, with the missing directories above it.
   *
   * @param root where it is
   * @throws IOException if that fails, or the file system cannot be written by this library
   */
  void createRoot(Path root) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    Path present = root.toAbsolutePath();
    while (!Files.exists(present)) {
      missing.push(present);
      Path parent = present.getParent();
      if (parent == null) {
        throw new NoSuchFileException(present.toString());
      }
      present = parent;
    }
    FsFeatures.requireForWriting(present);
    // A call that a crash cut off synced every directory into its parent except the last one.
    syncParentWhereReadable(present);
    for (Path directory : missing) {
      createDirectory(directory);
    }
  }

  /**
   * Creates a directory if it is missing, and syncs it into its parent.
   *
   * @param directory its real path; its parent exists
   * @throws IOException if that fails; the directory may have been created
   */
  void createDirectory(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, access.ofNewDirectory());
      giveAccess(directory);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    }
    Path parent = directory.getParent();
    if (parent != null) {
      // Even if it existed: its creator may have died before this.
      syncs.sync(parent);
    }
  }

  private void giveAccess(Path directory) throws IOException {
    try {
      if (access.giveDirectory(directory)) {
        syncs.sync(directory); // A crash must not keep the name and lose the permissions.
      }
    } catch (IOException | RuntimeException | Error e) {
      try {
        // Existing directories keep their permissions: if this one stayed, it would never get the
        // right ones.
        Files.delete(directory);
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  private void syncParentWhereReadable(Path directory) throws IOException {
    Path parent = directory.getParent();
    if (parent == null) {
      return;
    }
    try {
      syncs.sync(parent);
    } catch (AccessDeniedException e) {
      // Someone who may not read the parent cannot sync it; the directory is then an
      // administrator's work, and older than this call.
      return;
    }
  }
}
