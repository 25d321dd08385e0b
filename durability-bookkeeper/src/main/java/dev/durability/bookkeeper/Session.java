package dev.durability.bookkeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.LockLostException;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;

/**
 * What a directory asks of ZooKeeper: reads that are repeated if the connection is lost, and
 * transactions that take place exactly once.
 *
 * <p><b>Unknown outcomes.</b> This directory has a node of its own, its <em>mark</em>, which ends
 * with its session. Each transaction writes its own id into that node, and demands the node's
 * version. If the connection is lost before the answer is there, a write of the mark that demands
 * the same version decides: if it succeeds, the transaction has not taken place and never can; if
 * it meets another version, the mark tells whether the transaction did.
 *
 * <p><b>Fencing.</b> Each transaction also demands the versions of the locks that are held here. So
 * nothing succeeds once another holder has raised one of them.
 */
final class Session implements Closeable {
  static final List<ACL> ACLS = ZooDefs.Ids.OPEN_ACL_UNSAFE;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final byte[] VERSION = "durability-directory 1".getBytes(UTF_8);

  /** A lock that is held, or was and has not been closed. */
  interface Guard {
    /** Throws if it was lost. */
    void requireHeld() throws LockLostException;

    /** What a transaction demands. */
    Op check();

    /** The session has ended, or the lock's version was raised. */
    void lost(String why);
  }

  private final Keeper.Factory factory;
  private final ZkPaths paths;
  private final long patienceNanos;
  private final String name = randomId();
  private final List<Guard> guards = new CopyOnWriteArrayList<>();

  /** Transactions come one after the other, because each demands the version of the mark. */
  private final ReentrantLock transactions = new ReentrantLock();

  private final ReentrantLock connecting = new ReentrantLock();
  private volatile @Nullable Keeper keeper;
  private volatile boolean closed;
  private @Nullable Keeper marked;
  private int markVersion;

  Session(Keeper.Factory factory, ZkPaths paths, Duration sessionTimeout) {
    this.factory = factory;
    this.paths = paths;
    this.patienceNanos = sessionTimeout.toNanos() * 2 + TimeUnit.SECONDS.toNanos(1);
  }

  static String randomId() {
    return String.format(Locale.ROOT, "%016x", RANDOM.nextLong());
  }

  /** The name of this directory's own node, by which its ledgers say who made them. */
  String name() {
    return name;
  }

  ZkPaths paths() {
    return paths;
  }

  /** Connects, and makes the nodes that every directory has. */
  void start() throws IOException {
    Keeper connected = connected();
    Keeper.Node root = read(paths.root(), null);
    if (root != null
        && root.data().length > 0
        && !new String(root.data(), UTF_8).startsWith("dur")) {
      throw new DurabilityException(
          "the node " + paths.root() + " in ZooKeeper is another program's: choose another root");
    }
    StringBuilder node = new StringBuilder();
    for (String part : paths.root().substring(1).split("/", -1)) {
      node.append('/').append(part);
      createIfMissing(connected, node.toString(), new byte[0], CreateMode.PERSISTENT);
    }
    if (root == null || root.data().length == 0) {
      try {
        submit(connected, List.of(Op.setData(paths.root(), VERSION, -1)));
      } catch (KeeperException e) {
        throw failed("marking " + paths.root(), e);
      }
    }
    for (String part :
        List.of(ZkPaths.NAMES, ZkPaths.INODES, ZkPaths.GARBAGE, ZkPaths.LOCKS, ZkPaths.CLIENTS)) {
      createIfMissing(connected, paths.of(part), new byte[0], CreateMode.PERSISTENT);
    }
    transactions.lock();
    try {
      mark(connected);
    } finally {
      transactions.unlock();
    }
  }

  private void createIfMissing(Keeper on, String node, byte[] data, CreateMode mode)
      throws IOException {
    if (read(node, null) == null) {
      try {
        submit(on, List.of(Op.create(node, data, ACLS, mode)));
      } catch (KeeperException.NodeExistsException other) {
        // Somebody else did it, or this did before the connection was lost.
      } catch (KeeperException e) {
        throw failed("creating " + node, e);
      }
    }
  }

