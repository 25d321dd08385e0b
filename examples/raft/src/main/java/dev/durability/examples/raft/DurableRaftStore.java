package dev.durability.examples.raft;

import dev.durability.storage.Directory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import io.microraft.RaftEndpoint;
import io.microraft.RaftNode;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.log.SnapshotEntry;
import io.microraft.model.persistence.RaftEndpointPersistentState;
import io.microraft.model.persistence.RaftTermPersistentState;
import io.microraft.persistence.RaftStore;
import io.microraft.persistence.RestoredRaftState;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a member of a Raft group must not forget, in one directory:
 *
 * <ul>
 *   <li>Raft's log in a {@link WalWriter}; Raft's entry n is entry n of the log;
 *   <li>term and vote, the member itself and the first members in a file each;
 *   <li>the newest snapshot in a file. The log calls what is before its first entry "kept
 *       elsewhere": it is in the snapshot.
 * </ul>
 *
 * <p><b>Durability.</b> As {@link RaftStore} says: what is called "flush" is durable when it
 * returns; entries and chunks are durable after {@link #flush}. Cutting off the end of the log is
 * durable at once.
 *
 * <p><b>Failures.</b> MicroRaft logs a failure of its store and goes on. So the first failure ends
 * this store: each later call throws it as its cause, nothing more is promised to other members,
 * and only a restart helps. Going on would be wrong: after a write that failed on a full disk, for
 * example, the log still has the entries and writes them later, and MicroRaft believes it has not.
 *
 * <p><b>Threads.</b> MicroRaft calls it from one thread at a time. Another may close it.
 */
public final class DurableRaftStore implements RaftStore, Closeable {
  private final WalWriter<LoggedOperation> log;
  private final MemberFiles files;
  private final @Nullable RestoredRaftState restored;

  /** The chunks of the snapshot that is being taken or received, by number. */
  private final TreeMap<Integer, SnapshotChunk> chunks = new TreeMap<>();

  /** The index of the newest snapshot that is durable, 0 if there is none. */
  private long snapshotIndex;

  private @Nullable Throwable failure;

  private DurableRaftStore(WalWriter<LoggedOperation> log, MemberFiles files, Loading loaded)
      throws IOException {
    this.log = log;
    this.files = files;
    this.restored = loaded.state();
    this.snapshotIndex = loaded.snapshotIndex();
  }

  /**
   * Opens the store of a member, and creates it if there is none.
   *
   * @param directory where it is; the member's alone
   * @param codec the bytes of entries and snapshots
   * @param options how the log is written. {@code FlushPolicy.manual()} is right: MicroRaft says
   *     when to flush
   * @return the store; close it
   * @throws dev.durability.errors.LockHeldException if the member is running
   * @throws IOException if something that was promised is damaged, or the storage fails
   */
  public static DurableRaftStore open(Directory directory, RaftCodec codec, WalOptions options)
      throws IOException {
    MemberFiles files = new MemberFiles(directory, codec, options.clock());
    Loading loading = new Loading(files, codec);
    WalWriter<LoggedOperation> log = WalWriter.open(directory, codec, options, loading);
    try {
      if (loading.snapshotIndex() > log.lastAppendedId()) {
        // A crash came after the snapshot of another member was stored, and before the log was
        // begun anew after it. The next entry is the one after the snapshot.
        log.restartAt(loading.snapshotIndex() + 1);
      }
      files.deleteOldSnapshots();
      return new DurableRaftStore(log, files, loading);
    } catch (IOException | RuntimeException | Error e) {
      try {
        log.close();
      } catch (IOException | RuntimeException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
  }

  /** Reads everything back, while the log is opened: first the files, then the log after them. */
  private static final class Loading implements WalReplay<LoggedOperation> {
    private final MemberFiles files;
    private final RaftCodec codec;
    private final List<LogEntry> entries = new ArrayList<>();
    private @Nullable RaftEndpointPersistentState endpoint;
    private @Nullable RaftGroupMembersView firstMembers;
    private @Nullable RaftTermPersistentState term;
    private @Nullable SnapshotEntry snapshot;

    Loading(MemberFiles files, RaftCodec codec) {
      this.files = files;
      this.codec = codec;
    }

    /** Comes before the log is read, when its lock is held: no other process writes the files. */
    @Override
    public long fromId() throws IOException {
      files.makeNamesDurable();
      endpoint = files.readEndpoint();
      firstMembers = files.readFirstMembers();
      term = files.readTerm();
      snapshot = files.readSnapshot();
      return snapshotIndex() + 1;
    }

    @Override
    public void entry(long id, LoggedOperation entry) {
      entries.add(codec.entry(id, entry));
    }

    private int lastTerm() {
      return !entries.isEmpty()
          ? entries.get(entries.size() - 1).getTerm()
          : snapshot == null ? 0 : snapshot.getTerm();
    }

    long snapshotIndex() {
      return snapshot == null ? 0 : snapshot.getIndex();
    }

    /** Null if the member never started: it has not voted, and has no entries. */
    @SuppressWarnings("NullAway") // MicroRaft takes null for no snapshot.
    @Nullable RestoredRaftState state() throws IOException {
      if (endpoint == null || firstMembers == null || term == null) {
        return null;
      }
      if (term.getTerm() < lastTerm()) {
        // Never: a member stores a term before an entry of it. It may have voted since.
        throw new IOException(
            "the stored term is " + term.getTerm() + ", and there are entries of " + lastTerm());
      }
      return new RestoredRaftState(endpoint, firstMembers, term, snapshot, entries);
    }
  }

  /**
   * {@return what the store held when it was opened, for {@code setRestoredState} of MicroRaft's
   * builder; empty for a new member}
   */
  public Optional<RestoredRaftState> restored() {
    return Optional.ofNullable(restored);
  }

  /**
   * Begins to build the node that uses this store: with all that it held when it was opened, or as
   * a new member if that was nothing.
   *
   * @param self the member
   * @param firstMembers the members with which the group began
   * @return the builder, which has the store and lacks configuration, transport and state machine
   */
  public RaftNode.RaftNodeBuilder buildNode(
      RaftEndpoint self, Collection<? extends RaftEndpoint> firstMembers) {
    RaftNode.RaftNodeBuilder builder = RaftNode.newBuilder().setStore(this);
    return restored == null
        ? builder.setLocalEndpoint(self).setInitialGroupMembers(List.copyOf(firstMembers))
        : builder.setRestoredState(restored);
  }

  @Override
  public void persistAndFlushLocalEndpoint(RaftEndpointPersistentState state) throws IOException {
    persist(() -> files.writeEndpoint(state));
  }

  @Override
  public void persistAndFlushInitialGroupMembers(RaftGroupMembersView members) throws IOException {
    persist(() -> files.writeFirstMembers(members));
  }

  /**
   * MicroRaft answers a request for its vote after this. If the vote could be forgotten, the member
   * could give two candidates its vote in one term, and both would lead.
   */
  @Override
  public void persistAndFlushTerm(RaftTermPersistentState term) throws IOException {
    persist(() -> files.writeTerm(term));
  }

  @Override
  public void persistLogEntries(List<LogEntry> entries) throws IOException {
    persist(
        () -> {
          for (LogEntry entry : entries) {
            long expected = log.lastAppendedId() + 1;
            if (entry.getIndex() != expected) {
              throw new IllegalStateException(
                  "the next entry is " + expected + ", not " + entry.getIndex());
            }
            long id = log.append(new LoggedOperation(entry.getTerm(), entry.getOperation()));
            assert id == expected;
          }
        });
  }

  /**
   * Keeps the chunk in memory until {@link #flush}, as MicroRaft does. After a crash it asks for
   * all chunks again, so a part of a snapshot is worth nothing.
   */
  @Override
  public void persistSnapshotChunk(SnapshotChunk chunk) throws IOException {
    persist(
        () -> {
          if (!chunks.isEmpty() && chunks.firstEntry().getValue().getIndex() != chunk.getIndex()) {
            chunks.clear(); // A newer snapshot.
          }
          chunks.put(chunk.getSnapshotChunkIndex(), chunk);
        });
  }

  @Override
  public void deleteSnapshotChunks(long logIndex, int chunkCount) throws IOException {
    persist(() -> chunks.values().removeIf(chunk -> chunk.getIndex() == logIndex));
  }

  /**
   * Cuts off the end of the log. A crash before this returns leaves the old entries; nothing was
   * said about them since, and the leader has them cut again. A crash afterwards must not bring
   * them back: the entries that the leader sends next take their ids.
   */
  @Override
  public void truncateLogEntriesFrom(long index) throws IOException {
    persist(() -> log.truncateAfter(index - 1));
  }

  /**
   * Gives up what the snapshot holds. MicroRaft calls this after it flushed the snapshot, and the
   * order matters: a crash after the entries are gone and before the snapshot is durable would
   * leave neither.
   */
  @Override
  public void truncateLogEntriesUntil(long index) throws IOException {
    persist(
        () -> {
          if (index > snapshotIndex) {
            throw new IllegalStateException(
                "no snapshot holds entry " + index + ": the newest is at " + snapshotIndex);
          }
          if (index > log.lastAppendedId()) {
            // The snapshot came from another member, and the log ends before it. Ids would have a
            // gap. A crash before this is what open() looks for.
            log.restartAt(index + 1);
          } else {
            var unused = log.truncate(index);
          }
          files.deleteOldSnapshots();
        });
  }

  /**
   * Makes entries and a complete snapshot durable. MicroRaft acknowledges entries after this: an
   * entry that a majority acknowledged is committed, so no member may forget it.
   *
   * <p>The snapshot is written whole, by one rename. A crash before that leaves the one before it,
   * which is deleted later, and the log after that one.
   */
  @Override
  public void flush() throws IOException {
    persist(
        () -> {
          log.sync();
          if (!chunks.isEmpty()
              && chunks.size() == chunks.firstEntry().getValue().getSnapshotChunkCount()) {
            List<SnapshotChunk> whole = List.copyOf(chunks.values());
            files.writeSnapshot(whole);
            snapshotIndex = whole.get(0).getIndex();
            chunks.clear();
          }
        });
  }

  /**
   * Closes the log. What was not flushed is flushed, and the lock is given up.
   *
   * @throws IOException if that fails; the lock is given up anyway
   */
  @Override
  public void close() throws IOException {
    log.close();
  }

  private interface Step {
    void run() throws IOException;
  }

  private void persist(Step step) throws IOException {
    if (failure != null) {
      throw new IOException("the store failed before: restart the member", failure);
    }
    try {
      step.run();
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
      throw e;
    }
  }
}
