package dev.durability.fuzz;

import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameKind;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;

/** The files of a log that a script builds. */
final class LogDraft {
  private static final UUID LOG = new UUID(11, 12);
  private static final UUID OTHER_LOG = new UUID(13, 14);
  private static final int FILES_MAX = 8;

  private final Map<String, byte[]> files = new TreeMap<>();

  /** The numbers of the segments before, by their first ids, that no cut made void. */
  private final NavigableMap<Long, Long> standing = new TreeMap<>();

  private final Script script;
  private long number = 1;
  private FileDraft segment = new FileDraft(FileType.SEGMENT, LOG, 1, 1, 0, saltOf(1));
  private long firstId = 1;

  private LogDraft(Script script) {
    this.script = script;
  }

  /** The paths and contents that an input stands for: bytes as they are, or a program. */
  static Map<String, byte[]> files(byte[] input) {
    LogDraft draft = new LogDraft(new Script(input));
    if (draft.script.below(4) == 0) {
      return Map.of(segmentPath(1, 1), draft.script.rest());
    }
    while (draft.script.hasMore() && draft.files.size() < FILES_MAX) {
      draft.step();
    }
    draft.put();
    return draft.files;
  }

  private static int saltOf(long number) {
    return (int) number * 0x5bd1e995;
  }

  private static String segmentPath(long number, long firstId) {
    return String.format(Locale.ROOT, "wal/%020d-%020d.wal", number, firstId);
  }

  static String checkpointPath(long lastId) {
    return String.format(Locale.ROOT, "checkpoints/%020d.ckpt", Math.max(0, lastId));
  }

  private void step() {
    switch (script.below(10)) {
      case 0 -> next(0, number + 1, segment.nextId, LOG, saltOf(number));
      case 1 ->
          next(
              0,
              number + script.below(3),
              Math.max(1, segment.nextId - 1 + script.below(3)),
              script.below(4) == 0 ? OTHER_LOG : LOG,
              saltOf(number + script.below(2)));
      case 2 -> checkpoint();
      case 8 -> rewind();
      case 9 -> next(FileHeader.COVERED, number + 1, segment.nextId + script.below(5), LOG, 0);
      default -> segment.step(script);
    }
  }

  /** Cuts the end off, after an entry of any segment. */
  private void rewind() {
    long nextFirstId = Math.max(1, segment.nextId - script.below(12));
    int previousSalt = 0;
    if (firstId < nextFirstId) {
      previousSalt = saltOf(number);
    } else {
      for (Map.Entry<Long, Long> kept : standing.entrySet()) {
        if (kept.getKey() < nextFirstId) {
          previousSalt = saltOf(kept.getValue());
        }
      }
    }
    int flags = FileHeader.REWINDS | (script.below(4) == 1 ? FileHeader.COVERED : 0);
    next(flags, number + 1 + script.below(3), nextFirstId, LOG, previousSalt);
  }

  private void put() {
    files.put(segmentPath(number, firstId), segment.bytes());
  }

  private void next(int flags, long nextNumber, long nextFirstId, UUID logId, int previousSalt) {
    if (script.below(4) != 1) {
      segment.promise(FrameKind.END, segment.nextId, segment.nextId - 1);
    }
    if (script.below(8) != 1) {
      put(); // Else it is missing.
    }
    standing.put(firstId, number);
    standing.tailMap(nextFirstId).clear();
    number = nextNumber;
    firstId = nextFirstId;
    segment =
        new FileDraft(
            FileType.SEGMENT, logId, number, firstId, previousSalt, flags, saltOf(number));
  }

  private void checkpoint() {
    long last = Math.max(0, segment.nextId - 1 - script.below(3));
    FileDraft file =
        new FileDraft(FileType.CHECKPOINT, script.below(8) == 1 ? OTHER_LOG : LOG, 0, last, 0, 77);
    CheckpointDraft.content(file, script);
    files.put(checkpointPath(last), file.bytes());
  }
}
