package dev.durability.segment;

import dev.durability.codec.Codec;
import dev.durability.codec.Schema;
import dev.durability.errors.SchemaException;
import dev.durability.frame.FrameRun;
import dev.durability.frame.WrittenSchema;
import dev.durability.log.SchemaRange;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The schemas of a log, as they stand at the beginning of its segments. A segment without entries
 * is replaced by the next writer. It counts only if it is all that is left, because a checkpoint
 * has all entries: then it says whose log this is. No entry is decoded for this.
 */
public final class LogSchemas {
  private static final int WINDOW_BYTES = 8192;

  private LogSchemas() {}

  /**
   * Compares the schemas with the codec that is going to read and write the log.
   *
   * @param listing the segments
   * @param start the index of the first that counts
   * @throws SchemaException if the codec cannot read a schema, or has none where entries have one;
   *     or if no entries are left, and another program wrote those that are in a checkpoint
   */
  public static void requireFit(Directory directory, LogListing listing, int start, Codec<?> codec)
      throws IOException {
    Set<Optional<Schema>> compared = new HashSet<>();
    WrittenSchema last =
        visit(
            directory,
            listing,
            start,
            (segment, schema) -> {
              if (compared.add(schema.now())) {
                schema.requireFit(codec, segment.path());
              }
            });
    SegmentName newest = newest(listing);
    if (compared.isEmpty() && hadEntries(newest)) {
      last.requireSameProgram(codec, newest.path());
    }
  }

  private static SegmentName newest(LogListing listing) {
    return listing.segments().get(listing.segments().size() - 1);
  }

  private static boolean hadEntries(SegmentName newest) {
    return newest.firstEntryId() > 1;
  }

  /**
   * Lists the schemas in the order of the entries.
   *
   * @return a range for each change, the first one for the first entry; if none is left, the one of
   *     the entry that comes next
   * @throws java.nio.file.NoSuchFileException if a segment was truncated meanwhile
   */
  public static List<SchemaRange> list(Directory directory, LogListing listing) throws IOException {
    List<SchemaRange> ranges = new ArrayList<>();
    WrittenSchema last =
        visit(
            directory,
            listing,
            0,
            (segment, schema) -> {
              boolean isFirst = ranges.isEmpty();
              if (isFirst || !ranges.get(ranges.size() - 1).schema().equals(schema.now())) {
                ranges.add(new SchemaRange(segment.firstEntryId(), schema.now()));
              }
            });
    SegmentName newest = newest(listing);
    if (ranges.isEmpty() && hadEntries(newest) && last.now().isPresent()) {
      ranges.add(new SchemaRange(newest.firstEntryId(), last.now()));
    }
    return ranges;
  }

  private interface Visitor {
    void segment(SegmentName name, WrittenSchema schema) throws IOException;
  }

  /** {@return what stands at the beginning of the last segment} */
  private static WrittenSchema visit(
      Directory directory, LogListing listing, int start, Visitor visitor) throws IOException {
    List<SegmentName> segments = listing.segments();
    WrittenSchema schema = new WrittenSchema();
    for (int i = Math.max(0, start); i < segments.size(); i++) {
      SegmentName name = segments.get(i);
      boolean isLast = i == segments.size() - 1;
      if (read(directory, name, isLast, schema)) { // A segment that another follows has entries.
        visitor.segment(name, schema);
      }
    }
    return schema;
  }

  /** {@return whether the segment has entries, as far as that is asked for, and a good header} */
  private static boolean read(
      Directory directory, SegmentName name, boolean isAsked, WrittenSchema schema)
      throws IOException {
    try (Segment segment = Segment.openGood(directory, name)) {
      if (segment == null) {
        return false; // The judgement says what that means.
      }
      int windowBytes = isAsked ? FrameRun.WINDOW_BYTES : WINDOW_BYTES; // An entry may be large.
      try (FrameRun run = segment.run(windowBytes)) {
        schema.beginFile();
        schema.passPreamble(run);
        boolean isSure = !isAsked && schema.now().isPresent(); // Else it may be what is damaged.
        return isSure || run.next() == FrameRun.Step.ENTRY;
      }
    }
  }
}
