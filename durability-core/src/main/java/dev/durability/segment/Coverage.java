package dev.durability.segment;

import dev.durability.frame.CheckpointFile;
import dev.durability.log.CheckpointReference;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * C: the last entry that the newest valid checkpoint of a log contains, 0 if there is none. A
 * checkpoint counts under its default name, or if a CHECKPOINT in the {@linkplain Preamble
 * preamble} of a segment names it. What the owner of the log keeps elsewhere counts as a
 * checkpoint.
 *
 * <p>A checkpoint is known to be valid only after all of it was read. So listing a log takes only
 * the names of its checkpoints; they are read once an answer depends on them:
 *
 * <ul>
 *   <li>{@link #value} is for the start of recovery and for messages;
 *   <li>{@link #atLeast} is for the verdict on a run, which depends on C only if C is greater than
 *       the end of the run.
 * </ul>
 *
 * <p>The floor is an entry that is known to be covered, or up to which no answer is needed.
 * Checkpoints up to it are never read. One thread at a time uses it.
 */
final class Coverage {
  private static final long UNKNOWN = -1;

  private final Directory directory;
  private final List<SegmentName> segments;
  private final UUID logId;
  private final List<Long> defaultIds;
  private final long floor;
  private long value = UNKNOWN;

  private Coverage(
      Directory directory,
      List<SegmentName> segments,
      UUID logId,
      List<Long> defaultIds,
      long floor) {
    this.directory = directory;
    this.segments = segments;
    this.logId = logId;
    this.defaultIds = defaultIds;
    this.floor = floor;
  }

  /**
   * Takes the names of the checkpoints that there are now. None is read.
   *
   * @param floor an entry that is known to be covered, or up to which no answer is needed; 0 for
   *     none
   */
  static Coverage list(Directory directory, List<SegmentName> segments, UUID logId, long floor)
      throws IOException {
    return new Coverage(directory, segments, logId, CheckpointName.list(directory), floor);
  }

  /** Whether the log knows of a checkpoint that ends with an entry. None is read. */
  boolean isNamed(long lastEntryId) throws IOException {
    if (defaultIds.contains(lastEntryId)) {
      return true;
    }
    for (int i = segments.size() - 1; i >= 0 && segments.get(i).firstEntryId() > lastEntryId; i--) {
      Preamble preamble = Preamble.of(directory, segments.get(i), logId);
      if (preamble.coveredElsewhere() == lastEntryId
          || preamble.checkpoints().stream().anyMatch(c -> c.lastEntryId() == lastEntryId)) {
        return true;
      }
    }
    return false;
  }

  /** C, or the floor if that is greater. The first call reads the newest valid checkpoint. */
  long value() throws IOException {
    if (value == UNKNOWN) {
      value = find(floor);
    }
    return value;
  }

  /**
   * The greater of C and an entry. Checkpoints that contain no more than the entry are not read:
   * mostly that is all of them.
   */
  long atLeast(long entryId) throws IOException {
    if (value == UNKNOWN) {
      long known = Math.max(floor, entryId);
      long greatest = find(known);
      if (greatest == known) {
        return known; // C is less, and stays unknown.
      }
      value = greatest;
    }
    return Math.max(value, entryId);
  }

  /**
   * The last entry of the newest valid checkpoint that contains more than {@code known}; if there
   * is none, {@code known}.
   */
  private long find(long known) throws IOException {
    long covered = newestOfDefaultNames(known);
    for (int i = segments.size() - 1; i >= 0; i--) {
      // The preamble of a segment covers less than its first entry.
      if (segments.get(i).firstEntryId() - 1 > covered) {
        covered = coveredByPreamble(segments.get(i), covered);
      }
    }
    return covered;
  }

  private long newestOfDefaultNames(long known) throws IOException {
    for (long id : defaultIds) {
      if (id <= known) {
        break;
      }
      if (CheckpointFile.isValid(directory, CheckpointName.path(id), logId, id)) {
        return id;
      }
    }
    return known;
  }

  private long coveredByPreamble(SegmentName segment, long known) throws IOException {
    Preamble preamble = Preamble.of(directory, segment, logId);
    long covered = Math.max(known, preamble.coveredElsewhere());
    List<CheckpointReference> largestFirst = new ArrayList<>(preamble.checkpoints());
    largestFirst.sort(Comparator.comparingLong(CheckpointReference::lastEntryId).reversed());
    for (CheckpointReference named : largestFirst) {
      if (named.lastEntryId() <= covered || isValid(named)) {
        return Math.max(covered, named.lastEntryId());
      }
    }
    return covered;
  }

  private boolean isValid(CheckpointReference named) throws IOException {
    if (named.path().isEmpty()) {
      return true;
    }
    try {
      return CheckpointFile.isValid(directory, named.path(), logId, named.lastEntryId());
    } catch (IllegalArgumentException outside) {
      // Nothing read is trusted: a path that leads out of the directory names no checkpoint. What
      // may not be read is another matter: a file without permission can be a valid checkpoint.
      return false;
    }
  }
}
