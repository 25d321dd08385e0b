package dev.durability.cli;

import dev.durability.log.SegmentEnd;
import dev.durability.log.SegmentInfo;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Files of a log that went through a text conversion: a CR was put before each LF, and perhaps one
 * at the end. That is told only if more of such a file is whole without them.
 */
final class TextConversion {
  /** In all files. */
  private static final int REMOVED_MAX = 4 << 20;

  private static final int BLOCK_BYTES = 64 << 10;
  private static final int NAMED_MAX = 5;

  /** Files that are damaged in another way: each is read whole to find that. */
  private static final int OTHERS_MAX = 8;

  private static final String SEGMENTS = "wal/";

  private final Directory log;
  private final Map<String, long[]> converted = new TreeMap<>();
  private final List<String> damaged = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private int others;
  private int removed;

  private TextConversion(Directory log) {
    this.log = log;
  }

  /**
   * Looks for it in the segments and checkpoints that are damaged.
   *
   * @return null if it is in none
   */
  static Mending.@Nullable Stage in(Directory log, LogLook look) throws IOException {
    TextConversion conversion = new TextConversion(log);
    conversion.segments(look);
    conversion.checkpoints(look);
    return conversion.converted.isEmpty() && conversion.notes.isEmpty()
        ? null
        : conversion.stage(look);
  }

  private void segments(LogLook look) throws IOException {
    List<LogContents.SegmentLook> all = look.contents().counting();
    for (int i = 0; i < all.size() && others < OTHERS_MAX; i++) {
      LogContents.SegmentLook next = i + 1 < all.size() ? all.get(i + 1) : null;
      LogContents.SegmentLook each = all.get(i);
      if (each.info().state() != SegmentInfo.State.DAMAGED && !each.breaksOff(next)) {
        continue;
      }
      String file = each.info().file();
      long[] added = added(file);
      if (added.length == 0) {
        continue;
      }
      Directory without = only(changed(file, added), file);
      if (isWhole(without, next)) {
        converted(file, added);
      } else {
        others++;
        besideOtherDamage(file, added, without);
      }
    }
  }

  private void checkpoints(LogLook look) throws IOException {
    for (CheckpointLook each : look.checkpoints()) {
      boolean isBad =
          each.state() == CheckpointLook.State.DAMAGED
              || each.state() == CheckpointLook.State.UNREADABLE;
      long[] added = isBad ? added(each.path()) : new long[0];
      if (added.length > 0 && CheckpointLook.isReadable(changed(each.path(), added), each.path())) {
        converted(each.path(), added);
      }
    }
  }

  private void converted(String file, long[] added) {
    converted.put(file, added);
    removed += added.length;
  }

  private Directory changed(String file, long[] added) {
    return MendedFiles.changed(log, Map.of(file, whole -> new WithoutBytes(whole, added)));
  }

  /** Where a CR stands before an LF, and one at the end; nothing if these are too many. */
  private long[] added(String file) throws IOException {
    long[] added = new long[16];
    int count = 0;
    try (ReadFile open = log.open(file)) {
      long size = open.size();
      boolean afterReturn = false;
      for (long at = 0; at < size; ) {
        ByteBuffer block = FileBytes.read(open, at, BLOCK_BYTES);
        if (!block.hasRemaining()) {
          break;
        }
        for (int i = 0; i < block.limit(); i++) {
          byte each = block.get(i);
          if (afterReturn && each == '\n') {
            if (removed + count == REMOVED_MAX) {
              return new long[0]; // Once the first files are mended, the others are looked at.
            }
            added = count == added.length ? Arrays.copyOf(added, 2 * count) : added;
            added[count++] = at + i - 1;
          }
          afterReturn = each == '\r';
        }
        at += block.limit();
      }
      if (afterReturn) {
        added = Arrays.copyOf(added, count + 1);
        added[count++] = size - 1;
      }
    }
    return Arrays.copyOf(added, count);
  }