  /** Repeats what can be repeated while the connection is lost. */
  private void submit(Keeper on, List<Op> operations) throws IOException, KeeperException {
    long end = System.nanoTime() + patienceNanos;
    while (true) {
      try {
        Void unused = Awaiting.result(on.multi(operations));
        return;
      } catch (ExecutionException e) {
        KeeperException failure = keeperFailure(e);
        if (!isConnectionLoss(failure)) {
          throw failure;
        }
        pauseUnlessLate(end, "changing " + operations.get(0).getPath(), failure);
      }
    }
  }

  /** The mark of a new session; under the lock of transactions. */
  private void mark(Keeper on) throws IOException {
    createIfMissing(on, paths.client(name), new byte[0], CreateMode.EPHEMERAL);
    Keeper.Node node = read(paths.client(name), null);
    if (node == null || node.owner() != on.sessionId()) {
      throw new DurabilityException("the session in ZooKeeper ended while it began; try again");
    }
    markVersion = node.version();
    marked = on;
  }

  private Keeper connected() throws IOException {
    Keeper now = keeper;
    if (now != null && !now.hasEnded()) {
      return now;
    }
    connecting.lock();
    try {
      if (closed) {
        throw new IOException("this directory is closed");
      }
      now = keeper;
      if (now != null && !now.hasEnded()) {
        return now;
      }
      if (now != null) {
        now.close();
      }
      Keeper fresh = factory.connect(this::sessionEnded);
      keeper = fresh;
      if (!fresh.awaitConnected(patienceNanos)) {
        fresh.close();
        keeper = null;
        throw new DurabilityException(
            "no ZooKeeper server answered within "
                + patienceNanos / 1_000_000
                + " ms: check the addresses, and whether a majority of the servers runs");
      }
      return fresh;
    } finally {
      connecting.unlock();
    }
  }

  private void sessionEnded() {
    for (Guard guard : guards) {
      guard.lost("the session of this process in ZooKeeper has ended");
    }
  }

  void add(Guard guard) {
    guards.add(guard);
  }

  void remove(Guard guard) {
    guards.remove(guard);
  }

  long sessionId() throws IOException {
    return connected().sessionId();
  }

  /** Reads a node, null if it is missing. It is as new as what others had done before the call. */
  Keeper.@Nullable Node read(String node, @Nullable Watcher watcher) throws IOException {
    return repeat("reading " + node, on -> on.read(node, watcher));
  }

  /** Lists what is below a node, null if it is missing. */
  @Nullable List<String> children(String node) throws IOException {
    try {
      return repeat("listing " + node, on -> on.children(node));
    } catch (NoNode missing) {
      return null;
    }
  }

  /** Reads many nodes at once. */
  List<Keeper.@Nullable Node> readAll(List<String> nodes) throws IOException {
    List<Keeper.@Nullable Node> found = new ArrayList<>();
    List<CompletableFuture<Keeper.@Nullable Node>> futures = new ArrayList<>();
    Keeper on = connected();
    on.catchUp();
    for (String node : nodes) {
      futures.add(on.read(node, null));
    }
    for (int i = 0; i < nodes.size(); i++) {
      Keeper.Node node;
      try {
        node = Awaiting.result(futures.get(i));
      } catch (ExecutionException again) {
        node = read(nodes.get(i), null);
      }
      found.add(node);
    }
    return found;
  }

  private <T extends @Nullable Object> T repeat(
      String what, Function<Keeper, CompletableFuture<T>> call) throws IOException {
    long end = System.nanoTime() + patienceNanos;
    while (true) {
      Keeper on = connected();
      try {
        on.catchUp();
        return Awaiting.result(call.apply(on));
      } catch (ExecutionException e) {
        KeeperException failure = keeperFailure(e);
        if (!isConnectionLoss(failure) && failure.code() != Code.SESSIONEXPIRED) {
          throw asIo(failure);
        }
        pauseUnlessLate(end, what, failure);
      }
    }
  }

  /**
   * Does all of it, or nothing, if all locks are still held.
   *
   * @return false if what the operations demand is not so; nothing was done
   * @throws LockLostException if a lock was lost; nothing was done
   * @throws IOException if the outcome is unknown: the session has ended meanwhile
   */
  boolean transaction(String what, List<Op> operations) throws IOException {
    transactions.lock();
    try {
      for (Guard guard : guards) {
        guard.requireHeld();
      }
      Keeper on = connected();
      if (on != marked) {
        mark(on);
      }
      return transaction(on, what, operations);
    } finally {
      transactions.unlock();
    }
  }

