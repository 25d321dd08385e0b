package dev.durability.salvage;

import dev.durability.codec.Schema;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.frame.FrameScan;
import dev.durability.log.LogReport;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Goes over the segments that stand, from the first to the last. */
final class SalvageRun {
  private static final String LOG = "";

  private final Directory log;
  private final List<SegmentFile> segments;
  private final IntactCheckpoints checkpoints;
  private final SalvageTarget target;
  private final Stretches stretches;

  /** The entry that comes next, if none is missing. */
  private long due = 1;

  /** The last entry that anything says was durable. */
  private long promised;

  private String promisedBy = "";
  private LogReport.@Nullable Position after;

  /** What is wrong since the last entry that was written. */
  private final List<String> troubles = new ArrayList<>();

  /** Why the entries before a missing segment may be void. */
  private @Nullable String doubt;

  /** What follows the last frame of the last segment. */
  private @Nullable EndRemains remains;

  private @Nullable FileHeader previous;
  private Optional<Schema> schema = Optional.empty();

  SalvageRun(
      Directory log,
      List<SegmentFile> segments,
      IntactCheckpoints checkpoints,
      SalvageTarget target,
      Stretches stretches) {
    this.log = log;
    this.segments = segments;
    this.checkpoints = checkpoints;
    this.target = target;
    this.stretches = stretches;
  }

  void run() throws IOException {
    for (int i = 0; i < segments.size(); i++) {
      SegmentFile before = i == 0 ? null : segments.get(i - 1);
      SegmentFile next = i == segments.size() - 1 ? null : segments.get(i + 1);
      pass(segments.get(i), before, next);
    }
    if (segments.isEmpty()) {
      troubles.add("there is no segment");
    }
    stretches.end(null);
    boolean isComplete = due > promised;
    missing(Math.max(promised, checkpoints.covered()), null, promisedBy);
    EndRemains end = remains;
    if (end != null && end.bytes() > 0 && isComplete) { // Else these bytes were told as a loss.
      target.remains(end);
    }
  }

  private void pass(SegmentFile file, @Nullable SegmentFile before, @Nullable SegmentFile next)
      throws IOException {
    long lastId = next == null ? FrameFormat.ENTRY_ID_MAX : next.name().firstEntryId() - 1;
    lookAtTheJoint(file, before);
    try (ReadFile open = log.open(file.path())) {
      OptionalInt salt = SegmentPass.salt(file, open, next, lastId);
      long firstId = file.name().firstEntryId();
      promised = Math.max(promised, firstId - 1);
      promisedBy = file.path() + " begins after them";
      if (salt.isEmpty()) {
        troubles.add(file.path() + ": " + file.problem());
        previous = null;
        if (next == null) {
          lastIsUnreadable(file, firstId);
        }
        return;
      }
      begin(file, firstId);
      SegmentPass.Promise most =
          next == null
              ? SegmentPass.promise(file, open, salt.getAsInt())
              : new SegmentPass.Promise(lastId, next.path() + " begins after them");
      promised = Math.max(promised, most.entryId());
      promisedBy = most.evidence();
      take(file, open, salt.getAsInt(), lastId, next);
      previous = file.header();
    }
  }

  /** How many entries it had, nothing tells. */
  private void lastIsUnreadable(SegmentFile file, long firstId) throws IOException {
    stretches.end(doubt);
    missing(firstId - 1, null, file.path() + " begins after them");
    promised = FrameFormat.ENTRY_ID_MAX;
    missing(promised, null, "how many there were is not known");
  }

  /** A segment that is missing may have cut off the end of the log before it. */
  private void lookAtTheJoint(SegmentFile file, @Nullable SegmentFile before) {
    doubt = null;
    if (before == null || file.rewinds()) {
      return;
    }
    long number = file.name().segmentId() - 1;
    long first = before.name().segmentId() + 1;
    if (number >= first) {
      String which =
          number == first
              ? "segment " + first + " is"
              : "segments " + first + " to " + number + " are";
      troubles.add(which + " missing");
      doubt =
          which
              + " missing: if the log's owner cut off its end there, the last of these entries were"
              + " cut off";
    }
  }

