package dev.durability.examples.raft;

import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.persistence.RaftEndpointPersistentState;
import io.microraft.model.persistence.RaftTermPersistentState;
import io.microraft.persistence.RaftStore;
import java.io.IOException;
import java.util.List;

/** A store that tells of cuts, and of failures, which MicroRaft would only log. */
final class WatchedStore implements RaftStore {
  private final RaftStore store;
  private final Watcher watcher;

  WatchedStore(RaftStore store, Watcher watcher) {
    this.store = store;
    this.watcher = watcher;
  }

  private interface Call {
    void run() throws IOException;
  }

  private void call(Call call) throws IOException {
    try {
      call.run();
    } catch (IOException | RuntimeException | Error e) {
      watcher.storeFailed(e);
      throw e;
    }
  }

  @Override
  public void persistAndFlushLocalEndpoint(RaftEndpointPersistentState state) throws IOException {
    call(() -> store.persistAndFlushLocalEndpoint(state));
  }

  @Override
  public void persistAndFlushInitialGroupMembers(RaftGroupMembersView members) throws IOException {
    call(() -> store.persistAndFlushInitialGroupMembers(members));
  }

  @Override
  public void persistAndFlushTerm(RaftTermPersistentState term) throws IOException {
    call(() -> store.persistAndFlushTerm(term));
  }

  @Override
  public void persistLogEntries(List<LogEntry> entries) throws IOException {
    call(() -> store.persistLogEntries(entries));
  }

  @Override
  public void persistSnapshotChunk(SnapshotChunk chunk) throws IOException {
    call(() -> store.persistSnapshotChunk(chunk));
  }

  @Override
  public void truncateLogEntriesFrom(long index) throws IOException {
    call(() -> store.truncateLogEntriesFrom(index));
    watcher.cut();
  }

  @Override
  public void truncateLogEntriesUntil(long index) throws IOException {
    call(() -> store.truncateLogEntriesUntil(index));
  }

  @Override
  public void deleteSnapshotChunks(long index, int count) throws IOException {
    call(() -> store.deleteSnapshotChunks(index, count));
  }

  @Override
  public void flush() throws IOException {
    call(store::flush);
  }
}
