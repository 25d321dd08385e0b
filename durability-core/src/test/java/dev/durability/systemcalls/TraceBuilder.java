package dev.durability.systemcalls;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameKind;
import dev.durability.systemcalls.SystemCall.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** Writes down calls by hand, one after the other unless told otherwise. */
final class TraceBuilder {
  static final String ROOT = "/log";

  private static final int SALT = 77;

  private final List<SystemCall> calls = new ArrayList<>();
  private final Map<String, Long> ends = new HashMap<>();
  private final FrameEncoder encoder = new FrameEncoder();
  private int now;
  private int lasting;

  static String segment(long number, long firstId) {
    return String.format(Locale.ROOT, "wal/%020d-%020d.wal", number, firstId);
  }

  static String checkpoint(long lastId) {
    return String.format(Locale.ROOT, "checkpoints/%020d.ckpt", lastId);
  }

  List<SystemCall> calls() {
    calls.sort(Comparator.comparingInt(SystemCall::begun));
    return calls;
  }

  /** The calls as strace writes them, each with a line of its own, from a thread with that id. */
  List<String> lines(int thread) {
    return calls().stream().map(call -> thread + "  " + line(call)).toList();
  }

  private static String line(SystemCall call) {
    String path = escaped(UTF_8.encode(call.path()));
    String file = "5<" + path + ">";
    String count = String.valueOf(call.bytes().remaining());
    String bytes = "\"" + escaped(call.bytes()) + "\", " + count;
    return switch (call.kind()) {
      case CREATE -> "openat(AT_FDCWD<>, \"" + path + "\", O_RDWR|O_CREAT|O_EXCL, 0600) = " + file;
      case WRITE -> "pwrite64(" + file + ", " + bytes + ", " + call.offset() + ") = " + count;
      case CUT -> "ftruncate(" + file + ", " + call.offset() + ") = 0";
      case SYNC -> "fdatasync(" + file + ") = 0";
      case RENAME ->
          "rename(\"" + path + "\", \"" + escaped(UTF_8.encode(call.target())) + "\") = 0";
      case DELETE -> "unlink(\"" + path + "\") = 0";
      case MAKE_DIRECTORY -> "mkdir(\"" + path + "\", 0700) = 0";
      case PRINT -> "write(1<pipe:[1]>, " + bytes + ") = " + count;
    };
  }

  private static String escaped(ByteBuffer bytes) {
    byte[] all = new byte[bytes.remaining()];
    bytes.duplicate().get(all);
    return HexFormat.of().withPrefix("\\x").formatHex(all);
  }

  /** The next call returns only after so many more have begun and returned. */
  TraceBuilder during(int more) {
    lasting = more;
    return this;
  }

  private TraceBuilder add(Kind kind, String path, String target, long offset, ByteBuffer bytes) {
    now += 2;
    int returned = lasting == 0 ? now : now + 2 * lasting + 1;
    lasting = 0;
    calls.add(new SystemCall(kind, now, returned, under(path), target, offset, bytes));
    return this;
  }

  private TraceBuilder add(Kind kind, String path) {
    return add(kind, path, "", 0, ByteBuffer.allocate(0));
  }

  private static String under(String path) {
    return path.isEmpty() ? ROOT : ROOT + "/" + path;
  }

  TraceBuilder makeDirectory(String path) {
    return add(Kind.MAKE_DIRECTORY, path);
  }

  TraceBuilder sync(String path) {
    return add(Kind.SYNC, path);
  }

  TraceBuilder create(String path) {
    ends.put(path, 0L);
    return add(Kind.CREATE, path);
  }

  TraceBuilder rename(String from, String to) {
    ends.put(to, ends.getOrDefault(from, 0L));
    return add(Kind.RENAME, from, under(to), 0, ByteBuffer.allocate(0));
  }

  TraceBuilder delete(String path) {
    return add(Kind.DELETE, path);
  }

  TraceBuilder say(String line) {
    return add(Kind.PRINT, "", "", 0, UTF_8.encode(line + "\n"));
  }

  TraceBuilder cut(String path, long size) {
    ends.put(path, size);
    return add(Kind.CUT, path, "", size, ByteBuffer.allocate(0));
  }

  long end(String path) {
    return ends.getOrDefault(path, 0L);
  }

  /** The next write to it starts there. */
  TraceBuilder backTo(String path, long offset) {
    ends.put(path, offset);
    return this;
  }

  TraceBuilder header(String path, FileType type, long number, long firstId) {
    return write(path, new FileHeader(type, new UUID(1, 2), number, firstId, 0, 0, SALT).encode());
  }

  TraceBuilder entry(String path, long id) {
    ByteBuffer frame = frame();
    encoder.entry(frame, SALT, FrameKind.ENTRY, id, new byte[9], 0, 9);
    return write(path, frame.flip());
  }

  TraceBuilder marker(String path, long id, long covered, String named) {
    ByteBuffer frame = frame();
    encoder.checkpoint(frame, SALT, id, covered, named.getBytes(UTF_8));
    return write(path, frame.flip());
  }

  TraceBuilder promise(String path, FrameKind kind, long nextId, long promised) {
    ByteBuffer frame = frame();
    encoder.promise(frame, SALT, kind, nextId, promised, 5);
    return write(path, frame.flip());
  }

  private static ByteBuffer frame() {
    return ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
  }

  private TraceBuilder write(String path, ByteBuffer bytes) {
    long offset = ends.getOrDefault(path, 0L);
    ends.put(path, offset + bytes.remaining());
    return add(Kind.WRITE, path, "", offset, bytes);
  }
}
