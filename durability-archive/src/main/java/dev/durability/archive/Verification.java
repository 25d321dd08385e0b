package dev.durability.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Reads all of an archive. */
final class Verification {
  private final ArchiveStore store;
  private final UUID logId;
  private final Progress progress;
  private final List<String> problems = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private long objects;

  Verification(ArchiveStore store, UUID logId, Progress progress) {
    this.store = store;
    this.logId = logId;
    this.progress = progress;
  }

  VerifyReport run() throws IOException {
    List<Timeline> timelines =
        Timeline.list(store).stream().map(id -> new Timeline(store, id)).toList();
    for (String id : Timeline.lost(store)) {
      problems.add(
          Timeline.TIMELINES + id + ": it is missing. Copy " + Timeline.BEGINNINGS + id + " there");
    }
    List<ArchiveState> states = new ArrayList<>();
    for (Timeline timeline : timelines) {
      states.add(loaded(timeline));
    }
    long total = states.stream().mapToLong(ArchiveState::bytes).sum();
    ArchiveObjects reader = new ArchiveObjects(store, progress, total);
    for (int i = 0; i < timelines.size(); i++) {
      verify(timelines.get(i), states.get(i), reader);
    }
    return new VerifyReport(
        timelines.size(), objects, reader.done(), List.copyOf(problems), List.copyOf(notes));
  }

  private void requireLog(UUID log, String key) {
    if (!log.equals(logId)) {
      problems.add(key + ": it is of the log " + log + ", and " + Timeline.ROOT + " says " + logId);
    }
  }

  private ArchiveState loaded(Timeline timeline) throws IOException {
    try {
      ArchiveState state = timeline.load();
      olderRecords(timeline, state);
      String unused = timeline.parent();
      return state;
    } catch (DamagedArchiveException e) {
      problems.add(String.valueOf(e.getMessage()));
      return new ArchiveState();
    }
  }

  /** Those before the last full one are not needed, and may be going; what is there is whole. */
  private void olderRecords(Timeline timeline, ArchiveState state) throws IOException {
    String previous = "";
    long last = 0;
    for (long seq : timeline.recordNumbers()) {
      byte[] encoded;
      try {
        encoded = timeline.readRecord(seq);
      } catch (NoSuchFileException removedMeanwhile) {
        continue;
      }
      objects++;
      String key = timeline.recordKey(seq);
      ArchiveRecord record = ArchiveRecord.decode(encoded, key);
      if (last != 0 && (seq != last + 1 || !record.previousSha256().equals(previous))) {
        String text = "it does not continue the record before it";
        (seq <= state.fullSeq() ? notes : problems).add(key + ": " + text);
      }
      requireLog(record.log(), key);
      previous = ArchiveRecord.sha256(encoded);
      last = seq;
    }
  }

  private void verify(Timeline timeline, ArchiveState state, ArchiveObjects reader)
      throws IOException {
    int before = problems.size();
    for (ArchivedSegment segment : state.segments().values()) {
      segment(timeline, segment, reader);
    }
    for (ArchivedCheckpoint checkpoint : state.checkpoints()) {
      read(timeline, checkpoint.object(), bytes -> {}, reader);
    }
    if (!state.segments().isEmpty()) {
      chain(timeline, state, problems.size() > before);
    }
    List<String> data = store.list(timeline.data());
    laterRecords(timeline, data);
    Set<String> needed = state.keys();
    long orphans = data.stream().filter(key -> !needed.contains(key)).count();
    if (orphans > 0) {
      notes.add(
          timeline.id()
              + ": "
              + orphans
              + " objects are there that nothing refers to: merged, or left by an archiver that"
              + " was killed. They go in time");
    }
  }

