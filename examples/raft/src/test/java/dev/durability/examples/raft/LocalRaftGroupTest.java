package dev.durability.examples.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.testkit.CrashDirectory;
import io.microraft.Ordered;
import io.microraft.RaftConfig;
import io.microraft.RaftEndpoint;
import io.microraft.RaftNode;
import io.microraft.impl.local.LocalRaftGroup;
import io.microraft.impl.local.SimpleStateMachine;
import io.microraft.model.log.LogEntry;
import io.microraft.test.util.AssertionUtils;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The store in MicroRaft's own test group, with its network that can be split. */
final class LocalRaftGroupTest {
  private final Map<RaftEndpoint, CrashDirectory> disks = new LinkedHashMap<>();
  private final Map<RaftEndpoint, DurableRaftStore> stores = new LinkedHashMap<>();

  /** The operations of MicroRaft's {@link SimpleStateMachine}: each sets a value. */
  private static final class Values implements OperationCodec {
    @Override
    public void write(Object value, DataOutput out) throws IOException {
      out.writeUTF(value(value));
    }

    @Override
    public Object read(DataInput in) throws IOException {
      return SimpleStateMachine.applyValue(in.readUTF());
    }

    /** The operation keeps its value to itself, but for its text: {@code Apply{val=7}}. */
    static String value(Object operation) {
      String text = operation.toString();
      return text.substring(text.indexOf('=') + 1, text.length() - 1);
    }
  }

  private CrashDirectory disk(RaftEndpoint member) {
    return Objects.requireNonNull(disks.get(member));
  }

  private RaftCodec codec() {
    return new RaftCodec(
        new Values(),
        id ->
            disks.keySet().stream()
                .filter(endpoint -> endpoint.getId().equals(id))
                .findFirst()
                .orElseThrow());
  }

  private DurableRaftStore open(RaftEndpoint member) {
    try {
      DurableRaftStore store = DurableRaftStore.open(disk(member), codec(), Member.OPTIONS);
      stores.put(member, store);
      return store;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The operations that a member would find after a loss of power now. */
  private List<String> flushed(RaftEndpoint member) throws IOException {
    try (DurableRaftStore found =
        DurableRaftStore.open(disk(member).copy().afterPowerLoss(3), codec(), Member.OPTIONS)) {
      return operations(found);
    }
  }

  /** Stops a member and cuts its power. */
  private void losePower(LocalRaftGroup group, RaftEndpoint member, long seed) throws Exception {
    group.terminateNode(member);
    disks.put(member, disk(member).afterPowerLoss(seed));
    try {
      Objects.requireNonNull(stores.get(member)).close();
    } catch (IOException dead) {
      // So is the disk.
    }
  }

  private static Ordered<Object> set(RaftNode leader, String value) {
    return leader.replicate(SimpleStateMachine.applyValue(value)).join();
  }

  @Test
  void entriesOfALeaderThatWasCutOffAreCutFromItsLogAfterItsRestart() throws Exception {
    RaftConfig config =
        RaftConfig.newBuilder()
            .setLeaderElectionTimeoutMillis(300)
            .setLeaderHeartbeatPeriodSecs(1)
            .setLeaderHeartbeatTimeoutSecs(4)
            .build();
    LocalRaftGroup group =
        LocalRaftGroup.newBuilder(3)
            .setConfig(config)
            .setRaftStoreFactory(
                (member, its) -> {
                  disks.put(member, new CrashDirectory());
                  return open(member);
                })
            .start();
    try {
      RaftNode first = group.waitUntilLeaderElected();
      RaftEndpoint old = first.getLocalEndpoint();
      set(first, "a");
      set(first, "b");

      group.splitMembers(old);
      var alone = first.replicate(SimpleStateMachine.applyValue("alone"));
      AssertionUtils.eventually(() -> assertThat(flushed(old)).containsExactly("a", "b", "alone"));
      RaftNode other = group.getAnyNodeExcept(old);
      AssertionUtils.eventually(
          () -> assertThat(other.getTerm().getLeaderEndpoint()).isNotNull().isNotEqualTo(old));
      RaftNode second = group.getNode(other.getTerm().getLeaderEndpoint());
      set(second, "c");
      assertThat(alone.isDone() && !alone.isCompletedExceptionally()).isFalse();

      losePower(group, old, 1);
      DurableRaftStore reopened = open(old);
      assertThat(operations(reopened)).containsExactly("a", "b", "alone");
      group.restoreNode(reopened.restored().orElseThrow(), reopened);
      group.merge();
      AssertionUtils.eventually(
          () ->
              assertThat(group.getStateMachine(old).valueList())
                  .map(Object::toString)
                  .containsExactly("a", "b", "c"));

      for (RaftEndpoint member : List.copyOf(disks.keySet())) {
        losePower(group, member, 2);
        assertThat(operations(open(member))).containsExactly("a", "b", "c");
      }
    } finally {
      group.destroy();
      for (DurableRaftStore store : stores.values()) {
        store.close();
      }
    }
  }

  private static List<String> operations(DurableRaftStore store) {
    return store.restored().orElseThrow().getLogEntries().stream()
        .map(LogEntry::getOperation)
        .map(Values::value)
        .toList();
  }
}
