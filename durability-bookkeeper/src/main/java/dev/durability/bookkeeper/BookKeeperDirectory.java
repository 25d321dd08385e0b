package dev.durability.bookkeeper;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A directory whose files are ledgers of Apache BookKeeper, with their names in ZooKeeper. What is
 * synced survives the loss of this machine with its disk, and another machine goes on with it.
 *
 * <pre>{@code
 * BookKeeperOptions options =
 *     BookKeeperOptions.parse("bk://zk1:2181,zk2:2181,zk3:2181/durability/orders");
 * try (BookKeeperDirectory directory = BookKeeperDirectory.open(options);
 *     WalWriter<String> log = WalWriter.open(directory, Codecs.utf8())) {
 *   log.appendDurable("paid");
 * }
 * }</pre>
 *
 * <p><b>Durability.</b> {@link AppendFile#write} sends bytes, {@link AppendFile#flush} and {@link
 * AppendFile#sync} wait until as many bookies as the ack quorum have them on disk. Names are
 * durable as soon as the call returns, so {@link #sync} has nothing to do. A failed write is final:
 * the file refuses everything from then on, and the log has to be opened again.
 *
 * <p><b>The lock.</b> If {@link #lock} returns, nothing of a former holder succeeds any more: its
 * ledgers are closed, and its changes of names are refused. An earlier write of it may be confirmed
 * to it late; the new holder sees that write. A holder loses the lock when its session in ZooKeeper
 * ends, or when another process takes it over: see {@link TakeOver}. All changes of names through
 * an object fail while a lock that was taken through it is lost and not yet closed. So use one
 * object per log.
 *
 * <p><b>Files.</b> A deleted file stays readable for {@link BookKeeperOptions#keepDeleted}. {@link
 * #resume} and {@link AppendFile#truncate} add a ledger and copy nothing. Reading a file that is
 * being written elsewhere shows what one bookie has, which a crash of its writer may take back.
 *
 * <p><b>Threads.</b> Many threads may call all methods. Interrupting one has no effect on its call.
 */
public final class BookKeeperDirectory implements Directory, Closeable {
  private final BookKeeperOptions options;
  private final Clock clock = Clock.systemUTC();
  private final Session session;
  private final Ledgers ledgers;
  private final Names names;
  private final OpenFiles files;
  private final Locks locks;
  private final AtomicLong nextSweepMillis;
  private boolean closesLedgers;

  private BookKeeperDirectory(BookKeeperOptions options, Session session, Ledgers ledgers) {
    this.options = options;
    this.session = session;
    this.ledgers = ledgers;
    Garbage garbage = new Garbage(session.paths(), clock);
    Labels labels = new Labels(session, ledgers, options.warnings(), this::epoch);
    this.names = new Names(session, garbage, labels);
    this.files = new OpenFiles(session, ledgers, garbage, labels);
    this.locks = new Locks(session, names, files, options, clock, options.warnings());
    this.nextSweepMillis = new AtomicLong(clock.millis());
  }

  /**
   * Connects, and creates the root if it is missing.
   *
   * @param options where and how
   * @return the directory, connected
   * @throws IOException if ZooKeeper or BookKeeper's metadata cannot be reached
   */
  public static BookKeeperDirectory open(BookKeeperOptions options) throws IOException {
    Ledgers ledgers = Ledgers.connect(options);
    try {
      BookKeeperDirectory opened =
          open(options, ended -> new ZooKeeperKeeper(options, ended), ledgers);
      opened.closesLedgers = true;
      return opened;
    } catch (Throwable e) {
      ledgers.close();
      throw e;
    }
  }

  /**
   * Connects to a directory that is there, and creates nothing if it is not.
   *
   * @param options where and how
   * @return the directory, connected
   * @throws NoSuchFileException if its root is missing, or is none
   * @throws IOException if ZooKeeper or BookKeeper's metadata cannot be reached
   */
  public static BookKeeperDirectory openExisting(BookKeeperOptions options) throws IOException {
    try (Connection looking =
        new Connection(
            ended -> new ZooKeeperKeeper(options, ended), options.sessionTimeout(), () -> {})) {
      if (looking.read(new ZkPaths(options.root()).of(ZkPaths.NAMES), null) == null) {
        throw new NoSuchFileException(options.toString());
      }
    }
    return open(options);
  }

  /** The same, with sessions and a client of BookKeeper that others may use, too. */
  static BookKeeperDirectory open(
      BookKeeperOptions options, Keeper.Factory keepers, Ledgers ledgers) throws IOException {
    Session session = new Session(keepers, new ZkPaths(options.root()), options.sessionTimeout());
    try {
      session.start();
      return new BookKeeperDirectory(options, session, ledgers);
    } catch (Throwable e) {
      session.close();
      throw e;
    }
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    FilePaths.require(path);
    if (expectedBytes < 0) {
      throw new IllegalArgumentException(path + ": " + expectedBytes + " bytes expected");
    }
    locks.refuseIfHeld(path);
    String inode = Session.randomId();
    Inode empty = new Inode(path, Layers.NONE);
    names.create(path, inode, empty);
    LedgerAppendFile file = appending(files.opened(inode, path, empty, 0), 0);
    if (expectedBytes > 0) {
      file.prepare();
    }
    return file;
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    FilePaths.require(path);
    if (offset < 0) {
      throw new IllegalArgumentException("cannot resume " + path + " at offset " + offset);
    }
    locks.refuseIfHeld(path);
    OpenFile file = files.open(names.require(path, "resume").inode(), path);
    try {
      long size = file.size();
      if (size < offset) {
        throw new IOException(
            "cannot resume " + path + " at offset " + offset + ": it has " + size + " bytes");
      }
      return appending(file, offset);
    } catch (Throwable e) {
      files.close(file);
      throw e;
    }
  }

  private LedgerAppendFile appending(OpenFile file, long position) {
    return new LedgerAppendFile(files, file, options, position, locks::heldPaths);
  }

  @Override
  public ReadFile open(String path) throws IOException {
    FilePaths.require(path);
    locks.refuseIfHeld(path);
    return new LedgerReadFile(files, files.open(names.require(path, "open").inode(), path));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    FilePaths.require(from);
    FilePaths.require(to);
    locks.refuseIfHeld(from);
    locks.refuseIfHeld(to);
    files.renamed(names.rename(from, to), to);
  }

  @Override
  public void delete(String path) throws IOException {
    FilePaths.require(path);
    locks.refuseIfHeld(path);
    names.delete(path);
    sweepIfDue();
  }

  @Override
  public boolean exists(String path) throws IOException {
    FilePaths.require(path);
    return names.exists(path);
  }

  @Override
  public List<String> list(String directory) throws IOException {
    FilePaths.requireDirectory(directory);
    return names.list(directory);
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    FilePaths.requireDirectory(directory);
    names.createDirectories(directory);
  }

  /** Names are durable already: this only looks whether the directory is there. */
  @Override
  public void sync(String directory) throws IOException {
    FilePaths.requireDirectory(directory);
    names.requireDirectory(directory);
  }

  @Override
  public DirectoryLock lock(String path) throws IOException {
    FilePaths.require(path);
    return locks.take(path);
  }

  /** {@return true: a former holder's ledgers are closed before a lock is taken} */
  @Override
  public boolean readsOnlyDurable() {
    return true;
  }

  /**
   * Deletes the ledgers of files that were deleted longer than {@link
   * BookKeeperOptions#keepDeleted} ago, and ledgers that no file has because their writer died too
   * early. Safe beside a running writer and beside other sweeps. The first of the two also happens
   * by itself, when files are deleted. The second looks at all ledgers of the cluster.
   *
   * @return what was deleted
   * @throws IOException if that fails; what was deleted until then is gone, and calling again goes
   *     on
   */
  public Swept sweep() throws IOException {
    return sweeping().all();
  }

  /**
   * Gives files their names again after these were lost from ZooKeeper, by what the ledgers say of
   * themselves. Changes nothing that is there, so calling again is safe. Files that were never
   * written are not made again. {@link BookKeeperOptions#warnings} is told of what cannot be.
   *
   * @return how many files have got their names
   * @throws dev.durability.errors.LockHeldException if somebody holds a lock in this directory
   * @throws IOException if that fails; calling again goes on
   */
  public int rebuildNames() throws IOException {
    return new Rebuild(session, names, ledgers, options.root(), options.warnings()).all();
  }

  private long epoch() {
    return locks.epoch();
  }

  private Sweep sweeping() {
    return new Sweep(session, ledgers, options, clock, options.warnings());
  }

  /** At most every tenth of the time for which files are kept. What fails is left for later. */
  private void sweepIfDue() {
    long now = clock.millis();
    long due = nextSweepMillis.get();
    long next = now + options.keepDeleted().toMillis() / 10;
    if (now >= due && nextSweepMillis.compareAndSet(due, next)) {
      try {
        sweeping().garbage();
      } catch (IOException e) {
        options
            .warnings()
            .accept("deleting the ledgers of deleted files failed, and is left: " + e);
      }
    }
  }

  /**
   * Gives up what this directory holds, and disconnects. Close the files and locks first: others
   * wait for the end of a session otherwise.
   *
   * @throws IOException if that fails
   */
  @Override
  public void close() throws IOException {
    session.close();
    if (closesLedgers) {
      ledgers.close();
    }
  }

  /** By which its ledgers say who made them. */
  String markName() {
    return session.name();
  }

  /** {@return the address} */
  @Override
  public String toString() {
    return options.toString();
  }
}
