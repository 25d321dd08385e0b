package dev.durability.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A reader written from docs/format.md alone: it shares no code with the library and holds whole
 * files in memory. Where the two disagree, one of them or the page is wrong. Thread-safe, since it
 * keeps nothing.
 */
public final class DocumentedReader {
  private static final Pattern SEGMENT = Pattern.compile("wal/(\\d{20})-(\\d{20})\\.wal");
  private static final Pattern CHECKPOINT = Pattern.compile("checkpoints/(\\d{20})\\.ckpt");
  private static final Pattern OTHER_LIBRARY = Pattern.compile("wal/wal_\\d+\\.log");
  private static final String NUMBER_MAX = "0" + Long.MAX_VALUE;
  private static final String CHECKPOINT_MAX = "0" + (Long.MAX_VALUE - 1);

  private static final int ENTRY = 1;
  private static final int PART = 2;
  private static final int MARK = 3;
  private static final int CHECKPOINTED = 4;
  private static final int END = 5;
  private static final int SCHEMA = 6;
  private static final int REWINDS = 1;
  private static final int COVERED = 2;
  private static final long NO_LAST_ID = Long.MAX_VALUE;

  private DocumentedReader() {}

  /** An entry: its value is the payload in hex. */
  public record Entry(long id, String kind, String value) {}

  /**
   * What the files say. Where the verdict is CORRUPT the numbers tell where reading came to; it is
   * NONE if there is no log.
   *
   * @param endFile the file that the run ends in; empty if there is none
   * @param end its end there
   */
  public record Result(
      String verdict,
      long intact,
      long covered,
      long promised,
      String endFile,
      long end,
      List<Entry> entries) {}

  /** The descriptor in hex. */
  public record Schema(String mediaType, String descriptor) {}

  /** A whole checkpoint. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Checkpoint(long lastEntryId, List<Schema> schemas, byte[] payload) {}

  /**
   * The file is of a version, or has a flag, that the page does not know; or of another library.
   */
  public static final class OtherVersion extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String file;

    OtherVersion(String file) {
      super(file + " is of another version");
      this.file = file;
    }

