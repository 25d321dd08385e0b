package dev.durability.bookkeeper;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher;
import org.jspecify.annotations.Nullable;

/**
 * One session of ZooKeeper. Futures fail with {@link KeeperException}. Requests are carried out in
 * the order of the calls.
 */
interface Keeper {

  /**
   * What is in a node.
   *
   * @param data its bytes
   * @param version how often they were changed
   * @param owner the session that it ends with, 0 if it stays
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares nodes.
  record Node(byte[] data, int version, long owner) {}

  /** Makes others' changes before this call visible to the reads after it. */
  void catchUp();

  /** Reads a node, null if it is missing. The watcher is told once of its next change. */
  CompletableFuture<@Nullable Node> read(String path, @Nullable Watcher watcher);

  /** Lists the names below a node. */
  CompletableFuture<List<String>> children(String path);

  /** Does all of it, or nothing. */
  CompletableFuture<@Nullable Void> multi(List<Op> operations);

  long sessionId();

  /** Waits until it is connected. Returns whether it is. */
  boolean awaitConnected(long nanos);

  /** Whether the session has ended. */
  boolean hasEnded();

  /** Ends the session, and what lives as long as it. */
  void close();

  /** Makes sessions. */
  interface Factory {
    /**
     * Starts a session.
     *
     * @param ended is run once it has ended, unless {@link Keeper#close} ended it
     */
    Keeper connect(Runnable ended) throws java.io.IOException;
  }
}
