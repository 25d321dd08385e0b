package dev.durability.rust;

import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Which checkpoints of the crate a log can be recovered from. */
record TakenCheckpoints(
    List<CrateCheckpoint> taken, List<LeftOut> superseded, List<LeftOut> leftOut) {

  /**
   * Finds them.
   *
   * @param paths files that begin as a checkpoint
   * @param markers what the log says is the last entry of each
   * @param firstId the first entry of the log
   * @param lastId the last one that is taken over
   */
  static TakenCheckpoints find(
      Directory directory, List<String> paths, Map<String, Long> markers, long firstId, long lastId)
      throws IOException {
    List<CrateCheckpoint> whole = new ArrayList<>();
    List<LeftOut> leftOut = new ArrayList<>();
    for (String path : paths) {
      try {
        whole.add(CrateCheckpoint.open(directory, path, CrateReading.strict()));
      } catch (CorruptLogException damage) {
        leftOut.add(new LeftOut(path, 0, size(directory, path), Damage.words(damage)));
      } catch (FormatException otherVersion) {
        leftOut.add(
            new LeftOut(path, 0, size(directory, path), String.valueOf(otherVersion.getMessage())));
      }
    }
    whole.sort(
        Comparator.comparing(CrateCheckpoint::lastEntryId, Long::compareUnsigned)
            .thenComparing(CrateCheckpoint::path));
    List<CrateCheckpoint> taken = new ArrayList<>();
    List<LeftOut> superseded = new ArrayList<>();
    for (CrateCheckpoint each : whole) {
      String id = Long.toUnsignedString(each.lastEntryId());
      long marked = marked(each, markers);
      if (Long.compareUnsigned(each.lastEntryId(), marked) < 0) {
        leftOut.add(
            leftOut(
                each,
                "it says that it ends with entry "
                    + id
                    + ", but its marker says "
                    + Long.toUnsignedString(marked)
                    + ", and no checksum covers that number in version 1"));
      } else if (Long.compareUnsigned(each.lastEntryId(), lastId) > 0) {
        leftOut.add(leftOut(each, "it contains entries up to " + id + ", and the log ends before"));
      } else if (each.lastEntryId() < firstId - 1) {
        superseded.add(leftOut(each, "it ends with entry " + id + ", and the log begins later"));
      } else if (each.lastEntryId() == 0) {
        superseded.add(leftOut(each, "it contains no entry"));
      } else if (!taken.isEmpty()
          && taken.get(taken.size() - 1).lastEntryId() == each.lastEntryId()) {
        superseded.add(
            leftOut(
                each,
                taken.get(taken.size() - 1).path() + " contains entries up to " + id + ", too"));
      } else {
        taken.add(each);
        if (each.trailingBytes() > 0) {
          long end = CrateFormat.CHECKPOINT_HEADER_BYTES + each.payloadBytes();
          leftOut.add(
              new LeftOut(
                  each.path(),
                  end,
                  each.trailingBytes(),
                  "bytes after the payload, which the crate ignores"));
        }
      }
    }
    return new TakenCheckpoints(taken, superseded, leftOut);
  }

  /**
   * What the marker says is the least that a checkpoint of version 1 contains, since no checksum
   * covers what it says itself. More may be a crash between the checkpoint and its marker; less
   * would apply entries twice.
   */
  private static long marked(CrateCheckpoint checkpoint, Map<String, Long> markers) {
    return checkpoint.version() == 1 ? markers.getOrDefault(checkpoint.path(), 0L) : 0;
  }

  private static LeftOut leftOut(CrateCheckpoint checkpoint, String reason) {
    long bytes =
        CrateFormat.CHECKPOINT_HEADER_BYTES
            + checkpoint.payloadBytes()
            + checkpoint.trailingBytes();
    return new LeftOut(checkpoint.path(), 0, bytes, reason);
  }

  private static long size(Directory directory, String path) throws IOException {
    try (ReadFile file = directory.open(path)) {
      return file.size();
    }
  }
}
