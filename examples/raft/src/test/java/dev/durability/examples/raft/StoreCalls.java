package dev.durability.examples.raft;

import dev.durability.storage.Directory;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import io.microraft.model.RaftModelFactory;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.persistence.RaftTermPersistentState;
import io.microraft.persistence.RestoredRaftState;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The calls of a store as MicroRaft makes them, with entries that are easily told apart. */
final class StoreCalls {
  static final MemberId A = new MemberId("a");
  static final MemberId B = new MemberId("b");
  static final List<MemberId> ALL = List.of(A, B, new MemberId("c"));

  /** A few entries per segment. */
  private static final WalOptions OPTIONS =
      WalOptions.builder()
          .flushPolicy(FlushPolicy.manual())
          .segmentBytes(4096)
          .bufferBytes(1 << 16)
          .preallocatedBytesMax(0)
          .build();

  private static final String FILLER = "x".repeat(900);
  private static final RaftModelFactory MODELS = Member.codec().models();

  private StoreCalls() {}

  static DurableRaftStore open(Directory directory) throws IOException {
    return DurableRaftStore.open(directory, Member.codec(), OPTIONS);
  }

  /** What MicroRaft calls when a member starts. */
  static void start(DurableRaftStore store) throws IOException {
    store.persistAndFlushLocalEndpoint(
        MODELS
            .createRaftEndpointPersistentStateBuilder()
            .setLocalEndpoint(A)
            .setVoting(true)
            .build());
    store.persistAndFlushInitialGroupMembers(members());
  }

  static RaftGroupMembersView members() {
    return MODELS
        .createRaftGroupMembersViewBuilder()
        .setLogIndex(0)
        .setMembers(List.copyOf(ALL))
        .setVotingMembers(List.copyOf(ALL))
        .build();
  }

  static RaftTermPersistentState term(int term, MemberId vote) {
    return MODELS.createRaftTermPersistentStateBuilder().setTerm(term).setVotedFor(vote).build();
  }

  static LogEntry entry(long index, int term) {
    return MODELS
        .createLogEntryBuilder()
        .setIndex(index)
        .setTerm(term)
        .setOperation(new Operation.Add(FILLER, index, "counter", term))
        .build();
  }

  /** A chunk of a snapshot of two. */
  static SnapshotChunk chunk(long index, int term, int number) {
    return MODELS
        .createSnapshotChunkBuilder()
        .setIndex(index)
        .setTerm(term)
        .setSnapshotChunkIndex(number)
        .setSnapshotChunkCount(2)
        .setGroupMembersView(members())
        .setOperation(
            number == 0
                ? new Counters.Chunk.Values(index, Map.of("counter", index))
                : new Counters.Chunk.Sessions(Map.of(FILLER, new Counters.Session(index, term))))
        .build();
  }

  /** What was restored, in words: {@code term 2 of a, snapshot 6@1, 7@1 8@3}. */
  static String words(Optional<RestoredRaftState> restored) {
    return restored.map(StoreCalls::words).orElse("nothing");
  }

  private static String words(RestoredRaftState state) {
    var snapshot = state.getSnapshotEntry();
    for (LogEntry entry : state.getLogEntries()) {
      if (!entry.getOperation().equals(entry(entry.getIndex(), entry.getTerm()).getOperation())) {
        throw new AssertionError("another operation at " + entry.getIndex());
      }
    }
    return words(
        state.getTermPersistentState().getTerm(),
        (MemberId) state.getTermPersistentState().getVotedFor(),
        snapshot == null ? "none" : snapshot.getIndex() + "@" + snapshot.getTerm(),
        state.getLogEntries());
  }

  static String words(int term, @Nullable MemberId vote, String snapshot, List<LogEntry> entries) {
    return "term "
        + term
        + " of "
        + vote
        + ", snapshot "
        + snapshot
        + ", "
        + entries.stream()
            .map(entry -> entry.getIndex() + "@" + entry.getTerm())
            .collect(Collectors.joining(" "));
  }
}