  /** Whether all frames of a segment are whole, and lead to the next segment. */
  private static boolean isWhole(Directory alone, LogContents.@Nullable SegmentLook next)
      throws IOException {
    LogContents contents = new LogContents(Set.of());
    WalMaintenance.survey(alone, contents);
    LogContents.SegmentLook found = contents.segments().get(0);
    SegmentEnd end = found.end();
    return end != null
        && end.leftBytes() == 0
        && (next == null || (end.isEnded() && found.leadsTo(next)));
  }

  /** Some of the CRs may have been there before: then nothing tells which. */
  private void besideOtherDamage(String file, long[] added, Directory without) throws IOException {
    SalvageLook then = SalvageLook.at(without);
    SalvageLook now = SalvageLook.at(only(log, file));
    if (then.entries() > now.entries() && then.hasAllOf(now)) {
      converted(file, added);
      damaged.add(file);
    } else if (then.entries() > now.entries()) {
      notes.add(
          file
              + " went through a text conversion, and some CRs before an LF were there before:"
              + " nothing tells which. As it is, "
              + now.entries()
              + " of its entries are whole; without all of these CRs "
              + then.entries()
              + ", not the same ones. In a second copy: '"
              + command(List.of(file), List.of())
              + "', and salvage that one, too.");
    }
  }

  private Mending.Stage stage(LogLook look) {
    List<String> files = List.copyOf(converted.keySet());
    if (files.isEmpty()) {
      return new Mending.Stage(List.of(), List.of(), notes, log);
    }
    Map<String, MendedFiles.Change> changes = new TreeMap<>();
    converted.forEach((file, added) -> changes.put(file, whole -> new WithoutBytes(whole, added)));
    long count = converted.values().stream().mapToLong(each -> each.length).sum();
    List<String> evidence = new ArrayList<>();
    evidence.add(
        count
            + (count == 1 ? " time" : " times")
            + " a CR stands before an LF, or at the end of a file, where the checksums want none");
    evidence.add(
        damaged.isEmpty()
            ? "without these CRs all frames are whole"
            : "without these CRs more entries are whole, but not all of " + named(damaged));
    Explanation.Cause cause =
        new Explanation.Cause(
            Explanation.Kind.DAMAGED_BYTES,
            files.size() == 1
                ? "A file went through a text conversion: " + files.get(0) + "."
                : files.size() + " files went through a text conversion: " + named(files) + ".",
            evidence);
    String step =
        "Find out who sent or stored the files as text. In the copy: '"
            + command(files, segmentsOf(look))
            + "'";
    return new Mending.Stage(
        List.of(cause), List.of(step), notes, MendedFiles.changed(log, changes));
  }

  private static List<String> segmentsOf(LogLook look) {
    return look.contents().segments().stream().map(each -> each.info().file()).toList();
  }

  private static String named(List<String> files) {
    return String.join(", ", files.subList(0, Math.min(NAMED_MAX, files.size())))
        + (files.size() > NAMED_MAX ? ", and " + (files.size() - NAMED_MAX) + " more" : "");
  }

  /** Keeps the owner and the rights of each file. */
  private static String command(List<String> files, List<String> allSegments) {
    List<String> which = new ArrayList<>();
    boolean isEachSegment = allSegments.size() > 1 && files.containsAll(allSegments);
    files.stream()
        .filter(each -> !isEachSegment || !allSegments.contains(each))
        .map(Mending::inCopy)
        .forEach(which::add);
    if (isEachSegment) {
      which.add(Mending.COPY + "/" + SEGMENTS + "*.wal");
    }
    return "for f in "
        + String.join(" ", which)
        + "; do LC_ALL=C sed \"s/\\r$//\" \"$f\" > COPY.mended && cat COPY.mended > \"$f\"; done;"
        + " rm COPY.mended";
  }

  /** A log with one segment alone. */
  private static Directory only(Directory log, String file) {
    return new ForwardingDirectory(log) {
      @Override
      public List<String> list(String directory) {
        return SEGMENTS.equals(directory + "/")
            ? List.of(file.substring(SEGMENTS.length()))
            : List.of();
      }
    };
  }
}
