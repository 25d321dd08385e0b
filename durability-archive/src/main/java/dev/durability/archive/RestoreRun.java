package dev.durability.archive;

import dev.durability.errors.DurabilityException;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.AtomicFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DurableFile;
import dev.durability.storage.ReadFile;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/** One run of a restore. */
final class RestoreRun {
  private static final String RESTORING = ".restoring.tmp";

  private final ArchiveStore store;
  private final Timeline timeline;
  private final Directory target;
  private final Progress progress;
  private ArchiveObjects objects;
  private final List<String> notes = new ArrayList<>();
  private ArchiveState state;

  RestoreRun(
      ArchiveStore store,
      Timeline timeline,
      ArchiveState state,
      Directory target,
      Progress progress) {
    this.store = store;
    this.timeline = timeline;
    this.state = state;
    this.target = target;
    this.progress = progress;
    this.objects = new ArchiveObjects(store, progress, state.bytes());
  }

  ArchiveState state() {
    return state;
  }

  void note(String text) {
    notes.add(text);
  }

  /** A lost record leaves no other trace if it was the newest. */
  private void noteObjectsOfLaterRecords() throws IOException {
    for (String key : store.list(timeline.data())) {
      if (Timeline.seqOf(key) > state.seq()) {
        note(
            "the archive has objects of a record that is not there, such as "
                + key
                + ": an archiver is at work, or was killed, or the record was lost. What it named"
                + " is not restored");
        return;
      }
    }
  }

  RestoreReport restore(RestorePlan plan) throws IOException {
    noteObjectsOfLaterRecords();
    if (plan.untilMicros() != Long.MAX_VALUE && plan.untilMicros() > state.atMicros()) {
      note(
          "the archive ends before that instant: it was last written at "
              + Archive.instant(state.atMicros()));
    }
    objects = new ArchiveObjects(store, progress, bytes(plan));
    History history = plan.history();
    int last = history.size() - 1;
    target.createDirectories(LogNames.SEGMENTS);
    Cut cut;
    int start;
    RestorePlan.Base base;
    AtomicFile newest = write(history.get(last));
    try {
      cut = cut(history.get(last), plan);
      base = base(plan, cut.lastEntryId());
      start = plan.start(base);
      newest.truncate(cut.offset());
      newest.commit();
    } catch (Throwable e) {
      discard(newest, e);
      throw e;
    }
    newest.close();
    for (int i = last - 1; i >= start; i--) {
      AtomicFile file = write(history.get(i));
      file.commit();
      file.close();
    }
    LogReport report = WalMaintenance.verify(target);
    if (report.verdict() != Verdict.CLEAN || report.intact() != cut.lastEntryId()) {
      throw new DurabilityException(
          "the restored log is not what was asked for: it should end at entry "
              + cut.lastEntryId()
              + " and is "
              + report.verdict()
              + " up to entry "
              + report.intact()
              + (report.reason() == null ? "" : " (" + report.reason() + ")")
              + ". Do not use it; 'durability verify' of the archive tells more");
    }
    DurableFile.write(
        target,
        "archive/restored-from",
        (timeline.id() + "/" + cut.lastEntryId()).getBytes(StandardCharsets.US_ASCII));
    ArchivedCheckpoint checkpoint = base.checkpoint();
    return new RestoreReport(
        timeline.id(),
        cut.lastEntryId(),
        last - start + 1,
        checkpoint == null ? null : checkpoint.path(),
        objects.done(),
        report,
        List.copyOf(notes));
  }

  /** How many bytes will be read, if nothing is damaged. */
  private long bytes(RestorePlan plan) {
    List<RestorePlan.Base> bases = plan.bases(state, plan.lastEntryId());
    if (bases.isEmpty()) {
      return state.bytes();
    }
    ArchivedCheckpoint checkpoint = bases.get(0).checkpoint();
    long sum = checkpoint == null ? 0 : checkpoint.object().bytes();
    for (int i = plan.start(bases.get(0)); i < plan.history().size(); i++) {
      sum += plan.history().get(i).bytes();
    }
    return sum;
  }

  private static void discard(AtomicFile file, Throwable failure) {
    try {
      file.discard();
    } catch (IOException second) {
      failure.addSuppressed(second);
    }
  }

