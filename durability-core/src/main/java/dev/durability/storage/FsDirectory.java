package dev.durability.storage;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A directory of the file system.
 *
 * <p>Beyond the contract of {@link Directory}:
 *
 * <ul>
 *   <li>If the file system has POSIX permissions, files and directories are created for their owner
 *       alone (modes 0600 and 0700), or as {@link FsOptions} say. Existing ones keep their
 *       permissions.
 *   <li>{@link #openForReading} returns a directory that only reads: it creates nothing, syncs
 *       nothing, and needs no right to write. Every method that would change anything throws {@link
 *       FileSystemException}.
 *   <li>Symbolic links that stay inside the root are followed; {@link #delete} and {@link #rename}
 *       act on the link itself. Only regular files are opened.
 *   <li>{@link #create} with expected bytes writes zeros and syncs them; if that fails, for example
 *       on a full disk, it deletes the file again.
 *   <li>{@link #lock} is known to this JVM under every spelling of its path. While it is held, all
 *       methods here refuse to open, delete or rename its file, with {@link
 *       dev.durability.errors.LockHeldException}: on POSIX, opening and closing that file by any
 *       other means frees the lock. Its file is never deleted. {@code <path>.holder} says who holds
 *       it. All class loaders of the JVM know of it, through the system properties {@code
 *       dev.durability.lock.*}.
 *   <li>{@link DirectoryLock#requireHeld} reads a token in the lock's file, through the descriptor
 *       that holds the lock, and compares the file under the name. It notices that the file or its
 *       directory was removed or replaced, and that another holder took the lock. It cannot see
 *       that the lock is free while no other holder took it.
 *   <li>While a lock is held its directory stays open, so that {@link #sync} of it needs no
 *       descriptor.
 *   <li>On Windows, and on file systems that have no sync of directories, {@link #sync} has no
 *       effect: names become durable when the file system journals them. {@link FsOptions#warnings}
 *       gets one message about that, except on Windows. A failed sync is an exception everywhere.
 *   <li>{@link #list} leaves out directories, and names that no path can have: with a backslash, or
 *       with bytes that the JVM's encoding of names does not know. Everything else is listed, even
 *       what cannot be opened, such as a circular link; {@link #open} says why.
 *   <li>A path that this JVM cannot express as a name is {@link
 *       dev.durability.errors.PathNotExpressibleException}.
 *   <li>A path of another file system than the default one (an archive, memory) can be read. It can
 *       be written if that file system has asynchronous channels and locks. If not, {@link #open}
 *       or the first call that needs them says what is missing. There an interrupt may close what
 *       the file system itself has open; reading then fails.
 * </ul>
 *
 * <p>Safe for many threads. On the default file system interrupts have no effect. It holds no
 * resources and needs no closing.
 */
public final class FsDirectory implements Directory {
  private final RootedPaths paths;
  private final OpenFiles open = new OpenFiles();

  /** How it is written, or null if it is only read. */
  private final @Nullable FsWriting writing;

  private FsDirectory(Path realRoot, @Nullable FsWriting writing) {
    this.paths = new RootedPaths(realRoot);
    this.writing = writing;
  }

  /**
   * Opens a directory for reading and writing, with the default options. Creates it and those above
   * it if they are missing. When this returns, all of them are durable, even if a crash cut off an
   * earlier call.
   *
   * @param root the directory
   * @return the directory, ready for use
   * @throws IOException if it cannot be created, is not a directory, or its file system cannot be
   *     written by this library
   */
  public static FsDirectory open(Path root) throws IOException {
    return open(root, FsOptions.defaults());
  }

  /**
   * Opens a directory for reading only. Nothing is created or synced, now or later, and no right to
   * write is needed. Another process may be writing a log in it.
   *
   * @param root the directory
   * @return the directory, ready for use
   * @throws java.nio.file.NoSuchFileException if it is missing
   * @throws IOException if it is not a directory or cannot be looked at
   */
  public static FsDirectory openForReading(Path root) throws IOException {
    return new FsDirectory(realDirectory(root), null);
  }

  /**
   * As {@link #open(Path)}, with options.
   *
   * @param root the directory
   * @param options who may use what is created, and where warnings go
   * @return the directory, ready for use
   * @throws IOException as {@link #open(Path)}; or if the file system has no POSIX permissions and
   *     the options ask for some, or there is no such group
   */
  public static FsDirectory open(Path root, FsOptions options) throws IOException {
    FsWriting writing =
        new FsWriting(CreatedAccess.of(options, root), new DirectorySync(options.warnings()));
    writing.createRoot(root);
    return new FsDirectory(realDirectory(root), writing);
  }

  private static Path realDirectory(Path root) throws IOException {
    Path real = root.toRealPath();
    if (!Files.isDirectory(real)) {
      throw new NotDirectoryException(real.toString());
    }
    return real;
  }

  private FsWriting writing(Path path, String what) throws FileSystemException {
    if (writing == null) {
      throw new FileSystemException(
          path.toString(),
          null,
          "cannot "
              + what
              + " it: the directory was opened for reading only; open it with FsDirectory.open");
    }
    return writing;
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    Path target = paths.target(path);
    if (expectedBytes < 0) {
      throw new IllegalArgumentException(
          "cannot create " + target + " for " + expectedBytes + " bytes");
    }
    CreatedAccess access = writing(target, "create").access();
    FsLock.refuseIfHeld(target, null, "create");
    UninterruptibleFile file =
        openToWrite(
            target,
            Set.of(
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE_NEW,
                LinkOption.NOFOLLOW_LINKS),
            access.ofNewFile());
    try {
      FsAppendFile result = new FsAppendFile(file, open, 0);
      if (access.giveFile(target)) {
        result.metadataChanged();
      }
      if (expectedBytes > 0) {
        result.reserve(expectedBytes);
      }
      open.created(file);
      return result;
    } catch (IOException | RuntimeException | Error e) {
      undoCreate(target, file, e);
      throw e;
    }
  }

  private static UninterruptibleFile openToWrite(
      Path target, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    try {
      return UninterruptibleFile.open(target, options, attributes);
    } catch (UnsupportedOperationException none) {
      // Must not be taken for what resume() throws if a store cannot resume.
      FileSystemException clear = FsFeatures.lacks(target, FsFeatures.ASYNCHRONOUS);
      clear.initCause(none);
      throw clear;
    }
  }

  private static void undoCreate(Path target, UninterruptibleFile file, Throwable cause) {
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
    FsWriting unused = writing(target, "resume");
    refuseUnlessRegular(target);
    UninterruptibleFile file =
        openToWrite(target, Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
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
      FsAppendFile resumed = new FsAppendFile(file, open, offset);
      opened = true;
      return resumed;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  /** Where a file is that may be opened for reading. */
  Path readable(String path) throws IOException {
    Path target = paths.target(path);
    refuseUnlessRegular(target);
    return target;
  }

  @Override
  public ReadFile open(String path) throws IOException {
    Path target = readable(path);
    try {
      return new FsReadFile(
          UninterruptibleFile.open(
              target, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)));
    } catch (UnsupportedOperationException noAsynchronousChannels) {
      return ChannelReadFile.open(target);
    }
  }

  /** Opening a directory would succeed, and opening a pipe would wait. */
  private static void refuseUnlessRegular(Path target) throws IOException {
    BasicFileAttributes present = attributes(target);
    if (!present.isRegularFile()) {
      throw new FileSystemException(target.toString(), null, "it is not a regular file");
    }
    FsLock.refuseIfHeld(target, present.fileKey(), "open");
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Path source = paths.name(from);
    Path target = paths.name(to);
    FsWriting unused = writing(source, "rename");
    refuseDirectoryOrLock(source, "rename");
    FsLock.refuseIfHeld(target, null, "rename over");
    try {
      Files.move(
          source, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      open.renamed(source, target);
    } catch (FileSystemException failed) {
      if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
        FileSystemException clear =
            new FileSystemException(
                target.toString(),
                source.toString(),
                "a directory has the name that a file needs: move it away");
        clear.initCause(failed);
        throw clear;
      }
      throw failed;
    }
  }

  @Override
  public void delete(String path) throws IOException {
    Path name = paths.name(path);
    FsWriting unused = writing(name, "delete");
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
    return FsListing.names(paths, paths.directory(directory));
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    List<String> names = PathRules.directoryNames(directory);
    FsWriting how = writing(paths.directory(directory), "create");
    StringBuilder path = new StringBuilder();
    for (String name : names) {
      path.append(path.isEmpty() ? "" : "/").append(name);
      how.createDirectory(paths.directory(path.toString()));
    }
  }

  @Override
  public void sync(String directory) throws IOException {
    Path target = paths.directory(directory);
    writing(target, "sync").syncs().sync(target);
  }

  @Override
  public DirectoryLock lock(String path) throws IOException {
    Path target = paths.target(path);
    CreatedAccess access = writing(target, "lock").access();
    try {
      return FsLock.take(paths, target, access);
    } catch (UnsupportedOperationException none) {
      FileSystemException clear = FsFeatures.lacks(target, "locks of files");
      clear.initCause(none);
      throw clear;
    }
  }

  /**
   * Tells who holds a lock, or did when it was killed, from what the holder noted beside the lock's
   * file. The lock is neither taken nor opened. The note is no proof: another process may take the
   * lock, or give it up, while this reads.
   *
   * @param path the lock's file
   * @return what its holder noted; empty if nobody did, as after every orderly end
   * @throws IOException if the note cannot be read
   */
  public Optional<LockHolding> holderOf(String path) throws IOException {
    return Optional.ofNullable(LockHolder.of(paths.target(path)));
  }

  /** {@return the root, for messages} */
  @Override
  public String toString() {
    return paths.root().toString();
  }

  static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }
}
