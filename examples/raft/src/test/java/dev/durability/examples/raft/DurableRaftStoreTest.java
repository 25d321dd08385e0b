package dev.durability.examples.raft;

import static dev.durability.examples.raft.StoreCalls.A;
import static dev.durability.examples.raft.StoreCalls.B;
import static dev.durability.examples.raft.StoreCalls.chunk;
import static dev.durability.examples.raft.StoreCalls.entry;
import static dev.durability.examples.raft.StoreCalls.term;
import static dev.durability.examples.raft.StoreCalls.words;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.LockHeldException;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the store gives back is what it was given. */
final class DurableRaftStoreTest {
  private final MemoryDirectory disk = new MemoryDirectory();
  private DurableRaftStore store;
  private int lastTerm;

  @BeforeEach
  void open() throws IOException {
    store = StoreCalls.open(disk);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private void reopen() throws IOException {
    store.close();
    store = StoreCalls.open(disk);
  }

  private void append(long from, long to, int term) throws IOException {
    if (term > lastTerm) {
      lastTerm = term;
      store.persistAndFlushTerm(term(term, B));
    }
    store.persistLogEntries(
        LongStream.rangeClosed(from, to).mapToObj(index -> entry(index, term)).toList());
  }

  private void snapshot(long index, int term) throws IOException {
    store.persistSnapshotChunk(chunk(index, term, 1));
    store.persistSnapshotChunk(chunk(index, term, 0));
    store.flush();
  }

  @Test
  void newMemberHasNothingToRestore() throws IOException {
    assertThat(store.restored()).isEmpty();
    reopen();
    assertThat(store.restored()).isEmpty();
  }

  @Test
  void memberThatHasNotVotedIsInTermZero() throws IOException {
    StoreCalls.start(store);
    reopen();
    assertThat(words(store.restored())).isEqualTo("term 0 of null, snapshot none, ");
    assertThat(store.restored().orElseThrow().getInitialGroupMembers().getMembers())
        .containsExactlyElementsOf(StoreCalls.ALL);
    assertThat(store.restored().orElseThrow().getLocalEndpointPersistentState().isVoting())
        .isTrue();
  }

  @Test
  void termVoteAndEntriesAreRestored() throws IOException {
    StoreCalls.start(store);
    append(1, 2, 1);
    append(3, 3, 3);
    store.flush();
    reopen();
    assertThat(words(store.restored())).isEqualTo("term 3 of b, snapshot none, 1@1 2@1 3@3");
  }

  @Test
  void entriesThatAreCutGiveTheirIndicesToOthers() throws IOException {
    StoreCalls.start(store);
    append(1, 5, 1);
    store.flush();
    store.truncateLogEntriesFrom(3);
    append(3, 4, 2);
    store.flush();
    reopen();
    assertThat(words(store.restored())).isEqualTo("term 2 of b, snapshot none, 1@1 2@1 3@2 4@2");
  }

  @Test
  void snapshotTakesThePlaceOfEntriesAndTheirSegments() throws IOException {
    StoreCalls.start(store);
    append(1, 30, 1);
    store.flush();
    int segments = disk.list("wal").size();
    snapshot(28, 1);
    store.truncateLogEntriesUntil(25);
    assertThat(disk.list("wal")).hasSizeLessThan(segments);
    append(31, 31, 2);
    store.flush();
    reopen();
    assertThat(words(store.restored())).isEqualTo("term 2 of b, snapshot 28@1, 29@1 30@1 31@2");
  }

  @Test
  void chunksAreRestoredInOrder() throws IOException {
    StoreCalls.start(store);
    append(1, 5, 1);
    snapshot(5, 1);
    reopen();
    assertThat(store.restored().orElseThrow().getSnapshotEntry().getOperation())
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
        .extracting(chunk -> ((io.microraft.model.log.SnapshotChunk) chunk).getOperation())
        .containsExactly(chunk(5, 1, 0).getOperation(), chunk(5, 1, 1).getOperation());
  }

  @Test
  void logGoesOnAfterTheSnapshotOfAnotherMember() throws IOException {
    StoreCalls.start(store);
    append(1, 3, 1);
    snapshot(10, 2);
    store.truncateLogEntriesUntil(10);
    append(11, 12, 2);
    store.flush();
    reopen();
    assertThat(words(store.restored())).isEqualTo("term 2 of b, snapshot 10@2, 11@2 12@2");
  }

  @Test
  void logGoesOnAfterTheSnapshotIfACrashCameBeforeItsNewBeginning() throws IOException {
    StoreCalls.start(store);
    append(1, 3, 1);
    store.persistAndFlushTerm(term(2, A));
    snapshot(10, 2);
    reopen();
    assertThat(words(store.restored())).isEqualTo("term 2 of a, snapshot 10@2, ");
    append(11, 11, 2);
    store.flush();
    reopen();
    assertThat(words(store.restored())).isEqualTo("term 2 of b, snapshot 10@2, 11@2");
  }

  @Test
  void newestSnapshotAloneIsKept() throws IOException {
    StoreCalls.start(store);
    append(1, 9, 1);
    snapshot(3, 1);
    store.truncateLogEntriesUntil(3);
    snapshot(6, 1);
    store.truncateLogEntriesUntil(6);
    assertThat(disk.list("snapshots")).containsExactly("00000000000000000006.snapshot");
  }

  @Test
  void partOfASnapshotIsForgotten() throws IOException {
    StoreCalls.start(store);
    append(1, 9, 1);
    store.persistSnapshotChunk(chunk(4, 1, 0));
    store.flush();
    store.persistSnapshotChunk(chunk(8, 1, 1));
    store.flush();
    store.deleteSnapshotChunks(8, 2);
    store.persistSnapshotChunk(chunk(8, 1, 0));
    store.flush();
    assertThat(disk.list("snapshots")).isEmpty();
  }

  @Test
  void entriesAreNotGivenUpBeforeASnapshotHoldsThem() throws IOException {
    StoreCalls.start(store);
    append(1, 9, 1);
    store.flush();
    assertThatThrownBy(() -> store.truncateLogEntriesUntil(4))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no snapshot holds entry 4");
  }

  @Test
  void firstFailureEndsTheStore() throws IOException {
    StoreCalls.start(store);
    append(1, 2, 1);
    assertThatThrownBy(() -> append(4, 4, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the next entry is 3, not 4");
    assertThatThrownBy(() -> store.persistAndFlushTerm(term(2, A)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("failed before")
        .hasRootCauseMessage("the next entry is 3, not 4");
  }

  @Test
  void lossOfTheTermIsNoticed() throws IOException {
    StoreCalls.start(store);
    append(1, 2, 3);
    store.close();
    disk.delete("raft/term");
    assertThatThrownBy(() -> StoreCalls.open(disk))
        .isInstanceOf(IOException.class)
        .hasMessage("the stored term is 0, and there are entries of 3");
    store = StoreCalls.open(new MemoryDirectory());
  }

  @Test
  void memberRunsOnce() {
    assertThatThrownBy(() -> StoreCalls.open(disk)).isInstanceOf(LockHeldException.class);
  }

  @Test
  void changesOfMembersAreRestored() throws IOException {
    StoreCalls.start(store);
    RaftCodec codec = Member.codec();
    var change =
        codec
            .models()
            .createUpdateRaftGroupMembersOpBuilder()
            .setMembers(List.copyOf(StoreCalls.ALL))
            .setVotingMembers(List.of(A, B))
            .setEndpoint(B)
            .setMode(io.microraft.MembershipChangeMode.ADD_LEARNER)
            .build();
    store.persistAndFlushTerm(term(1, A));
    store.persistLogEntries(List.of(codec.entry(1, new LoggedOperation(1, change))));
    store.flush();
    reopen();
    Object restored = store.restored().orElseThrow().getLogEntries().get(0).getOperation();
    assertThat(restored).hasToString(change.toString());
  }
}
