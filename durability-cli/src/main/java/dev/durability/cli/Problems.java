package dev.durability.cli;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.errors.CorruptLogException;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentEnd;
import dev.durability.log.SegmentInfo;
import dev.durability.salvage.MissingEntries;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds what is not as the writer left it, with the bytes and the entries around it. */
final class Problems {
  /** How many are looked at. */
  static final int COUNT_MAX = 20;

  /** How many entries are shown before one, and before the end of a log without any. */
  static final int ENTRIES_BEFORE = 100;

  private static final int ENTRIES_AFTER = 20;
  private static final int BYTES_BEFORE = 64;
  private static final int BYTES_AFTER = 192;

  /** How many entries of a batch that does not end are passed. */
  private static final int BATCH_MAX = 10_000;

  private final Directory log;
  private final LogLook look;
  private final EntriesRead entries;
  private final List<Problem> found = new ArrayList<>();
  private int leftOut;

  private Problems(Directory log, LogLook look, EntriesRead entries) {
    this.log = log;
    this.look = look;
    this.entries = entries;
  }

  /**
   * All of a log.
   *
   * @param found those that are shown
   * @param leftOut how many others there are
   */
  record Found(List<Problem> found, int leftOut) {}

  static Found in(Directory log, LogLook look, EntriesRead entries) throws IOException {
    Problems problems = new Problems(log, look, entries);
    problems.findAll();
    return new Found(List.copyOf(problems.found), problems.leftOut);
  }

  private void findAll() throws IOException {
    List<LogContents.SegmentLook> counting = look.contents().counting();
    for (int i = 0; i < counting.size(); i++) {
      LogContents.SegmentLook segment = counting.get(i);
      switch (segment.info().state()) {
        case READ -> inside(segment, i + 1 < counting.size() ? counting.get(i + 1) : null);
        case DAMAGED, OTHER_VERSION -> header(segment.info());
        case VOID -> throw new IllegalStateException("filtered");
      }
    }
    for (CheckpointLook each : look.checkpoints()) {
      checkpoint(each);
    }
    reasonOfVerdict();
  }

  private boolean isFull() {
    boolean isFull = found.size() == COUNT_MAX;
    leftOut += isFull ? 1 : 0;
    return isFull;
  }

  private void inside(LogContents.SegmentLook segment, LogContents.@Nullable SegmentLook next)
      throws IOException {
    SegmentInfo info = segment.info();
    SegmentEnd end = segment.end();
    if (end == null || end.isCut()) {
      return;
    }
    boolean breaksOff = segment.breaksOff(next);
    if (breaksOff && !isFull()) {
      found.add(endOf(info, end, next));
    }
    if (breaksOff) {
      moreIn(info, end.offset());
    }
    if (next != null && !breaksOff && !segment.leadsTo(next) && !isFull()) {
      long missing = end.lastEntryId() + 1;
      found.add(
          new Problem(
              "Entries are missing",
              "The next segment, "
                  + next.info().file()
                  + ", begins with entry "
                  + next.info().firstEntryId()
                  + (next.info().firstEntryId() > missing
                      ? ". No file under the name of a segment has entries "
                          + missing
                          + " to "
                          + (next.info().firstEntryId() - 1)
                          + "."
                      : ", which this one has, too."),
              info.file(),
              end.offset(),
              List.of(),
              null,
              before(info, end),
              after(next)));
    }
  }

