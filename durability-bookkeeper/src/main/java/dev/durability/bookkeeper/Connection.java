package dev.durability.bookkeeper;

import dev.durability.errors.DurabilityException;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a directory in ZooKeeper, one after the other, and what can be asked again if the
 * connection is lost: reads, and changes that may be repeated.
 */
final class Connection implements Closeable {
  private final Keeper.Factory factory;
  private final Runnable ended;
  private final long patienceNanos;
  private final ReentrantLock connecting = new ReentrantLock();
  private volatile @Nullable Keeper keeper;
  private volatile boolean closed;

  /**
   * Connects at the first request.
   *
   * @param ended is run when a session has ended
   */
  Connection(Keeper.Factory factory, Duration sessionTimeout, Runnable ended) {
    this.factory = factory;
    this.ended = ended;
    this.patienceNanos = sessionTimeout.toNanos() * 2 + TimeUnit.SECONDS.toNanos(1);
  }

  /** Until when what starts now is tried again, as of {@link System#nanoTime}. */
  long deadline() {
    return System.nanoTime() + patienceNanos;
  }

  /** The present session, a new one if the last has ended. */
  Keeper connected() throws IOException {
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
      Keeper fresh = factory.connect(ended);
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

  void createIfMissing(Keeper on, String node, byte[] data, CreateMode mode) throws IOException {
    if (read(node, null) == null) {
      try {
        submit(on, List.of(Op.create(node, data, Session.ACLS, mode)));
      } catch (KeeperException.NodeExistsException other) {
        // Somebody else did it, or this did before the connection was lost.
      } catch (KeeperException e) {
        throw failed("creating " + node, e);
      }
    }
  }

  /** Repeats what can be repeated while the connection is lost. */
  void submit(Keeper on, List<Op> operations) throws IOException, KeeperException {
    long end = deadline();
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

  void deleteIfThere(Keeper on, String node) throws IOException {
    try {
      submit(on, List.of(Op.delete(node, -1)));
    } catch (KeeperException.NoNodeException gone) {
      // Just as well.
    } catch (KeeperException e) {
      throw failed("deleting " + node, e);
    }
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
    long end = deadline();
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

  static void pauseUnlessLate(long end, String what, KeeperException failure)
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

  static boolean isConnectionLoss(KeeperException failure) {
    return switch (failure.code()) {
      case CONNECTIONLOSS, OPERATIONTIMEOUT, SESSIONMOVED, REQUESTTIMEOUT -> true;
      default -> false;
    };
  }

  static KeeperException keeperFailure(ExecutionException e) {
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