  /** Only the next record may be missing: its objects are stored before it. */
  private void laterRecords(Timeline timeline, List<String> data) throws IOException {
    long last;
    try {
      last = timeline.load().seq(); // Now: an archiver may be at work.
    } catch (DamagedArchiveException damaged) {
      return; // That was found.
    }
    data.stream()
        .mapToLong(Timeline::seqOf)
        .filter(seq -> seq > last + 1 && seq < Long.MAX_VALUE)
        .min()
        .ifPresent(
            seq ->
                problems.add(
                    timeline.recordKey(last + 1)
                        + ": it is missing, and what it and later ones named is not restored."
                        + " There are objects of record "
                        + seq));
  }

  private void segment(Timeline timeline, ArchivedSegment segment, ArchiveObjects reader)
      throws IOException {
    Scanned scanned = new Scanned(segment);
    boolean whole = true;
    for (ArchivedPart part : segment.parts()) {
      whole &= read(timeline, part, scanned::add, reader);
    }
    String problem = whole ? scanned.problem() : null;
    if (problem != null) {
      problems.add(segment.parts().get(0).key() + ": " + segment.file() + " " + problem);
    }
  }

  private boolean read(
      Timeline timeline, ArchivedPart part, ArchiveObjects.Sink sink, ArchiveObjects reader)
      throws IOException {
    objects++;
    try {
      reader.read(part, sink);
      return true;
    } catch (NoSuchFileException gone) {
      if (timeline.load().keys().contains(part.key())) {
        problems.add(part.key() + ": it is missing");
      } // Else it was merged meanwhile.
    } catch (DamagedArchiveException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    return false;
  }

  /** Whether the newest moment can be restored, and what is not there of all before. */
  private void chain(Timeline timeline, ArchiveState state, boolean isDamaged) throws IOException {
    History history = new History(state.segments().values());
    for (int i = 0; i + 1 < history.size(); i++) {
      if (!history.continues(i) && !history.get(i + 1).header().startsCovered()) {
        notes.add(
            timeline.id()
                + ": between "
                + history.get(i).file()
                + " and "
                + history.get(i + 1).file()
                + " something is missing: entries from "
                + (history.lastIdOf(i) + 1)
                + " on were removed from the log before they were archived");
      }
    }
    RestorePlan plan = RestorePlan.newest(state);
    if (!isDamaged && plan.bases(state, plan.lastEntryId()).isEmpty()) {
      problems.add(
          timeline.id()
              + ": nothing can be restored: the oldest segment begins at entry "
              + history.get(0).firstEntryId()
              + ", and no checkpoint covers what is before it");
    }
  }

  /** Follows the frames of a segment as its bytes come. */
  private static final class Scanned {
    private static final int BYTES_MAX = 1 << 30;
    private final ArchivedSegment segment;
    private byte[] all = new byte[1 << 16];
    private int size;

    Scanned(ArchivedSegment segment) {
      this.segment = segment;
    }

    void add(ByteBuffer bytes) throws IOException {
      int count = bytes.remaining();
      if (size + (long) count > BYTES_MAX) {
        throw new IOException(segment.file() + " is too large to be verified in memory");
      }
      while (size + count > all.length) {
        all = java.util.Arrays.copyOf(all, (int) Math.min(BYTES_MAX, all.length * 2L));
      }
      bytes.get(all, size, count);
      size += count;
    }

    @org.jspecify.annotations.Nullable
    String problem() throws IOException {
      SegmentScan.Source source =
          (target, position) -> {
            if (position >= size) {
              return -1;
            }
            int count = (int) Math.min(target.remaining(), size - position);
            target.put(all, (int) position, count);
            return count;
          };
      SegmentHeader header = SegmentHeader.read(source, SegmentHeader.SEGMENT);
      if (header == null || !header.equals(segment.header())) {
        return "does not have its header";
      }
      SegmentScan scan = new SegmentScan(source, header, SegmentScan.Place.start(header)).toEnd();
      if (scan.place().offset() != size
          || scan.place().nextId() != segment.lastEntryId() + 1
          || scan.ended() != segment.ended()) {
        return "is not valid to its end: its frames end at offset "
            + scan.place().offset()
            + " with entry "
            + (scan.place().nextId() - 1);
      }
      return null;
    }
  }
}
