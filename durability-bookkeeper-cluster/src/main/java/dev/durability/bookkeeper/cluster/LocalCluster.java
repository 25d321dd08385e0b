package dev.durability.bookkeeper.cluster;

import dev.durability.bookkeeper.cluster.ClusterFile.ZooKeeperPorts;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.apache.bookkeeper.client.BookKeeperAdmin;
import org.apache.bookkeeper.conf.ServerConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * ZooKeeper nodes and bookies on this machine, in a directory: a cluster to try things with, and
 * for tests. It is no deployment, because one disk holds everything.
 *
 * <p>All listen on 127.0.0.1 alone, at free ports that the directory keeps: started again on the
 * same directory, the cluster has its addresses and its data again. A port of a bookie that is gone
 * is never used again; one whose directory was deleted is replaced by another when the cluster
 * starts.
 *
 * <p>Nodes end when the cluster is closed, or when the process that started it ends, however it
 * ends. Safe for many threads.
 */
public final class LocalCluster implements AutoCloseable {
  private static final String LEDGERS = "/ledgers";

  private final Path directory;
  private final LocalClusterOptions options;
  private final FileChannel locked;
  private final ClusterFile file;
  private final List<ClusterNode> zooKeepers = new ArrayList<>();
  private final List<ClusterNode> bookies = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private boolean closed;

  private LocalCluster(
      Path directory, LocalClusterOptions options, FileChannel locked, ClusterFile file) {
    this.directory = directory;
    this.options = options;
    this.locked = locked;
    this.file = file;
  }

  /**
   * Starts a cluster. Returns when all nodes serve.
   *
   * @param directory where all its files are; made if it is missing
   * @param options what it consists of
   * @return the cluster; close it
   * @throws IOException if it does not start in time; says which node does not, and why. Nothing of
   *     it runs then
   */
  public static LocalCluster start(Path directory, LocalClusterOptions options) throws IOException {
    Path absolute = Files.createDirectories(directory).toRealPath();
    FileChannel locked = lock(absolute);
    LocalCluster cluster;
    try {
      cluster = new LocalCluster(absolute, options, locked, ClusterFile.open(absolute));
    } catch (IOException e) {
      locked.close();
      throw e;
    }
    try {
      cluster.startAll();
    } catch (IOException | RuntimeException | Error e) {
      cluster.closeAfter(e);
      throw e;
    }
    return cluster;
  }

