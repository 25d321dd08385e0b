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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
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

  private final Connection connection;
  private final ZkPaths paths;
  private final String name = randomId();
  private final List<Guard> guards = new CopyOnWriteArrayList<>();

  /** Transactions come one after the other, because each demands the version of the mark. */
  private final ReentrantLock transactions = new ReentrantLock();

  private @Nullable Keeper marked;
  private int markVersion;
  private volatile int generation;

  Session(Keeper.Factory factory, ZkPaths paths, Duration sessionTimeout) {
    this.connection = new Connection(factory, sessionTimeout, this::sessionEnded);
    this.paths = paths;
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
    Keeper connected = connection.connected();
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
      connection.createIfMissing(connected, node.toString(), new byte[0], CreateMode.PERSISTENT);
    }
    if (root == null || root.data().length == 0) {
      try {
        connection.submit(connected, List.of(Op.setData(paths.root(), VERSION, -1)));
      } catch (KeeperException e) {
        throw Connection.failed("marking " + paths.root(), e);
      }
    }
    for (String part :
        List.of(ZkPaths.NAMES, ZkPaths.INODES, ZkPaths.GARBAGE, ZkPaths.LOCKS, ZkPaths.CLIENTS)) {
      connection.createIfMissing(connected, paths.of(part), new byte[0], CreateMode.PERSISTENT);
    }
    transactions.lock();
    try {
      mark(connected);
    } finally {
      transactions.unlock();
    }
  }

  /** The mark of a new session; under the lock of transactions. */
  private void mark(Keeper on) throws IOException {
    Keeper.Node former = read(paths.client(name), null);
    if (former != null && former.owner() != on.sessionId()) {
      connection.deleteIfThere(
          on, paths.client(name)); // Of a session that ended here, and not yet there.
    }
    connection.createIfMissing(on, paths.client(name), new byte[0], CreateMode.EPHEMERAL);
    Keeper.Node node = read(paths.client(name), null);
    if (node == null || node.owner() != on.sessionId()) {
      throw new DurabilityException("the session in ZooKeeper ended while it began; try again");
    }
    markVersion = node.version();
    marked = on;
    int next = generation + 1;
    generation = next;
  }

  /**
   * Which mark this object has now. A ledger that was made under an earlier one may have been
   * swept, because its maker seemed dead.
   */
  int generation() {
    return generation;
  }

  private void sessionEnded() {
    for (Guard guard : guards) {
      guard.lost("the session of this process in ZooKeeper has ended");
    }
  }

  long sessionId() throws IOException {
    return connection.connected().sessionId();
  }

  /** As of {@link Connection#read}. */
  Keeper.@Nullable Node read(String node, @Nullable Watcher watcher) throws IOException {
    return connection.read(node, watcher);
  }

  /** As of {@link Connection#children}. */
  @Nullable List<String> children(String node) throws IOException {
    return connection.children(node);
  }

  /** As of {@link Connection#readAll}. */
  List<Keeper.@Nullable Node> readAll(List<String> nodes) throws IOException {
    return connection.readAll(nodes);
  }

  /** Throws if a lock that was taken here is lost, and not closed yet. */
  void requireLocks() throws LockLostException {
    for (Guard guard : guards) {
      guard.requireHeld();
    }
  }

  void add(Guard guard) {
    guards.add(guard);
  }

  void remove(Guard guard) {
    guards.remove(guard);
  }

  /**
   * Does all of it, or nothing, if all locks are still held.
   *
   * @return false if what the operations demand is not so; nothing was done
   * @throws LockLostException if a lock was lost; nothing was done
   * @throws IOException if the outcome is unknown: the session has ended meanwhile
   */
  boolean transaction(String what, List<Op> operations) throws IOException {
    return transaction(what, operations, -1);
  }

  /** The same, unless the mark is no longer of this {@link #generation}. */
  boolean transaction(String what, List<Op> operations, int demanded) throws IOException {
    transactions.lock();
    try {
      requireLocks();
      Keeper on = connection.connected();
      if (on != marked) {
        mark(on);
      }
      if (demanded >= 0 && demanded != generation) {
        throw new DurabilityException(
            what + ": the session in ZooKeeper ended meanwhile, and nothing was done; try again");
      }
      return transaction(on, what, operations);
    } finally {
      transactions.unlock();
    }
  }

  private boolean transaction(Keeper on, String what, List<Op> operations) throws IOException {
    byte[] id = ("transaction " + randomId()).getBytes(UTF_8);
    long end = connection.deadline();
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
        KeeperException failure = Connection.keeperFailure(e);
        if (Connection.isConnectionLoss(failure)) {
          if (tookPlace(on, what, id, failure)) {
            return true;
          }
          Connection.pauseUnlessLate(end, what, failure);
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
    throw Connection.failed(what, failure);
  }

  /** Finds out what became of a transaction whose answer was lost. */
  private boolean tookPlace(Keeper on, String what, byte[] id, KeeperException lost)
      throws IOException {
    Set<String> probes = new HashSet<>();
    long end = connection.deadline();
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
        KeeperException failure = Connection.keeperFailure(e);
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
        if (!Connection.isConnectionLoss(failure)) {
          throw unknown(what, lost);
        }
        Connection.pauseUnlessLate(end, what, failure);
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

  @Override
  public void close() {
    connection.close();
  }
}
