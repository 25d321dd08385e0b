package dev.durability.storage;

import java.io.IOException;
import java.util.List;

/**
 * A tree of files, as much of it as a storage library needs.
 *
 * <p><b>Paths</b> are relative, with {@code /} between names: {@code "wal/a.wal"}. A path is
 * refused with {@link IllegalArgumentException} when it is empty, absolute, ends with {@code /}, or
 * has an empty name, {@code .}, {@code ..}, a backslash or a NUL in it; a path that a symbolic link
 * leads out of the directory is refused with {@link java.nio.file.AccessDeniedException}. Methods
 * that take a directory ({@link #list}, {@link #createDirectories}, {@link #sync}) accept the empty
 * string for the root; {@link #exists} does not. Negative sizes and offsets are {@link
 * IllegalArgumentException} too.
 *
 * <p><b>Durability.</b> Nothing is durable until it is synced: the content of a file by {@link
 * AppendFile#sync()}, the names in a directory (created, renamed, deleted) by {@link
 * #sync(String)}. {@link #createDirectories} alone is durable when it returns.
 *
 * <p><b>Errors.</b> A missing file is {@link java.nio.file.NoSuchFileException}, a file in the way
 * {@link java.nio.file.FileAlreadyExistsException}; a read error is an {@link IOException} and
 * never looks like the end of a file. After an exception the names are either as before the call or
 * as after it.
 *
 * <p><b>Threads.</b> All methods may be called by many threads: opening and verifying a large log
 * read several files at once. Interrupting a thread in a call has no effect on the call; the
 * thread's interrupt flag stays set.
 *
 * <p><b>Not promised.</b> No mapping of files, no random writes, no permissions, no times, no
 * links. This makes the interface implementable over a replicated append-only store: such a store
 * refuses {@link #resume} with {@link UnsupportedOperationException}, and opening a log then writes
 * its last segment anew; and {@link AppendFile#truncate} with {@link IOException}, and a writer
 * whose write failed then refuses to go on rather than guess.
 */
public interface Directory {

  /**
   * Creates an empty file for appending, readable and writable by its owner alone where the storage
   * knows owners.
   *
   * @param path the file; its parent directory exists
   * @param expectedBytes how many bytes will probably be written, 0 if unknown. A storage may use
   *     it to reserve room so that later syncs are cheaper; zeros may then be read behind what was
   *     written, until the file is truncated. It is a hint: fewer or more bytes may be written
   * @return the file, open at offset 0; whatever was reserved is already synced
   * @throws IOException if the file exists or cannot be created; where the storage is full, the
   *     file may be left behind
   */
  AppendFile create(String path, long expectedBytes) throws IOException;

  /**
   * Opens an existing file to write over it from an offset on. Only recovery does this. Bytes
   * behind what is written stay as they are until {@link AppendFile#truncate}; at a crash each
   * rewritten sector holds its old bytes or its new ones.
   *
   * @param path the file
   * @param offset where writing goes on, in bytes, at most the file's size
   * @return the file, open at that offset
   * @throws IOException if the file is missing or shorter, or cannot be opened
   * @throws UnsupportedOperationException if the storage cannot do this at all
   */
  AppendFile resume(String path, long offset) throws IOException;

  /**
   * Opens a file for reading. It may be written at the same time; the reader sees what was written
   * before each of its reads.
   *
   * @param path the file
   * @return the open file
   * @throws IOException if the file is missing or cannot be opened
   */
  ReadFile open(String path) throws IOException;

  /**
   * Renames a file, atomically, over an existing one if there is one. Open handles of either stay
   * valid. Durable after {@link #sync(String)} of the parent of both names.
   *
   * @param from the file
   * @param to its new name
   * @throws IOException if the file is missing, is a directory, or cannot be renamed
   */
  void rename(String from, String to) throws IOException;

  /**
   * Deletes a file. Durable after {@link #sync(String)} of its parent.
   *
   * @param path the file
   * @throws IOException if the file is missing, is a directory, or cannot be deleted
   */
  void delete(String path) throws IOException;

  /**
   * Tells whether a file or directory is there.
   *
   * @param path the file or directory
   * @return whether it is there
   * @throws IOException if that cannot be told
   */
  boolean exists(String path) throws IOException;

  /**
   * Lists the names of the files directly in a directory, without subdirectories, sorted. What
   * stands there and cannot be opened may be listed, too: whoever opens it is told why.
   *
   * @param directory the directory, the empty string for the root
   * @return the names, without the directory
   * @throws IOException if the directory is missing ({@link java.nio.file.NoSuchFileException}) or
   *     cannot be read
   */
  List<String> list(String directory) throws IOException;

  /**
   * Creates a directory and those above it where they are missing, and syncs each that was created
   * into its parent, so that all are durable when this returns, also where an earlier call was cut
   * off by a crash: the parents are synced whether or not the directory was there.
   *
   * @param directory the directory
   * @throws IOException if that fails; some of the directories may have been created
   */
  void createDirectories(String directory) throws IOException;

  /**
   * Makes the names in a directory durable: files created in it, renamed within it, deleted from
   * it. On a platform where a directory cannot be synced (Windows) this returns without an effect,
   * and the class says so.
   *
   * @param directory the directory, the empty string for the root
   * @throws IOException if that fails: what is durable is then unknown
   */
  void sync(String directory) throws IOException;

  /**
   * Takes the exclusive lock that a file stands for, creating the file where it is missing. Held
   * until it is closed or the process dies. Nothing else may open that file: while the lock is
   * held, the other methods of the same process refuse to open, rename or delete it, or to rename
   * over it, with {@link dev.durability.errors.LockHeldException}. A refused attempt has no effect
   * on the lock that is held. Whether it is still held tells {@link DirectoryLock#requireHeld}.
   *
   * @param path the lock's file; its parent directory exists
   * @return the lock, held
   * @throws dev.durability.errors.LockHeldException if anyone holds it, in this process or another
   * @throws IOException if it cannot be taken for another reason
   */
  DirectoryLock lock(String path) throws IOException;

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