  private static FileChannel lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean held;
    try {
      held = channel.tryLock() != null;
    } catch (OverlappingFileLockException inThisJvm) {
      held = false;
    }
    if (!held) {
      channel.close();
      throw new IOException("another process runs the cluster in " + directory);
    }
    return channel;
  }

  private void startAll() throws IOException {
    try (FreePorts ports = new FreePorts(file.ports())) {
      startAll(ports);
    }
  }

  private void startAll(FreePorts ports) throws IOException {
    if (file.zooKeepers().isEmpty()) {
      for (int i = 0; i < options.zooKeepers(); i++) {
        file.addZooKeeper(new ZooKeeperPorts(ports.next(), ports.next(), ports.next()));
      }
    }
    for (int number : file.bookies()) {
      if (!Files.exists(directory.resolve("bookie-" + number))) {
        file.removeBookie(number); // Its disk is gone: it must not come back at its address.
      }
    }
    while (file.bookies().size() < options.bookies()) {
      int number = file.nextBookie();
      Path unused = Files.createDirectories(directory.resolve("bookie-" + number));
      file.addBookie(ports.next());
    }
    file.save();
    List<ZooKeeperPorts> all = file.zooKeepers();
    for (int i = 0; i < all.size(); i++) {
      zooKeepers.add(zooKeeper(i + 1, all));
    }
    for (int number : file.bookies()) {
      bookies.add(bookie(number));
    }
    startTogether(zooKeepers);
    if (!file.hasLedgers()) {
      makeLedgers();
    }
    startTogether(bookies);
  }

  private void startTogether(List<ClusterNode> nodes) throws IOException {
    long deadline = Waiting.deadlineNanos(options.patience());
    for (ClusterNode node : nodes) {
      node.begin();
    }
    for (ClusterNode node : nodes) {
      node.awaitReady(deadline);
    }
  }

  private ClusterNode zooKeeper(int number, List<ZooKeeperPorts> all) throws IOException {
    String name = "zookeeper-" + number;
    ZooKeeperPorts ports = all.get(number - 1);
    for (int port : new int[] {ports.client(), ports.quorum(), ports.election()}) {
      requireFree(name, port);
    }
    Path configuration = Configurations.zooKeeper(directory.resolve(name), number, all);
    return node(name, Role.ZOOKEEPER, ports.client(), configuration);
  }

  private ClusterNode bookie(int number) throws IOException {
    String name = "bookie-" + number;
    int port = file.bookiePort(number);
    requireFree(name, port);
    Path configuration =
        Configurations.bookie(directory.resolve(name), port, metadataServiceUri(), options);
    return node(name, Role.BOOKIE, port, configuration);
  }

  private void requireFree(String name, int port) throws IOException {
    if (!FreePorts.isFree(port)) {
      throw new IOException(
          "port "
              + port
              + " of "
              + name
              + " is taken by another process; "
              + directory.resolve(ClusterFile.NAME)
              + " says which ports the cluster has");
    }
  }

  private ClusterNode node(String name, Role role, int port, Path configuration) {
    NodeServer server =
        options.hasProcesses()
            ? new ServerProcess(role, configuration)
            : new ServerInThisJvm(role, configuration);
    return new ClusterNode(name, role, address(port), directory.resolve(name), server, this);
  }

  private static String address(int port) {
    return FreePorts.LOOPBACK.getHostAddress() + ":" + port;
  }

  /** Tells ZooKeeper that there is a cluster of bookies, as "bookkeeper shell initnewcluster". */
  private void makeLedgers() throws IOException {
    ServerConfiguration configuration = new ServerConfiguration();
    configuration.setMetadataServiceUri(metadataServiceUri());
    try {
      // False if it is there: a start that did not come to its end made it.
      boolean unused = BookKeeperAdmin.initNewCluster(configuration);
    } catch (Exception e) { // It declares no less.
      throw new IOException("the cluster's place in ZooKeeper cannot be made: " + e, e);
    }
    file.setHasLedgers();
    file.save();
  }

  /** {@return the directory with all its files} */
  public Path directory() {
    return directory;
  }

  /**
   * The address of the cluster, as BookKeeper's own tools write it: {@code
   * zk+hierarchical://127.0.0.1:PORT;127.0.0.1:PORT;127.0.0.1:PORT/ledgers}.
   *
   * @return the address
   */
  public String metadataServiceUri() {
    return "zk+hierarchical://"
        + zooKeepers.stream().map(ClusterNode::address).collect(Collectors.joining(";"))
        + LEDGERS;
  }

  /**
   * {@return the addresses of the ZooKeeper nodes with commas between them, as its clients take
   * them}
   */
  public String zooKeeperServers() {
    return zooKeepers.stream().map(ClusterNode::address).collect(Collectors.joining(","));
  }

  /** {@return the nodes of ZooKeeper} */
  public List<ClusterNode> zooKeepers() {
    return List.copyOf(zooKeepers);
  }

  /** {@return the bookies that have their disks, running or not, the oldest first} */
  public List<ClusterNode> bookies() {
    lock.lock();
    try {
      return List.copyOf(bookies);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds a bookie, with a number and a port that no other had, and starts it.
   *
   * @return the bookie
   * @throws IOException if it does not start; it is part of the cluster all the same, and can be
   *     started again
   */
  public ClusterNode addBookie() throws IOException {
    try (FreePorts ports = new FreePorts(file.ports())) {
      ClusterNode added = newBookie(ports);
      added.start();
      return added;
    }
  }

  private ClusterNode newBookie(FreePorts ports) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the cluster is closed");
      }
      int number = file.nextBookie();
      Path unused = Files.createDirectories(directory.resolve("bookie-" + number));
      file.addBookie(ports.next());
      file.save();
      ClusterNode added = bookie(number);
      bookies.add(added);
      return added;
    } finally {
      lock.unlock();
    }
  }

  /** Its number and its port are not used again. */
  void forget(ClusterNode bookie) throws IOException {
    lock.lock();
    try {
      if (bookies.remove(bookie)) {
        file.removeBookie(Integer.parseInt(bookie.name().substring("bookie-".length())));
        file.save();
      }
    } finally {
      lock.unlock();
    }
  }

  LocalClusterOptions options() {
    return options;
  }

  /**
   * Ends all nodes: bookies first, then ZooKeeper. A node that does not end within 15 seconds is
   * killed. Closing again does nothing.
   *
   * @throws IOException if a node could not be ended in order
   */
  @Override
  public void close() throws IOException {
    List<ClusterNode> running;
    lock.lock();
    try {
      running = closed ? List.of() : List.copyOf(bookies);
      closed = true;
    } finally {
      lock.unlock();
    }
    IOException failure = stopTogether(running, null);
    failure = stopTogether(zooKeepers, failure);
    locked.close();
    if (failure != null) {
      throw failure;
    }
  }

  private static @Nullable IOException stopTogether(
      List<ClusterNode> nodes, @Nullable IOException before) {
    ConcurrentLinkedQueue<IOException> failures = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (ClusterNode node : nodes) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  node.stop();
                } catch (IOException e) {
                  failures.add(e);
                }
              },
              "local-cluster-stop-" + node.name());
      thread.start();
      threads.add(thread);
    }
    threads.forEach(thread -> Waiting.uninterruptibly(thread::join));
    IOException failure = before;
    for (IOException each : failures) {
      if (failure == null) {
        failure = each;
      } else {
        failure.addSuppressed(each);
      }
    }
    return failure;
  }

  private void closeAfter(Throwable failure) {
    try {
      close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