  /** Where reading stopped in a segment that has more bytes, or that another one follows. */
  private Problem endOf(SegmentInfo info, SegmentEnd end, LogContents.@Nullable SegmentLook next)
      throws IOException {
    try (ReadFile file = log.open(info.file())) {
      long offset = end.offset();
      FrameLook frame = FrameLook.at(file, offset, end.lastEntryId() + 1);
      int passed = 0;
      while (!end.isEnded() && frame.goesOn() && passed < BATCH_MAX) {
        offset += frame.bytes();
        passed++;
        frame = FrameLook.at(file, offset, end.lastEntryId() + 1 + passed);
      }
      String text =
          "Up to offset "
              + end.offset()
              + " all is intact"
              + (end.lastEntryId() < info.firstEntryId()
                  ? ", and there is no entry. "
                  : ", up to entry " + end.lastEntryId() + ". ")
              + (passed == 0
                  ? ""
                  : "Then comes an atomic batch that does not end, with "
                      + passed
                      + (passed == 1 ? " entry" : " entries")
                      + ". It counts as a whole or not at all. ")
              + (end.leftBytes() == 0
                  ? end.offset() < file.size()
                      ? "Nothing but zeros follows."
                      : "The file ends there."
                  : end.leftBytes() + " bytes follow, up to the last one that is not zero.")
              + lost(info, end, next);
      List<FrameLook.Field> fields =
          end.isEnded()
              ? List.of(
                  new FrameLook.Field("after END", "zeros only", end.leftBytes() + " bytes", false))
              : frame.fields();
      return new Problem(
          next != null || hasMoreAfter(info.file())
              ? "Damage in the middle of the log"
              : end.isEnded() ? "Something follows the end" : "The end is torn or damaged",
          text,
          info.file(),
          offset,
          fields,
          dump(file, offset),
          before(info, end),
          next == null ? Problem.Entries.NONE : after(next));
    }
  }

  /** Whether something intact follows damage in a file. */
  private boolean hasMoreAfter(String file) {
    return look.found() != null
        && look.found().missing().stream().anyMatch(gap -> isWithin(file, gap));
  }

  private static boolean isWithin(String file, MissingEntries gap) {
    return gap.after() != null
        && gap.before() != null
        && gap.after().file().equals(file)
        && gap.before().file().equals(file);
  }

  /** The other damaged places of a segment, after the first. */
  private void moreIn(SegmentInfo info, long offset) throws IOException {
    if (look.found() == null) {
      return;
    }
    for (MissingEntries gap : look.found().missing()) {
      if (!isWithin(info.file(), gap) || gap.after().offset() <= offset || isFull()) {
        continue;
      }
      long at = gap.after().offset();
      try (ReadFile file = log.open(info.file())) {
        found.add(
            new Problem(
                "More damage in the same file",
                (gap.kind() == MissingEntries.Kind.LOST ? "Lost: " : "Not here: ")
                    + Explanation.entries(gap.firstEntryId(), gap.lastEntryId())
                    + ", up to offset "
                    + gap.before().offset()
                    + ".",
                info.file(),
                at,
                FrameLook.at(file, at, gap.firstEntryId()).fields(),
                dump(file, at),
                Problem.Entries.NONE,
                Problem.Entries.NONE));
      }
    }
  }

  private String lost(SegmentInfo info, SegmentEnd end, LogContents.@Nullable SegmentLook next) {
    SalvageLook found = look.found();
    if (found != null) {
      String lost = SegmentNotes.missingIn(info.file(), found, MissingEntries.Kind.LOST);
      String covered = SegmentNotes.missingIn(info.file(), found, MissingEntries.Kind.COVERED);
      return (lost.isEmpty()
              ? ""
              : " Lost: " + lost + ". 'durability salvage' takes out what is intact after that.")
          + (covered.isEmpty() ? "" : " In a checkpoint alone: " + covered + ".")
          + (lost.isEmpty() && covered.isEmpty() && next != null
              ? " No entry is missing by that."
              : "");
    }
    long first = end.lastEntryId() + 1;
    return next == null || next.info().firstEntryId() <= first
        ? ""
        : " Entries "
            + first
            + " to "
            + (next.info().firstEntryId() - 1)
            + " were not looked for after that. The next segment begins with entry "
            + next.info().firstEntryId()
            + "."
            + (isCovered(next) ? " A checkpoint contains them: recovery reads none of them." : "");
  }

  /** Whether a checkpoint contains everything before a segment. */
  private boolean isCovered(LogContents.@Nullable SegmentLook next) {
    return next != null
        && look.report() != null
        && look.report().covered() >= next.info().firstEntryId() - 1;
  }

