package dev.durability.examples.raft;

import io.microraft.model.RaftModelFactory;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.message.AppendEntriesFailureResponse;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.AppendEntriesSuccessResponse;
import io.microraft.model.message.InstallSnapshotRequest;
import io.microraft.model.message.InstallSnapshotResponse;
import io.microraft.model.message.PreVoteRequest;
import io.microraft.model.message.PreVoteResponse;
import io.microraft.model.message.RaftMessage;
import io.microraft.model.message.TriggerLeaderElectionRequest;
import io.microraft.model.message.VoteRequest;
import io.microraft.model.message.VoteResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The bytes of messages between members in different processes. */
final class MessageCodec {
  private static final String GROUP = "counters";

  private final RaftCodec codec;
  private final RaftModelFactory models;

  MessageCodec(RaftCodec codec) {
    this.codec = codec;
    this.models = codec.models();
  }

  byte[] bytes(RaftMessage message) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    int kind = kind(message);
    out.writeByte(kind);
    codec.writeEndpoint(message.getSender(), out);
    out.writeInt(message.getTerm());
    switch (kind) {
      case 1 -> write((AppendEntriesRequest) message, out);
      case 2 -> {
        AppendEntriesSuccessResponse response = (AppendEntriesSuccessResponse) message;
        out.writeLong(response.getLastLogIndex());
        out.writeLong(response.getQuerySequenceNumber());
        out.writeLong(response.getFlowControlSequenceNumber());
      }
      case 3 -> {
        AppendEntriesFailureResponse response = (AppendEntriesFailureResponse) message;
        out.writeLong(response.getExpectedNextIndex());
        out.writeLong(response.getQuerySequenceNumber());
        out.writeLong(response.getFlowControlSequenceNumber());
      }
      case 4 -> write((InstallSnapshotRequest) message, out);
      case 5 -> {
        InstallSnapshotResponse response = (InstallSnapshotResponse) message;
        out.writeLong(response.getSnapshotIndex());
        out.writeInt(response.getRequestedSnapshotChunkIndex());
        out.writeLong(response.getQuerySequenceNumber());
        out.writeLong(response.getFlowControlSequenceNumber());
      }
      case 6 -> {
        PreVoteRequest request = (PreVoteRequest) message;
        out.writeInt(request.getLastLogTerm());
        out.writeLong(request.getLastLogIndex());
      }
      case 7 -> out.writeBoolean(((PreVoteResponse) message).isGranted());
      case 8 -> {
        VoteRequest request = (VoteRequest) message;
        out.writeInt(request.getLastLogTerm());
        out.writeLong(request.getLastLogIndex());
        out.writeBoolean(request.isSticky());
      }
      case 9 -> out.writeBoolean(((VoteResponse) message).isGranted());
      default -> {
        TriggerLeaderElectionRequest request = (TriggerLeaderElectionRequest) message;
        out.writeInt(request.getLastLogTerm());
        out.writeLong(request.getLastLogIndex());
      }
    }
    return bytes.toByteArray();
  }

  private static int kind(RaftMessage message) {
    List<Class<? extends RaftMessage>> kinds =
        List.of(
            AppendEntriesRequest.class,
            AppendEntriesSuccessResponse.class,
            AppendEntriesFailureResponse.class,
            InstallSnapshotRequest.class,
            InstallSnapshotResponse.class,
            PreVoteRequest.class,
            PreVoteResponse.class,
            VoteRequest.class,
            VoteResponse.class,
            TriggerLeaderElectionRequest.class);
    for (int i = 0; i < kinds.size(); i++) {
      if (kinds.get(i).isInstance(message)) {
        return i + 1;
      }
    }
    throw new IllegalArgumentException("unknown message: " + message);
  }

  private void write(AppendEntriesRequest request, DataOutputStream out) throws IOException {
    out.writeInt(request.getPreviousLogTerm());
    out.writeLong(request.getPreviousLogIndex());
    out.writeLong(request.getCommitIndex());
    out.writeLong(request.getQuerySequenceNumber());
    out.writeLong(request.getFlowControlSequenceNumber());
    out.writeInt(request.getLogEntries().size());
    for (LogEntry entry : request.getLogEntries()) {
      codec.writeEntry(entry, out);
    }
  }

  private void write(InstallSnapshotRequest request, DataOutputStream out) throws IOException {
    out.writeBoolean(request.isSenderLeader());
    out.writeInt(request.getSnapshotTerm());
    out.writeLong(request.getSnapshotIndex());
    out.writeInt(request.getTotalSnapshotChunkCount());
    codec.writeEndpoints(request.getSnapshottedMembers(), out);
    codec.writeMembers(request.getGroupMembersView(), out);
    out.writeLong(request.getQuerySequenceNumber());
    out.writeLong(request.getFlowControlSequenceNumber());
    SnapshotChunk chunk = request.getSnapshotChunk();
    out.writeBoolean(chunk != null);
    if (chunk != null) {
      codec.writeChunk(chunk, out);
    }
  }

  RaftMessage message(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    int kind = in.readUnsignedByte();
    MemberId sender = new MemberId(in.readUTF());
    int term = in.readInt();
    return switch (kind) {
      case 1 -> {
        AppendEntriesRequest.AppendEntriesRequestBuilder request =
            models
                .createAppendEntriesRequestBuilder()
                .setGroupId(GROUP)
                .setSender(sender)
                .setTerm(term)
                .setPreviousLogTerm(in.readInt())
                .setPreviousLogIndex(in.readLong())
                .setCommitIndex(in.readLong())
                .setQuerySequenceNumber(in.readLong())
                .setFlowControlSequenceNumber(in.readLong());
        List<LogEntry> entries = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
          entries.add(codec.readEntry(in));
        }
        yield request.setLogEntries(entries).build();
      }
      case 2 ->
          models
              .createAppendEntriesSuccessResponseBuilder()
              .setGroupId(GROUP)
              .setSender(sender)
              .setTerm(term)
              .setLastLogIndex(in.readLong())
              .setQuerySequenceNumber(in.readLong())
              .setFlowControlSequenceNumber(in.readLong())
              .build();
      case 3 ->
          models
              .createAppendEntriesFailureResponseBuilder()
              .setGroupId(GROUP)
              .setSender(sender)
              .setTerm(term)
              .setExpectedNextIndex(in.readLong())
              .setQuerySequenceNumber(in.readLong())
              .setFlowControlSequenceNumber(in.readLong())
              .build();
      case 4 -> {
        InstallSnapshotRequest.InstallSnapshotRequestBuilder request =
            models
                .createInstallSnapshotRequestBuilder()
                .setGroupId(GROUP)
                .setSender(sender)
                .setTerm(term)
                .setSenderLeader(in.readBoolean())
                .setSnapshotTerm(in.readInt())
                .setSnapshotIndex(in.readLong())
                .setTotalSnapshotChunkCount(in.readInt())
                .setSnapshottedMembers(codec.readEndpoints(in))
                .setGroupMembersView(codec.readMembers(in))
                .setQuerySequenceNumber(in.readLong())
                .setFlowControlSequenceNumber(in.readLong());
        yield (in.readBoolean() ? request.setSnapshotChunk(codec.readChunk(in)) : request).build();
      }
      case 5 ->
          models
              .createInstallSnapshotResponseBuilder()
              .setGroupId(GROUP)
              .setSender(sender)
              .setTerm(term)
              .setSnapshotIndex(in.readLong())
              .setRequestedSnapshotChunkIndex(in.readInt())
              .setQuerySequenceNumber(in.readLong())
              .setFlowControlSequenceNumber(in.readLong())
              .build();
      case 6 ->
          models
              .createPreVoteRequestBuilder()
              .setGroupId(GROUP)
              .setSender(sender)
              .setTerm(term)
              .setLastLogTerm(in.readInt())
              .setLastLogIndex(in.readLong())
              .build();
      case 7 ->
          models
              .createPreVoteResponseBuilder()
              .setGroupId(GROUP)
              .setSender(sender)
              .setTerm(term)
              .setGranted(in.readBoolean())
              .build();
      case 8 ->
          models
              .createVoteRequestBuilder()
              .setGroupId(GROUP)
              .setSender(sender)
              .setTerm(term)
              .setLastLogTerm(in.readInt())
              .setLastLogIndex(in.readLong())
              .setSticky(in.readBoolean())
              .build();
      case 9 ->
          models
              .createVoteResponseBuilder()
              .setGroupId(GROUP)
              .setSender(sender)
              .setTerm(term)
              .setGranted(in.readBoolean())
              .build();
      case 10 ->
          models
              .createTriggerLeaderElectionRequestBuilder()
              .setGroupId(GROUP)
              .setSender(sender)
              .setTerm(term)
              .setLastLogTerm(in.readInt())
              .setLastLogIndex(in.readLong())
              .build();
      default -> throw new IOException("there is no kind of message " + kind);
    };
  }
}
