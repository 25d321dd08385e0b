package dev.durability.bookkeeper.cluster;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.zookeeper.server.admin.AdminServer.AdminServerException;
import org.apache.zookeeper.server.quorum.QuorumPeer;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig.ConfigException;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;
import org.jspecify.annotations.Nullable;

/** A node of ZooKeeper in this virtual machine. It serves once a majority of the nodes does. */
final class ZooKeeperService implements Service {
  private final Peer peer = new Peer();
  private final Thread thread;

  private ZooKeeperService(QuorumPeerConfig configuration, String name) {
    this.thread = new Thread(() -> peer.run(configuration), "local-cluster-" + name);
  }

  static ZooKeeperService start(Path configuration) throws IOException {
    QuorumPeerConfig parsed = new QuorumPeerConfig();
    try {
      parsed.parse(configuration.toString());
    } catch (ConfigException e) {
      throw new IOException("ZooKeeper does not take " + configuration, e);
    }
    ZooKeeperService service = new ZooKeeperService(parsed, "zookeeper-" + parsed.getServerId());
    service.thread.setDaemon(true);
    service.thread.start();
    return service;
  }

  @Override
  public boolean isRunning() {
    return thread.isAlive();
  }

  @Override
  public void awaitEnd() throws InterruptedException {
    thread.join();
  }

  @Override
  public void stop() {
    peer.end();
    Waiting.uninterruptibly(thread::join);
  }

  /** Stays known after a start that failed, unlike that of its parent. */
  private static final class Peer extends QuorumPeerMain {
    private boolean ended;
    private @Nullable QuorumPeer made;

    void run(QuorumPeerConfig configuration) {
      try {
        runFromConfig(configuration);
      } catch (IOException | AdminServerException | RuntimeException e) {
        org.slf4j.LoggerFactory.getLogger(ZooKeeperService.class).error("ZooKeeper failed", e);
        end();
      }
    }

    @Override
    protected synchronized QuorumPeer getQuorumPeer() throws javax.security.sasl.SaslException {
      if (ended) {
        throw new IllegalStateException("stopped before it had started");
      }
      QuorumPeer peer = super.getQuorumPeer();
      made = peer;
      return peer;
    }

    synchronized void end() {
      ended = true;
      QuorumPeer peer = made;
      if (peer != null) {
        peer.shutdown();
      }
    }
  }
}