    public String file() {
      return file;
    }
  }

  /** Reads the log in a directory, section 6 of the page. */
  public static Result readLog(Path directory) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = directory.relativize(file).toString().replace('\\', '/');
        files.put(name, Files.readAllBytes(file));
      }
    }
    return readLog(files);
  }

  /** Reads the log that files are, by their names in its directory. */
  public static Result readLog(Map<String, byte[]> files) {
    refuseOtherLibrary(files);
    List<Segment> all = segments(files);
    if (all.isEmpty()) {
      boolean none = checkpoints(files.keySet()).isEmpty();
      return new Result(none ? "NONE" : "CORRUPT", 0, 0, 0, "", 0, List.of());
    }
    List<Segment> standing = standing(all);
    UUID logId = logId(standing);
    for (int i = 0; i < standing.size() - 1; i++) {
      Segment next = standing.get(i + 1);
      if (isOf(next, logId) && next.header.has(REWINDS)) {
        standing.get(i).lastId = next.firstId - 1;
      }
    }
    long covered = logId == null ? 0 : covered(files, standing, logId);
    int start = -1;
    for (int i = 0; i < standing.size(); i++) {
      if (standing.get(i).firstId <= covered + 1) {
        start = i;
      }
    }
    Result result =
        judge(standing.subList(Math.max(0, start), standing.size()), logId, covered, start < 0);
    return isMixed(all, logId) ? corrupt(result) : result;
  }

  /** Reads a record log. */
  public static Result readRecordLog(Path file) throws IOException {
    Segment segment = new Segment(file.toString(), "DRLG", 0, 1, Files.readAllBytes(file));
    return judge(List.of(segment), segment.header == null ? null : segment.header.logId, 0, false);
  }

  /** A checkpoint, or null if it is not whole. */
  public static @Nullable Checkpoint readCheckpoint(Path file) throws IOException {
    return checkpoint(Files.readAllBytes(file), file.toString());
  }

  /** Section 1. */
  private static void refuseOtherLibrary(Map<String, byte[]> files) {
    boolean ours = files.keySet().stream().anyMatch(DocumentedReader::isSegment);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      String magic = magic(file.getValue());
      if ((OTHER_LIBRARY.matcher(file.getKey()).matches() && magic.equals("VWAL"))
          || (!ours
              && file.getKey().startsWith("checkpoints/")
              && isOfOtherLibrary(file.getValue()))) {
        throw new OtherVersion(file.getKey());
      }
    }
  }

  private static boolean isOfOtherLibrary(byte[] bytes) {
    return List.of("VWAL", "VRLG", "VCKP").contains(magic(bytes));
  }

  private static String magic(byte[] bytes) {
    return new String(bytes, 0, Math.min(4, bytes.length), StandardCharsets.ISO_8859_1);
  }

  private static boolean isSegment(String file) {
    Matcher name = SEGMENT.matcher(file);
    return name.matches() && isNumber(name.group(1)) && isNumber(name.group(2));
  }

  private static boolean isNumber(String digits) {
    return digits.compareTo(NUMBER_MAX) <= 0 && Long.parseLong(digits) > 0;
  }

  /** All of them, by their numbers. */
  private static List<Segment> segments(Map<String, byte[]> files) {
    List<Segment> segments = new ArrayList<>();
    for (Map.Entry<String, byte[]> file : new TreeMap<>(files).entrySet()) {
      Matcher name = SEGMENT.matcher(file.getKey());
      if (name.matches() && isSegment(file.getKey())) {
        segments.add(
            new Segment(
                file.getKey(),
                "DWAL",
                Long.parseLong(name.group(1)),
                Long.parseLong(name.group(2)),
                file.getValue()));
      }
    }
    return segments;
  }

  /** The last entries of those with a default name, the largest first. */
  private static Collection<Long> checkpoints(Collection<String> files) {
    Collection<Long> found = new TreeSet<>(Comparator.reverseOrder());
    for (String file : files) {
      Matcher name = CHECKPOINT.matcher(file);
      if (name.matches() && name.group(1).compareTo(CHECKPOINT_MAX) <= 0) {
        found.add(Long.parseLong(name.group(1)));
      }
    }
    return found;
  }

  /** Those that are not void, by their numbers. */
  private static List<Segment> standing(List<Segment> all) {
    List<Segment> standing = new ArrayList<>();
    for (int i = all.size() - 1; i >= 0; i--) {
      if (standing.isEmpty() || all.get(i).firstId < standing.get(0).firstId) {
        standing.add(0, all.get(i));
      }
    }
    return standing;
  }

  private static @Nullable UUID logId(List<Segment> standing) {
    for (int i = standing.size() - 1; i >= 0; i--) {
      if (standing.get(i).isOther) {
        throw new OtherVersion(standing.get(i).file);
      }
      if (standing.get(i).header != null) {
        return standing.get(i).header.logId;
      }
    }
    return null;
  }

  private static boolean isMixed(List<Segment> all, @Nullable UUID logId) {
    for (int i = 1; i < all.size(); i++) {
      if (all.get(i).number == all.get(i - 1).number) {
        return true;
      }
    }
    return all.get(0).header != null && !isOf(all.get(0), logId);
  }

  private static Result corrupt(Result result) {
    return new Result(
        "CORRUPT",
        result.intact,
        result.covered,
        result.promised,
        result.endFile,
        result.end,
        result.entries);
  }

  private static long covered(Map<String, byte[]> files, List<Segment> standing, UUID logId) {
    long covered = 0;
    for (long last : checkpoints(files.keySet())) {
      String path = String.format("checkpoints/%020d.ckpt", last);
      if (last > covered && isUsable(files, path, logId, last)) {
        covered = last;
      }
    }
    for (int i = standing.size() - 1; i >= 0; i--) {
      Segment segment = standing.get(i);
      if (!isOf(segment, logId)) {
        continue;
      }
      if (segment.header.has(COVERED)) {
        covered = Math.max(covered, segment.firstId - 1);
      }
      for (Frame frame : preambleCheckpoints(segment)) {
        if (frame.promised() > covered
            && (frame.path().isEmpty() || isUsable(files, frame.path(), logId, frame.promised()))) {
          covered = frame.promised();
        }
      }
    }
    return covered;
  }

  /** The last 1,024 that differ, the one that covers most first. */
  private static List<Frame> preambleCheckpoints(Segment segment) {
    Map<String, Frame> checkpoints = new LinkedHashMap<>();
    Frame frame = segment.frame(64);
    while (frame != null
        && frame.id == segment.firstId
        && (frame.kind == MARK || frame.kind == CHECKPOINTED || frame.kind == SCHEMA)) {
      if (frame.kind == CHECKPOINTED) {
        String what = frame.promised() + " " + frame.path();
        checkpoints.remove(what);
        checkpoints.put(what, frame);
      }
      frame = segment.frame(frame.end());
    }
    List<Frame> all = new ArrayList<>(checkpoints.values());
    return all.subList(Math.max(0, all.size() - 1024), all.size()).stream()
        .sorted(Comparator.comparingLong(Frame::promised).reversed())
        .toList();
  }

  private static boolean isUsable(
      Map<String, byte[]> files, String path, UUID logId, long lastEntryId) {
    byte[] bytes = files.get(path);
    if (bytes == null) {
      return false;
    }
    Matcher name = CHECKPOINT.matcher(path);
    if (name.matches() && !name.group(1).equals(String.format("%020d", lastEntryId))) {
      return false;
    }
    Header header = header(bytes, "DCKP");
    if (header != null && header.isOther()) {
      throw new OtherVersion(path);
    }
    return header != null
        && header.logId.equals(logId)
        && header.firstId == lastEntryId
        && checkpoint(bytes, path) != null;
  }

  /** Section 5: null if it is not whole. */
  private static @Nullable Checkpoint checkpoint(byte[] bytes, String path) {
    Header header = header(bytes, "DCKP");
    if (header == null) {
      return null;
    }
    if (header.isOther()) {
      throw new OtherVersion(path);
    }
    List<Schema> schemas = new ArrayList<>();
    byte[] payload = new byte[0];
    int at = 64;
    long id = 1;
    while (true) {
      Frame frame = frame(bytes, at, header.salt, "DCKP");
      if (frame == null || frame.id != id) {
        return null;
      }
      at = frame.end();
      if (frame.kind == END) {
        return frame.promised() == payload.length && bytes.length <= at
            ? new Checkpoint(header.firstId, schemas, payload)
            : null;
      }
      if (frame.kind == SCHEMA) {
        if (id > 1) {
          return null;
        }
        schemas.add(frame.schema());
        continue;
      }
      if (frame.payload.length > 1_048_576) {
        return null;
      }
      id++;
      int size = payload.length;
      payload = Arrays.copyOf(payload, size + frame.payload.length);
      System.arraycopy(frame.payload, 0, payload, size, frame.payload.length);
    }
  }

  /** Judges the segments that stand, from the start on. */
  private static Result judge(
      List<Segment> segments, @Nullable UUID logId, long covered, boolean prefixMissing) {
    List<Entry> entries = new ArrayList<>();
    long promised = 0;
    for (Segment segment : segments) {
      if (segment.isOther) {
        throw new OtherVersion(segment.file);
      }
      if (isOf(segment, logId)) {
        promised = Math.max(promised, segment.firstId - 1);
      }
    }
    Segment before = null;
    long due = segments.get(0).firstId;
    String endFile = segments.get(0).file;
    long end = 64;
    boolean endsInLast = false;
    boolean follows = false;
    long framesPast = 0;
    boolean broken = false;
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      if (!broken && !continues(before, segment, logId, due)) {
        broken = true;
      }
      if (!isOf(segment, logId)) {
        continue;
      }
      int past = 64;
      if (!broken) {
        Run run = run(segment, due);
        entries.addAll(run.entries);
        due = run.due;
        promised = Math.max(promised, run.promised);
        past = run.breakOffset;
        endFile = segment.file;
        end = run.end;
        boolean last = i == segments.size() - 1;
        endsInLast = last;
        follows = last && nonZero(segment.bytes, run.end);
        broken = !run.reachedLastId && (!run.ended || (!last && nonZero(segment.bytes, run.end)));
        before = segment;
        if (!broken && !last) {
          continue;
        }
      }
      for (Frame frame : framesFrom(segment, past)) {
        framesPast++;
        promised = Math.max(promised, segment.promisedBy(frame));
      }
    }
    String verdict;
    if (prefixMissing || !endsInLast || due - 1 < promised || due - 1 < covered) {
      verdict = "CORRUPT";
    } else if (!follows) {
      verdict = "CLEAN";
    } else {
      verdict = framesPast == 0 ? "TORN" : "AMBIGUOUS";
    }
    boolean nothingRead = prefixMissing && !isOf(segments.get(0), logId);
    return new Result(verdict, nothingRead ? 0 : due - 1, covered, promised, endFile, end, entries);
  }

  private static boolean isOf(Segment segment, @Nullable UUID logId) {
    return segment.header != null && segment.header.logId.equals(logId);
  }

  private static boolean continues(
      @Nullable Segment before, Segment segment, @Nullable UUID logId, long due) {
    if (!isOf(segment, logId)) {
      return false;
    }
    if (before == null) {
      return true;
    }
    boolean nextNumber = segment.number == before.number + 1;
    return (nextNumber || (segment.header.has(REWINDS) && segment.number > before.number))
        && segment.firstId == due
        && segment.header.previousSalt == before.header.salt;
  }

  /** The run within one segment. */
  private record Run(
      List<Entry> entries,
      long due,
      long promised,
      int end,
      int breakOffset,
      boolean ended,
      boolean reachedLastId) {}

  private static Run run(Segment segment, long firstDue) {
    List<Entry> entries = new ArrayList<>();
    List<Entry> batch = new ArrayList<>();
    long due = firstDue;
    long promised = 0;
    int end = 64;
    int at = 64;
    while (true) {
      Frame frame = segment.frame(at);
      if (frame == null || frame.id != due + batch.size()) {
        break;
      }
      if (frame.kind == ENTRY || frame.kind == PART) {
        at = frame.end();
        batch.add(frame.entry());
        boolean lastId = frame.id == segment.lastId;
        if (frame.kind == ENTRY || lastId) {
          entries.addAll(batch);
          batch.clear();
          due = frame.id + 1;
          end = at;
        }
        if (lastId) {
          return new Run(entries, due, promised, end, at, false, true);
        }
        continue;
      }
      if (!batch.isEmpty()) {
        break;
      }
      at = frame.end();
      end = at;
      promised = Math.max(promised, segment.promisedBy(frame));
      if (frame.kind == END) {
        return new Run(entries, due, promised, end, at, true, false);
      }
    }
    return new Run(entries, due, promised, end, at, false, false);
  }

  private static List<Frame> framesFrom(Segment segment, int from) {
    List<Frame> frames = new ArrayList<>();
    int at = from;
    while (at < segment.bytes.length) {
      Frame frame = null;
      if (at + 8 <= segment.bytes.length
          && (little(segment.bytes).getInt(at + 4) & 0xfffffff) <= 4104) {
        frame = segment.frame(at);
      }
      if (frame != null) {
        frames.add(frame);
      }
      at = frame == null ? at + 8 : frame.end();
    }
    return frames;
  }

  private static boolean nonZero(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] != 0) {
        return true;
      }
    }
    return false;
  }

  /** A segment; a record log is one, too. */
  private static final class Segment {
    final String file;
    final String magic;
    final long number;
    final long firstId;
    final byte[] bytes;

    /** Null if it is bad, or of another version. */
    final @Nullable Header header;

    final boolean isOther;
    long lastId = NO_LAST_ID;

    Segment(String file, String magic, long number, long firstId, byte[] bytes) {
      this.file = file;
      this.magic = magic;
      this.number = number;
      this.firstId = firstId;
      this.bytes = bytes;
      Header found = header(bytes, magic);
      isOther = found != null && found.isOther();
      header =
          found == null || isOther || found.segment != number || found.firstId != firstId
              ? null
              : found;
    }

    @Nullable Frame frame(int at) {
      return DocumentedReader.frame(bytes, at, header.salt, magic);
    }

    long promisedBy(Frame frame) {
      return frame.promises() ? Math.min(frame.promised(), lastId) : 0;
    }
  }

  private record Header(
      boolean isOther,
      UUID logId,
      long segment,
      long firstId,
      int previousSalt,
      int flags,
      int salt) {
    boolean has(int flag) {
      return (flags & flag) != 0;
    }
  }

  /** Section 2: null if it is bad, whatever a segment's name says. */
  private static @Nullable Header header(byte[] bytes, String magic) {
    if (isOfOtherLibrary(bytes)) {
      return new Header(true, new UUID(0, 0), 0, 0, 0, 0, 0);
    }
    if (bytes.length < 64) {
      return null;
    }
    ByteBuffer in = little(bytes);
    if (in.getInt(60) != crc(bytes, 0, 60) || !magic(bytes).equals(magic)) {
      return null;
    }
    int known = magic.equals("DWAL") ? REWINDS | COVERED : 0;
    return new Header(
        in.getInt(4) != 1 || (in.getInt(52) & ~known) != 0,
        new UUID(in.getLong(8), in.getLong(16)),
        in.getLong(24),
        in.getLong(32),
        in.getInt(48),
        in.getInt(52),
        in.getInt(56));
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Frame(int kind, long id, int at, byte[] payload) {
    int end() {
      return (at + 16 + payload.length + 7) / 8 * 8;
    }

    boolean promises() {
      return kind == MARK || kind == CHECKPOINTED || kind == END;
    }

    /** What it promises or covers; in a checkpoint the size of the payload. */
    long promised() {
      return little(payload).getLong(0);
    }

    String path() {
      return new String(payload, 8, payload.length - 8, StandardCharsets.UTF_8);
    }

    /** How many bytes come before the first zero, or -1. */
    int mediaTypeBytes() {
      for (int i = 0; i < payload.length; i++) {
        if (payload[i] == 0) {
          return i;
        }
      }
      return -1;
    }

    Schema schema() {
      int end = mediaTypeBytes();
      return new Schema(
          new String(payload, 0, end, StandardCharsets.UTF_8),
          HexFormat.of().formatHex(payload, end + 1, payload.length));
    }

    Entry entry() {
      return new Entry(id, kind == ENTRY ? "ENTRY" : "PART", HexFormat.of().formatHex(payload));
    }
  }

  /** Section 3: null if none is valid there. */
  private static @Nullable Frame frame(byte[] bytes, int at, int salt, String magic) {
    if (at + 16 > bytes.length) {
      return null;
    }
    ByteBuffer in = little(bytes);
    int kind = in.getInt(at + 4) >>> 28;
    int length = in.getInt(at + 4) & 0xfffffff;
    long id = in.getLong(at + 8);
    boolean mayStandHere =
        switch (kind) {
          case ENTRY -> true;
          case PART -> magic.equals("DWAL");
          case MARK -> length == 16 && !magic.equals("DCKP");
          case CHECKPOINTED -> length >= 8 && length <= 4104 && magic.equals("DWAL");
          case END -> length == 16;
          case SCHEMA -> length >= 2 && length <= 65_536;
          default -> false;
        };
    if (!mayStandHere
        || length > bytes.length - at - 16
        || id < 1
        || (id == Long.MAX_VALUE && (kind == ENTRY || kind == PART))
        || in.getInt(at) != (crc(bytes, at + 4, 12 + length) ^ salt)) {
      return null;
    }
    Frame frame = new Frame(kind, id, at, Arrays.copyOfRange(bytes, at + 16, at + 16 + length));
    if (frame.promises() && !magic.equals("DCKP")) {
      return Long.compareUnsigned(frame.promised(), id) < 0 ? frame : null;
    }
    return kind == SCHEMA && frame.mediaTypeBytes() < 1 ? null : frame;
  }

  private static int crc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
