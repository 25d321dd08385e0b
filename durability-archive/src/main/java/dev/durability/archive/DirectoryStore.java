package dev.durability.archive;

import dev.durability.errors.LockHeldException;
import dev.durability.storage.AtomicFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps objects as files of a {@link Directory}, such as one of the file system: another disk, or a
 * mounted share whose locks work.
 *
 * <p>An object is written under a temporary name and renamed when it is durable. A lock of the
 * directory, held for each object that is stored, keeps two processes from storing under one key.
 * What a process that died left under a temporary name is never an object, and is deleted when
 * something is stored beside it for the first time.
 */
public final class DirectoryStore implements ArchiveStore {
  private static final String LOCK = ".lock";

  /** The end of the names that {@link AtomicFile} gives first. */
  private static final String TEMPORARY = ".tmp";

  private static final int BUFFER_BYTES = 1 << 20;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final Directory directory;
  private final String location;
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  private DirectoryStore(Directory directory, String location) {
    this.directory = directory;
    this.location = location;
  }

  /**
   * Returns the store in a directory.
   *
   * @param directory where the files go; nothing else should be in it
   * @param location where that is, for messages
   * @return the store. Closing it does nothing
   */
  public static DirectoryStore of(Directory directory, String location) {
    return new DirectoryStore(directory, location);
  }

  @Override
  public boolean putIfAbsent(String key, ObjectContent content) throws IOException {
    String parent = Directory.parentOf(key);
    try (DirectoryLock held = lock()) {
      if (!parent.isEmpty() && !known.contains(parent)) {
        directory.createDirectories(parent);
        removeLeftovers(parent);
        known.add(parent);
      }
      if (directory.exists(key)) {
        directory.sync(parent); // Another process may have died before it did that.
        return false;
      }
      write(key, content);
      held.requireHeld();
      return true;
    }
  }

  /** While the lock is held nobody writes: what has a temporary name is of a process that died. */
  private void removeLeftovers(String parent) throws IOException {
    for (String name : directory.list(parent)) {
      if (name.endsWith(TEMPORARY)) {
        directory.delete(parent + "/" + name);
      }
    }
  }

  private void write(String key, ObjectContent content) throws IOException {
    AtomicFile file = AtomicFile.create(directory, key);
    try (file;
        InputStream in = content.open()) {
      byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, Math.max(1, content.bytes()))];
      long left = content.bytes();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        left -= count;
        file.write(ByteBuffer.wrap(buffer, 0, count));
      }
      if (left != 0) {
        throw new IOException(
            "storing " + key + ": its content has " + left + " bytes less than it said");
      }
      file.commit();
    } catch (Throwable e) {
      try {
        file.discard();
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  private DirectoryLock lock() throws IOException {
    long start = System.nanoTime();
    while (true) {
      try {
        return directory.lock(LOCK);
      } catch (LockHeldException held) {
        if (System.nanoTime() - start > PATIENCE_NANOS) {
          throw held;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  @Override
  public InputStream get(String key, long offset) throws IOException {
    ReadFile file = directory.open(key);
    try {
      return new FileRange(file, offset, file.size(), true);
    } catch (Throwable e) {
      file.close();
      throw e;
    }
  }

  @Override
  public List<String> list(String prefix) throws IOException {
    String parent = Directory.parentOf(prefix);
    Set<String> keys = new HashSet<>();
    try {
      for (String name : directory.list(parent)) {
        if (!name.endsWith(TEMPORARY)) {
          keys.add(parent + "/" + name);
        }
      }
    } catch (NoSuchFileException none) {
      return List.of();
    }
    return keys.stream().sorted().toList();
  }

  @Override
  public void delete(String key) throws IOException {
    try {
      directory.delete(key);
    } catch (NoSuchFileException gone) {
      return;
    }
    directory.sync(Directory.parentOf(key));
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return Objects.toString(location);
  }
}
