package dev.durability.storage;

import dev.durability.errors.LockLostException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A directory whose lock is lost when the thread that made this has done so many operations: a
 * thief then works in the directory beneath, and this one's user goes on where it was.
 */
public final class StolenDirectory extends ForwardingDirectory {
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final int moment;
  private final Thief thief;
  private final Thread owner = Thread.currentThread();
  private final Set<Thread> askedByOthers = ConcurrentHashMap.newKeySet();
  private int operations;
  private boolean stolen;

  /** What happens when the lock is lost. */
  @FunctionalInterface
  public interface Thief {
    /** Takes the lock, and does what it wants. */
    void steal() throws IOException;
  }

  public StolenDirectory(Directory under, int moment, Thief thief) {
    super(under);
    this.moment = moment;
    this.thief = thief;
  }

  /** Whether it was. */
  public synchronized boolean isStolen() {
    return stolen;
  }

  private void done() throws IOException {
    if (Thread.currentThread() != owner) {
      askedByOthers.remove(Thread.currentThread());
      return; // The owner may have asked for its lock, and be about to write.
    }
    synchronized (this) {
      if (++operations != moment) {
        return;
      }
      stolen = true;
    }
    awaitWhatOthersBegan();
    thief.steal();
  }

  /**
   * As a thief of an {@link FsLock} waits: another thread may have been told that the lock is held,
   * and be about to do what it asked for, however long it takes to come to that. Not all who ask go
   * on to do something: then they wait for other work, or have ended.
   */
  private void awaitWhatOthersBegan() {
    long start = System.nanoTime();
    while (!askedByOthers.isEmpty()
        && (System.nanoTime() - start < PATIENCE_NANOS
            || askedByOthers.stream().anyMatch(StolenDirectory::runs))) {
      Thread.onSpinWait();
    }
    askedByOthers.clear();
  }

  private static boolean runs(Thread thread) {
    return switch (thread.getState()) {
      case NEW, RUNNABLE, BLOCKED -> true;
      case WAITING, TIMED_WAITING, TERMINATED -> false;
    };
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    AppendFile file = new File(super.create(path, expectedBytes));
    done();
    return file;
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    AppendFile file = new File(super.resume(path, offset));
    done();
    return file;
  }

  @Override
  public ReadFile open(String path) throws IOException {
    ReadFile file = super.open(path);
    done();
    return file;
  }

  @Override
  public void rename(String from, String to) throws IOException {
    super.rename(from, to);
    done();
  }

  @Override
  public void delete(String path) throws IOException {
    super.delete(path);
    done();
  }

  @Override
  public boolean exists(String path) throws IOException {
    boolean exists = super.exists(path);
    done();
    return exists;
  }

  @Override
  public List<String> list(String directory) throws IOException {
    List<String> names = super.list(directory);
    done();
    return names;
  }

  @Override
  public void sync(String directory) throws IOException {
    super.sync(directory);
    done();
  }

  /** Not the one beneath, which the thief takes. */
  @Override
  public DirectoryLock lock(String path) {
    return new DirectoryLock() {
      @Override
      public boolean isHeld() {
        return !isStolen();
      }

      @Override
      public void requireHeld() throws IOException {
        if (Thread.currentThread() != owner) {
          askedByOthers.add(Thread.currentThread());
        }
        if (!isHeld()) {
          askedByOthers.remove(Thread.currentThread());
          throw new LockLostException("a thief has the lock");
        }
      }

      @Override
      public void close() {}
    };
  }

  private final class File implements AppendFile {
    private final AppendFile under;

    File(AppendFile under) {
      this.under = under;
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      under.write(source);
      done();
    }

    @Override
    public void sync() throws IOException {
      under.sync();
      done();
    }

    @Override
    public void truncate(long size) throws IOException {
      under.truncate(size);
      done();
    }

    @Override
    public long position() {
      return under.position();
    }

    @Override
    public void close() throws IOException {
      under.close();
    }
  }
}
