package dev.durability.testkit;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault.Effect;
import dev.durability.testkit.Fault.Operation;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A directory over another one that injects faults and counts calls.
 *
 * <pre>{@code
 * FaultDirectory directory = new FaultDirectory(new CrashDirectory());
 * directory.inject(Fault.of(SYNC_FILE).nth(3));
 * directory.fillUpAfter(4_096);   // 4,096 more bytes, then "No space left on device"
 * directory.makeRoom();
 * directory.readAtMost(3);        // short reads
 * directory.before((operation, path) -> steps.add(operation + " " + path));
 * directory.count(SYNC_FILE);     // how often it was called
 * }</pre>
 *
 * <p>Over a {@link CrashDirectory}, a failed sync loses what a device would lose: see there. Over
 * another directory, a failed sync simply does not take place. After a failed write the file must
 * be cut back before it is written again, as the contract of {@link AppendFile#write} demands.
 * Otherwise the next write is an {@link AssertionError}.
 *
 * <p><b>Threads.</b> Any number may use it. {@link #inject} arms a fault. A fault counts the
 * operations that match it, in their order, and never disarms itself. If several faults match the
 * same operation, the one that was injected first takes effect.
 */
public final class FaultDirectory implements Directory {
  private final Directory under;
  private final ArmedFaults faults = new ArmedFaults();
  private final Room room = new Room();
  private final Set<FaultAppendFile> appending = ConcurrentHashMap.newKeySet();
  private volatile int readAtMost = Integer.MAX_VALUE;

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
   * @param fault what fails, when, and how
   * @return this directory
   */
  public FaultDirectory inject(Fault fault) {
    faults.arm(fault);
    return this;
  }

  /**
   * Disarms all faults. A full disk stays full.
   *
   * @return this directory
   */
  public FaultDirectory heal() {
    faults.disarm();
    return this;
  }

  /**
   * Lets a test look at each operation, or change something before it takes place.
   *
   * @param watcher called first in each operation, on the thread that makes the call, with the path
   *     (the old name if a file is renamed). It may block, and may inject a fault that strikes this
   *     operation
   * @return this directory
   */
  public FaultDirectory before(BiConsumer<? super Operation, ? super String> watcher) {
    faults.watch(watcher);
    return this;
  }

  /**
   * Makes reads short, as the contract of {@link ReadFile#read} permits.
   *
   * @param bytes how many a read yields at most, at least 1
   * @return this directory
   */
  public FaultDirectory readAtMost(int bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("a read yields at least 1 byte, not " + bytes);
    }
    readAtMost = bytes;
    return this;
  }

  int readAtMost() {
    return readAtMost;
  }

  /**
   * Makes the disk full after some more bytes: the write that exceeds them writes what fits, and
   * creating a file with room for more fails and creates nothing. Room that was reserved is not
   * counted until it is written. Creating empty files, cutting and deleting succeed and make no
   * room.
   *
   * @param bytes how many
   * @return this directory
   */
  public FaultDirectory fillUpAfter(long bytes) {
    room.limit(bytes);
    return this;
  }

  /**
   * Gives the disk unlimited room again.
   *
   * @return this directory
   */
  public FaultDirectory makeRoom() {
    room.unlimit();
    return this;
  }

  /** {@return how many bytes were written to the directory beneath, at the right place} */
  public long bytesWritten() {
    return room.written();
  }

  /** {@return how many operations a fault or a full disk affected} */
  public long injected() {
    return faults.struck() + room.refused();
  }

  /**
   * Counts calls.
   *
   * @param operation of this kind
   * @return how many there were, including failed ones
   */
  public long count(Operation operation) {
    return faults.count(operation);
  }

  /** Counts a call, tells the watchers, and returns the fault that strikes it, or null. */
  @Nullable Fault enter(Operation operation, String path, String otherPath) {
    return faults.enter(operation, path, otherPath);
  }

  Room room() {
    return room;
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

  /** Does it, or what a fault turns it into. */
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
          if (!room.has(expectedBytes)) {
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
  public boolean readsOnlyDurable() {
    return under.readsOnlyDurable();
  }

  @Override
  public DirectoryLock lock(String path) throws IOException {
    return call(Operation.LOCK, path, path, () -> under.lock(path));
  }
}
