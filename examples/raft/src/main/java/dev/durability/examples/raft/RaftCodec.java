package dev.durability.examples.raft;

import dev.durability.codec.Codec;
import dev.durability.errors.CodecException;
import io.microraft.MembershipChangeMode;
import io.microraft.RaftEndpoint;
import io.microraft.model.RaftModelFactory;
import io.microraft.model.groupop.UpdateRaftGroupMembersOp;
import io.microraft.model.impl.DefaultRaftModelFactory;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import java.io.ByteArrayInputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of what a member keeps: entries of the log, members, terms, chunks of snapshots. All
 * numbers are big-endian, as {@link DataOutput} writes them. Stateless: many threads use it.
 */
public final class RaftCodec implements Codec<LoggedOperation> {
  private static final int OPERATION = 1;
  private static final int CHANGE_OF_MEMBERS = 2;

  /** More than any group has: a damaged count must not ask for memory. */
  private static final int MEMBERS_MAX = 1_000;

  private final RaftModelFactory models = new DefaultRaftModelFactory();
  private final OperationCodec operations;
  private final Function<? super String, ? extends RaftEndpoint> endpoints;

  /**
   * Creates a codec.
   *
   * @param operations the bytes of the application's operations and chunks
   * @param endpoints makes an endpoint from its id, which is a string
   */
  public RaftCodec(
      OperationCodec operations, Function<? super String, ? extends RaftEndpoint> endpoints) {
    this.operations = operations;
    this.endpoints = endpoints;
  }

  /** {@return makes MicroRaft's values} */
  RaftModelFactory models() {
    return models;
  }

  @Override
  public void encode(LoggedOperation value, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeInt(value.term());
    writeOperation(value.operation(), data);
  }

  @Override
  public LoggedOperation decode(ByteBuffer in) throws IOException {
    byte[] bytes = new byte[in.remaining()];
    in.get(bytes);
    DataInputStream data = new DataInputStream(new ByteArrayInputStream(bytes));
    LoggedOperation value = new LoggedOperation(data.readInt(), readOperation(data));
    if (data.available() > 0) {
      throw new CodecException(data.available() + " bytes follow the operation");
    }
    return value;
  }

  private void writeOperation(Object operation, DataOutput out) throws IOException {
    if (operation instanceof UpdateRaftGroupMembersOp change) {
      out.writeByte(CHANGE_OF_MEMBERS);
      writeEndpoints(change.getMembers(), out);
      writeEndpoints(change.getVotingMembers(), out);
      writeEndpoint(change.getEndpoint(), out);
      out.writeUTF(change.getMode().name());
    } else {
      out.writeByte(OPERATION);
      operations.write(operation, out);
    }
  }

  private Object readOperation(DataInput in) throws IOException {
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case OPERATION -> operations.read(in);
      case CHANGE_OF_MEMBERS ->
          models
              .createUpdateRaftGroupMembersOpBuilder()
              .setMembers(readEndpoints(in))
              .setVotingMembers(readEndpoints(in))
              .setEndpoint(readEndpoint(in))
              .setMode(MembershipChangeMode.valueOf(in.readUTF()))
              .build();
      default -> throw new CodecException("there is no kind of entry " + kind);
    };
  }

  /** Writes an entry with its index, as it travels between members. */
  void writeEntry(LogEntry entry, DataOutput out) throws IOException {
    out.writeLong(entry.getIndex());
    out.writeInt(entry.getTerm());
    writeOperation(entry.getOperation(), out);
  }

  LogEntry readEntry(DataInput in) throws IOException {
    long index = in.readLong();
    return entry(index, new LoggedOperation(in.readInt(), readOperation(in)));
  }

  /** Makes an entry of Raft's log from one of ours and its id. */
  LogEntry entry(long index, LoggedOperation logged) {
    return models
        .createLogEntryBuilder()
        .setIndex(index)
        .setTerm(logged.term())
        .setOperation(logged.operation())
        .build();
  }

  void writeChunk(SnapshotChunk chunk, DataOutput out) throws IOException {
    out.writeLong(chunk.getIndex());
    out.writeInt(chunk.getTerm());
    out.writeInt(chunk.getSnapshotChunkIndex());
    out.writeInt(chunk.getSnapshotChunkCount());
    writeMembers(chunk.getGroupMembersView(), out);
    operations.write(chunk.getOperation(), out);
  }

  SnapshotChunk readChunk(DataInput in) throws IOException {
    return models
        .createSnapshotChunkBuilder()
        .setIndex(in.readLong())
        .setTerm(in.readInt())
        .setSnapshotChunkIndex(in.readInt())
        .setSnapshotChunkCount(in.readInt())
        .setGroupMembersView(readMembers(in))
        .setOperation(operations.read(in))
        .build();
  }

  void writeMembers(RaftGroupMembersView members, DataOutput out) throws IOException {
    out.writeLong(members.getLogIndex());
    writeEndpoints(members.getMembers(), out);
    writeEndpoints(members.getVotingMembers(), out);
  }

  RaftGroupMembersView readMembers(DataInput in) throws IOException {
    return models
        .createRaftGroupMembersViewBuilder()
        .setLogIndex(in.readLong())
        .setMembers(readEndpoints(in))
        .setVotingMembers(readEndpoints(in))
        .build();
  }

  void writeEndpoints(Collection<RaftEndpoint> several, DataOutput out) throws IOException {
    out.writeInt(several.size());
    for (RaftEndpoint each : several) {
      writeEndpoint(each, out);
    }
  }

  List<RaftEndpoint> readEndpoints(DataInput in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > MEMBERS_MAX) {
      throw new CodecException("there are no " + count + " members");
    }
    List<RaftEndpoint> several = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      several.add(readEndpoint(in));
    }
    return several;
  }

  void writeEndpoint(RaftEndpoint endpoint, DataOutput out) throws IOException {
    out.writeUTF((String) endpoint.getId());
  }

  RaftEndpoint readEndpoint(DataInput in) throws IOException {
    return endpoints.apply(in.readUTF());
  }

  /** Writes an endpoint that may be missing: the empty name stands for none. */
  void writeVote(@Nullable RaftEndpoint votedFor, DataOutput out) throws IOException {
    out.writeUTF(votedFor == null ? "" : (String) votedFor.getId());
  }

  @Nullable RaftEndpoint readVote(DataInput in) throws IOException {
    String name = in.readUTF();
    return name.isEmpty() ? null : endpoints.apply(name);
  }
}