  /** Restores the newest checkpoint that is whole and from which all segments are there. */
  private RestorePlan.Base base(RestorePlan plan, long lastId) throws IOException {
    DamagedArchiveException damaged = null;
    for (RestorePlan.Base base : plan.bases(state, lastId)) {
      ArchivedCheckpoint checkpoint = base.checkpoint();
      if (checkpoint == null) {
        return base;
      }
      try {
        restore(checkpoint);
        return base;
      } catch (DamagedArchiveException e) {
        damaged = e;
        note("the checkpoint up to entry " + base.coveredId() + " is damaged: " + e.getMessage());
      }
    }
    if (damaged != null) {
      throw damaged;
    }
    throw new DurabilityException(
        "the archive does not have all that leads to entry "
            + lastId
            + ": segments are missing, and no checkpoint covers them. 'durability verify' of the"
            + " archive names them");
  }

  private void restore(ArchivedCheckpoint checkpoint) throws IOException {
    String parent = Directory.parentOf(checkpoint.path());
    if (!parent.isEmpty()) {
      target.createDirectories(parent);
    }
    AtomicFile file = AtomicFile.create(target, checkpoint.path());
    try {
      try {
        objects.read(checkpoint.object(), file::write);
      } catch (NoSuchFileException gone) {
        throw missing(checkpoint.object());
      }
      file.commit();
      file.close();
    } catch (Throwable e) {
      discard(file, e);
      throw e;
    }
  }

  private static DamagedArchiveException missing(ArchivedPart part) {
    return new DamagedArchiveException(part.key(), "it is missing, and the restored log needs it");
  }

  /** Writes a segment under a temporary name. */
  private AtomicFile write(ArchivedSegment segment) throws IOException {
    while (true) {
      AtomicFile file = AtomicFile.create(target, segment.file(), segment.file() + RESTORING);
      try {
        for (ArchivedPart part : current(segment).parts()) {
          read(part, file);
        }
        if (file.position() < segment.bytes()) {
          throw new DurabilityException(
              segment.file() + " is shorter in the archive than it was: try again");
        }
        file.truncate(segment.bytes()); // It may have grown meanwhile.
        return file;
      } catch (Reloaded again) {
        file.discard();
      } catch (Throwable e) {
        discard(file, e);
        throw e;
      }
    }
  }

  /** The segment by the records that were read last. */
  private ArchivedSegment current(ArchivedSegment segment) {
    ArchivedSegment now = state.segments().get(segment.number());
    return now != null && now.header().equals(segment.header()) ? now : segment;
  }

  private void read(ArchivedPart part, AtomicFile file) throws IOException {
    try {
      objects.read(part, file::write);
    } catch (NoSuchFileException gone) {
      // The archiver may have merged it with others since the records were read.
      ArchiveState now = timeline.load();
      if (now.seq() == state.seq() || now.keys().contains(part.key())) {
        throw missing(part);
      }
      state = now;
      throw new Reloaded();
    }
  }

  /** The records were read again. */
  private static final class Reloaded extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Where the last segment is cut.
   *
   * @param offset the offset
   * @param lastEntryId the last entry before it
   */
  private record Cut(long offset, long lastEntryId) {}

  private Cut cut(ArchivedSegment segment, RestorePlan plan) throws IOException {
    try (ReadFile file = target.open(segment.file() + RESTORING)) {
      SegmentHeader header = SegmentHeader.read(file::read, SegmentHeader.SEGMENT);
      if (header == null || !header.equals(segment.header())) {
        throw new DamagedArchiveException(
            segment.parts().get(0).key(), "it does not have the header of " + segment.file());
      }
      SegmentScan.Place start = SegmentScan.Place.start(header);
      long until = plan.untilMicros();
      long lastId =
          until == Long.MAX_VALUE
              ? plan.lastEntryId()
              : promisedBy(until, new SegmentScan(file::read, header, start));
      return cut(new SegmentScan(file::read, header, start), lastId, until);
    }
  }

  /** The last entry that anything of that time or before promises. */
  private static long promisedBy(long micros, SegmentScan scan) throws IOException {
    long promised = scan.place().promised();
    while (scan.next() && scan.place().stampMicros() <= micros) {
      promised = scan.place().promised();
    }
    return promised;
  }

  /** After the last whole batch up to an entry, and the marks that follow it. */
  private static Cut cut(SegmentScan scan, long lastId, long untilMicros) throws IOException {
    SegmentScan.Place end = scan.place();
    while (scan.next()
        && scan.lastIdSeen() <= lastId
        && (scan.place().nextId() <= lastId || scan.place().stampMicros() <= untilMicros)) {
      end = scan.place();
    }
    return new Cut(end.offset(), end.nextId() - 1);
  }
}
