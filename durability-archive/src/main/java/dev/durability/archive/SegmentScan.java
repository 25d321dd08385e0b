package dev.durability.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Follows the run of valid frames in one segment, as docs/format.md has it, without a look at the
 * entries. It only reads forward.
 *
 * <p>What is stable is what a loss of power leaves as it is: all up to the last frame before which
 * no entry stands that nothing promises.
 */
final class SegmentScan {
  static final int ENTRY = 1;
  static final int PART = 2;
  static final int MARK = 3;
  static final int CHECKPOINT = 4;
  static final int END = 5;
  static final int SCHEMA = 6;

  private static final int FRAME_BYTES = 16;
  private static final int WINDOW_BYTES = 1 << 18;
  private static final int PATH_BYTES_MAX = 4096;

  /** Where bytes come from: a file, or a stream that is only read forward. */
  @FunctionalInterface
  interface Source {
    /** As {@link dev.durability.storage.ReadFile#read}. */
    int read(ByteBuffer target, long position) throws IOException;
  }

  /**
   * A place between two frames, outside of a batch.
   *
   * @param offset its offset
   * @param nextId the id of the entry that comes next
   * @param promised the last entry that anything up to here promises
   * @param stampMicros the last time up to here
   * @param entryEnd the offset after the last entry up to here, or after the header
   */
  record Place(long offset, long nextId, long promised, long stampMicros, long entryEnd) {

    /** Where the frames of a segment begin. */
    static Place start(SegmentHeader header) {
      return new Place(
          SegmentHeader.BYTES,
          header.firstEntryId(),
          header.firstEntryId() - 1,
          header.createdMicros(),
          SegmentHeader.BYTES);
    }
  }

  private final Source source;
  private final int salt;
  private final ByteBuffer window =
      ByteBuffer.allocate(WINDOW_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private long windowEnd;

  private Place place;
  private Place stable;
  private boolean inBatch;
  private boolean ended;
  private int kind;
  private long batchNextId;
  private long covered;
  private String path = "";

  /** Goes on at a place. */
  SegmentScan(Source source, SegmentHeader header, Place from) {
    this.source = source;
    this.salt = header.salt();
    this.place = from;
    this.stable = from;
    this.windowEnd = from.offset();
    this.batchNextId = from.nextId();
  }

  /** Reads all that is left. */
  SegmentScan toEnd() throws IOException {
    boolean more;
    do {
      more = next();
    } while (more);
    return this;
  }

  /** The place after the last whole batch or other frame. */
  Place place() {
    return place;
  }

  /** The last place up to which all is promised. */
  Place stable() {
    return stable;
  }

  /** Whether the run ends with END. */
  boolean ended() {
    return ended;
  }

  /** The kind of the last frame. */
  int kind() {
    return kind;
  }

  /** The last entry that was read, in a batch that may go on. */
  long lastIdSeen() {
    return batchNextId - 1;
  }

  /** What the last frame covers, if it is a CHECKPOINT. */
  long covered() {
    return covered;
  }

  /** The path that the last frame names, if it is a CHECKPOINT; empty if it is kept elsewhere. */
  String path() {
    return path;
  }

  /** Steps over a frame; false if no valid one that is due follows. */
  boolean next() throws IOException {
    if (ended || !fill(FRAME_BYTES)) {
      return false;
    }
    int at = window.position();
    int check = window.getInt(at);
    int kindAndLength = window.getInt(at + 4);
    int length = kindAndLength & 0xfffffff;
    kind = kindAndLength >>> 28;
    long id = window.getLong(at + 8);
    if (id != batchNextId || !isLength(length) || (inBatch && kind != ENTRY && kind != PART)) {
      return false;
    }
    CRC32C crc = new CRC32C();
    crc.update(window.array(), at + 4, 12);
    window.position(at + FRAME_BYTES);
    boolean isSmall = kind != ENTRY && kind != PART;
    if (isSmall && !fill(length)) {
      return false;
    }
    int payload = window.position();
    if (!skip(length, crc) || ((int) crc.getValue() ^ salt) != check) {
      return false;
    }
    long end = windowEnd - window.remaining();
    if (isSmall && !accept(payload, length, id)) {
      return false;
    }
    advance(end);
    return true;
  }

  private boolean isLength(int length) {
    return switch (kind) {
      case ENTRY, PART -> true;
      case MARK, END -> length == 16;
      case CHECKPOINT -> length >= 8 && length <= 8 + PATH_BYTES_MAX;
      case SCHEMA -> length >= 2 && length <= 1 << 16;
      default -> false;
    };
  }

  /** What a frame that is no entry says. */
  private boolean accept(int payload, int length, long id) {
    Place old = place;
    switch (kind) {
      case MARK, END -> {
        long promised = window.getLong(payload);
        if (promised < 0 || promised >= id) {
          return false;
        }
        place =
            new Place(
                old.offset(),
                old.nextId(),
                Math.max(old.promised(), promised),
                window.getLong(payload + 8),
                old.entryEnd());
      }
      case CHECKPOINT -> {
        covered = window.getLong(payload);
        path = new String(window.array(), payload + 8, length - 8, StandardCharsets.UTF_8);
        return covered >= 0 && covered < id;
      }
      default -> {
        // A schema.
      }
    }
    return true;
  }

  private void advance(long end) throws IOException {
    long padded = (end + 7) / 8 * 8;
    skipPadding((int) (padded - end));
    inBatch = kind == PART;
    if (kind == ENTRY || kind == PART) {
      batchNextId++;
    }
    if (inBatch) {
      return;
    }
    ended = kind == END;
    place =
        new Place(
            padded,
            batchNextId,
            place.promised(),
            place.stampMicros(),
            kind == ENTRY ? padded : place.entryEnd());
    if (place.promised() >= batchNextId - 1) {
      stable = place;
    }
  }

  /** Takes bytes into a checksum. */
  private boolean skip(int length, CRC32C crc) throws IOException {
    int left = length;
    while (left > 0) {
      if (!fill(1)) {
        return false;
      }
      int count = Math.min(left, window.remaining());
      crc.update(window.array(), window.position(), count);
      window.position(window.position() + count);
      left -= count;
    }
    return true;
  }

  /** The padding of the last frame may be missing. */
  private void skipPadding(int count) throws IOException {
    if (fill(count)) {
      window.position(window.position() + count);
    } else {
      window.position(window.limit());
    }
  }

  /** Sees to it that so many bytes are in the window; false if the file ends before. */
  private boolean fill(int count) throws IOException {
    if (window.remaining() >= count) {
      return true;
    }
    window.compact();
    boolean more = true;
    while (more && window.position() < count) {
      int got = source.read(window, windowEnd);
      more = got >= 0;
      windowEnd += Math.max(0, got);
    }
    window.flip();
    return window.remaining() >= count;
  }
}