  private void header(SegmentInfo info) throws IOException {
    if (isFull()) {
      return;
    }
    boolean isDamaged = info.state() == SegmentInfo.State.DAMAGED;
    String named = isDamaged ? DamagedBytes.nameInHeader(log, info.file()) : "";
    try (ReadFile file = log.open(info.file())) {
      found.add(
          new Problem(
              !named.isEmpty()
                  ? "A file under a wrong name"
                  : isDamaged ? "A damaged header" : "A segment of another version or program",
              !named.isEmpty()
                  ? "By its header, which is whole, the file is " + named + "."
                  : isDamaged
                      ? "The header of the segment is damaged. 'durability salvage' takes out what is"
                          + " intact after it."
                      : "This program does not read it. Use the version that wrote it, or a newer one.",
              info.file(),
              0,
              FrameLook.ofHeader(file, info.segmentId(), info.firstEntryId()).fields(),
              dump(file, 0),
              Problem.Entries.NONE,
              Problem.Entries.NONE));
    }
  }

  private void checkpoint(CheckpointLook checkpoint) throws IOException {
    switch (checkpoint.state()) {
      case WHOLE, ELSEWHERE -> {}
      case MISSING, UNREADABLE ->
          add("A checkpoint that cannot be used", checkpoint.reason(), checkpoint.path());
      case DAMAGED -> {
        if (!isFull()) {
          found.add(damaged(checkpoint));
        }
      }
    }
  }

  private Problem damaged(CheckpointLook checkpoint) throws IOException {
    String path = checkpoint.path();
    try {
      long unused =
          Checkpoints.in(log, Clock.systemUTC())
              .read(path, in -> in.transferTo(OutputStream.nullOutputStream()));
      return problem("A checkpoint that was damaged before", checkpoint.reason(), path);
    } catch (CorruptLogException damage) {
      try (ReadFile file = log.open(path)) {
        return new Problem(
            "A damaged checkpoint",
            String.valueOf(damage.getMessage()),
            path,
            damage.offset(),
            List.of(),
            dump(file, damage.offset()),
            Problem.Entries.NONE,
            Problem.Entries.NONE);
      }
    }
  }

  /** What the log as a whole lacks may show in no single segment. */
  private void reasonOfVerdict() {
    LogReport report = look.report();
    if (report == null) {
      add("No verdict", look.unjudged(), "");
      return;
    }
    boolean isShown = found.stream().anyMatch(each -> each.file().equals(report.end().file()));
    if (report.reason() != null && !isShown) {
      add("Why opening refuses the log", report.reason(), report.end().file());
    }
  }

  private void add(String title, String text, String file) {
    if (!isFull()) {
      found.add(problem(title, text, file));
    }
  }

  private static Problem problem(String title, String text, String file) {
    return new Problem(
        title, text, file, 0, List.of(), null, Problem.Entries.NONE, Problem.Entries.NONE);
  }

  private Problem.Entries before(SegmentInfo info, SegmentEnd end) {
    long first = Math.max(info.firstEntryId(), end.lastEntryId() - ENTRIES_BEFORE + 1);
    return entries.read(first, end.lastEntryId());
  }

  private Problem.Entries after(LogContents.SegmentLook next) {
    long first = next.info().firstEntryId();
    SegmentEnd end = next.end();
    return end == null
        ? Problem.Entries.NONE
        : entries.read(first, Math.min(first + ENTRIES_AFTER - 1, end.lastEntryId()));
  }

  private static Problem.Dump dump(ReadFile file, long offset) throws IOException {
    long lineOffset = offset - offset % HexDump.LINE_BYTES;
    long from = Math.max(0, lineOffset - BYTES_BEFORE);
    ByteBuffer bytes = FileBytes.read(file, from, (int) (offset - from) + BYTES_AFTER);
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return new Problem.Dump(from, copy);
  }
}
