package dev.durability.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tree of files, with only the operations that a storage library needs.
 *
 * <p><b>Paths</b> are relative, with {@code /} between names: {@code "wal/a.wal"}. A path is
 * refused with {@link IllegalArgumentException} if it is empty, absolute, ends with {@code /}, or
 * contains an empty name, {@code .}, {@code ..}, a backslash or a NUL. A path that leads out of the
 * directory through a symbolic link is refused with {@link java.nio.file.AccessDeniedException}.
 * Methods that take a directory ({@link #list}, {@link #createDirectories}, {@link #sync}) accept
 * the empty string for the root; {@link #exists} does not. Negative sizes and offsets are {@link
 * IllegalArgumentException}, too.
 *
 * <p><b>Durability.</b> Nothing is durable until it is synced: the content of a file by {@link
 * AppendFile#sync()}, the names in a directory (created, renamed, deleted) by {@link
 * #sync(String)}. Only {@link #createDirectories} is durable when it returns.
 *
 * <p><b>Errors.</b> A missing file is {@link java.nio.file.NoSuchFileException}. A file in the way
 * is {@link java.nio.file.FileAlreadyExistsException}. A read error is an {@link IOException}, and
 * never looks like the end of a file. After an exception the names are either as before the call or
 * as after it.
 *
 * <p><b>Threads.</b> Many threads may call all methods: opening and verifying a large log read
 * several files at once. Interrupting a thread in a call has no effect on the call, and the
 * interrupt flag stays set.
 *
 * <p><b>Not promised.</b> No random writes, no permissions, no times, no links. So the interface
 * can be implemented over a replicated append-only store. Such a store refuses {@link #resume} with
 * {@link UnsupportedOperationException}; opening a log then writes its last segment anew. It
 * refuses {@link AppendFile#truncate} with {@link IOException}; a writer whose write failed is then
 * poisoned.
 */
public interface Directory {

  /**
   * Creates an empty file for appending. If the storage knows owners, only the owner may read and
   * write it.
   *
   * @param path the file; its parent directory exists
   * @param expectedBytes how many bytes will probably be written, 0 if unknown. A storage may
   *     reserve that room, so that later syncs are cheaper. Zeros may then be read after what was
   *     written, until the file is truncated. It is a hint: fewer or more bytes may be written
   * @return the file, open at offset 0; whatever was reserved is already synced
   * @throws IOException if the file exists or cannot be created; if the storage is full, the file
   *     may be left
   */
  AppendFile create(String path, long expectedBytes) throws IOException;

  /**
   * Opens an existing file to overwrite it from an offset on. Only recovery does this. Bytes after
   * what is written stay as they are until {@link AppendFile#truncate}. After a crash each
   * rewritten sector has its old bytes or its new ones.
   *
   * @param path the file
   * @param offset where writing goes on, in bytes, at most the file's size
   * @return the file, open at that offset
   * @throws IOException if the file is missing or shorter, or cannot be opened
   * @throws UnsupportedOperationException if the storage cannot do this at all
   */
  AppendFile resume(String path, long offset) throws IOException;

  /**
   * Opens a file for reading. It may be written at the same time. Each read sees what was written
   * before it through this object, and what was flushed before it through others.
   *
   * @param path the file
   * @return the open file
   * @throws IOException if the file is missing or cannot be opened
   */
  ReadFile open(String path) throws IOException;

  /**
   * Renames a file, atomically, over an existing one if there is one. Open handles of either stay
   * valid. The rename is durable after {@link #sync(String)} of the parent of both names.
   *
   * @param from the file
   * @param to its new name
   * @throws IOException if the file is missing, is a directory, or cannot be renamed
   */
  void rename(String from, String to) throws IOException;

  /**
   * Deletes a file. The deletion is durable after {@link #sync(String)} of its parent.
   *
   * @param path the file
   * @throws IOException if the file is missing, is a directory, or cannot be deleted
   */
  void delete(String path) throws IOException;

  /**
   * Tells whether a file or directory exists.
   *
   * @param path the file or directory
   * @return whether it exists
   * @throws IOException if that cannot be found out
   */
  boolean exists(String path) throws IOException;

  /**
   * Lists the names of the files directly in a directory, without subdirectories, sorted. Names
   * that cannot be opened may be listed, too: opening them says why.
   *
   * @param directory the directory, the empty string for the root
   * @return the names, without the directory
   * @throws IOException if the directory is missing ({@link java.nio.file.NoSuchFileException}) or
   *     cannot be read
   */
  List<String> list(String directory) throws IOException;

  /**
   * Creates a directory and those above it if they are missing. Syncs the parent of each, so that
   * all are durable when this returns. It does so even if the directory existed, because a crash
   * may have cut off an earlier call.
   *
   * @param directory the directory
   * @throws IOException if that fails; some of the directories may have been created
   */
  void createDirectories(String directory) throws IOException;

  /**
   * Makes the names in a directory durable: files created in it, renamed within it, deleted from
   * it. On a platform that cannot sync a directory (Windows) this has no effect, and the class says
   * so.
   *
   * @param directory the directory, the empty string for the root
   * @throws IOException if that fails: what is durable is then unknown
   */
  void sync(String directory) throws IOException;

  /**
   * Takes the exclusive lock that a file stands for, and creates the file if it is missing. The
   * lock is held until it is closed or the process dies. Nothing else may open that file: while the
   * lock is held, the other methods of the same process refuse to open, rename or delete it, or to
   * rename over it, with {@link dev.durability.errors.LockHeldException}. A refused attempt has no
   * effect on the held lock. {@link DirectoryLock#requireHeld} tells whether it is still held.
   *
   * <p>A storage may let another process take the lock from a holder that is, or seems, dead. When
   * this returns, nothing of the former holder can then succeed any more: none of its writes,
   * flushes and syncs, and no creation, renaming, cutting or deletion of a file. It may only learn
   * late that something succeeded before, which the new holder sees.
   *
   * @param path the lock's file; its parent directory exists
   * @return the lock, held
   * @throws dev.durability.errors.LockHeldException if it is held, in this process or another
   * @throws IOException if it cannot be taken for another reason
   */
  DirectoryLock lock(String path) throws IOException;

  /**
   * Maps a file into memory, if this directory does that. Nobody may write or cut the file any
   * more: see {@link MappingDirectory}, the only one here that does.
   *
   * @param path the file
   * @return all of its bytes, read-only, or null if it is not mapped; they stay readable after the
   *     file was renamed or deleted
   * @throws IOException if the file is missing or cannot be opened
   */
  default @Nullable ByteBuffer map(String path) throws IOException {
    return null;
  }

  /**
   * Tells whether the holder of a lock reads only what is durable, in files of former holders of
   * the same lock: content and names. Opening a log then writes nothing again to make it durable.
   *
   * <p>The default says no, which is right for a disk: after a failed sync, readers see bytes that
   * the disk never got.
   *
   * @return whether what is read is durable
   */
  default boolean readsOnlyDurable() {
    return false;
  }

  /**
   * Returns the directory that a path is in: the one whose {@link #sync} makes the name durable.
   * The path is not checked; the other methods do that.
   *
   * @param path the path of a file or directory
   * @return the path of its parent, the empty string for the root
   */
  static String parentOf(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }
}
