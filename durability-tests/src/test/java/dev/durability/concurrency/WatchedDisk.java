package dev.durability.concurrency;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A directory that knows what the disk would hold if the power went now: what was written when a
 * sync of the file began that has returned, under names that a sync of the directory covers. It
 * knows that from the operations alone, and not from the log.
 */
final class WatchedDisk extends ForwardingDirectory {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Content> names = new HashMap<>();
  private final Map<String, Content> durableNames = new HashMap<>();

  WatchedDisk(Directory under) {
    super(under);
  }

  /** What a file holds. */
  private static final class Content {
    private final StringBuilder written = new StringBuilder();
    private String synced = "";
  }

  /** Whether an entry would be found after a loss of power. */
  boolean holds(String entry) {
    lock.lock();
    try {
      return durableNames.values().stream().anyMatch(file -> file.synced.contains(entry));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    AppendFile file = super.create(path, expectedBytes);
    Content content = new Content();
    lock.lock();
    try {
      names.put(path, content);
    } finally {
      lock.unlock();
    }
    return new Watched(file, content);
  }

  @Override
  public AppendFile resume(String path, long offset) {
    throw new AssertionError("a new log resumes nothing: " + path);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    super.rename(from, to);
    lock.lock();
    try {
      Content content = names.remove(from);
      if (content != null) {
        names.put(to, content);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void sync(String directory) throws IOException {
    Map<String, Content> covered;
    lock.lock();
    try {
      covered = new HashMap<>(names);
    } finally {
      lock.unlock();
    }
    covered.keySet().removeIf(path -> !path.startsWith(directory + "/"));
    super.sync(directory);
    lock.lock();
    try {
      durableNames.putAll(covered);
    } finally {
      lock.unlock();
    }
  }

  private final class Watched implements AppendFile {
    private final AppendFile file;
    private final Content content;

    Watched(AppendFile file, Content content) {
      this.file = file;
      this.content = content;
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      String bytes = ISO_8859_1.decode(source.duplicate()).toString();
      file.write(source);
      lock.lock();
      try {
        content.written.append(bytes);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void sync() throws IOException {
      String covered;
      lock.lock();
      try {
        covered = content.written.toString();
      } finally {
        lock.unlock();
      }
      file.sync();
      lock.lock();
      try {
        content.synced = covered;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size); // What is cut was never noted: a write that failed.
    }

    @Override
    public long position() {
      return file.position();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
