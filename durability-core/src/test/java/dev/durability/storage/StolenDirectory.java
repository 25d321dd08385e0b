package dev.durability.storage;

import dev.durability.errors.LockLostException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A directory whose lock is lost when the thread that made this has done so many operations: a
 * thief then works in the directory beneath, and this one's user goes on where it was.
 */
public final class StolenDirectory extends ForwardingDirectory {
  private final int moment;
  private final Thief thief;
  private final Thread owner = Thread.currentThread();
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
      return; // The owner may have asked for its lock, and be about to write.
    }
    synchronized (this) {
      if (++operations != moment) {
        return;
      }
      stolen = true;
    }
    thief.steal();
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
        if (!isHeld()) {
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
