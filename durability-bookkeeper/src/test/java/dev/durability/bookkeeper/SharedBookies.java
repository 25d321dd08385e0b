package dev.durability.bookkeeper;

import dev.durability.bookkeeper.cluster.LocalCluster;
import dev.durability.bookkeeper.cluster.LocalClusterOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Three ZooKeeper nodes and four bookies in this JVM, started once for all tests. */
final class SharedBookies {
  private static final AtomicInteger ROOTS = new AtomicInteger();
  private static final LocalCluster CLUSTER = start();
  private static final Ledgers CLIENT = connect();

  private SharedBookies() {}

  /** The options of a directory with a root of its own. */
  static BookKeeperOptions.Builder newRoot() {
    return BookKeeperOptions.builder(
            CLUSTER.zooKeeperServers(), "/durability/test" + ROOTS.incrementAndGet())
        .sessionTimeout(Duration.ofSeconds(20));
  }

  /** Opens a directory with a client of BookKeeper that all share: closing one takes its time. */
  static BookKeeperDirectory open(BookKeeperOptions options) throws IOException {
    return open(options, ended -> new ZooKeeperKeeper(options, ended));
  }

  static BookKeeperDirectory open(BookKeeperOptions options, Keeper.Factory keepers)
      throws IOException {
    return BookKeeperDirectory.open(options, keepers, CLIENT);
  }

  static Ledgers client() {
    return CLIENT;
  }

  private static Ledgers connect() {
    try {
      return Ledgers.connect(newRoot().build());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LocalCluster start() {
    try {
      Path directory = Files.createTempDirectory(Path.of("target"), "cluster");
      return LocalCluster.start(
          directory, LocalClusterOptions.inThisJvm().zooKeepers(3).bookies(4));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