  private void begin(SegmentFile file, long firstId) throws IOException {
    FileHeader header = file.header();
    if (due < firstId) {
      stretches.end(doubt);
      missing(firstId - 1, new LogReport.Position(file.path(), FileHeader.BYTES), promisedBy);
    } else if (stretches.isOpen() && doubt != null) {
      stretches.end(doubt);
    } else if (stretches.isOpen()
        && header != null
        && previous != null
        && header.previousSalt() != previous.salt()) {
      stretches.end(file.path() + " does not continue these entries: it was written after others");
    }
    troubles.clear();
    stretches.endSegment();
    if (header != null) {
      stretches.clock(header.createdMicros());
    }
  }

  private void take(
      SegmentFile file, ReadFile open, int salt, long lastId, @Nullable SegmentFile next)
      throws IOException {
    Optional<Schema> before = schema;
    schema = Optional.empty();
    boolean isBeginning = true;
    boolean ended = false;
    long end = FileHeader.BYTES;
    long unfinishedAt = -1;
    try (FrameScan scan =
        new FrameScan(open, salt, FileHeader.BYTES, file.name().firstEntryId(), 0, lastId)) {
      for (FrameKind kind = scan.next(); kind != null; kind = scan.next()) {
        if (isBeginning && scan.hasSkipped() && schema.isEmpty()) {
          schema = before.isPresent() ? before : schemaOf(next);
        }
        switch (kind) {
          case SCHEMA -> schema = Optional.of(scan.schema());
          case MARK, END -> {
            missingWithin(file, scan, scan.due() - 1);
            stretches.clock(scan.wallClockMicros());
          }
          case CHECKPOINT -> missingWithin(file, scan, scan.due() - 1);
          case ENTRY, PART -> {
            isBeginning = false;
            boolean isTaken = entry(file, scan, next == null);
            unfinishedAt = isTaken ? -1 : unfinishedAt < 0 ? scan.offset() : unfinishedAt;
          }
        }
        if (kind == FrameKind.MARK) {
          stretches.mark(scan.promised());
        }
        end = scan.endOffset();
        ended = kind == FrameKind.END;
        if (ended) {
          break;
        }
      }
      after = new LogReport.Position(file.path(), end);
      if (!ended && due <= lastId) {
        troubles.add(SegmentPass.damage(file, scan));
      }
      if (next == null) {
        long from = unfinishedAt < 0 ? end : unfinishedAt;
        LogReport.Position at = new LogReport.Position(file.path(), from);
        remains = new EndRemains(at, due - 1, scan.leftEnd() - from, ended);
      }
    }
  }

  private Optional<Schema> schemaOf(@Nullable SegmentFile next) throws IOException {
    if (next == null) {
      return Optional.empty();
    }
    try (ReadFile open = log.open(next.path())) {
      return SegmentPass.firstSchema(next, open);
    }
  }

  /** {@return whether it counts} */
  private boolean entry(SegmentFile file, FrameScan scan, boolean isLast) throws IOException {
    long id = scan.due() - 1;
    if (isLast && scan.isOfBrokenBatch() && id > promised) {
      return false; // It was being written when a crash came. It is there whole, or not at all.
    }
    missingWithin(file, scan, id - 1);
    stretches.entry(LOG, id, schema, scan.hasMoreOfBatch(), scan.payload());
    due = id + 1;
    return true;
  }

  /** Tells the entries up to one that are missing before a frame of the segment. */
  private void missingWithin(SegmentFile file, FrameScan scan, long lastMissing)
      throws IOException {
    if (due > lastMissing) {
      return;
    }
    stretches.end(null);
    stretches.endSegment();
    after = new LogReport.Position(file.path(), scan.brokenAt());
    troubles.add(SegmentPass.damage(file, scan));
    missing(lastMissing, new LogReport.Position(file.path(), scan.offset()), promisedBy);
    troubles.clear();
  }

  /** Tells the entries from the one that is due to a last one, in up to three parts. */
  private void missing(long last, LogReport.@Nullable Position before, String promisedBecause)
      throws IOException {
    String why = String.join("; ", troubles);
    long covered = Math.min(last, checkpoints.covered());
    missing(covered, MissingEntries.Kind.COVERED, before, checkpoints.evidence());
    missing(
        Math.min(last, promised),
        MissingEntries.Kind.LOST,
        before,
        why.isEmpty() ? promisedBecause : why + "; " + promisedBecause);
    missing(last, MissingEntries.Kind.UNPROMISED, before, why);
  }

  private void missing(
      long last, MissingEntries.Kind kind, LogReport.@Nullable Position before, String evidence)
      throws IOException {
    if (due <= last) {
      target.missing(new MissingEntries(due, last, kind, after, before, evidence));
      due = last + 1;
    }
  }
}
