package dev.durability.bookkeeper.cluster;

import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Writes what the nodes are configured with. */
final class Configurations {
  private static final int TICK_MILLIS = 500;
  private static final int SESSION_MILLIS_MAX = 60_000;

  private Configurations() {}

  /** The configuration of a node of ZooKeeper, and its number where ZooKeeper looks for it. */
  static Path zooKeeper(Path directory, int number, List<ClusterFile.ZooKeeperPorts> all)
      throws IOException {
    Path data = Files.createDirectories(directory.resolve("data"));
    Files.writeString(data.resolve("myid"), number + "\n");
    StringBuilder lines = new StringBuilder();
    line(lines, "dataDir", data.toString());
    line(lines, "tickTime", TICK_MILLIS);
    line(lines, "initLimit", 40);
    line(lines, "syncLimit", 20);
    line(lines, "maxSessionTimeout", SESSION_MILLIS_MAX);
    line(lines, "maxClientCnxns", 0);
    line(lines, "standaloneEnabled", false);
    line(lines, "admin.enableServer", false); // A web server, which nobody asked for.
    line(lines, "autopurge.snapRetainCount", 3);
    line(lines, "autopurge.purgeInterval", 1);
    for (int i = 0; i < all.size(); i++) {
      ClusterFile.ZooKeeperPorts ports = all.get(i);
      String host = FreePorts.LOOPBACK.getHostAddress();
      line(
          lines,
          "server." + (i + 1),
          host + ":" + ports.quorum() + ":" + ports.election() + ";" + host + ":" + ports.client());
    }
    return write(directory.resolve("zoo.cfg"), lines);
  }

  /** The configuration of a bookie. What is not named here is BookKeeper's default. */
  static Path bookie(Path directory, int port, String uri, LocalClusterOptions options)
      throws IOException {
    StringBuilder lines = new StringBuilder();
    line(lines, "metadataServiceUri", uri);
    line(lines, "zkTimeout", options.bookieSession().toMillis());
    line(lines, "bookiePort", port);
    // Both, because a bookie that is only told what to tell others listens on all interfaces.
    line(lines, "listeningInterface", loopbackInterface());
    line(lines, "advertisedAddress", FreePorts.LOOPBACK.getHostAddress());
    line(lines, "allowLoopback", true);
    line(lines, "journalDirectories", directory.resolve("journal").toString());
    line(lines, "ledgerDirectories", directory.resolve("ledgers").toString());
    // This machine's disk may be fuller, and is smaller, than a server's.
    line(lines, "diskUsageThreshold", "0.99");
    line(lines, "diskUsageWarnThreshold", "0.98");
    line(lines, "logSizeLimit", 64L << 20);
    line(lines, "journalMaxSizeMB", 64);
    line(lines, "journalMaxBackups", 1);
    line(lines, "journalPreAllocSizeMB", 4);
    line(lines, "skipListSizeLimit", 16L << 20);
    line(lines, "gcWaitTime", TimeUnit.MINUTES.toMillis(1));
    // Few clients: an entry need not wait for others to share a sync with.
    line(lines, "journalFlushWhenQueueEmpty", true);
    line(lines, "numReadWorkerThreads", 2);
    line(lines, "numHighPriorityWorkerThreads", 1);
    line(lines, "serverNumIOThreads", 2);
    line(lines, "allocatorPoolingPolicy", "UnpooledHeap");
    line(lines, "autoRecoveryDaemonEnabled", options.hasAutoRecovery());
    line(lines, "httpServerEnabled", false);
    line(lines, "enableStatistics", false);
    return write(directory.resolve("bookie.conf"), lines);
  }

  private static String loopbackInterface() throws IOException {
    NetworkInterface found = NetworkInterface.getByInetAddress(FreePorts.LOOPBACK);
    if (found == null) {
      throw new IOException("no network interface has the address " + FreePorts.LOOPBACK);
    }
    return found.getName();
  }

  private static void line(StringBuilder lines, String key, Object value) {
    lines.append(key).append('=').append(value).append('\n');
  }

  private static Path write(Path file, StringBuilder lines) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    return Files.writeString(file, lines);
  }
}
