package dev.durability.bookkeeper.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.bookkeeper.client.api.BookKeeper;
import org.apache.bookkeeper.client.api.DigestType;
import org.apache.bookkeeper.client.api.LedgerEntry;
import org.apache.bookkeeper.client.api.ReadHandle;
import org.apache.bookkeeper.client.api.WriteHandle;
import org.apache.bookkeeper.conf.ClientConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalClusterTest {
  private static final byte[] NO_PASSWORD = new byte[0];

  @TempDir Path directory;

  private static long write(BookKeeper client, String... entries) throws Exception {
    try (WriteHandle ledger =
        client
            .newCreateLedgerOp()
            .withEnsembleSize(3)
            .withWriteQuorumSize(3)
            .withAckQuorumSize(2)
            .withDigestType(DigestType.CRC32C)
            .withPassword(NO_PASSWORD)
            .execute()
            .join()) {
      for (String entry : entries) {
        ledger.append(entry.getBytes(UTF_8));
      }
      return ledger.getId();
    }
  }

  private static List<String> read(BookKeeper client, long id) throws Exception {
    try (ReadHandle ledger =
        client
            .newOpenLedgerOp()
            .withLedgerId(id)
            .withDigestType(DigestType.CRC32C)
            .withPassword(NO_PASSWORD)
            .execute()
            .join()) {
      List<String> found = new ArrayList<>();
      for (LedgerEntry entry : ledger.read(0, ledger.getLastAddConfirmed())) {
        found.add(new String(entry.getEntryBytes(), UTF_8));
      }
      return found;
    }
  }

  private static BookKeeper connect(LocalCluster cluster) throws Exception {
    ClientConfiguration configuration = new ClientConfiguration();
    configuration.setMetadataServiceUri(cluster.metadataServiceUri());
    return BookKeeper.newBuilder(configuration).build();
  }

  @Test
  void inOneJvmItKeepsItsAddressesAndItsDataOverARestart() throws Exception {
    String uri;
    long ledger;
    try (LocalCluster cluster = LocalCluster.start(directory, LocalClusterOptions.inThisJvm())) {
      uri = cluster.metadataServiceUri();
      assertThat(cluster.zooKeepers()).hasSize(3);
      assertThat(cluster.bookies()).hasSize(4).allMatch(ClusterNode::isRunning);
      try (BookKeeper client = connect(cluster)) {
        ledger = write(client, "one", "two");
      }
    }
    try (LocalCluster cluster = LocalCluster.start(directory, LocalClusterOptions.inThisJvm())) {
      assertThat(cluster.metadataServiceUri()).isEqualTo(uri);
      try (BookKeeper client = connect(cluster)) {
        assertThat(read(client, ledger)).containsExactly("one", "two");
      }
    }
  }

  @Test
  void processesCanBeKilledPausedAndLoseTheirDisks() throws Exception {
    LocalClusterOptions options = LocalClusterOptions.ofProcesses().zooKeepers(1).bookies(3);
    List<ProcessHandle> processes = new ArrayList<>();
    Set<String> addresses = new HashSet<>();
    long ledger;
    try (LocalCluster cluster = LocalCluster.start(directory, options)) {
      for (ClusterNode node : nodes(cluster)) {
        processes.add(ProcessHandle.of(node.pid().orElseThrow()).orElseThrow());
        addresses.add(node.address());
      }
      assertThat(addresses).hasSize(4).allMatch(address -> address.startsWith("127.0.0.1:"));
      ClusterNode first = cluster.bookies().get(0);
      try (BookKeeper client = connect(cluster)) {
        ledger = write(client, "one", "two");
        first.kill();
        assertThat(first.isRunning()).isFalse();
        assertThat(first.pid()).isEmpty();
        assertThat(read(client, ledger)).containsExactly("one", "two");
        first.removeDisk();
        assertThat(first.directory()).doesNotExist();
        assertThatThrownBy(first::start)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("has lost its disk");

        ClusterNode added = cluster.addBookie();
        processes.add(ProcessHandle.of(added.pid().orElseThrow()).orElseThrow());
        assertThat(added.name()).isEqualTo("bookie-4");
        assertThat(addresses).doesNotContain(added.address());
        assertThat(cluster.bookies()).hasSize(3).doesNotContain(first).contains(added);
      }
      ClusterNode zooKeeper = cluster.zooKeepers().get(0);
      zooKeeper.kill();
      zooKeeper.start();
      processes.add(ProcessHandle.of(zooKeeper.pid().orElseThrow()).orElseThrow());
      cluster.bookies().get(0).pause();
      assertThat(cluster.bookies().get(0).isRunning()).isTrue();
      cluster.bookies().get(0).resume();
      cluster.bookies().get(1).pause(); // Closing ends it all the same.
    }
    assertThat(processes).noneMatch(ProcessHandle::isAlive);

    try (LocalCluster cluster = LocalCluster.start(directory, options)) {
      assertThat(cluster.bookies().stream().map(ClusterNode::name))
          .containsExactly("bookie-2", "bookie-3", "bookie-4");
      try (BookKeeper client = connect(cluster)) {
        assertThat(read(client, ledger)).containsExactly("one", "two");
      }
    }
  }

  private static List<ClusterNode> nodes(LocalCluster cluster) {
    return Stream.concat(cluster.zooKeepers().stream(), cluster.bookies().stream()).toList();
  }

  @Test
  void noNodeOutlivesTheProcessThatStartedIt() throws Exception {
    Process starter =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Starter.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<ProcessHandle> nodes = new ArrayList<>();
    try (BufferedReader out = starter.inputReader(UTF_8)) {
      for (String pid : out.readLine().split(" ", -1)) {
        nodes.add(ProcessHandle.of(Long.parseLong(pid)).orElseThrow());
      }
    } finally {
      starter.destroyForcibly();
    }

    assertThat(nodes).hasSize(2);
    for (ProcessHandle node : nodes) {
      node.onExit().get(5, TimeUnit.MINUTES);
    }
  }

  /** Starts a small cluster, says which processes it consists of, and waits to be killed. */
  static final class Starter {
    public static void main(String[] args) throws Exception {
      LocalCluster cluster =
          LocalCluster.start(
              Path.of(args[0]), LocalClusterOptions.ofProcesses().zooKeepers(1).bookies(1));
      System.out.println(
          nodes(cluster).stream()
              .map(node -> Long.toString(node.pid().orElseThrow()))
              .collect(Collectors.joining(" ")));
      System.in.read();
    }
  }

  @Test
  void aDirectoryHasOneCluster() throws Exception {
    LocalClusterOptions small = LocalClusterOptions.inThisJvm().zooKeepers(1).bookies(1);
    try (LocalCluster cluster = LocalCluster.start(directory, small)) {
      assertThatThrownBy(() -> LocalCluster.start(directory, small))
          .isInstanceOf(IOException.class)
          .hasMessage("another process runs the cluster in " + directory.toRealPath());
      ClusterNode bookie = cluster.bookies().get(0);
      assertThatThrownBy(bookie::kill).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(bookie::pause).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(bookie::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("bookie-1 runs already");
      assertThatThrownBy(bookie::removeDisk)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("bookie-1 runs: kill it first");
      assertThatThrownBy(cluster.zooKeepers().get(0)::removeDisk)
          .isInstanceOf(IllegalStateException.class);
      assertThat(bookie.pid()).isEmpty();
      assertThat(bookie).hasToString("bookie-1 at " + bookie.address());
      bookie.stop();
      assertThat(bookie.isRunning()).isFalse();
      bookie.start();
      assertThat(bookie.isRunning()).isTrue();
      assertThat(cluster.zooKeeperServers()).isEqualTo(cluster.zooKeepers().get(0).address());
      cluster.close();
      assertThatThrownBy(cluster::addBookie).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aBookieWhoseDirectoryWasDeletedIsReplacedByOneWithAnotherAddress() throws Exception {
    LocalClusterOptions small = LocalClusterOptions.inThisJvm().zooKeepers(1).bookies(1);
    ClusterFile file = ClusterFile.open(directory);
    file.addBookie(20_000);
    file.save(); // And there is no directory bookie-1.
    try (LocalCluster cluster = LocalCluster.start(directory, small)) {
      assertThat(cluster.bookies())
          .singleElement()
          .extracting(ClusterNode::name)
          .isEqualTo("bookie-2");
      assertThat(cluster.bookies().get(0).address()).isNotEqualTo("127.0.0.1:20000");
    }
  }

  @Test
  void aPortThatAnotherProcessHasIsNamed() throws Exception {
    LocalClusterOptions small = LocalClusterOptions.inThisJvm().zooKeepers(1).bookies(1);
    try (ServerSocket taken = new ServerSocket(0, 1, FreePorts.LOOPBACK)) {
      ClusterFile file = ClusterFile.open(directory);
      file.addZooKeeper(new ClusterFile.ZooKeeperPorts(taken.getLocalPort(), 1, 2));
      file.save();

      assertThatThrownBy(() -> LocalCluster.start(directory, small))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(
              "port " + taken.getLocalPort() + " of zookeeper-1 is taken by another process");
    }
  }

  @Test
  void aNodeThatDoesNotStartSaysWhy() throws Exception {
    LocalClusterOptions small = LocalClusterOptions.ofProcesses().zooKeepers(1).bookies(1);
    Files.createDirectories(directory.resolve("zookeeper-1"));
    Files.writeString(directory.resolve("zookeeper-1").resolve("data"), "in the way");
    assertThatThrownBy(() -> LocalCluster.start(directory, small)).isInstanceOf(IOException.class);

    Files.delete(directory.resolve("zookeeper-1").resolve("data"));
    Files.createDirectories(directory.resolve("zookeeper-1").resolve("data"));
    Files.writeString(directory.resolve("zookeeper-1/data/version-2"), "in the way");
    assertThatThrownBy(() -> LocalCluster.start(directory, small))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("zookeeper-1 at 127.0.0.1:")
        .hasMessageContaining(
            "does not start: its process ended with status 1; the end of its log");
  }

  @Test
  void aStartThatTakesTooLongFails() {
    LocalClusterOptions hasty =
        LocalClusterOptions.ofProcesses().zooKeepers(1).bookies(1).patience(Duration.ofNanos(1));

    assertThatThrownBy(() -> LocalCluster.start(directory, hasty))
        .isInstanceOf(IOException.class)
        .hasMessageMatching("zookeeper-1 at .* does not start: it has not started in time");
  }
}
