package dev.durability.storage;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * A directory of the file system.
 *
 * <p>Beyond the contract of {@link Directory}:
 *
 * <ul>
 *   <li>Files and directories are created for their owner alone (modes 0600 and 0700) where the
 *       file system knows POSIX permissions. What exists keeps its permissions.
 *   <li>Symbolic links that stay inside the root are followed; {@link #delete} and {@link #rename}
 *       act on the link itself. Only regular files are opened.
 *   <li>{@link #create} with expected bytes writes zeros and syncs them; if that fails, a full disk
 *       included, it deletes the file again.
 *   <li>{@link #lock} is known to this JVM under every spelling of its path. While it is held, all
 *       methods here refuse to open, delete or rename its file, with {@link
 *       dev.durability.errors.LockHeldException}: on POSIX, opening and closing that file by any
 *       other means frees the lock. Its file is never deleted.
 *   <li>On Windows {@link #sync} has no effect, since a directory cannot be synced there: names
 *       become durable when the file system journals them.
 *   <li>{@link #list} leaves out names that no path can have (a backslash in a name).
 * </ul>
 *
 * <p>Safe for many threads; interrupts have no effect. It holds no resources and is not closed.
 */
public final class FsDirectory implements Directory {
  private static final FileAttribute<?>[] NONE = {};
  private static final FileAttribute<?>[] OWNER_FILE = {
    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
  };
  private static final FileAttribute<?>[] OWNER_DIRECTORY = {
    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
  };

  private final RootedPaths paths;

  private FsDirectory(Path realRoot) {
    this.paths = new RootedPaths(realRoot);
  }

  /**
   * Opens a directory. Creates it where it is missing, with those above it; when this returns, all
   * that was created is durable, also where an earlier call was cut off by a crash.
   *
   * @param root the directory
   * @return the directory, ready for use
   * @throws IOException if it cannot be created or is not a directory
   */
  public static FsDirectory open(Path root) throws IOException {
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
    // A call that was cut off by a crash synced every directory into its parent but the last one.
    syncParentWhereReadable(present);
    for (Path directory : missing) {
      createDirectory(directory);
    }
    Path real = root.toRealPath();
    if (!Files.isDirectory(real)) {
      throw new NotDirectoryException(real.toString());
    }
    return new FsDirectory(real);
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    Path target = paths.target(path);
    if (expectedBytes < 0) {
      throw new IllegalArgumentException(
          "cannot create " + target + " for " + expectedBytes + " bytes");
    }
    FsLock.refuseIfHeld(target, null, "create");
    UninterruptibleFile file =
        UninterruptibleFile.open(
            target,
            Set.of(
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE_NEW,
                LinkOption.NOFOLLOW_LINKS),
            ownerOnly(target, OWNER_FILE));
    FsAppendFile result = new FsAppendFile(file, 0);
    if (expectedBytes > 0) {
      try {
        result.reserve(expectedBytes);
      } catch (IOException | RuntimeException | Error e) {
        undoCreate(target, result, e);
        throw e;
      }
    }
    return result;
  }

  private static void undoCreate(Path target, FsAppendFile file, Throwable cause) {
    try {
      try {
        Files.delete(target);
      } finally {
        file.close();
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    Path target = paths.target(path);
    if (offset < 0) {
      throw new IllegalArgumentException("cannot resume " + target + " at offset " + offset);
    }
    UninterruptibleFile file = openRegular(target, StandardOpenOption.WRITE);
    boolean opened = false;
    try {
      long size = file.size();
      if (size < offset) {
        throw new IOException(
            "cannot resume "
                + target
                + " at offset "
                + offset
                + ": it has only "
                + size
                + " bytes; resume it at an offset that was read");
      }
      opened = true;
      return new FsAppendFile(file, offset);
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  @Override
  public ReadFile open(String path) throws IOException {
    return new FsReadFile(openRegular(paths.target(path), StandardOpenOption.READ));
  }

  /** Opening a directory would succeed, and opening a pipe would wait. */
  private static UninterruptibleFile openRegular(Path target, StandardOpenOption how)
      throws IOException {
    BasicFileAttributes present = attributes(target);
    if (!present.isRegularFile()) {
      throw new FileSystemException(target.toString(), null, "it is not a regular file");
    }
    FsLock.refuseIfHeld(target, present.fileKey(), "open");
    return UninterruptibleFile.open(target, Set.of(how, LinkOption.NOFOLLOW_LINKS));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Path source = paths.name(from);
    Path target = paths.name(to);
    refuseDirectoryOrLock(source, "rename");
    FsLock.refuseIfHeld(target, null, "rename over");
    Files.move(source, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void delete(String path) throws IOException {
    Path name = paths.name(path);
    refuseDirectoryOrLock(name, "delete");
    Files.delete(name);
  }

  private static void refuseDirectoryOrLock(Path name, String what) throws IOException {
    BasicFileAttributes present = attributes(name);
    if (present.isDirectory()) {
      throw new FileSystemException(
          name.toString(), null, "cannot " + what + " it: it is a directory, and not a file");
    }
    FsLock.refuseIfHeld(name, present.fileKey(), what);
  }

  @Override
  public boolean exists(String path) throws IOException {
    Path target = paths.target(path);
    try {
      attributes(target);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (FileSystemException e) {
      if (isBelowFile(target)) {
        return false;
      }
      throw e;
    }
  }

  private boolean isBelowFile(Path target) {
    for (Path at = target.getParent(); at != null; at = at.getParent()) {
      if (at.equals(paths.root())) {
        return false;
      }
      if (Files.isRegularFile(at)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public List<String> list(String directory) throws IOException {
    Path target = paths.directory(directory);
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(target)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (name.indexOf('\\') < 0 && isRegularFile(entry)) {
          names.add(name);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Collections.sort(names);
    return Collections.unmodifiableList(names);
  }

  private static boolean isRegularFile(Path entry) throws IOException {
    try {
      // Not Files.isRegularFile: it takes a failure for a no, and a file would go unseen.
      return Files.readAttributes(entry, BasicFileAttributes.class).isRegularFile();
    } catch (NoSuchFileException e) {
      return false; // deleted since, or a link to nothing
    }
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    StringBuilder path = new StringBuilder();
    for (String name : PathRules.directoryNames(directory)) {
      path.append(path.isEmpty() ? "" : "/").append(name);
      createDirectory(paths.directory(path.toString()));
    }
  }

  @Override
  public void sync(String directory) throws IOException {
    DirectorySync.sync(paths.directory(directory));
  }

  @Override
  public DirectoryLock lock(String path) throws IOException {
    Path target = paths.target(path);
    return FsLock.take(paths, target, ownerOnly(target, OWNER_FILE));
  }

  /** {@return the root, for messages} */
  @Override
  public String toString() {
    return paths.root().toString();
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static FileAttribute<?>[] ownerOnly(Path path, FileAttribute<?>[] attributes) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix") ? attributes : NONE;
  }

  private static void createDirectory(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, ownerOnly(directory, OWNER_DIRECTORY));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    }
    Path parent = directory.getParent();
    if (parent != null) {
      // Also when it was there: whoever created it may have died before this.
      DirectorySync.sync(parent);
    }
  }

  private static void syncParentWhereReadable(Path directory) throws IOException {
    Path parent = directory.getParent();
    if (parent == null) {
      return;
    }
    try {
      DirectorySync.sync(parent);
    } catch (AccessDeniedException e) {
      // Someone who may not read the parent cannot sync it; the directory is then an
      // administrator's work, and older than this call.
      return;
    }
  }
}
