package dev.durability.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

  private DocumentedReader() {}

  /** An entry: its value is the payload in hex, for a CHECKPOINT "covered path". */
  public record Entry(long id, String kind, String value) {}

  /** What the files say. Where the verdict is CORRUPT the numbers tell where reading came to. */
  public record Result(
      String verdict, long intact, long covered, long promised, List<Entry> entries) {}

  /**
   * The file is of a version, or has a flag, that the page does not know; or of another library.
   */
  public static final class OtherVersion extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OtherVersion(String file) {
      super(file + " is of another version");
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
    List<Segment> segments = segments(files);
    UUID logId = null;
    for (Segment segment : segments) {
      if (segment.header != null) {
        logId = segment.header.logId;
      }
    }
    long covered = logId == null ? 0 : covered(files, segments, logId);
    int start = -1;
    for (int i = 0; i < segments.size(); i++) {
      if (segments.get(i).firstId <= covered + 1) {
        start = i;
      }
    }
    boolean prefixMissing = start < 0;
    return judge(
        segments.subList(Math.max(0, start), segments.size()), logId, covered, prefixMissing);
  }

  /** Reads a record log. */
  public static Result readRecordLog(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Header header = header(bytes, "DRLG", file.toString());
    if (header != null && (header.segment != 0 || header.firstId != 1)) {
      header = null;
    }
    UUID logId = header == null ? null : header.logId;
    return judge(List.of(new Segment(0, 1, bytes, header)), logId, 0, false);
  }

  /** The payload of a checkpoint, or null if it is not whole. */
  public static byte @Nullable [] readCheckpoint(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Header header = header(bytes, "DCKP", file.toString());
    return header == null ? null : payload(bytes, header.salt);
  }

  private static List<Segment> segments(Map<String, byte[]> files) {
    List<Segment> segments = new ArrayList<>();
    for (Map.Entry<String, byte[]> file : new TreeMap<>(files).entrySet()) {
      Matcher name = SEGMENT.matcher(file.getKey());
      if (!name.matches()) {
        continue;
      }
      long number = Long.parseLong(name.group(1));
      long firstId = Long.parseLong(name.group(2));
      Header header = header(file.getValue(), "DWAL", file.getKey());
      if (header != null && (header.segment != number || header.firstId != firstId)) {
        header = null;
      }
      segments.add(new Segment(number, firstId, file.getValue(), header));
    }
    return segments;
  }

  private static long covered(Map<String, byte[]> files, List<Segment> segments, UUID logId) {
    long covered = 0;
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Matcher name = CHECKPOINT.matcher(file.getKey());
      if (name.matches()
          && name.group(1).compareTo("0" + (Long.MAX_VALUE - 1)) <= 0
          && isUsable(files, file.getKey(), logId, Long.parseLong(name.group(1)))) {
        covered = Math.max(covered, Long.parseLong(name.group(1)));
      }
    }
    for (Segment segment : segments) {
      if (segment.header == null || !segment.header.logId.equals(logId)) {
        continue;
      }
      Frame first = frame(segment.bytes, 64, segment.header.salt, "DWAL");
      while (first != null && first.kind == 3 && first.id == segment.firstId) {
        first = frame(segment.bytes, first.end(), segment.header.salt, "DWAL");
      }
      if (first != null
          && first.kind == 4
          && first.id == segment.firstId
          && (first.path().isEmpty() || isUsable(files, first.path(), logId, first.promised()))) {
        covered = Math.max(covered, first.promised());
      }
    }
    return covered;
  }

  private static boolean isUsable(
      Map<String, byte[]> files, String path, UUID logId, long lastEntryId) {
    byte[] bytes = files.get(path);
    if (bytes == null) {
      return false;
    }
    Header header = header(bytes, "DCKP", path);
    return header != null
        && header.logId.equals(logId)
        && header.firstId == lastEntryId
        && payload(bytes, header.salt) != null;
  }

  /** Section 5: null if it is not whole. */
  private static byte @Nullable [] payload(byte[] bytes, int salt) {
    byte[] payload = new byte[0];
    int at = 64;
    for (long id = 1; ; id++) {
      Frame frame = frame(bytes, at, salt, "DCKP");
      if (frame == null || frame.id != id) {
        return null;
      }
      at = frame.end();
      if (frame.kind == 5) {
        return frame.promised() == payload.length && bytes.length <= at ? payload : null;
      }
      if (frame.payload.length > 1_048_576) {
        return null;
      }
      int size = payload.length;
      payload = Arrays.copyOf(payload, size + frame.payload.length);
      System.arraycopy(frame.payload, 0, payload, size, frame.payload.length);
    }
  }

  private static Result judge(
      List<Segment> segments, @Nullable UUID logId, long covered, boolean prefixMissing) {
    List<Entry> entries = new ArrayList<>();
    if (segments.isEmpty()) {
      return new Result(covered > 0 ? "CORRUPT" : "CLEAN", 0, covered, 0, entries);
    }
    long promised = 0;
    for (Segment segment : segments) {
      if (isOf(segment, logId)) {
        promised = Math.max(promised, segment.firstId - 1);
      }
    }
    Segment before = null;
    long due = segments.get(0).firstId;
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
        boolean last = i == segments.size() - 1;
        endsInLast = last;
        follows = last && nonZero(segment.bytes, run.end);
        broken = !run.ended || (!last && nonZero(segment.bytes, run.end));
        before = segment;
        if (!broken && !last) {
          continue;
        }
      }
      for (Frame frame : framesFrom(segment, past)) {
        framesPast++;
        if (frame.kind >= 3) {
          promised = Math.max(promised, frame.promised());
        }
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
    return new Result(verdict, due - 1, covered, promised, entries);
  }

  private static boolean isOf(Segment segment, @Nullable UUID logId) {
    return segment.header != null && segment.header.logId.equals(logId);
  }

  private static boolean continues(
      @Nullable Segment before, Segment segment, @Nullable UUID logId, long due) {
    if (segment.header == null || !isOf(segment, logId)) {
      return false;
    }
    if (before == null || before.header == null) {
      return before == null;
    }
    return segment.number == before.number + 1
        && segment.firstId == due
        && segment.header.previousSalt == before.header.salt;
  }

  /** The run within one segment. */
  private record Run(
      List<Entry> entries, long due, long promised, int end, int breakOffset, boolean ended) {}

  private static Run run(Segment segment, long firstDue) {
    List<Entry> entries = new ArrayList<>();
    List<Entry> batch = new ArrayList<>();
    long due = firstDue;
    long promised = 0;
    int end = 64;
    int at = 64;
    while (true) {
      Frame frame = frame(segment.bytes, at, segment.header.salt, segment.magic());
      if (frame == null || frame.id != due + batch.size() || (!batch.isEmpty() && frame.kind > 2)) {
        return new Run(entries, due, promised, end, at, false);
      }
      at = frame.end();
      if (frame.kind == 2) {
        batch.add(frame.entry());
        continue;
      }
      end = at;
      if (frame.kind == 1 || frame.kind == 4) {
        entries.addAll(batch);
        entries.add(frame.entry());
        due += batch.size() + 1;
        batch.clear();
      }
      if (frame.kind >= 3) {
        promised = Math.max(promised, frame.promised());
      }
      if (frame.kind == 5) {
        return new Run(entries, due, promised, end, at, true);
      }
    }
  }

  private static List<Frame> framesFrom(Segment segment, int from) {
    List<Frame> frames = new ArrayList<>();
    int at = from;
    while (at < segment.bytes.length) {
      Frame frame = null;
      if (at + 8 <= segment.bytes.length
          && (little(segment.bytes).getInt(at + 4) & 0xfffffff) <= 4104) {
        frame = frame(segment.bytes, at, segment.header.salt, segment.magic());
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

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Segment(long number, long firstId, byte[] bytes, @Nullable Header header) {
    String magic() {
      return number == 0 ? "DRLG" : "DWAL";
    }
  }

  private record Header(UUID logId, long segment, long firstId, int previousSalt, int salt) {}

  /** Section 2: null if it is bad. */
  private static @Nullable Header header(byte[] bytes, String magic, String file) {
    if (bytes.length >= 4
        && List.of("VWAL", "VRLG", "VCKP")
            .contains(new String(bytes, 0, 4, StandardCharsets.US_ASCII))) {
      throw new OtherVersion(file);
    }
    if (bytes.length < 64) {
      return null;
    }
    ByteBuffer in = little(bytes);
    if (in.getInt(60) != crc(bytes, 0, 60)
        || !new String(bytes, 0, 4, StandardCharsets.US_ASCII).equals(magic)) {
      return null;
    }
    if (in.getInt(4) != 1 || in.getInt(52) != 0) {
      throw new OtherVersion(file);
    }
    return new Header(
        new UUID(in.getLong(8), in.getLong(16)),
        in.getLong(24),
        in.getLong(32),
        in.getInt(48),
        in.getInt(56));
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Frame(int kind, long id, int at, byte[] payload) {
    int end() {
      return (at + 16 + payload.length + 7) / 8 * 8;
    }

    long promised() {
      return little(payload).getLong(0);
    }

    String path() {
      return new String(payload, 8, payload.length - 8, StandardCharsets.UTF_8);
    }

    Entry entry() {
      return switch (kind) {
        case 1 -> new Entry(id, "ENTRY", HexFormat.of().formatHex(payload));
        case 2 -> new Entry(id, "PART", HexFormat.of().formatHex(payload));
        default -> new Entry(id, "CHECKPOINT", promised() + " " + path());
      };
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
          case 1 -> true;
          case 2 -> magic.equals("DWAL");
          case 3 -> length == 16 && !magic.equals("DCKP");
          case 4 -> length >= 8 && length <= 4104 && magic.equals("DWAL");
          case 5 -> length == 16;
          default -> false;
        };
    if (!mayStandHere
        || length > bytes.length - at - 16
        || id < 1
        || (id > Long.MAX_VALUE - 1 && kind != 3 && kind != 5)
        || in.getInt(at) != (crc(bytes, at + 4, 12 + length) ^ salt)) {
      return null;
    }
    Frame frame = new Frame(kind, id, at, Arrays.copyOfRange(bytes, at + 16, at + 16 + length));
    boolean promises = kind >= 3 && !magic.equals("DCKP");
    return promises && Long.compareUnsigned(frame.promised(), id) >= 0 ? null : frame;
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
