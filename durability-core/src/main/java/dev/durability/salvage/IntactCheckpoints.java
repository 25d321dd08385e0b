package dev.durability.salvage;

import dev.durability.errors.FormatException;
import dev.durability.frame.BadCheckpointException;
import dev.durability.frame.BadHeaderException;
import dev.durability.frame.CheckpointFile;
import dev.durability.frame.FileHeader;
import dev.durability.log.CheckpointReference;
import dev.durability.segment.CheckpointName;
import dev.durability.segment.Preamble;
import dev.durability.storage.AtomicFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The checkpoints of a damaged log that are whole, and what its owner keeps elsewhere. */
final class IntactCheckpoints {
  private static final int PIECE_BYTES = 1 << 20;

  private final Directory log;
  private final NavigableMap<Long, String> whole = new TreeMap<>();
  private @Nullable UUID logId;
  private long covered;
  private String evidence = "";

  private IntactCheckpoints(Directory log, @Nullable UUID logId) {
    this.log = log;
    this.logId = logId;
  }

  /** A record log has none. */
  static IntactCheckpoints none(Directory directory) {
    return new IntactCheckpoints(directory, null);
  }

  /**
   * Reads all that the log knows of.
   *
   * @param leftOut is given those that cannot be used
   */
  static IntactCheckpoints of(
      Directory log, SegmentFiles segments, Map<String, LeftOutFile> leftOut) throws IOException {
    IntactCheckpoints found = new IntactCheckpoints(log, segments.logId());
    for (long lastEntryId : CheckpointName.list(log)) {
      found.add(lastEntryId, CheckpointName.path(lastEntryId), leftOut);
    }
    for (SegmentFile segment : segments.standing()) {
      FileHeader header = segment.header();
      if (header == null || !segment.isUnderItsName()) {
        continue;
      }
      Preamble preamble = Preamble.of(log, segment.name(), header.logId());
      found.covers(preamble.coveredElsewhere(), segment.path() + " says that the log begins there");
      for (CheckpointReference named : preamble.checkpoints()) {
        if (named.path().isEmpty()) {
          found.covers(named.lastEntryId(), segment.path() + " says that they are kept elsewhere");
        } else if (!named.path().equals(CheckpointName.path(named.lastEntryId()))) {
          found.add(named.lastEntryId(), named.path(), leftOut);
        }
      }
    }
    return found;
  }

  private void add(long lastEntryId, String path, Map<String, LeftOutFile> leftOut)
      throws IOException {
    try {
      String problem = problem(lastEntryId, path);
      if (problem.isEmpty()) {
        whole.putIfAbsent(lastEntryId, path);
        covers(lastEntryId, path + " contains them");
      } else {
        leave(leftOut, path, problem);
      }
    } catch (NoSuchFileException removed) {
      // A newer one took its place, or it is lost: the entries tell.
    } catch (FileSystemException unreadable) {
      leave(leftOut, path, "it cannot be opened: " + unreadable.getMessage());
    } catch (IllegalArgumentException outside) {
      leave(leftOut, path, "it is named, and is outside of the log's directory");
    }
  }

  private static void leave(Map<String, LeftOutFile> leftOut, String path, String reason) {
    leftOut.put(path, new LeftOutFile(path, LeftOutFile.Kind.BAD_CHECKPOINT, reason));
  }

  private void covers(long lastEntryId, String why) {
    if (lastEntryId > covered) {
      covered = lastEntryId;
      evidence = why;
    }
  }

  /** Why it cannot be used; empty if it can. */
  private String problem(long lastEntryId, String path) throws IOException {
    try (CheckpointFile file = CheckpointFile.open(log, path)) {
      FileHeader header = file.header();
      if (logId != null && !header.logId().equals(logId)) {
        return "it belongs to the log " + header.logId();
      }
      if (header.firstEntryId() != lastEntryId) {
        return "it contains the entries up to " + header.firstEntryId();
      }
      ByteBuffer chunk;
      do {
        chunk = file.nextChunk();
      } while (chunk != null);
      logId = header.logId();
      return "";
    } catch (BadHeaderException | BadCheckpointException damaged) {
      return "it is damaged: " + damaged.getMessage();
    } catch (FormatException other) {
      return String.valueOf(other.getMessage());
    }
  }

  /** The log; null if neither a segment nor a checkpoint says it. */
  @Nullable UUID logId() {
    return logId;
  }

  /** The last entry that a checkpoint contains or the owner keeps elsewhere. */
  long covered() {
    return covered;
  }

  /** What says so. */
  String evidence() {
    return evidence;
  }

  /** The last entry of the newest one, -1 if there is none. */
  long newest() {
    return whole.isEmpty() ? -1 : whole.lastKey();
  }

  /** The last entries of those that a log can go on from. */
  List<Long> fitting(long firstEntryId, long lastEntryId) {
    return List.copyOf(whole.subMap(firstEntryId - 1, true, lastEntryId, true).keySet());
  }

  /** Copies some. */
  void copy(List<Long> lastEntryIds, Directory to) throws IOException {
    for (long each : lastEntryIds) {
      to.createDirectories(CheckpointName.DIRECTORY);
      copy(Objects.requireNonNull(whole.get(each)), to, CheckpointName.path(each));
    }
  }

  private void copy(String path, Directory to, String target) throws IOException {
    AtomicFile copy = AtomicFile.create(to, target);
    try (copy;
        ReadFile file = log.open(path)) {
      ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
      long at = 0;
      while (file.read(piece.clear(), at) >= 0) {
        at += piece.position();
        copy.write(piece.flip());
      }
      copy.commit();
    }
  }
}
