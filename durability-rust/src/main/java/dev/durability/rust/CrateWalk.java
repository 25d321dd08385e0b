package dev.durability.rust;

import dev.durability.errors.CorruptLogException;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One reading of a log, segment after segment. It keeps what it saw, also if it ends early. */
final class CrateWalk {
  /** No limit: the last id that there is. */
  static final long ALL = -1;

  private static final CrateEntries IGNORED = (id, payload) -> {};

  private final Directory directory;
  private final CrateReading reading;
  private final long toId;
  private final CrateEntries target;
  private final boolean takesPayloads;

  private final List<CrateSegment> read = new ArrayList<>();
  private final Due due = new Due();
  private List<SegmentFile> listed = List.of();

  /** The segment that is being read, -1 before the first. */
  private int index = -1;

  private boolean isInFrames;

  CrateWalk(Directory directory, CrateReading reading, long toId, CrateEntries target) {
    this.directory = directory;
    this.reading = reading;
    this.toId = toId;
    this.target = target;
    this.takesPayloads = target != IGNORED;
  }

  /** A walk that hands nothing over. */
  static CrateWalk over(Directory directory, CrateReading reading) {
    return new CrateWalk(directory, reading, ALL, IGNORED);
  }

  /**
   * Reads the log.
   *
   * @return where it ended
   * @throws CorruptLogException if that is an error in this reading
   */
  CrateEnding run() throws IOException {
    listed = SegmentFile.list(directory);
    if (reading.version().refusesGapsOfSegments()) {
      SegmentFile.refuseGaps(listed);
    }
    CrateEnding ending = new CrateEnding(CrateEnding.Kind.WHOLE, "", 0, 0);
    for (index = 0; index < listed.size(); index++) {
      try (SegmentFrames frames = SegmentFrames.open(directory, listed.get(index), reading)) {
        isInFrames = false;
        try {
          ending = read(frames);
        } finally {
          read.add(frames.segment());
        }
      }
      if (ending.kind() == CrateEnding.Kind.LIMIT) {
        return ending;
      }
    }
    return ending;
  }

  private CrateEnding read(SegmentFrames frames) throws IOException {
    if (!frames.header()) {
      refuseUnlessLast(frames, "the file has no room for the header of a segment");
      return frames.ending(CrateEnding.Kind.CUT_HEADER);
    }
    isInFrames = true;
    due.begin(frames.firstEntryId());
    boolean isFirst = true;
    while (true) {
      SegmentFrames.Step step = frames.next(isFirst ? first(frames) : due, toId);
      switch (step) {
        case FRAME -> {
          isFirst = false;
          requireNoGap(frames);
          frames.accept();
          due.given();
          if (takesPayloads) {
            target.entry(frames.entryId(), frames.payload());
          }
          if (frames.entryId() == toId && toId != ALL) {
            return frames.ending(CrateEnding.Kind.LIMIT);
          }
        }
        case END -> {
          return frames.ending(CrateEnding.Kind.WHOLE);
        }
        case ZEROS -> {
          return frames.ending(CrateEnding.Kind.ZEROS);
        }
        case BEYOND -> {
          return frames.ending(CrateEnding.Kind.LIMIT);
        }
        case CUT -> {
          refuseUnlessLast(frames, "an entry is cut off");
          return frames.ending(CrateEnding.Kind.CUT_ENTRY);
        }
        case ZERO_LENGTH -> {
          if (reading.isStrict() || !isLast()) {
            throw Damage.format(
                frames.path(),
                frames.ending(CrateEnding.Kind.ZERO_LENGTH).offset(),
                "WAL entry length < header: 0");
          }
          return frames.ending(CrateEnding.Kind.ZERO_LENGTH);
        }
      }
    }
  }

  /** The first entry of a segment has the id that its header says. */
  private static Due first(SegmentFrames frames) {
    Due first = new Due();
    first.begin(frames.firstEntryId());
    return first;
  }

  private void requireNoGap(SegmentFrames frames) throws IOException {
    if (!due.is(frames.entryId())) {
      throw Damage.missing(
          frames.path(),
          8,
          "WAL segment begins at entry "
              + Long.toUnsignedString(frames.entryId())
              + " where "
              + due
              + " is due",
          due.id(),
          Long.compareUnsigned(frames.entryId(), due.id()) > 0 ? frames.entryId() - 1 : 0);
    }
  }

  private void refuseUnlessLast(SegmentFrames frames, String what) throws IOException {
    if (reading.isStrict() || !isLast()) {
      throw Damage.cut(frames.path(), frames.ending(CrateEnding.Kind.CUT_ENTRY).offset(), what);
    }
  }

  boolean isLast() {
    return index == listed.size() - 1;
  }

  /** Whether what ended the walk is among the frames of the last segment. */
  boolean isInFramesOfLast() {
    return isInFrames && isLast();
  }

  /** The segments as far as they were read. */
  List<CrateSegment> segments() {
    return read;
  }

  /** The segment that was read last, and those that were listed after it. */
  List<SegmentFile> fromThisOn() {
    return listed.subList(Math.max(0, Math.min(listed.size(), index)), listed.size());
  }

  /** The segments that were listed after the one that was read last. */
  List<SegmentFile> unread() {
    return listed.subList(Math.min(listed.size(), index + 1), listed.size());
  }

  /** The id of the entry that would come next. */
  long nextId() {
    return due.id();
  }
}
