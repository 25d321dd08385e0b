package dev.durability.bookkeeper.cluster;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;

/** Asks ZooKeeper whether it serves. */
final class ZooKeeperClient {
  private static final int SESSION_MILLIS = 10_000;

  private ZooKeeperClient() {}

  /**
   * Returns when a node answered: with a majority of the nodes, it serves.
   *
   * @param address one node
   * @param stillRuns throws if waiting has become useless
   */
  static void awaitAnswer(String address, long deadlineNanos, Waiting.Condition stillRuns)
      throws IOException {
    ZKClientConfig configuration = new ZKClientConfig();
    configuration.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
    CompletableFuture<Integer> answer = new CompletableFuture<>();
    ZooKeeper client = new ZooKeeper(address, SESSION_MILLIS, event -> {}, configuration);
    try {
      ask(client, answer);
      if (!Waiting.until(deadlineNanos, () -> !stillRuns.holds() || answer.isDone())) {
        throw new IOException("it does not answer; is a majority of the nodes running?");
      }
    } finally {
      Waiting.uninterruptibly(client::close);
    }
  }

  /** Asked before the connection is there, or while there is no majority, it is asked again. */
  private static void ask(ZooKeeper client, CompletableFuture<Integer> answer) {
    client.exists(
        "/",
        false,
        (code, path, context, stat) -> {
          if (code == 0) {
            answer.complete(code);
          } else if (client.getState().isAlive()) {
            ask(client, answer);
          }
        },
        null);
  }
}
