package dev.durability.examples.raft;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.errors.CodecException;
import dev.durability.storage.Directory;
import io.microraft.RaftEndpoint;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.log.SnapshotEntry;
import io.microraft.model.persistence.RaftEndpointPersistentState;
import io.microraft.model.persistence.RaftTermPersistentState;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a member keeps beside its log, a file each: who it is, the first members, term and vote, and
 * snapshots. Each file is a checkpoint that belongs to no log: it has checksums, it appears whole
 * or not at all, and it is durable when writing it returns. One thread at a time.
 */
final class MemberFiles {
  private static final String STATE = "raft";
  private static final String ENDPOINT = STATE + "/endpoint";
  private static final String MEMBERS = STATE + "/members";
  private static final String TERM = STATE + "/term";
  private static final String SNAPSHOTS = "snapshots";
  private static final String SNAPSHOT = ".snapshot";

  private final Directory directory;
  private final RaftCodec codec;
  private final Checkpoints files;

  MemberFiles(Directory directory, RaftCodec codec, Clock clock) {
    this.directory = directory;
    this.codec = codec;
    this.files = Checkpoints.in(directory, clock);
  }

  /**
   * Makes the names of all files durable. A process that was killed may have left a file whose name
   * is not: if this process acted on it, a loss of power could take it back. The member would vote
   * a second time in the same term, or the log would begin after a snapshot that is gone.
   */
  void makeNamesDurable() throws IOException {
    for (String place : List.of(STATE, SNAPSHOTS)) {
      directory.createDirectories(place);
      directory.sync(place);
    }
  }

  void writeEndpoint(RaftEndpointPersistentState state) throws IOException {
    write(
        ENDPOINT,
        out -> {
          codec.writeEndpoint(state.getLocalEndpoint(), out);
          out.writeBoolean(state.isVoting());
        });
  }

  @Nullable RaftEndpointPersistentState readEndpoint() throws IOException {
    return read(
        ENDPOINT,
        in ->
            codec
                .models()
                .createRaftEndpointPersistentStateBuilder()
                .setLocalEndpoint(codec.readEndpoint(in))
                .setVoting(in.readBoolean())
                .build());
  }

  void writeFirstMembers(RaftGroupMembersView members) throws IOException {
    write(MEMBERS, out -> codec.writeMembers(members, out));
  }

  @Nullable RaftGroupMembersView readFirstMembers() throws IOException {
    return read(MEMBERS, codec::readMembers);
  }

  void writeTerm(RaftTermPersistentState term) throws IOException {
    write(
        TERM,
        out -> {
          out.writeInt(term.getTerm());
          codec.writeVote(term.getVotedFor(), out);
        });
  }

  /** The term and the vote; term 0 and no vote, if there was no term yet. */
  RaftTermPersistentState readTerm() throws IOException {
    RaftTermPersistentState term = read(TERM, in -> term(in.readInt(), codec.readVote(in)));
    return term == null ? term(0, null) : term;
  }

  @SuppressWarnings("NullAway") // MicroRaft's setter takes null for no vote.
  private RaftTermPersistentState term(int number, @Nullable RaftEndpoint votedFor) {
    return codec
        .models()
        .createRaftTermPersistentStateBuilder()
        .setTerm(number)
        .setVotedFor(votedFor)
        .build();
  }

  /** Writes a whole snapshot: its chunks, in order. */
  void writeSnapshot(List<SnapshotChunk> chunks) throws IOException {
    write(
        path(chunks.get(0).getIndex()),
        out -> {
          out.writeInt(chunks.size());
          for (SnapshotChunk chunk : chunks) {
            codec.writeChunk(chunk, out);
          }
        });
  }

  /** The newest snapshot, or null if there is none. */
  @Nullable SnapshotEntry readSnapshot() throws IOException {
    List<Long> indices = snapshots();
    return indices.isEmpty()
        ? null
        : read(path(indices.get(indices.size() - 1)), this::readSnapshot);
  }

  private SnapshotEntry readSnapshot(DataInput in) throws IOException {
    List<SnapshotChunk> chunks = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      chunks.add(codec.readChunk(in));
    }
    if (chunks.isEmpty()) {
      throw new CodecException("a snapshot has at least one chunk");
    }
    SnapshotChunk any = chunks.get(0);
    return codec
        .models()
        .createSnapshotEntryBuilder()
        .setIndex(any.getIndex())
        .setTerm(any.getTerm())
        .setGroupMembersView(any.getGroupMembersView())
        .setSnapshotChunks(chunks)
        .build();
  }

  /** Deletes all snapshots but the newest, and what crashes left of attempts to write one. */
  void deleteOldSnapshots() throws IOException {
    List<Long> indices = snapshots();
    String newest = indices.isEmpty() ? "" : path(indices.get(indices.size() - 1));
    boolean deleted = false;
    for (String name : directory.list(SNAPSHOTS)) {
      String path = SNAPSHOTS + "/" + name;
      if (!path.equals(newest)) {
        directory.delete(path);
        deleted = true;
      }
    }
    if (deleted) {
      directory.sync(SNAPSHOTS); // So that they do not pile up over losses of power.
    }
  }

  /**
   * The indices of the snapshots, ascending. A file that is still being written has another name.
   */
  private List<Long> snapshots() throws IOException {
    List<Long> indices = new ArrayList<>();
    for (String name : directory.list(SNAPSHOTS)) {
      if (name.endsWith(SNAPSHOT)) {
        indices.add(Long.parseLong(name.substring(0, name.length() - SNAPSHOT.length())));
      }
    }
    indices.sort(null);
    return indices;
  }

  private static String path(long index) {
    return SNAPSHOTS + "/" + String.format(Locale.ROOT, "%020d", index) + SNAPSHOT;
  }

  private interface Writing {
    void writeTo(DataOutput out) throws IOException;
  }

  private interface Reading<T> {
    T readFrom(DataInput in) throws IOException;
  }

  private void write(String path, Writing content) throws IOException {
    long unused =
        files.writeAlone(
            path,
            stream -> {
              DataOutputStream out = new DataOutputStream(stream);
              content.writeTo(out);
              out.flush();
            });
  }

  private <T> @Nullable T read(String path, Reading<T> content) throws IOException {
    return directory.exists(path)
        ? files.read(path, stream -> content.readFrom(new DataInputStream(stream)))
        : null;
  }
}
