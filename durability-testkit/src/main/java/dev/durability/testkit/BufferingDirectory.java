package dev.durability.testkit;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A directory that holds back what is written until it is flushed, synced, cut or closed, as a
 * directory on a remote store may. Whoever reads through this object sees what was written at once.
 * The directory beneath, and so everyone else, sees what was flushed. If the process dies, the rest
 * is lost.
 *
 * <pre>{@code
 * CrashDirectory disk = new CrashDirectory();
 * store.open(new BufferingDirectory(disk));
 * CrashDirectory found = disk.afterKill(); // without what the store forgot to flush
 * }</pre>
 *
 * <p>Any number of threads may use it, and only through one object.
 */
public final class BufferingDirectory extends ForwardingDirectory {
  private final ReentrantLock lock = new ReentrantLock();

  /** What is held back of each file that was opened through this object. */
  private final Map<String, HeldBack> files = new HashMap<>();

  /**
   * Creates one that holds nothing back yet.
   *
   * @param under where the bytes go when they are flushed
   */
  public BufferingDirectory(Directory under) {
    super(under);
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    lock.lock();
    try {
      AppendFile file = super.create(path, expectedBytes);
      HeldBack held = new HeldBack();
      files.put(path, held);
      return held.appending(file);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    lock.lock();
    try {
      HeldBack held = files.computeIfAbsent(path, any -> new HeldBack());
      held.flush();
      return held.appending(super.resume(path, offset));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public ReadFile open(String path) throws IOException {
    lock.lock();
    try {
      ReadFile file = super.open(path);
      return files.computeIfAbsent(path, any -> new HeldBack()).reading(file);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    lock.lock();
    try {
      super.rename(from, to);
      HeldBack moved = files.remove(from);
      if (moved != null) {
        files.put(to, moved);
      } else {
        files.remove(to);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void delete(String path) throws IOException {
    lock.lock();
    try {
      super.delete(path);
      files.remove(path);
    } finally {
      lock.unlock();
    }
  }
}
