package dev.durability.testkit.errors;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A directory that knows which of its files and locks were opened and not closed. */
final class OpenFiles extends ForwardingDirectory {
  private final Map<Closeable, String> open = new ConcurrentHashMap<>();

  OpenFiles(Directory under) {
    super(under);
  }

  /**
   * Nothing that was opened is open; but a file that was read may be, if closing it is what failed.
   */
  void requireNone() {
    if (isClosingHit()) {
      open.keySet().removeIf(file -> file instanceof Read);
    }
    // Not isEmpty: it asks a count, which is wrong once there was too little stack to keep it.
    Calls.require(!open.keySet().iterator().hasNext(), () -> "left open: " + open.values());
  }

  void requireNoLock() {
    Calls.require(
        open.keySet().stream().noneMatch(file -> file instanceof Held),
        () -> "left locked: " + open.values());
  }

  /** Whether the Error was thrown in a method that closes, or where one is called. */
  private static boolean isClosingHit() {
    Error thrown = Points.thrown();
    String where = thrown == null ? null : thrown.getMessage();
    return where != null && where.contains(".close");
  }

  private <C extends Closeable> C opened(C file, String what) {
    open.put(file, what);
    return file;
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    return opened(new Written(super.create(path, expectedBytes)), "created " + path);
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    return opened(new Written(super.resume(path, offset)), "resumed " + path);
  }

  @Override
  public ReadFile open(String path) throws IOException {
    return opened(new Read(super.open(path)), "read " + path);
  }

  @Override
  public DirectoryLock lock(String path) throws IOException {
    return opened(new Held(super.lock(path)), "locked " + path);
  }

  private final class Written implements AppendFile {
    private final AppendFile file;

    Written(AppendFile file) {
      this.file = file;
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      file.write(source);
    }

    @Override
    public void sync() throws IOException {
      file.sync();
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public long position() {
      return file.position();
    }

    @Override
    public void close() throws IOException {
      file.close();
      open.remove(this);
    }
  }

  private final class Read implements ReadFile {
    private final ReadFile file;

    Read(ReadFile file) {
      this.file = file;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return file.read(target, position);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void close() throws IOException {
      file.close();
      open.remove(this);
    }
  }

  private final class Held implements DirectoryLock {
    private final DirectoryLock lock;

    Held(DirectoryLock lock) {
      this.lock = lock;
    }

    @Override
    public boolean isHeld() {
      return lock.isHeld();
    }

    @Override
    public void requireHeld() throws IOException {
      lock.requireHeld();
    }

    @Override
    public void guard(String path) throws IOException {
      lock.guard(path);
    }

    @Override
    public void close() throws IOException {
      lock.close();
      open.remove(this);
    }
  }
}
