package dev.durability.examples.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.microraft.model.log.LogEntry;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.log.SnapshotEntry;
import io.microraft.persistence.RestoredRaftState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What all members applied, and what clients were told: the witness that nothing is lost and that
 * no two members disagree. Any number of threads.
 */
final class Agreement {
  private record Applied(Operation operation, long digest) {}

  /** What a client was told. */
  record Acknowledged(Operation.Add operation, CounterClient.Answer answer) {}

  private final TreeMap<Long, Applied> applied = new TreeMap<>();
  private final Map<MemberId, Long> reached = new HashMap<>();
  private final List<Acknowledged> acknowledged = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private int restartsWithEntries;
  private int snapshotsInstalled;
  private int cuts;

  /** Sees one life of a member. */
  final class Witness implements Watcher {
    private final MemberId member;
    private volatile boolean over;

    Witness(MemberId member) {
      this.member = member;
    }

    /** From now on its store may fail: its process is dead. */
    void end() {
      over = true;
    }

    @Override
    public void started(long snapshotIndex, int entries) {
      synchronized (Agreement.this) {
        reached.put(member, 0L);
        if (entries > 0) {
          restartsWithEntries++;
        }
      }
    }

    @Override
    public void applied(long index, Operation operation, long digest) {
      synchronized (Agreement.this) {
        Applied now = new Applied(operation, digest);
        Applied before = applied.putIfAbsent(index, now);
        if (before != null && !before.equals(now)) {
          violations.add(
              member + " applied " + now + " as entry " + index + ", another member " + before);
        }
        reach(index);
      }
    }

    @Override
    public void installed(long index, long digest) {
      synchronized (Agreement.this) {
        Applied before = applied.get(index);
        if (before != null && before.digest() != digest) {
          violations.add(member + " installed another state at entry " + index);
        }
        reach(index);
      }
    }

    private void reach(long index) {
      if (!over) {
        reached.put(member, index);
        Agreement.this.notifyAll();
      }
    }

    @Override
    public void caughtUpBySnapshot() {
      synchronized (Agreement.this) {
        snapshotsInstalled++;
      }
    }

    @Override
    public void cut() {
      synchronized (Agreement.this) {
        cuts++;
      }
    }

    @Override
    public void storeFailed(Throwable failure) {
      if (!over) {
        violation("the store of " + member + " failed: " + failure);
      }
    }
  }

  synchronized void violation(String what) {
    violations.add(what);
    notifyAll();
  }

  synchronized void acknowledged(Operation.Add operation, CounterClient.Answer answer) {
    acknowledged.add(new Acknowledged(operation, answer));
    notifyAll();
  }

  synchronized int acknowledgedCount() {
    return acknowledged.size();
  }

  synchronized int restartsWithEntries() {
    return restartsWithEntries;
  }

  synchronized int snapshotsInstalled() {
    return snapshotsInstalled;
  }

  synchronized int cuts() {
    return cuts;
  }

  synchronized long committed() {
    return applied.isEmpty() ? 0 : applied.lastKey();
  }

  synchronized boolean haveAllReached(long index) {
    return Member.ALL.stream().allMatch(member -> reached.getOrDefault(member, 0L) >= index);
  }

  synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  /**
   * Goes through all that was applied, in order, and checks: no entry is missing; each addition
   * took place once; each client was told what the additions make; nothing that a client was told
   * is missing.
   */
  synchronized void check() {
    assertThat(violations).isEmpty();
    assertThat(applied).isNotEmpty();
    assertThat(applied.firstKey()).isEqualTo(1);
    assertThat(applied.lastKey()).isEqualTo(applied.size());

    Counters model = new Counters(new Unwatched());
    Map<Long, Object> results = new HashMap<>();
    applied.forEach((index, each) -> results.put(index, model.runOperation(index, each.operation)));

    for (Acknowledged each : acknowledged) {
      Applied there =
          Objects.requireNonNull(applied.get(each.answer().index()), () -> "lost: " + each);
      assertThat(there.operation()).isEqualTo(each.operation());
      assertThat(results.get(each.answer().index()))
          .as("%s", each)
          .isEqualTo(each.answer().value());
    }
    Map<String, Long> sums = new TreeMap<>();
    for (Acknowledged each : acknowledged) {
      sums.merge(each.operation().counter(), each.operation().amount(), Long::sum);
    }
    assertThat(model.state().values()).isEqualTo(sums);
  }

  /**
   * Checks what a member has on disk, after all is over, against what was applied.
   *
   * @return the last entry that it has
   */
  synchronized long checkStored(MemberId member, RestoredRaftState stored) {
    long last = 0;
    SnapshotEntry snapshot = stored.getSnapshotEntry();
    if (snapshot != null) {
      last = snapshot.getIndex();
      @SuppressWarnings("unchecked")
      SnapshotChunk first = ((List<SnapshotChunk>) snapshot.getOperation()).get(0);
      assertThat(((Counters.Chunk.Values) first.getOperation()).digest())
          .as("snapshot %s of %s", last, member)
          .isEqualTo(Objects.requireNonNull(applied.get(last)).digest());
    }
    for (LogEntry entry : stored.getLogEntries()) {
      last++;
      assertThat(entry.getIndex()).isEqualTo(last);
      Applied agreed = applied.get(last);
      if (agreed != null) {
        assertThat(entry.getOperation())
            .as("entry %s of %s", last, member)
            .isEqualTo(agreed.operation());
      }
    }
    return last;
  }

  /** For the model. */
  private static final class Unwatched implements Counters.Observer {
    @Override
    public void applied(long index, Operation operation, long digest) {}

    @Override
    public void installed(long index, long digest) {}
  }
}
