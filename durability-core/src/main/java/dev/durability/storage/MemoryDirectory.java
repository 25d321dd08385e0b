package dev.durability.storage;

import dev.durability.errors.LockHeldException;
import dev.durability.threads.StackSafeLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A directory in memory, for tests and for state that may be lost: nothing survives the process,
 * and syncing has no effect. Otherwise it keeps the contract of {@link Directory}. Locks are
 * exclusive among the users of one object. Safe for many threads.
 */
public final class MemoryDirectory implements Directory {
  private final StackSafeLock lock = new StackSafeLock();
  private final TreeMap<String, MemoryFile> files = new TreeMap<>();
  private final TreeSet<String> directories = new TreeSet<>(List.of(""));
  private final Set<String> locked = new HashSet<>();

  /** Creates an empty directory. */
  public MemoryDirectory() {}

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    PathRules.names(path);
    if (expectedBytes < 0) {
      throw new IllegalArgumentException(
          "cannot create " + path + " for " + expectedBytes + " bytes");
    }
    lock.lock();
    try {
      refuseIfLocked(path, "create");
      MemoryFile file = put(path);
      file.reserve(expectedBytes);
      return new Appender(path, file, 0);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    PathRules.names(path);
    if (offset < 0) {
      throw new IllegalArgumentException("cannot resume " + path + " at offset " + offset);
    }
    MemoryFile file = find(path);
    if (file.size() < offset) {
      throw new IOException(
          "cannot resume "
              + path
              + " at offset "
              + offset
              + ": it has only "
              + file.size()
              + " bytes; resume it at an offset that was read");
    }
    return new Appender(path, file, offset);
  }

  @Override
  public ReadFile open(String path) throws IOException {
    PathRules.names(path);
    return new Reader(path, find(path));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    PathRules.names(from);
    PathRules.names(to);
    lock.lock();
    try {
      MemoryFile file = get(from, "rename");
      refuseIfLocked(to, "rename over");
      requireParent(to);
      if (directories.contains(to)) {
        throw new FileSystemException(from, to, "cannot rename over a directory");
      }
      files.remove(from);
      files.put(to, file);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void delete(String path) throws IOException {
    PathRules.names(path);
    lock.lock();
    try {
      get(path, "delete");
      files.remove(path);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean exists(String path) {
    PathRules.names(path);
    lock.lock();
    try {
      return files.containsKey(path) || directories.contains(path);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<String> list(String directory) throws IOException {
    PathRules.directoryNames(directory);
    String prefix = directory.isEmpty() ? "" : directory + "/";
    List<String> names = new ArrayList<>();
    lock.lock();
    try {
      requireDirectory(directory);
      for (String path : files.tailMap(prefix).keySet()) {
        if (!path.startsWith(prefix)) {
          break;
        }
        if (Directory.parentOf(path).equals(directory)) {
          names.add(path.substring(prefix.length()));
        }
      }
    } finally {
      lock.unlock();
    }
    return List.copyOf(names);
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    StringBuilder path = new StringBuilder();
    lock.lock();
    try {
      for (String name : PathRules.directoryNames(directory)) {
        path.append(path.isEmpty() ? "" : "/").append(name);
        if (files.containsKey(path.toString())) {
          throw new FileAlreadyExistsException(path.toString());
        }
        directories.add(path.toString());
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void sync(String directory) throws IOException {
    PathRules.directoryNames(directory);
    lock.lock();
    try {
      requireDirectory(directory);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public DirectoryLock lock(String path) throws IOException {
    PathRules.names(path);
    lock.lock();
    try {
      refuseIfLocked(path, "lock");
      if (!files.containsKey(path)) {
        put(path);
      }
      locked.add(path);
      return new Lock(path);
    } finally {
      lock.unlock();
    }
  }

  private MemoryFile put(String path) throws IOException {
    requireParent(path);
    if (files.containsKey(path) || directories.contains(path)) {
      throw new FileAlreadyExistsException(path);
    }
    MemoryFile file = new MemoryFile();
    files.put(path, file);
    return file;
  }

  private MemoryFile find(String path) throws IOException {
    lock.lock();
    try {
      return get(path, "open");
    } finally {
      lock.unlock();
    }
  }

  private MemoryFile get(String path, String what) throws IOException {
    refuseIfLocked(path, what);
    MemoryFile file = files.get(path);
    if (file == null) {
      if (directories.contains(path)) {
        throw new FileSystemException(
            path, null, "cannot " + what + " it: it is a directory, and not a file");
      }
      throw new NoSuchFileException(path);
    }
    return file;
  }

  private void requireParent(String path) throws IOException {
    requireDirectory(Directory.parentOf(path));
  }

  private void requireDirectory(String directory) throws IOException {
    if (directories.contains(directory)) {
      return;
    }
    if (files.containsKey(directory)) {
      throw new NotDirectoryException(directory);
    }
    throw new NoSuchFileException(directory);
  }

  private void refuseIfLocked(String path, String what) throws LockHeldException {
    if (locked.contains(path)) {
      throw new LockHeldException(
          "cannot "
              + what
              + " "
              + path
              + ": it is held as a lock; close the lock first, or share what was opened with it");
    }
  }

  private static final class Appender implements AppendFile {
    private final String path;
    private final MemoryFile file;
    private long position;
    private boolean closed;

    Appender(String path, MemoryFile file, long position) {
      this.path = path;
      this.file = file;
      this.position = position;
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      requireOpen("write to");
      int bytes = source.remaining();
      file.write(source, position);
      position += bytes;
    }

    @Override
    public void sync() throws IOException {
      requireOpen("sync");
    }

    @Override
    public void truncate(long size) throws IOException {
      if (size < 0 || size > position) {
        throw new IllegalArgumentException(
            "cannot cut to " + size + " bytes: the file is written up to offset " + position);
      }
      requireOpen("cut");
      if (file.size() < size) {
        throw new IOException("cannot cut " + path + " to " + size + " bytes: it is shorter");
      }
      file.truncate(size);
      position = size;
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public void close() {
      closed = true;
    }

    private void requireOpen(String what) throws IOException {
      if (closed) {
        throw new IOException("cannot " + what + " " + path + ": it is closed");
      }
    }
  }

  private static final class Reader implements ReadFile {
    private final String path;
    private final MemoryFile file;
    private volatile boolean closed;

    Reader(String path, MemoryFile file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      if (target.isReadOnly()) {
        throw new IllegalArgumentException("cannot read " + path + " into a read-only buffer");
      }
      if (position < 0) {
        throw new IllegalArgumentException("cannot read " + path + " at offset " + position);
      }
      requireOpen();
      return file.read(target, position);
    }

    @Override
    public long size() throws IOException {
      requireOpen();
      return file.size();
    }

    @Override
    public void close() {
      closed = true;
    }

    private void requireOpen() throws IOException {
      if (closed) {
        throw new IOException("cannot read " + path + ": it is closed");
      }
    }
  }

  private final class Lock implements DirectoryLock {
    private final String path;
    private boolean held = true;

    Lock(String path) {
      this.path = path;
    }

    @Override
    public boolean isHeld() {
      lock.lock();
      try {
        return held;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        if (held) {
          held = false;
          locked.remove(path);
        }
      } finally {
        lock.unlock();
      }
    }
  }
}
