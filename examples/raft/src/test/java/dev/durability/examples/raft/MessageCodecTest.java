package dev.durability.examples.raft;

import static dev.durability.examples.raft.StoreCalls.A;
import static dev.durability.examples.raft.StoreCalls.chunk;
import static dev.durability.examples.raft.StoreCalls.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.microraft.model.RaftModelFactory;
import io.microraft.model.message.RaftMessage;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A message is the same in the process that receives it. */
final class MessageCodecTest {
  private static final RaftModelFactory MODELS = Member.codec().models();
  private static final String GROUP = "counters";

  static Stream<RaftMessage> messages() {
    return Stream.of(
        MODELS
            .createAppendEntriesRequestBuilder()
            .setGroupId(GROUP)
            .setSender(A)
            .setTerm(2)
            .setPreviousLogTerm(1)
            .setPreviousLogIndex(6)
            .setCommitIndex(5)
            .setQuerySequenceNumber(3)
            .setFlowControlSequenceNumber(4)
            .setLogEntries(List.of(entry(7, 2), entry(8, 2)))
            .build(),
        MODELS
            .createAppendEntriesSuccessResponseBuilder()
            .setGroupId(GROUP)
            .setSender(A)
            .setTerm(2)
            .setLastLogIndex(8)
            .setQuerySequenceNumber(3)
            .setFlowControlSequenceNumber(4)
            .build(),
        MODELS
            .createAppendEntriesFailureResponseBuilder()
            .setGroupId(GROUP)
            .setSender(A)
            .setTerm(2)
            .setExpectedNextIndex(8)
            .setQuerySequenceNumber(3)
            .setFlowControlSequenceNumber(4)
            .build(),
        MODELS
            .createInstallSnapshotRequestBuilder()
            .setGroupId(GROUP)
            .setSender(A)
            .setTerm(2)
            .setSenderLeader(true)
            .setSnapshotTerm(1)
            .setSnapshotIndex(60)
            .setTotalSnapshotChunkCount(2)
            .setSnapshottedMembers(List.of(A))
            .setGroupMembersView(StoreCalls.members())
            .setQuerySequenceNumber(3)
            .setFlowControlSequenceNumber(4)
            .setSnapshotChunk(chunk(60, 1, 1))
            .build(),
        MODELS
            .createInstallSnapshotResponseBuilder()
            .setGroupId(GROUP)
            .setSender(A)
            .setTerm(2)
            .setSnapshotIndex(60)
            .setRequestedSnapshotChunkIndex(1)
            .setQuerySequenceNumber(3)
            .setFlowControlSequenceNumber(4)
            .build(),
        MODELS
            .createPreVoteRequestBuilder()
            .setGroupId(GROUP)
            .setSender(A)
            .setTerm(2)
            .setLastLogTerm(1)
            .setLastLogIndex(6)
            .build(),
        MODELS
            .createPreVoteResponseBuilder()
            .setGroupId(GROUP)
            .setSender(A)
            .setTerm(2)
            .setGranted(true)
            .build(),
        MODELS
            .createVoteRequestBuilder()
            .setGroupId(GROUP)
            .setSender(A)
            .setTerm(2)
            .setLastLogTerm(1)
            .setLastLogIndex(6)
            .setSticky(true)
            .build(),
        MODELS
            .createVoteResponseBuilder()
            .setGroupId(GROUP)
            .setSender(A)
            .setTerm(2)
            .setGranted(true)
            .build(),
        MODELS
            .createTriggerLeaderElectionRequestBuilder()
            .setGroupId(GROUP)
            .setSender(A)
            .setTerm(2)
            .setLastLogTerm(1)
            .setLastLogIndex(6)
            .build());
  }

  @ParameterizedTest
  @MethodSource("messages")
  void messageIsTheSameAfterTheTrip(RaftMessage message) throws IOException {
    MessageCodec codec = new MessageCodec(Member.codec());
    assertThat(codec.message(codec.bytes(message))).hasToString(message.toString());
  }
}
