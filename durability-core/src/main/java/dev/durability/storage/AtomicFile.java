package dev.durability.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file that gets its final name when all of it is durable: under that name there is the whole new
 * file, or what was there before.
 *
 * <pre>
 *   create ──&gt; write … ──&gt; sync ──&gt; rename ──&gt; sync of the directory
 *   └── a.tmp ─────────────────────┘ └── a, durable after the last step ──
 * </pre>
 *
 * {@link #commit} does the last three steps. Each prevents a crash: without the sync of the file,
 * the name could stand for bytes that a loss of power takes away; without the sync of the
 * directory, the name itself could be gone after a loss of power.
 *
 * <p><b>Durability.</b> When {@link #commit} returns, content and name are durable. Before that,
 * nothing is.
 *
 * <p><b>State after a failure.</b> If {@link #create} fails, the file under the final name is as it
 * was. The same is true while the file is written, and if the sync fails in {@link #commit}. If a
 * later step of {@link #commit} fails, there is either the old file or the new one, whole; after a
 * loss of power it may be the other one. The temporary file may be left: {@link #discard} deletes
 * it, and so does the next {@link #create} for the same path. {@link #close} alone does not delete
 * it, since it is better not to use a storage that has just failed.
 *
 * <p><b>Going on.</b> After {@link #commit} this is a file under its final name, and may be written
 * and synced further, as any {@link AppendFile}. What is written then is not atomic.
 *
 * <p><b>Threads.</b> One thread at a time, as for each {@link AppendFile}; interrupts have no
 * effect. Only one at a time may make a file for the same path, since they would share the
 * temporary name; a caller that cannot rule that out passes a temporary name that nobody else uses.
 *
 * <p><b>Not promised.</b> Two files are not committed together: a crash may come between them.
 */
public final class AtomicFile implements AppendFile {
  private static final String TEMPORARY = ".tmp";

  private final Directory directory;
  private final String path;
  private final String temporary;

  private @Nullable AppendFile file;

  /** Whether all that was written is durable, so that the file may get its name. */
  private boolean synced;

  private boolean syncFailed;
  private boolean committing;
  private boolean renamed;

  private AtomicFile(Directory directory, String path, String temporary) {
    this.directory = directory;
    this.path = path;
    this.temporary = temporary;
  }

  /**
   * Creates the file under the temporary name {@code <path>.tmp}. What an earlier attempt left
   * under that name is deleted first.
   *
   * @param directory where the file is
   * @param path its final name; its parent directory exists. A file that is there stays until
   *     {@link #commit}, and is replaced by it
   * @return the file, open, empty
   * @throws IOException if it cannot be created; a temporary file may be left
   */
  public static AtomicFile create(Directory directory, String path) throws IOException {
    deleteTemporary(directory, path);
    return create(directory, path, path + TEMPORARY);
  }

  /**
   * Creates the file under a temporary name that the caller chooses, so that several may be made
   * for the same path at the same time. Nothing is deleted first: the caller finds and deletes what
   * earlier attempts left.
   *
   * @param directory where the file is
   * @param path its final name; its parent directory exists
   * @param temporary its name until then, in the same directory; no file has it
   * @return the file, open, empty
   * @throws IllegalArgumentException if the two names are not in the same directory
   * @throws IOException if it cannot be created; a temporary file may be left
   */
  public static AtomicFile create(Directory directory, String path, String temporary)
      throws IOException {
    if (!Directory.parentOf(path).equals(Directory.parentOf(temporary))) {
      throw new IllegalArgumentException(
          "the temporary name "
              + temporary
              + " is not in the directory of "
              + path
              + ": one sync of one directory has to make the rename durable");
    }
    AtomicFile created = new AtomicFile(directory, path, temporary);
    created.file = directory.create(temporary, 0); // Takes all memory before there is a file.
    return created;
  }

  /**
   * Deletes what an attempt left under the temporary name {@code <path>.tmp}, if there is anything.
   * Not durable before the next sync of the directory: until then a crash may bring it back.
   *
   * @param directory where the file is
   * @param path its final name
   * @throws IOException if the storage fails
   */
  public static void deleteTemporary(Directory directory, String path) throws IOException {
    String temporary = path + TEMPORARY;
    if (directory.exists(temporary)) {
      directory.delete(temporary);
    }
  }

  @Override
  public void write(ByteBuffer source) throws IOException {
    synced = false;
    file().write(source);
  }

  @Override
  public void flush() throws IOException {
    file().flush();
  }

  /**
   * Makes all bytes that were written durable, still under the temporary name. {@link #commit} does
   * that itself; a caller may do it before, for example to close the file and then commit it.
   */
  @Override
  public void sync() throws IOException {
    syncFailed =
        true; // Unless it returns: after an Error, as after a failure, what is durable is unknown.
    file().sync();
    syncFailed = false;
    synced = true;
  }

  @Override
  public void truncate(long size) throws IOException {
    synced = false;
    file().truncate(size);
  }

  @Override
  public long position() {
    return file().position();
  }

  /**
   * Gives the file its final name: syncs it, unless it is synced already, renames it, and syncs the
   * directory. When this returns, content and name are durable. The file stays open. A file that
   * was synced and then closed may be committed, too.
   *
   * @throws IllegalStateException if this was called before, or a sync failed: make a new file
   * @throws IOException if a step fails; then this file cannot be committed again. If it was the
   *     sync, the final name is untouched; if it was the rename or the sync of the directory, the
   *     old file or the new one is there, whole, and after a loss of power either may be
   */
  public void commit() throws IOException {
    if (committing || syncFailed) {
      throw new IllegalStateException(
          path
              + (committing ? " was committed before, or failed to be" : " failed to be synced")
              + ": write a new file");
    }
    committing = true;
    if (!synced) {
      sync(); // Before the rename: a final name must never stand for bytes that a crash takes away.
    }
    directory.rename(temporary, path);
    renamed = true;
    // Before the caller relies on it: a crash must not forget the name of a file that is durable.
    directory.sync(Directory.parentOf(path));
  }

  /**
   * Closes the file, and deletes it unless it got its final name. The deletion is not durable
   * before the next sync of the directory. Calling this again does what is left to do.
   *
   * @throws IOException if that fails; at most the temporary file is left
   */
  public void discard() throws IOException {
    try {
      close();
    } finally {
      if (!renamed && directory.exists(temporary)) {
        directory.delete(temporary);
      }
    }
  }

  /**
   * Closes the file without syncing it. If it was not committed, it is left under its temporary
   * name. Closing again does nothing.
   */
  @Override
  public void close() throws IOException {
    file().close();
  }

  private AppendFile file() {
    return Objects.requireNonNull(file);
  }
}
