package dev.durability.examples.raft;

import dev.durability.storage.Directory;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import io.microraft.Ordered;
import io.microraft.RaftConfig;
import io.microraft.RaftNode;
import io.microraft.model.message.RaftMessage;
import io.microraft.persistence.RestoredRaftState;
import io.microraft.report.RaftNodeReport;
import io.microraft.report.RaftNodeReport.RaftNodeReportReason;
import io.microraft.transport.Transport;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A running member. */
final class Member {
  static final List<MemberId> ALL =
      List.of(new MemberId("a"), new MemberId("b"), new MemberId("c"));

  /** A snapshot per so many entries. */
  static final int SNAPSHOT_ENTRIES = 60;

  static final RaftConfig CONFIG =
      RaftConfig.newBuilder()
          .setLeaderElectionTimeoutMillis(500)
          .setLeaderHeartbeatPeriodSecs(1)
          .setLeaderHeartbeatTimeoutSecs(2)
          .setCommitCountToTakeSnapshot(SNAPSHOT_ENTRIES)
          .setMaxPendingLogEntryCount(20)
          .setAppendEntriesRequestBatchSize(8)
          .build();

  /** Small segments, so that snapshots remove some. */
  static final WalOptions OPTIONS =
      WalOptions.builder()
          .flushPolicy(FlushPolicy.manual())
          .segmentBytes(4096)
          .bufferBytes(1 << 16)
          .preallocatedBytesMax(0)
          .build();

  private final QuickTime time = new QuickTime();
  private final DurableRaftStore store;
  private final RaftNode node;

  /** Opens the member's store and starts it. Its thread reports to the watcher. */
  Member(MemberId self, Directory directory, Transport transport, Watcher watcher)
      throws IOException {
    store = DurableRaftStore.open(directory, codec(), OPTIONS);
    long snapshot = 0;
    int entries = 0;
    if (store.restored().isPresent()) {
      RestoredRaftState restored = store.restored().get();
      snapshot = restored.getSnapshotEntry() == null ? 0 : restored.getSnapshotEntry().getIndex();
      entries = restored.getLogEntries().size();
    }
    watcher.started(snapshot, entries);
    AtomicInteger installed = new AtomicInteger();
    node =
        store
            .buildNode(self, ALL)
            .setGroupId("counters")
            .setConfig(CONFIG)
            .setExecutor(time)
            .setClock(time)
            .setTransport(transport)
            .setStateMachine(new Counters(watcher))
            .setStore(new WatchedStore(store, watcher))
            .setRaftNodeReportListener(
                report -> {
                  int count = report.getLog().getInstallSnapshotCount();
                  if (report.getReason() == RaftNodeReportReason.INSTALL_SNAPSHOT
                      && installed.getAndSet(count) < count) {
                    watcher.caughtUpBySnapshot();
                  }
                })
            .build();
  }

  /** Starts the node; the future ends when it runs. */
  CompletableFuture<Ordered<Object>> start() {
    return node.start();
  }

  static RaftCodec codec() {
    return new RaftCodec(new CountersCodec(), MemberId::new);
  }

  void handle(RaftMessage message) {
    node.handle(message);
  }

  CompletableFuture<CounterClient.Answer> submit(Operation.Add operation) {
    try {
      return node.<Long>replicate(operation)
          .thenApply(
              ordered -> new CounterClient.Answer(ordered.getCommitIndex(), ordered.getResult()));
    } catch (RuntimeException stopped) {
      return CompletableFuture.failedFuture(stopped);
    }
  }

  boolean isLeader() {
    var term = node.getTerm();
    return term.getLeaderEndpoint() != null
        && term.getLeaderEndpoint().equals(node.getLocalEndpoint());
  }

  /** Takes a snapshot now, if this is the leader. */
  void takeSnapshot() {
    if (isLeader()) {
      var unused = node.takeSnapshot();
    }
  }

  String describe() {
    try {
      RaftNodeReport report = node.getReport().get(300, TimeUnit.SECONDS).getResult();
      return node.getLocalEndpoint()
          + " "
          + report.getRole()
          + " in term "
          + report.getTerm().getTerm()
          + " of "
          + report.getTerm().getLeaderEndpoint()
          + ", log "
          + report.getLog();
    } catch (Exception e) {
      return node.getLocalEndpoint() + ": " + e;
    }
  }

  /** Ends the thread and gives up the store. What is not flushed is, if the disk is still there. */
  void stop() throws InterruptedException {
    time.stop();
    try {
      store.close();
    } catch (IOException | RuntimeException dead) {
      // The process is dead, and so is the disk.
    }
  }
}
