package dev.durability.testkit;

import dev.durability.errors.LockHeldException;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Operation.Kind;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A directory in memory on a disk that forgets what was not synced.
 *
 * <p><b>Content</b> is forgotten in sectors of 512 bytes. After a loss of power, each sector that
 * was written since the last sync of its file is found in any of its versions, or with garbage if
 * the file had grown over it. The file is found with any of its sizes since then, or one in
 * between. <b>Names</b>: any of the creations, renames and deletions since the last sync of their
 * directory may have taken place, each of them completely. A journalling file system keeps a prefix
 * of them, which is one of these cases. What {@link #createDirectories} and the room of {@link
 * #create} promise is durable at once.
 *
 * <p><b>A sync that fails</b> ({@link FaultDirectory}) leaves the data unsynced, and no later sync
 * writes it, although readers see it. Only a new write of the same sector makes it dirty again. The
 * same holds for the names of a directory.
 *
 * <pre>{@code
 * CrashDirectory disk = new CrashDirectory();
 * store.open(disk);                         // runs, and may be cut short anywhere
 * CrashDirectory found = disk.afterPowerLoss(seed);
 * store.open(found);                        // what does it make of this?
 * }</pre>
 *
 * <p>{@link CrashExplorer} goes through everything that may be found, at each operation.
 *
 * <p><b>Threads.</b> Any number may use it. The trace puts their operations in one order. It blocks
 * only for its own lock, and keeps in memory everything that was ever written to it.
 */
public final class CrashDirectory implements Directory {
  private final ReentrantLock lock = new ReentrantLock();
  private final Disk disk;
  private final Trace trace = new Trace();
  private final Set<String> locked = new HashSet<>();
  private boolean dead;

  /** Creates an empty directory on an empty disk. */
  public CrashDirectory() {
    this(new Disk());
  }

  CrashDirectory(Disk disk) {
    this.disk = disk;
  }

  /** Ends the process that uses this directory: from now on every call fails. */
  public void kill() {
    lock.lock();
    try {
      dead = true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Kills the process and starts another, which finds all that was written. What was not synced is
   * still not durable.
   *
   * @return what the next process finds
   */
  public CrashDirectory afterKill() {
    kill();
    return copy();
  }

  /**
   * Cuts the power, and starts again.
   *
   * @param seed decides which of the unsynced changes are found
   * @return what the next process finds; all of it is durable
   */
  public CrashDirectory afterPowerLoss(long seed) {
    kill();
    return new CrashDirectory(new CrashChoices(disk).random(seed));
  }

  /**
   * Copies the disk, including what is unsynced, as a snapshot of a machine does. No lock is held
   * in the copy, and its trace is empty.
   *
   * @return the copy
   */
  public CrashDirectory copy() {
    return new CrashDirectory(locked(disk::copy));
  }

  /**
   * Damages a file as a failing medium does: its bytes change, on the disk, too, without any error.
   *
   * @param path the file
   * @param offset where, in bytes; past the end the file becomes longer
   * @param bytes what is there from now on
   * @throws IOException if the file is missing
   */
  public void damage(String path, long offset, byte[] bytes) throws IOException {
    lock.lock();
    try {
      requireFile(path, "damage");
      disk.inode(disk.number(path)).damage(offset, bytes);
    } finally {
      lock.unlock();
    }
  }

  /** {@return the changes of this disk since it was made, oldest first, in words} */
  public List<String> trace() {
    return locked(() -> trace.operations().stream().map(Operation::toString).toList());
  }

  /** {@return a number that is equal if the visible names and contents are equal} */
  public long contentHash() {
    return locked(disk::contentHash);
  }

  /** The parts of crash states. */
  Disk snapshot() {
    return locked(disk::copy);
  }

  /** Equal for disks that readers see alike and of which a crash may leave the same. */
  long hash() {
    return locked(disk::hash);
  }

  /** What happened. Read under the lock, or once the process is dead. */
  Trace recorded() {
    return trace;
  }

  /** Puts something that the user notes into the order of the operations. */
  void note(Object event, Trace.Weight weight) {
    lock.lock();
    try {
      if (!dead) {
        trace.note(event, weight);
      }
    } finally {
      lock.unlock();
    }
  }

  <T> T locked(Supplier<T> look) {
    lock.lock();
    try {
      return look.get();
    } finally {
      lock.unlock();
    }
  }

  /** A look at the disk, or a change of it, by a live process. */
  interface Action<T> {
    T run() throws IOException;
  }

  <T> T alive(Action<T> action) throws IOException {
    lock.lock();
    try {
      if (dead) {
        throw new IOException("the process that used this directory is dead");
      }
      return action.run();
    } finally {
      lock.unlock();
    }
  }

  Disk disk() {
    return disk;
  }

  /** Makes a change and records it. Called under the lock. */
  void change(Operation operation) {
    disk.apply(operation);
    trace.add(operation);
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    Paths.require(path);
    if (expectedBytes < 0) {
      throw new IllegalArgumentException(path + ": " + expectedBytes + " bytes expected");
    }
    return alive(
        () -> {
          refuseIfLocked(path);
          disk.requireFree(path);
          change(Operation.create(path, expectedBytes));
          return new CrashAppendFile(this, path, disk.number(path), 0);
        });
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    Paths.require(path);
    if (offset < 0) {
      throw new IllegalArgumentException("cannot resume " + path + " at offset " + offset);
    }
    return alive(
        () -> {
          requireFile(path, "resume");
          int inode = disk.number(path);
          long size = disk.inode(inode).size();
          if (size < offset) {
            throw new IOException(
                "cannot resume " + path + " at offset " + offset + ": it has " + size + " bytes");
          }
          return new CrashAppendFile(this, path, inode, offset);
        });
  }

  @Override
  public ReadFile open(String path) throws IOException {
    Paths.require(path);
    return alive(
        () -> {
          requireFile(path, "open");
          return new CrashReadFile(this, path, disk.number(path));
        });
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Paths.require(from);
    Paths.require(to);
    boolean unused =
        alive(
            () -> {
              requireFile(from, "rename");
              refuseIfLocked(to);
              disk.requireDirectory(Directory.parentOf(to));
              if (disk.directories().contains(to)) {
                throw new FileSystemException(from, to, "a directory is in the way");
              }
              if (!from.equals(to)) {
                change(Operation.rename(from, to));
              }
              return true;
            });
  }

  @Override
  public void delete(String path) throws IOException {
    Paths.require(path);
    boolean unused =
        alive(
            () -> {
              requireFile(path, "delete");
              change(Operation.of(Kind.DELETE, path));
              return true;
            });
  }

  @Override
  public boolean exists(String path) throws IOException {
    Paths.require(path);
    return alive(() -> disk.names().now().containsKey(path) || disk.directories().contains(path));
  }

  @Override
  public List<String> list(String directory) throws IOException {
    Paths.requireDirectory(directory);
    return alive(
        () -> {
          disk.requireDirectory(directory);
          return disk.list(directory);
        });
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    Paths.requireDirectory(directory);
    boolean unused =
        alive(
            () -> {
              for (String each = directory; !each.isEmpty(); each = Directory.parentOf(each)) {
                if (disk.names().now().containsKey(each)) {
                  throw new FileAlreadyExistsException(each);
                }
              }
              if (!disk.directories().contains(directory)) {
                change(Operation.of(Kind.CREATE_DIRECTORIES, directory));
              }
              return true;
            });
  }

  @Override
  public void sync(String directory) throws IOException {
    sync(directory, Kind.SYNC_DIRECTORY);
  }

  /** Called before a sync fails: see the class comment. */
  void syncInVain(String directory) throws IOException {
    sync(directory, Kind.SYNC_DIRECTORY_IN_VAIN);
  }

  private void sync(String directory, Kind kind) throws IOException {
    Paths.requireDirectory(directory);
    boolean unused =
        alive(
            () -> {
              disk.requireDirectory(directory);
              change(Operation.of(kind, directory));
              return true;
            });
  }

  @Override
  public DirectoryLock lock(String path) throws IOException {
    Paths.require(path);
    return alive(
        () -> {
          refuseIfLocked(path);
          if (!disk.names().now().containsKey(path)) {
            disk.requireFree(path);
            change(Operation.create(path, 0));
          }
          locked.add(path);
          return new CrashLock(lock, locked, path);
        });
  }

  private void requireFile(String path, String what) throws IOException {
    refuseIfLocked(path);
    if (!disk.names().now().containsKey(path)) {
      if (disk.directories().contains(path)) {
        throw new FileSystemException(path, null, "cannot " + what + " it: it is a directory");
      }
      throw new NoSuchFileException(path);
    }
  }

  private void refuseIfLocked(String path) throws LockHeldException {
    if (locked.contains(path)) {
      throw new LockHeldException(path + " is held as a lock; close that first");
    }
  }
}