  private boolean transaction(Keeper on, String what, List<Op> operations) throws IOException {
    byte[] id = ("transaction " + randomId()).getBytes(UTF_8);
    long end = System.nanoTime() + patienceNanos;
    while (true) {
      List<Op> all = new ArrayList<>();
      all.add(Op.setData(paths.client(name), id, markVersion));
      List<Guard> demanded = List.copyOf(guards);
      demanded.forEach(guard -> all.add(guard.check()));
      all.addAll(operations);
      try {
        Void unused = Awaiting.result(on.multi(all));
        markVersion++;
        return true;
      } catch (ExecutionException e) {
        KeeperException failure = keeperFailure(e);
        if (isConnectionLoss(failure)) {
          if (tookPlace(on, what, id, failure)) {
            return true;
          }
          pauseUnlessLate(end, what, failure);
          continue;
        }
        return refused(what, failure, demanded, operations);
      }
    }
  }

  /** Nothing was done: because a lock was lost, or because of the operations. */
  private boolean refused(
      String what, KeeperException failure, List<Guard> guards, List<Op> operations)
      throws IOException {
    String node = failure.getPath();
    for (Guard guard : guards) {
      if (guard.check().getPath().equals(node)) {
        guard.lost("another process has taken it");
        guard.requireHeld();
      }
    }
    if (operations.stream().anyMatch(each -> each.getPath().equals(node))) {
      return false;
    }
    throw failed(what, failure);
  }

  /** Finds out what became of a transaction whose answer was lost. */
  private boolean tookPlace(Keeper on, String what, byte[] id, KeeperException lost)
      throws IOException {
    Set<String> probes = new HashSet<>();
    long end = System.nanoTime() + patienceNanos;
    while (true) {
      String probe = "probe " + randomId();
      probes.add(probe);
      try {
        Void unused =
            Awaiting.result(
                on.multi(
                    List.of(Op.setData(paths.client(name), probe.getBytes(UTF_8), markVersion))));
        markVersion++;
        return false;
      } catch (ExecutionException e) {
        KeeperException failure = keeperFailure(e);
        if (failure.code() == Code.BADVERSION) {
          Keeper.Node mark = read(paths.client(name), null);
          if (mark == null) {
            throw unknown(what, lost);
          }
          markVersion = mark.version();
          String found = new String(mark.data(), UTF_8);
          if (!probes.contains(found) && !found.equals(new String(id, UTF_8))) {
            throw new IllegalStateException("the mark " + name + " has \"" + found + "\"");
          }
          return !probes.contains(found);
        }
        if (!isConnectionLoss(failure)) {
          throw unknown(what, lost);
        }
        pauseUnlessLate(end, what, failure);
      }
    }
  }

  private static DurabilityException unknown(String what, KeeperException cause) {
    return new DurabilityException(
        what
            + ": the connection to ZooKeeper was lost for so long that the session ended, so it is"
            + " unknown whether this was done. Open the log again",
        cause);
  }

  private static void pauseUnlessLate(long end, String what, KeeperException failure)
      throws DurabilityException {
    if (System.nanoTime() - end > 0) {
      throw failed(what, failure);
    }
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
  }

  static DurabilityException failed(String what, KeeperException failure) {
    return new DurabilityException(
        what + " failed: ZooKeeper says " + failure.getMessage() + ". Check its servers", failure);
  }

  private static boolean isConnectionLoss(KeeperException failure) {
    return switch (failure.code()) {
      case CONNECTIONLOSS, OPERATIONTIMEOUT, SESSIONMOVED, REQUESTTIMEOUT -> true;
      default -> false;
    };
  }

  private static KeeperException keeperFailure(ExecutionException e) {
    if (e.getCause() instanceof KeeperException failure) {
      return failure;
    }
    throw new IllegalStateException(e.getCause());
  }

  private static IOException asIo(KeeperException failure) throws NoNode {
    if (failure.code() == Code.NONODE) {
      throw new NoNode(failure);
    }
    return failed("a request", failure);
  }

  /** A node is missing. */
  private static final class NoNode extends IOException {
    private static final long serialVersionUID = 1L;

    NoNode(KeeperException cause) {
      super(cause);
    }
  }

  @Override
  public void close() {
    connecting.lock();
    try {
      closed = true;
      Keeper now = keeper;
      if (now != null) {
        now.close();
      }
      keeper = null;
    } finally {
      connecting.unlock();
    }
  }
}
