package dev.durability.cli;

import dev.durability.bookkeeper.cluster.ClusterNode;
import dev.durability.bookkeeper.cluster.LocalCluster;
import dev.durability.bookkeeper.cluster.LocalClusterOptions;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs the cluster of {@code durability cluster}. Loaded only if BookKeeper's jars are there. */
final class ClusterRun {
  private static final String STORE_FILE = "store.conf";
  private static final long LOOK_MILLIS = 200;

  private final CommandIo io;
  private final CountDownLatch asked = new CountDownLatch(1);

  ClusterRun(CommandIo io) {
    this.io = io;
  }

  /** Runs it until the program is asked to end. */
  void run(Path directory, int bookies) throws IOException {
    io.termination().onRequest(asked::countDown);
    io.err().println("starting 3 ZooKeeper nodes and " + bookies + " bookies in " + directory);
    LocalClusterOptions options =
        LocalClusterOptions.ofProcesses().bookies(bookies).withAutoRecovery();
    try (LocalCluster cluster = LocalCluster.start(directory, options)) {
      Path store = directory.resolve(STORE_FILE);
      String address = "bk://" + cluster.zooKeeperServers() + "/logs";
      Files.writeString(
          store,
          "# The cluster in this directory: durability append --store "
              + STORE_FILE
              + " NAME\nstore="
              + address
              + "\n",
          StandardCharsets.UTF_8);
      List<ClusterNode> nodes =
          Stream.concat(cluster.zooKeepers().stream(), cluster.bookies().stream()).toList();
      io.out().write(table(nodes, address, store).getBytes(Charset.defaultCharset()));
      io.out().flush();
      watch(nodes);
      io.err().println("ending the cluster");
    }
  }

  private static String table(List<ClusterNode> nodes, String address, Path store) {
    StringBuilder text = new StringBuilder();
    for (ClusterNode node : nodes) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-12s %-15s process %d%n",
              node.name(),
              node.address(),
              node.pid().orElse(0)));
    }
    return text.append(String.format(Locale.ROOT, "store        %s%n", address))
        .append(String.format(Locale.ROOT, "ready: durability append --store %s NAME%n", store))
        .toString();
  }

  /** Tells of nodes that end, until asked to stop. */
  private void watch(List<ClusterNode> nodes) throws IOException {
    List<ClusterNode> running = new ArrayList<>(nodes);
    try {
      while (!asked.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        for (ClusterNode node : List.copyOf(running)) {
          if (!node.isRunning()) {
            io.err().println(node.name() + " has ended");
            running.remove(node);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }
}
