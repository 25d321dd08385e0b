package dev.durability.wal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.segment.CheckpointName;
import dev.durability.segment.LogFiles;
import dev.durability.segment.SegmentName;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Builds the files of a log by hand, frame by frame, valid or not. */
public final class LogBuilder {
  public static final UUID LOG_ID = new UUID(11, 12);

  private final FrameEncoder encoder = new FrameEncoder();
  private final Directory directory;
  private ByteBuffer bytes = ByteBuffer.allocate(0);
  private SegmentName name = new SegmentName(1, 1);
  private long nextId = 1;
  private int salt;

  public LogBuilder(Directory directory) throws IOException {
    this.directory = directory;
    directory.createDirectories(LogFiles.SEGMENTS);
  }

  public static int saltOf(long segmentId) {
    return (int) segmentId * 0x5bd1e995;
  }

  /** Starts a segment behind the one before. */
  public LogBuilder segment(long segmentId) {
    return segment(segmentId, nextId);
  }

  public LogBuilder segment(long segmentId, long firstEntryId) {
    int previousSalt = segmentId == 1 ? 0 : saltOf(segmentId - 1);
    return segment(LOG_ID, segmentId, firstEntryId, previousSalt, saltOf(segmentId));
  }

  public LogBuilder segment(
      UUID logId, long segmentId, long firstId, int previousSalt, int itsSalt) {
    return segment(0, logId, segmentId, firstId, previousSalt, itsSalt);
  }

  /** Starts a segment with flags of {@link FileHeader}. */
  public LogBuilder segment(
      int flags, UUID logId, long segmentId, long firstId, int previousSalt, int itsSalt) {
    name = new SegmentName(segmentId, firstId);
    nextId = firstId;
    salt = itsSalt;
    bytes = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(
        new FileHeader(FileType.SEGMENT, logId, segmentId, firstId, 100, previousSalt, flags, salt)
            .encode());
    return this;
  }

  private ByteBuffer room(int count) {
    if (bytes.remaining() < count) {
      bytes =
          ByteBuffer.allocate(2 * bytes.capacity() + count)
              .order(ByteOrder.LITTLE_ENDIAN)
              .put(bytes.flip());
    }
    return bytes;
  }

  public LogBuilder entry(String text) {
    return frame(FrameKind.ENTRY, nextId++, text.getBytes(UTF_8));
  }

  public LogBuilder entries(int count) {
    for (int i = 0; i < count; i++) {
      entry("e" + nextId);
    }
    return this;
  }

  public LogBuilder part(String text) {
    return frame(FrameKind.PART, nextId++, text.getBytes(UTF_8));
  }

  public LogBuilder frame(FrameKind kind, long id, byte[] payload) {
    encoder.entry(
        room(FrameFormat.frameBytes(payload.length)), salt, kind, id, payload, 0, payload.length);
    return this;
  }

  public LogBuilder mark(long promised) {
    encoder.promise(room(32), salt, FrameKind.MARK, nextId, promised, 7);
    return this;
  }

  public LogBuilder end(long promised) {
    encoder.promise(room(32), salt, FrameKind.END, nextId, promised, 9);
    return this;
  }

  public LogBuilder checkpoint(long covered, String path) {
    byte[] utf8 = path.getBytes(UTF_8);
    encoder.checkpoint(room(FrameFormat.frameBytes(8 + utf8.length)), salt, nextId, covered, utf8);
    return this;
  }

  public LogBuilder schema(String mediaType, String descriptor) {
    return frame(FrameKind.SCHEMA, nextId, (mediaType + '\0' + descriptor).getBytes(UTF_8));
  }

  public LogBuilder raw(byte[] some) {
    room(some.length).put(some);
    return this;
  }

  public LogBuilder zeros(int count) {
    return raw(new byte[count]);
  }

  /** The id that the next entry gets. */
  public long nextId() {
    return nextId;
  }

  /** Where the next frame goes. */
  public int offset() {
    return bytes.position();
  }

  /** Flips a bit of the byte at an offset of the segment. */
  public LogBuilder flip(int offset) {
    bytes.put(offset, (byte) (bytes.get(offset) ^ 0x10));
    return this;
  }

  /** Leaves out what stands behind an offset. */
  public LogBuilder cut(int offset) {
    bytes.position(offset);
    return this;
  }

  public String path() {
    return name.path();
  }

  public byte[] bytes() {
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  /** Writes the segment, over one that is there. */
  public LogBuilder write() throws IOException {
    put(directory, name.path(), bytes.duplicate().flip());
    return this;
  }

  /** Writes a whole checkpoint. */
  public LogBuilder checkpointFile(String path, UUID logId, long lastEntryId) throws IOException {
    put(directory, path, checkpointBytes(logId, lastEntryId));
    return this;
  }

  public ByteBuffer checkpointBytes(UUID logId, long lastEntryId) {
    ByteBuffer b = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
    b.put(new FileHeader(FileType.CHECKPOINT, logId, 0, lastEntryId, 1, 0, 77).encode());
    encoder.entry(b, 77, FrameKind.ENTRY, 1, new byte[] {1, 2, 3}, 0, 3);
    encoder.promise(b, 77, FrameKind.END, 2, 3, 5);
    return b.flip();
  }

  public static void put(Directory directory, String path, ByteBuffer content) throws IOException {
    if (path.contains("/")) {
      directory.createDirectories(path.substring(0, path.lastIndexOf('/')));
    }
    String temporary = path + ".new";
    try (AppendFile file = directory.create(temporary, 0)) {
      file.write(content);
    }
    directory.rename(temporary, path);
  }

  /** All files of a log, by path, in hex. */
  static Map<String, String> files(Directory directory) throws IOException {
    Map<String, String> all = new TreeMap<>();
    for (String place : List.of(LogFiles.SEGMENTS, CheckpointName.DIRECTORY, LogFiles.QUARANTINE)) {
      List<String> names = new ArrayList<>();
      try {
        names.addAll(directory.list(place));
      } catch (NoSuchFileException none) {
        continue;
      }
      for (String each : names) {
        all.put(place + "/" + each, hex(directory, place + "/" + each));
      }
    }
    return all;
  }

  private static String hex(Directory directory, String path) throws IOException {
    try (ReadFile file = directory.open(path)) {
      ByteBuffer content = ByteBuffer.allocate((int) file.size());
      while (content.hasRemaining() && file.read(content, content.position()) >= 0) {
        // Until it is full.
      }
      return HexFormat.of().formatHex(content.array(), 0, content.position());
    }
  }
}
