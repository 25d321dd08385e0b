package dev.durability.bookkeeper.proof;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ForwardingDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Stops or kills this process, with a signal to itself, before or after one of the calls that
 * change something. The calls are counted from {@link #arm} on.
 */
final class StoppingDirectory extends ForwardingDirectory {
  private final int stopAt;
  private final String signal;
  private final Consumer<String> reports;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean armed;
  private int points;

  /**
   * Wraps a directory.
   *
   * @param stopAt at which point, from 0; negative for none
   * @param signal STOP or KILL
   * @param reports gets the name of that point before the signal is sent
   */
  StoppingDirectory(Directory under, int stopAt, String signal, Consumer<String> reports) {
    super(under);
    this.stopAt = stopAt;
    this.signal = signal;
    this.reports = reports;
  }

  void arm() {
    lock.lock();
    try {
      armed = true;
    } finally {
      lock.unlock();
    }
  }

  /** How many points there were, and none from here on. */
  int disarm() {
    lock.lock();
    try {
      armed = false;
      return points;
    } finally {
      lock.unlock();
    }
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  private interface Act {
    void run() throws IOException;
  }

  private <T> T around(String name, Call<T> call) throws IOException {
    point("before " + name);
    T result = call.run();
    point("after " + name);
    return result;
  }

  private void act(String name, Act act) throws IOException {
    point("before " + name);
    act.run();
    point("after " + name);
  }

  private boolean isHere() {
    lock.lock();
    try {
      return armed && points++ == stopAt;
    } finally {
      lock.unlock();
    }
  }

  private void point(String name) throws IOException {
    if (isHere()) {
      reports.accept(name);
      Process kill =
          new ProcessBuilder(
                  "/bin/kill", "-" + signal, Long.toString(ProcessHandle.current().pid()))
              .start();
      try {
        if (!kill.waitFor(5, TimeUnit.MINUTES)) {
          throw new IOException("no signal was sent");
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    return new Stopping(path, around("create " + path, () -> super.create(path, expectedBytes)));
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    return new Stopping(path, around("resume " + path, () -> super.resume(path, offset)));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    act("rename to " + to, () -> super.rename(from, to));
  }

  @Override
  public void delete(String path) throws IOException {
    act("delete " + path, () -> super.delete(path));
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    act("createDirectories " + directory, () -> super.createDirectories(directory));
  }

  @Override
  public DirectoryLock lock(String path) throws IOException {
    return around("lock " + path, () -> super.lock(path));
  }

  /** A file whose calls are points, too. */
  private final class Stopping implements AppendFile {
    private final String path;
    private final AppendFile file;

    Stopping(String path, AppendFile file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      act("write " + path, () -> file.write(source));
    }

    @Override
    public void flush() throws IOException {
      act("flush " + path, file::flush);
    }

    @Override
    public void sync() throws IOException {
      act("sync " + path, file::sync);
    }

    @Override
    public void truncate(long size) throws IOException {
      act("truncate " + path, () -> file.truncate(size));
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
