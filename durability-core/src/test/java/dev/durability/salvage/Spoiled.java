package dev.durability.salvage;

import dev.durability.frame.FileHeader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The files of a log after damage, and what of it nothing touched. Not thread-safe. */
final class Spoiled {
  /** A frame of a file that was whole. */
  record Frame(int from, int to, int kind, long id, String payload) {}

  private static final Frame NOTHING = new Frame(0, 0, 0, 0, "");

  final Map<String, byte[]> files;

  /** What was done, for messages. */
  final List<String> done = new ArrayList<>();

  private final Map<String, byte[]> whole;
  private final Random random;
  private final Set<String> touched = new HashSet<>();
  private final Set<String> shifted = new HashSet<>();

  Spoiled(Map<String, byte[]> whole, Random random) {
    this.whole = whole;
    this.files = new TreeMap<>(whole);
    this.random = random;
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      once();
    }
  }

  private void once() {
    List<String> names = new ArrayList<>(files.keySet());
    names.removeAll(touched);
    names.removeIf(name -> name.startsWith("quarantine/"));
    if (names.isEmpty()) {
      return;
    }
    String name = names.get(random.nextInt(names.size()));
    boolean isSegment = name.startsWith("wal/");
    int kind = random.nextInt(isSegment ? 12 : 4);
    byte[] bytes = files.get(name).clone();
    int at = random.nextInt(Math.max(1, bytes.length));
    done.add(kind + " " + name + " at " + at);
    boolean unused = touched.add(name);
    switch (kind) {
      case 0 -> files.remove(name);
      case 1 -> files.put(name, Arrays.copyOf(bytes, at));
      case 2, 3 -> {
        for (int i = 1 + random.nextInt(4); i > 0 && bytes.length > 0; i--) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        files.put(name, bytes);
      }
      case 4, 5 -> {
        int sector = at / 512 * 512;
        int end = Math.min(bytes.length, sector + 512 * (1 + random.nextInt(2)));
        if (random.nextBoolean()) {
          Arrays.fill(bytes, sector, end, (byte) 0);
        } else {
          byte[] garbage = new byte[end - sector];
          random.nextBytes(garbage);
          System.arraycopy(garbage, 0, bytes, sector, garbage.length);
        }
        files.put(name, bytes);
      }
      case 6 -> {
        Arrays.fill(bytes, 0, Math.min(bytes.length, FileHeader.BYTES), (byte) 0);
        files.put(name, bytes);
      }
      case 7 -> swap(name, names);
      case 8 -> {
        int end = Math.min(bytes.length, at + 1 + random.nextInt(200));
        Arrays.fill(bytes, at, end, (byte) random.nextInt(256));
        files.put(name, bytes);
      }
      case 9 -> files.put(name, Arrays.copyOf(bytes, bytes.length + random.nextInt(600)));
      default -> {
        shifted.add(name);
        files.put(name, shifted(bytes));
      }
    }
  }

  /** Bytes are put in at up to four places, or up to seven are taken out at one. */
  private byte[] shifted(byte[] bytes) {
    byte[] shifted = bytes;
    boolean isTaken = random.nextBoolean();
    for (int i = isTaken ? 1 : 1 + random.nextInt(4); i > 0; i--) {
      int at = FileHeader.BYTES + random.nextInt(Math.max(1, shifted.length - FileHeader.BYTES));
      at = Math.min(at, shifted.length);
      int count = 1 + random.nextInt(7);
      int skipped = isTaken ? Math.min(count, shifted.length - at) : 0;
      ByteBuffer changed =
          ByteBuffer.allocate(shifted.length + (isTaken ? -skipped : count))
              .put(shifted, 0, at)
              .put(new byte[isTaken ? 0 : count])
              .put(shifted, at + skipped, shifted.length - at - skipped);
      shifted = changed.array();
      done.add((isTaken ? "without " : "with ") + count + " bytes at " + at);
    }
    return shifted;
  }

  private static boolean contains(byte[] file, byte[] segment, Frame frame) {
    for (int at = FileHeader.BYTES; at + frame.to() - frame.from() <= file.length; at++) {
      int to = at + frame.to() - frame.from();
      if (Arrays.equals(file, at, to, segment, frame.from(), frame.to())) {
        return true;
      }
    }
    return false;
  }

  private void swap(String name, List<String> names) {
    String other = names.get(random.nextInt(names.size()));
    if (other.startsWith("wal/") && !other.equals(name)) {
      byte[] bytes = files.get(name);
      files.put(name, files.get(other));
      files.put(other, bytes);
      done.add("with " + other);
      boolean unused = touched.add(other);
    }
  }

  /** The frames of a whole segment. */
  static List<Frame> frames(byte[] segment) {
    List<Frame> frames = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
    int at = FileHeader.BYTES;
    while (at + 16 <= segment.length) {
      int kind = bytes.getInt(at + 4) >>> 28;
      int length = bytes.getInt(at + 4) & 0xfffffff;
      if (kind == 0 || at + 16 + length > segment.length) {
        break;
      }
      int to = at + 16 + length;
      String payload = new String(segment, at + 16, length, StandardCharsets.ISO_8859_1);
      frames.add(new Frame(at, to, kind, bytes.getLong(at + 8), payload));
      at = (to + 7) & -8;
    }
    return frames;
  }

  private static boolean isSame(byte[] one, byte[] other, int from, int to) {
    return one.length >= to && Arrays.equals(one, from, to, other, from, to);
  }

  /** Whether a file with the header of a segment is left, under any name. */
  private boolean isIn(byte[] segment, Frame frame) {
    return files.entrySet().stream()
        .filter(file -> file.getKey().startsWith("wal/"))
        .filter(file -> isSame(file.getValue(), segment, 0, FileHeader.BYTES))
        .anyMatch(
            file ->
                shifted.contains(file.getKey())
                    ? contains(file.getValue(), segment, frame)
                    : isSame(file.getValue(), segment, frame.from(), frame.to()));
  }

  /** The entries of which a frame is left, with the header of its segment, as {@code id=entry}. */
  Set<String> untouched() {
    Set<String> left = new HashSet<>();
    whole.forEach(
        (path, bytes) -> {
          if (path.startsWith("wal/")) {
            for (Frame frame : frames(bytes)) {
              if (frame.kind() <= 2 && isIn(bytes, frame)) {
                left.add(frame.id() + "=" + frame.payload());
              }
            }
          }
        });
    return left;
  }

  /** What is promised in frames of the last segment that are left, 0 if nothing is. */
  long promised() {
    String last = new TreeMap<>(segments()).lastKey();
    byte[] bytes = whole.get(last);
    long promised = 0;
    for (Frame frame : frames(bytes)) {
      if ((frame.kind() == 3 || frame.kind() == 5) && isIn(bytes, frame)) {
        byte[] payload = frame.payload().getBytes(StandardCharsets.ISO_8859_1);
        promised =
            Math.max(promised, ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).getLong(0));
      }
    }
    return promised;
  }

  /** The last of the segments of which a file is left, by its name or its header. */
  String lastLeft() {
    return new TreeMap<>(segments())
        .descendingMap().entrySet().stream()
            .filter(each -> files.containsKey(each.getKey()) || isIn(each.getValue(), NOTHING))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElse("");
  }

  private Map<String, byte[]> segments() {
    Map<String, byte[]> segments = new TreeMap<>(whole);
    segments.keySet().removeIf(path -> !path.startsWith("wal/"));
    return segments;
  }

  /** Whether the header is gone of a segment that makes earlier entries void, or begins the log. */
  boolean hasForgottenACut() {
    for (byte[] segment : segments().values()) {
      int flags = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN).getInt(52);
      if (flags != 0 && !isIn(segment, NOTHING)) {
        return true;
      }
    }
    return false;
  }

  Set<String> names() {
    return new TreeSet<>(files.keySet());
  }
}
