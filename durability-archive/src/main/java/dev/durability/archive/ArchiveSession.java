package dev.durability.archive;

import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Writes one timeline. Whoever opens it takes it over: an earlier writer that wakes finds the claim
 * of this one, and stops. One thread at a time.
 */
final class ArchiveSession {
  private final ArchiveStore store;
  private final Timeline timeline;
  private final UUID log;
  private final Clock clock;
  private final String writer;
  private final long epoch;
  private final ArchiveState state;
  private long objects;
  private long bytes;

  private ArchiveSession(
      ArchiveStore store,
      Timeline timeline,
      UUID log,
      Clock clock,
      String writer,
      long epoch,
      ArchiveState state) {
    this.store = store;
    this.timeline = timeline;
    this.log = log;
    this.clock = clock;
    this.writer = writer;
    this.epoch = epoch;
    this.state = state;
  }

  /** Takes a timeline over. */
  static ArchiveSession open(ArchiveStore store, Timeline timeline, UUID log, Clock clock)
      throws IOException {
    List<String> claims = store.list(timeline.claims());
    long epoch = claims.isEmpty() ? 0 : epochOf(claims.get(claims.size() - 1));
    String writer = UUID.randomUUID().toString();
    do {
      epoch++;
    } while (!store.putIfAbsent(
        timeline.claimKey(epoch), ObjectContent.of(writer.getBytes(StandardCharsets.US_ASCII))));
    return new ArchiveSession(store, timeline, log, clock, writer, epoch, timeline.load());
  }

  /** Opens a timeline to shorten it, beside an archiver that may write it. */
  static ArchiveSession visit(ArchiveStore store, Timeline timeline, UUID log, Clock clock)
      throws IOException {
    List<String> claims = store.list(timeline.claims());
    long epoch = claims.isEmpty() ? 0 : epochOf(claims.get(claims.size() - 1));
    return new ArchiveSession(
        store, timeline, log, clock, UUID.randomUUID().toString(), epoch, timeline.load());
  }

  private static long epochOf(String claim) throws DamagedArchiveException {
    String name = claim.substring(claim.lastIndexOf('/') + 1);
    if (!name.matches("[0-9]{8}")) {
      throw new DamagedArchiveException(claim, "no archiver gives this name: remove it");
    }
    return Long.parseLong(name);
  }

  ArchiveState state() {
    return state;
  }

  Timeline timeline() {
    return timeline;
  }

  UUID log() {
    return log;
  }

  long objects() {
    return objects;
  }

  long bytes() {
    return bytes;
  }

  /** Stores a part of a file for the next record. */
  ArchivedPart put(ReadFile file, long start, long end, int level) throws IOException {
    ObjectContent content = FileRange.content(file, start, end);
    String sha256 = Sha256.of(content);
    String key = timeline.dataKey(state.seq() + 1, sha256);
    // If it is taken, an attempt that failed had its effect: the name has the hash.
    if (store.putIfAbsent(key, content)) {
      objects++;
      bytes += end - start;
    }
    return new ArchivedPart(start, end - start, level, sha256, key);
  }

  /**
   * Writes the next record.
   *
   * @return false if another one was there that is in the state now: look at that, and try again
   */
  boolean commit(List<ArchiveRecord.Change> segments, List<ArchivedCheckpoint> checkpoints)
      throws IOException {
    ArchiveRecord.Kind kind =
        state.isFullDue() ? ArchiveRecord.Kind.FULL : ArchiveRecord.Kind.DELTA;
    ArchiveRecord delta = record(ArchiveRecord.Kind.DELTA, state.floor(), segments, checkpoints);
    if (kind == ArchiveRecord.Kind.DELTA) {
      return commit(delta);
    }
    ArchiveState next = new ArchiveState();
    if (state.seq() > 0) {
      next.add(
          record(ArchiveRecord.Kind.FULL, state.floor(), state.all(), state.checkpoints()),
          new byte[0]);
    }
    next.add(delta, new byte[0]);
    long before = state.fullSeq();
    boolean done =
        commit(record(ArchiveRecord.Kind.FULL, state.floor(), next.all(), next.checkpoints()));
    if (done) {
      sweep(before);
    }
    return done;
  }

  /** Writes a record without what a policy does not keep; does nothing if there is nothing. */
  boolean expire(Retention retention) throws IOException {
    ArchiveRecord.Kind kind = ArchiveRecord.Kind.EXPIRY;
    Expiry expiry = Expiry.of(state, retention, clock.instant());
    if (expiry.removesNothing()) {
      return true;
    }
    boolean done = commit(record(kind, expiry.floor(), expiry.segments(), expiry.checkpoints()));
    if (done) {
      sweep(state.seq());
    }
    return done;
  }

  private ArchiveRecord record(
      ArchiveRecord.Kind kind,
      long floor,
      List<ArchiveRecord.Change> segments,
      List<ArchivedCheckpoint> checkpoints) {
    return new ArchiveRecord(
        timeline.id(),
        log,
        state.seq() + 1,
        state.sha256(),
        writer,
        kind,
        Math.max(state.atMicros(), Archive.micros(clock.instant())),
        floor,
        segments,
        checkpoints);
  }

  private boolean commit(ArchiveRecord record) throws IOException {
    byte[] encoded = record.encode();
    String key = timeline.recordKey(record.seq());
    if (!store.putIfAbsent(key, ObjectContent.of(encoded))) {
      byte[] there = timeline.readRecord(record.seq());
      ArchiveRecord other = ArchiveRecord.decode(there, key);
      // An attempt of ours that failed had its effect, somebody shortened the archive, or the
      // archiver before this one ended its last step after this one took over.
      refuseIfTakenOver();
      if (!other.previousSha256().equals(state.sha256())) {
        throw conflict(key + " was written by another archiver");
      }
      state.add(other, there);
      return false;
    }
    objects++;
    bytes += encoded.length;
    // Only then does it count: old records are removed, so a free name proves nothing.
    refuseIfTakenOver();
    state.add(record, encoded);
    return true;
  }

  /** Throws if another archiver took the timeline over. */
  private void refuseIfTakenOver() throws IOException {
    String next = timeline.claimKey(epoch + 1);
    try {
      store.get(next, 0).close();
    } catch (NoSuchFileException free) {
      return;
    }
    throw conflict("the timeline was taken over, as " + next + " says");
  }

  private ArchiveConflictException conflict(String what) {
    return new ArchiveConflictException(
        String.format(
            Locale.ROOT,
            "archiving to %s: %s. Two processes archive copies of one log, or one of them was"
                + " replaced. Stop one of them",
            store.location(),
            what));
  }

  /** Removes the records before one, and data stored for those up to it that nothing needs. */
  private void sweep(long seq) throws IOException {
    for (long number : timeline.recordNumbers()) {
      if (number < Math.min(seq, state.fullSeq())) {
        store.delete(timeline.recordKey(number));
      }
    }
    Set<String> needed = state.keys();
    for (String key : store.list(timeline.data())) {
      if (Timeline.seqOf(key) <= seq && !needed.contains(key)) {
        store.delete(key);
      }
    }
  }

  /** Whether a segment is archived up to an entry, and ended. For any thread: a copy. */
  Map<Long, Long> endedSegments() {
    Map<Long, Long> ended = new HashMap<>();
    state
        .segments()
        .forEach(
            (number, segment) -> {
              if (segment.ended()) {
                ended.put(number, segment.lastEntryId());
              }
            });
    return ended;
  }
}
