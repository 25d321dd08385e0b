package dev.durability.archive;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One step of a timeline, as an object: what was added to the archive, or all of it. Each has the
 * hash of the one before, and ends with its own.
 *
 * @param timeline its timeline
 * @param log the log
 * @param seq its number, from 1
 * @param previousSha256 the hash of the record before, {@link #NONE} for the first
 * @param writer who wrote it
 * @param kind what it is
 * @param atMicros when it was written
 * @param floor segments with smaller numbers are not archived any more
 * @param segments the segments that are new or changed, or all
 * @param checkpoints the checkpoints that are new, or all
 */
record ArchiveRecord(
    String timeline,
    UUID log,
    long seq,
    String previousSha256,
    String writer,
    Kind kind,
    long atMicros,
    long floor,
    List<Change> segments,
    List<ArchivedCheckpoint> checkpoints) {
  static final String NONE = "0".repeat(64);
  private static final String TITLE = "durability archive record 1";

  /** What a record is. */
  enum Kind {
    /** Adds to the records before. */
    DELTA,
    /** Replaces all before. */
    FULL,
    /** As FULL, without what nobody wants any more. */
    EXPIRY
  }

  /**
   * A segment that is new or changed.
   *
   * @param keptParts how many of the parts were there before, and are left out in the object
   * @param segment all of it, or the new parts alone
   */
  record Change(int keptParts, ArchivedSegment segment) {}

  byte[] encode() {
    StringBuilder text = new StringBuilder();
    line(text, TITLE);
    line(text, "timeline", timeline, "log", log, "seq", seq, "kind", kind);
    line(text, "previous", previousSha256);
    line(text, "writer", writer, "at", atMicros, "floor", floor);
    for (Change each : segments) {
      ArchivedSegment s = each.segment();
      SegmentHeader h = s.header();
      line(
          text,
          "segment",
          h.number(),
          h.firstEntryId(),
          s.lastEntryId(),
          h.salt(),
          h.previousSalt(),
          h.flags(),
          h.createdMicros(),
          s.stampMicros(),
          s.ended() ? "ended" : "live",
          s.coveredElsewhere(),
          s.prefixBytes(),
          s.prefixSha256(),
          each.keptParts());
      for (ArchivedPart part : s.parts()) {
        line(text, "part", part(part));
      }
    }
    for (ArchivedCheckpoint c : checkpoints) {
      line(
          text,
          "checkpoint",
          c.lastEntryId(),
          c.salt(),
          c.archivedMicros(),
          URLEncoder.encode(c.path(), StandardCharsets.UTF_8),
          part(c.object()));
    }
    line(text, "sha256", Sha256.of(bytes(text)));
    return bytes(text);
  }

  private static byte[] bytes(StringBuilder text) {
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static String part(ArchivedPart part) {
    return part.offset()
        + " "
        + part.bytes()
        + " "
        + part.level()
        + " "
        + part.sha256()
        + " "
        + part.key();
  }

  private static void line(StringBuilder text, Object... words) {
    for (int i = 0; i < words.length; i++) {
      text.append(i == 0 ? "" : " ").append(words[i]);
    }
    text.append('\n');
  }

  /** The hash that a record ends with. */
  static String sha256(byte[] encoded) {
    String text = new String(encoded, StandardCharsets.ISO_8859_1);
    int last = text.lastIndexOf("sha256 ");
    if (last < 0 || text.length() != last + 7 + 64 + 1 || !text.endsWith("\n")) {
      return "";
    }
    String sha = text.substring(last + 7, last + 71);
    return Sha256.of(java.util.Arrays.copyOf(encoded, last)).equals(sha) ? sha : "";
  }

  /**
   * Reads a record.
   *
   * @param key its object, for messages
   */
  static ArchiveRecord decode(byte[] encoded, String key) throws DamagedArchiveException {
    if (sha256(encoded).isEmpty()) {
      throw new DamagedArchiveException(key, "it does not have the hash that it ends with");
    }
    try {
      return new Parser(new String(encoded, StandardCharsets.US_ASCII).split("\n", -1)).record();
    } catch (RuntimeException unknown) {
      // It is what was written.
      throw new DamagedArchiveException(
          key, "it has a form that this version does not know: use the one that wrote it");
    }
  }

  /** Reads the lines of a record that is whole; any RuntimeException says that it is not known. */
  private static final class Parser {
    private final String[] lines;
    private int next = 4;

    Parser(String... lines) {
      this.lines = lines;
    }

    ArchiveRecord record() {
      require(lines[0].equals(TITLE));
      String[] head = words(1, "timeline", 8);
      String[] previous = words(2, "previous", 2);
      String[] writer = words(3, "writer", 6);
      List<Change> segments = new ArrayList<>();
      List<ArchivedCheckpoint> checkpoints = new ArrayList<>();
      while (lines[next].startsWith("segment ")) {
        segments.add(segment());
      }
      while (lines[next].startsWith("checkpoint ")) {
        String[] w = words(next++, "checkpoint", 10);
        checkpoints.add(
            new ArchivedCheckpoint(
                Long.parseLong(w[1]),
                Integer.parseInt(w[2]),
                Long.parseLong(w[3]),
                URLDecoder.decode(w[4], StandardCharsets.UTF_8),
                part(w, 5)));
      }
      require(next == lines.length - 2); // The hash, and nothing after the last line feed.
      return new ArchiveRecord(
          head[1],
          UUID.fromString(head[3]),
          Long.parseLong(head[5]),
          previous[1],
          writer[1],
          Kind.valueOf(head[7]),
          Long.parseLong(writer[3]),
          Long.parseLong(writer[5]),
          List.copyOf(segments),
          List.copyOf(checkpoints));
    }

    private Change segment() {
      String[] w = words(next++, "segment", 14);
      SegmentHeader header =
          new SegmentHeader(
              UUID.fromString(words(1, "timeline", 8)[3]),
              Long.parseLong(w[1]),
              Long.parseLong(w[2]),
              Long.parseLong(w[7]),
              Integer.parseInt(w[5]),
              Integer.parseInt(w[6]),
              Integer.parseInt(w[4]));
      List<ArchivedPart> parts = new ArrayList<>();
      while (lines[next].startsWith("part ")) {
        parts.add(part(words(next++, "part", 6), 1));
      }
      return new Change(
          Integer.parseInt(w[13]),
          new ArchivedSegment(
              header,
              Long.parseLong(w[3]),
              Long.parseLong(w[8]),
              w[9].equals("ended"),
              Long.parseLong(w[10]),
              Long.parseLong(w[11]),
              w[12],
              parts));
    }

    private static ArchivedPart part(String[] w, int at) {
      require(Sha256.FORM.matcher(w[at + 3]).matches());
      return new ArchivedPart(
          Long.parseLong(w[at]),
          Long.parseLong(w[at + 1]),
          Integer.parseInt(w[at + 2]),
          w[at + 3],
          w[at + 4]);
    }

    private String[] words(int line, String first, int count) {
      String[] words = lines[line].split(" ", -1);
      require(words[0].equals(first) && words.length == count);
      return words;
    }

    private static void require(boolean holds) {
      if (!holds) {
        throw new IllegalArgumentException("not a record");
      }
    }
  }
}
