package dev.durability.storage;

import dev.durability.storage.Failure.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A directory over another one that fails where a test says so, and counts. Thread-safe.
 *
 * <pre>{@code
 * var directory = new FailingDirectory(new MemoryDirectory());
 * directory.inject(Failure.of(WRITE).onSuffix(".wal").nth(3).afterBytes(7)); // torn third write
 * directory.inject(Failure.of(SYNC_FILE));                  // the next sync of a file, once
 * directory.inject(Failure.of(SYNC_DIRECTORY).forever());   // all syncs of directories from now on
 * directory.inject(Failure.of(RENAME).afterEffect());       // renamed, but says it failed
 * directory.fillUpAfter(100);   // 100 more bytes can be written, then "No space left on device"
 * directory.makeRoom();         // the disk has room again
 * directory.readAtMost(3);      // short reads
 * directory.before((operation, path) -> latch...);  // called first in each operation; may block
 * directory.count(SYNC_FILE);   // how often it was called, the failed ones included
 * directory.injected();         // how many failures were thrown, those of a full disk included
 * }</pre>
 *
 * <p>A failing write leaves its buffer and its file's position where they were; bytes that it wrote
 * are in the file behind the position. Writing again without cutting them off first is an
 * AssertionError, since the contract of {@link AppendFile#write} asks for it. Closing a file closes
 * it also where a failure is injected. On a full disk, creating with expected bytes beyond the room
 * fails and creates nothing; creating an empty file, cutting and deleting succeed and make no room.
 */
public final class FailingDirectory implements Directory {
  private final Directory under;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Armed> armed = new ArrayList<>();
  private final Map<Operation, Long> counts = new ConcurrentHashMap<>();
  private final AtomicLong injected = new AtomicLong();
  private final AtomicLong written = new AtomicLong();
  private final List<BiConsumer<Operation, String>> watchers = new CopyOnWriteArrayList<>();
  private long room = Long.MAX_VALUE;
  private volatile int readAtMost = Integer.MAX_VALUE;

  public FailingDirectory(Directory under) {
    this.under = under;
  }

  /** Arms a failure; it counts the operations that match it from now on. */
  public FailingDirectory inject(Failure failure) {
    lock.lock();
    try {
      armed.add(new Armed(failure));
    } finally {
      lock.unlock();
    }
    return this;
  }

  /** Disarms all failures. A full disk stays full. */
  public FailingDirectory heal() {
    lock.lock();
    try {
      armed.clear();
    } finally {
      lock.unlock();
    }
    return this;
  }

  /** From now on the disk is full. */
  public FailingDirectory fillUp() {
    return fillUpAfter(0);
  }

  /** The disk is full after so many more bytes; the write that passes it writes what fits. */
  public FailingDirectory fillUpAfter(long bytes) {
    lock.lock();
    try {
      room = bytes;
    } finally {
      lock.unlock();
    }
    return this;
  }

  /** The disk has room without end again. */
  public FailingDirectory makeRoom() {
    return fillUpAfter(Long.MAX_VALUE);
  }

  /** Each read yields at most so many bytes. */
  public FailingDirectory readAtMost(int bytes) {
    readAtMost = bytes;
    return this;
  }

  /** Calls this first in each operation, with its path, on the thread that calls. */
  public FailingDirectory before(BiConsumer<Operation, String> watcher) {
    watchers.add(watcher);
    return this;
  }

  /** How often an operation was called, failed calls included. */
  public long count(Operation operation) {
    return counts.getOrDefault(operation, 0L);
  }

  /** How many bytes writes have brought to the directory below. */
  public long bytesWritten() {
    return written.get();
  }

  /** How many failures were thrown. */
  public long injected() {
    return injected.get();
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    return call(
        Operation.CREATE,
        path,
        () -> {
          if (roomFor(expectedBytes) < expectedBytes) {
            throw noSpace(path);
          }
          return new Appender(path, under.create(path, expectedBytes));
        });
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    return call(Operation.RESUME, path, () -> new Appender(path, under.resume(path, offset)));
  }

  @Override
  public ReadFile open(String path) throws IOException {
    return call(Operation.OPEN, path, () -> new Reader(path, under.open(path)));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    run(Operation.RENAME, from, to, () -> under.rename(from, to));
  }

  @Override
  public void delete(String path) throws IOException {
    run(Operation.DELETE, path, path, () -> under.delete(path));
  }

  @Override
  public boolean exists(String path) throws IOException {
    return call(Operation.EXISTS, path, () -> under.exists(path));
  }

  @Override
  public List<String> list(String directory) throws IOException {
    return call(Operation.LIST, directory, () -> under.list(directory));
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    run(
        Operation.CREATE_DIRECTORIES,
        directory,
        directory,
        () -> under.createDirectories(directory));
  }

  @Override
  public void sync(String directory) throws IOException {
    run(Operation.SYNC_DIRECTORY, directory, directory, () -> under.sync(directory));
  }

  @Override
  public DirectoryLock lock(String path) throws IOException {
    return call(Operation.LOCK, path, () -> under.lock(path));
  }

  private interface Action {
    void run() throws IOException;
  }

  private interface Call<T> {
    T call() throws IOException;
  }

  private void run(Operation operation, String path, String other, Action action)
      throws IOException {
    Failure failure = enter(operation, path, other);
    if (failure == null) {
      action.run();
      return;
    }
    if (failure.effect() > 0) {
      action.run();
    }
    throw thrown(failure, path);
  }

  private <T> T call(Operation operation, String path, Call<T> call) throws IOException {
    Failure failure = enter(operation, path, path);
    if (failure == null) {
      return call.call();
    }
    if (failure.effect() > 0 && call.call() instanceof AutoCloseable opened) {
      closeQuietly(opened);
    }
    throw thrown(failure, path);
  }

  private static void closeQuietly(AutoCloseable opened) throws IOException {
    try {
      opened.close();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  /** Counts, tells the watchers, and returns the failure that is due, or null. */
  private @Nullable Failure enter(Operation operation, String path, String other) {
    counts.merge(operation, 1L, Long::sum);
    watchers.forEach(watcher -> watcher.accept(operation, path));
    lock.lock();
    try {
      Failure due = null;
      for (Armed each : armed) {
        // Each counts, also where another is due already.
        if (each.isDue(operation, path, other) && due == null) {
          due = each.failure;
        }
      }
      return due;
    } finally {
      lock.unlock();
    }
  }

  private IOException thrown(Failure failure, String path) {
    injected.incrementAndGet();
    return new IOException(path + ": " + failure.message());
  }

  private IOException noSpace(String path) {
    injected.incrementAndGet();
    return new IOException(path + ": No space left on device");
  }

  private long roomFor(long bytes) {
    lock.lock();
    try {
      return Math.min(room, bytes);
    } finally {
      lock.unlock();
    }
  }

  /** Takes room for as many of these bytes as fit. */
  private int takeRoom(int bytes) {
    lock.lock();
    try {
      int fits = (int) Math.min(room, bytes);
      if (room != Long.MAX_VALUE) {
        room -= fits;
      }
      return fits;
    } finally {
      lock.unlock();
    }
  }

  private static final class Armed {
    private final Failure failure;
    private long seen;

    Armed(Failure failure) {
      this.failure = failure;
    }

    boolean isDue(Operation operation, String path, String other) {
      if (operation != failure.operation()
          || !(failure.path().test(path) || failure.path().test(other))) {
        return false;
      }
      seen++;
      return seen >= failure.first() && seen - failure.first() < failure.times();
    }
  }

  private final class Appender implements AppendFile {
    private final String path;
    private final AppendFile file;

    /** Where the caller is; the file below is further on after a torn write, until it is cut. */
    private long position;

    private boolean torn;

    Appender(String path, AppendFile file) {
      this.path = path;
      this.file = file;
      this.position = file.position();
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      if (torn) {
        throw new AssertionError(
            path + ": a write failed at " + position + ", and the next came without truncate()");
      }
      Failure failure = enter(Operation.WRITE, path, path);
      int bytes = source.remaining();
      int whole = failure == null ? bytes : (int) Math.min(bytes, failure.effect());
      int fits = takeRoom(whole);
      if (failure == null && fits == bytes) {
        writeUnder(source);
        position += bytes;
        return;
      }
      torn = true;
      writeUnder(source.duplicate().limit(source.position() + fits));
      throw failure == null || fits < whole ? noSpace(path) : thrown(failure, path);
    }

    private void writeUnder(ByteBuffer source) throws IOException {
      int bytes = source.remaining();
      file.write(source);
      written.addAndGet(bytes);
    }

    @Override
    public void sync() throws IOException {
      run(Operation.SYNC_FILE, path, path, file::sync);
    }

    @Override
    public void truncate(long size) throws IOException {
      run(
          Operation.TRUNCATE,
          path,
          path,
          () -> {
            file.truncate(size);
            position = size;
            torn = false;
          });
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public void close() throws IOException {
      try {
        run(Operation.CLOSE_APPEND, path, path, () -> {});
      } finally {
        file.close();
      }
    }
  }

  private final class Reader implements ReadFile {
    private final String path;
    private final ReadFile file;

    Reader(String path, ReadFile file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return call(
          Operation.READ,
          path,
          () -> {
            int bytes = Math.min(target.remaining(), readAtMost);
            ByteBuffer view = target.duplicate().limit(target.position() + bytes);
            int read = file.read(view, position);
            target.position(view.position());
            return read;
          });
    }

    @Override
    public long size() throws IOException {
      return call(Operation.SIZE, path, file::size);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
