package dev.durability.testkit;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault.Effect;
import dev.durability.testkit.Fault.Operation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A directory over another one that injects faults and counts calls.
 *
 * <pre>{@code
 * FaultDirectory directory = new FaultDirectory(new CrashDirectory());
 * directory.inject(Fault.of(SYNC_FILE).nth(3));
 * directory.fillUpAfter(4_096);   // 4,096 more bytes, then "No space left on device"
 * directory.makeRoom();
 * }</pre>
 *
 * <p>Over a {@link CrashDirectory} a failed sync loses what a device loses: see there. Over another
 * directory it just has not taken place. After a failed write the file must be cut back before it
 * is written again, as the contract of {@link AppendFile#write} demands. Otherwise the next write
 * is an {@link AssertionError}.
 *
 * <p><b>Threads.</b> Any number may use it. {@link #inject} arms a fault. It counts the operations
 * that it matches in the order in which they come, and never disarms itself. If several match the
 * same operation, the one that was injected first strikes.
 */
public final class FaultDirectory implements Directory {
  private final Directory under;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Armed> armed = new ArrayList<>();
  private final Map<Operation, Long> counts = new EnumMap<>(Operation.class);
  private final Set<FaultAppendFile> appending = ConcurrentHashMap.newKeySet();
  private long room = Long.MAX_VALUE;
  private long injected;

  /** A fault, and how many operations it has matched. */
  private static final class Armed {
    private final Fault fault;
    private long matched;

    Armed(Fault fault) {
      this.fault = fault;
    }
  }

  /**
   * Creates a directory without faults.
   *
   * @param under where the files are
   */
  public FaultDirectory(Directory under) {
    this.under = under;
  }

  /**
   * Arms a fault.
   *
   * @param fault what strikes, and when
   */
  public void inject(Fault fault) {
    lock.lock();
    try {
      armed.add(new Armed(fault));
    } finally {
      lock.unlock();
    }
  }

  /** Disarms all faults. A full disk stays full. */
  public void heal() {
    lock.lock();
    try {
      armed.clear();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Makes the disk full after some more bytes: the write that exceeds them writes what fits, and
   * reserving more fails. Creating, cutting and deleting succeed but make no room.
   *
   * @param bytes how many
   */
  public void fillUpAfter(long bytes) {
    lock.lock();
    try {
      room = bytes;
    } finally {
      lock.unlock();
    }
  }

  /** Gives the disk unlimited room again. */
  public void makeRoom() {
    fillUpAfter(Long.MAX_VALUE);
  }

  /** {@return how many operations a fault or a full disk struck} */
  public long injected() {
    lock.lock();
    try {
      return injected;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Counts calls.
   *
   * @param operation of this kind
   * @return how many there were, including failed ones
   */
  public long count(Operation operation) {
    lock.lock();
    try {
      return counts.getOrDefault(operation, 0L);
    } finally {
      lock.unlock();
    }
  }

  /** Counts a call, and returns the fault that strikes it, or null. */
  @Nullable Fault enter(Operation operation, String path, String otherPath) {
    Fault due = null;
    lock.lock();
    try {
      counts.merge(operation, 1L, Long::sum);
      for (Armed each : armed) {
        boolean strikes =
            each.fault.matches(operation, path, otherPath) && each.fault.strikes(++each.matched);
        due = strikes && due == null ? each.fault : due;
      }
      injected += due == null ? 0 : 1;
    } finally {
      lock.unlock();
    }
    if (due != null && due.effect() == Effect.WAIT) {
      due.pause(); // Without the lock, so that others go on.
      return null;
    }
    return due;
  }

  /** Takes room for as many of these bytes as fit. */
  long takeRoom(long bytes) {
    lock.lock();
    try {
      long fits = Math.min(room, bytes);
      room -= room == Long.MAX_VALUE ? 0 : fits;
      injected += fits < bytes ? 1 : 0;
      return fits;
    } finally {
      lock.unlock();
    }
  }

  static IOException failed(Fault fault, String path) {
    return new IOException(path + ": " + fault.message());
  }

  static IOException full(String path) {
    return new IOException(path + ": No space left on device");
  }

  /** An operation on the directory below. */
  interface Action<T> {
    T run() throws IOException;
  }

  /** Does it, or what a fault makes of it. */
  <T> T call(Operation operation, String path, String otherPath, Action<T> action)
      throws IOException {
    Fault fault = enter(operation, path, otherPath);
    if (fault == null) {
      return action.run();
    }
    if (fault.effect() == Effect.FAIL_AFTER && action.run() instanceof AutoCloseable opened) {
      close(opened);
    }
    throw failed(fault, path);
  }

  private static void close(AutoCloseable opened) throws IOException {
    try {
      opened.close();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  Directory under() {
    return under;
  }

  private FaultAppendFile opened(String path, AppendFile file) {
    FaultAppendFile opened = new FaultAppendFile(this, path, file);
    appending.add(opened);
    return opened;
  }

  void closed(FaultAppendFile file) {
    appending.remove(file);
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    return call(
        Operation.CREATE,
        path,
        path,
        () -> {
          if (expectedBytes > 0 && takeRoom(expectedBytes) < expectedBytes) {
            throw full(path);
          }
          return opened(path, under.create(path, expectedBytes));
        });
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    return call(Operation.RESUME, path, path, () -> opened(path, under.resume(path, offset)));
  }

  @Override
  public ReadFile open(String path) throws IOException {
    return call(Operation.OPEN, path, path, () -> new FaultReadFile(this, path, under.open(path)));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    boolean unused =
        call(
            Operation.RENAME,
            from,
            to,
            () -> {
              under.rename(from, to);
              appending.forEach(file -> file.renamed(from, to));
              return true;
            });
  }

  @Override
  public void delete(String path) throws IOException {
    boolean unused =
        call(
            Operation.DELETE,
            path,
            path,
            () -> {
              under.delete(path);
              return true;
            });
  }

  @Override
  public boolean exists(String path) throws IOException {
    return call(Operation.EXISTS, path, path, () -> under.exists(path));
  }

  @Override
  public List<String> list(String directory) throws IOException {
    return call(Operation.LIST, directory, directory, () -> under.list(directory));
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    boolean unused =
        call(
            Operation.CREATE_DIRECTORIES,
            directory,
            directory,
            () -> {
              under.createDirectories(directory);
              return true;
            });
  }

  @Override
  public void sync(String directory) throws IOException {
    Fault fault = enter(Operation.SYNC_DIRECTORY, directory, directory);
    if (fault == null || fault.effect() == Effect.FAIL_AFTER) {
      under.sync(directory);
    } else if (fault.effect() == Effect.LOSE) {
      return;
    } else if (under instanceof CrashDirectory disk) {
      disk.syncInVain(directory);
    }
    if (fault != null) {
      throw failed(fault, directory);
    }
  }

  @Override
  public DirectoryLock lock(String path) throws IOException {
    return call(Operation.LOCK, path, path, () -> under.lock(path));
  }
}
