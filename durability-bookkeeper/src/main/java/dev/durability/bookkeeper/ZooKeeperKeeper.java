package dev.durability.bookkeeper;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;

/** A session through ZooKeeper's own client. */
final class ZooKeeperKeeper implements Keeper {
  private final CountDownLatch connected = new CountDownLatch(1);
  private final Runnable ended;
  private final ZooKeeper client;
  private volatile boolean closing;
  private volatile boolean hasEnded;

  ZooKeeperKeeper(BookKeeperOptions options, Runnable ended) throws IOException {
    this.ended = ended;
    int timeout = (int) options.sessionTimeout().toMillis();
    this.client = new ZooKeeper(options.servers(), timeout, this::seen);
  }

  private void seen(WatchedEvent event) {
    switch (event.getState()) {
      case SyncConnected -> connected.countDown();
      case Expired, AuthFailed, Closed -> {
        hasEnded = true;
        connected.countDown();
        if (!closing) {
          ended.run();
        }
      }
      default -> {}
    }
  }

  @Override
  public boolean awaitConnected(long nanos) {
    boolean interrupted = false;
    long end = System.nanoTime() + nanos;
    try {
      while (true) {
        try {
          return connected.await(end - System.nanoTime(), TimeUnit.NANOSECONDS) && !hasEnded;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void catchUp() {
    client.sync("/", (rc, path, context) -> {}, null);
  }

  @Override
  public CompletableFuture<@Nullable Node> read(String path, @Nullable Watcher watcher) {
    CompletableFuture<@Nullable Node> result = new CompletableFuture<>();
    client.getData(
        path,
        watcher,
        (rc, node, context, data, stat) -> {
          if (rc == Code.NONODE.intValue()) {
            result.complete(null);
          } else if (rc == Code.OK.intValue()) {
            byte[] bytes = data == null ? new byte[0] : data;
            result.complete(new Node(bytes, stat.getVersion(), stat.getEphemeralOwner()));
          } else {
            result.completeExceptionally(KeeperException.create(Code.get(rc), path));
          }
        },
        null);
    return result;
  }

  @Override
  public CompletableFuture<List<String>> children(String path) {
    CompletableFuture<List<String>> result = new CompletableFuture<>();
    client.getChildren(
        path,
        false,
        (rc, node, context, children) -> {
          if (rc == Code.OK.intValue()) {
            result.complete(children);
          } else {
            result.completeExceptionally(KeeperException.create(Code.get(rc), path));
          }
        },
        null);
    return result;
  }

  @Override
  public CompletableFuture<@Nullable Void> multi(List<Op> operations) {
    CompletableFuture<@Nullable Void> result = new CompletableFuture<>();
    client.multi(
        operations,
        (rc, path, context, results) -> {
          if (rc == Code.OK.intValue()) {
            result.complete(null);
          } else {
            result.completeExceptionally(failure(rc, operations, results));
          }
        },
        null);
    return result;
  }

  /** Names the node of the operation that failed. */
  private static KeeperException failure(
      int rc, List<Op> operations, @Nullable List<OpResult> results) {
    for (int i = 0; results != null && i < results.size(); i++) {
      if (results.get(i) instanceof OpResult.ErrorResult error) {
        Code code = Code.get(error.getErr());
        if (code != Code.OK && code != Code.RUNTIMEINCONSISTENCY) {
          return KeeperException.create(code, operations.get(i).getPath());
        }
      }
    }
    return KeeperException.create(Code.get(rc));
  }

  @Override
  public long sessionId() {
    return client.getSessionId();
  }

  @Override
  public boolean hasEnded() {
    return hasEnded;
  }

  /** Ends the session as a server does whose client was silent for too long. */
  void expire() {
    client.getTestable().injectSessionExpiration();
  }

  @Override
  public void close() {
    closing = true;
    boolean interrupted = Thread.interrupted();
    try {
      client.close();
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
