package dev.durability.frame;

import dev.durability.errors.ChecksumMismatch;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalInt;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads single frames of one file and tells whether they are valid, whatever precedes them. Takes
 * memory only for a payload that was found valid.
 */
final class FrameReader {
  private final FileWindow window;
  private final FileType type;
  private int salt;
  private final CRC32C crc = new CRC32C();
  private ByteBuffer bytes;
  private ByteBuffer checked;
  private ByteBuffer view;

  private long offset;
  private FrameKind kind = FrameKind.ENTRY;
  private long id;
  private int length;
  private long falseBytes;

  /**
   * The checksum of a frame larger than the window, and the bytes that it covers before the
   * payload.
   */
  private final ByteBuffer checkedHeader = ByteBuffer.allocate(FrameFormat.OVERHEAD_BYTES - 4);

  private int checkedSum;

  FrameReader(ReadFile file, int windowBytes, FileType type, int salt) {
    this.window = new FileWindow(file, windowBytes);
    this.type = type;
    this.salt = salt;
    this.bytes = window.bytes();
    this.checked = bytes.duplicate();
    this.view = bytes.duplicate();
    restart(file, salt);
  }

  /** Goes on in another file, with the same memory. */
  void restart(ReadFile file, int otherSalt) {
    window.restart(file);
    salt = otherSalt;
    bytes = window.bytes();
    checked = bytes.duplicate();
    view = bytes.duplicate();
  }

  FileWindow window() {
    return window;
  }

  /**
   * Reads the frame at an offset, if it has the id that is expected (0 for any) and a payload of at
   * most a size. If this returns true, the accessors describe that frame.
   */
  boolean read(long at, long expectedId, int payloadBytesMax) throws IOException {
    return expectedId == 0
        ? readWithin(at, 1, Long.MAX_VALUE, payloadBytesMax)
        : readWithin(at, expectedId, expectedId, payloadBytesMax);
  }

  /** The same for an id within bounds. Of a frame with another id no checksum is computed. */
  boolean readWithin(long at, long idMin, long idMax, int payloadBytesMax) throws IOException {
    int index = header(at, idMin, idMax, payloadBytesMax);
    if (index < 0) {
      return false;
    }
    if (!checksumIsRight(index)) {
      falseBytes += window.fileSize() < endOfPayload() ? 0 : length;
      return false;
    }
    return promiseIsBelowId() && schemaNamesMediaType();
  }

  /** How many bytes of payloads were read for checksums that were wrong. */
  long falseBytes() {
    return falseBytes;
  }

  /**
   * Whether the head of a frame with an id within bounds is here, and room for its payload; not its
   * checksum.
   */
  boolean looksLikeFrame(long at, long idMin, long idMax, int payloadBytesMax) throws IOException {
    return header(at, idMin, idMax, payloadBytesMax) >= 0 && endOfPayload() <= window.fileSize();
  }

  /**
   * Tells under which salt the frame at an offset is valid, if it is one: its checksum says that.
   *
   * @return empty if there is no frame with an id within bounds whose bytes are all there
   */
  OptionalInt saltAt(long at, long idMin, long idMax) throws IOException {
    int index = header(at, idMin, idMax, FrameFormat.PAYLOAD_BYTES_MAX);
    if (index < 0 || window.fileSize() < endOfPayload()) {
      return OptionalInt.empty();
    }
    int stored = bytes.getInt(index);
    boolean unused = checksumIsRight(index);
    return OptionalInt.of(stored ^ (int) crc.getValue());
  }

  /** The index in the window of what can be a frame, before its checksum; or -1. */
  private int header(long at, long idMin, long idMax, int payloadBytesMax) throws IOException {
    int index = window.at(at, FrameFormat.OVERHEAD_BYTES);
    if (index < 0) {
      return -1;
    }
    int kindAndLength = bytes.getInt(index + 4);
    @Nullable FrameKind found = FrameFormat.kind(kindAndLength);
    if (found == null) {
      return -1;
    }
    kind = found;
    length = FrameFormat.length(kindAndLength);
    id = bytes.getLong(index + 8);
    offset = at;
    return length <= payloadBytesMax
            && kind.isAllowedIn(type)
            && kind.canHavePayloadOf(length)
            && kind.canHaveId(id)
            && id >= idMin
            && id <= idMax
        ? index
        : -1;
  }

  /**
   * Tells by which checksum the frame at an offset is damaged, whatever its id.
   *
   * @return null if its checksum is right, or if there is no frame whose bytes are all there
   */
  @Nullable ChecksumMismatch checksumMismatch(long at) throws IOException {
    int index = window.at(at, FrameFormat.OVERHEAD_BYTES);
    @Nullable FrameKind found = index < 0 ? null : FrameFormat.kind(bytes.getInt(index + 4));
    if (found == null || !found.isAllowedIn(type)) {
      return null;
    }
    kind = found;
    length = FrameFormat.length(bytes.getInt(index + 4));
    offset = at;
    if (!kind.canHavePayloadOf(length) || window.fileSize() < endOfPayload()) {
      return null;
    }
    int stored = bytes.getInt(index) ^ salt;
    if (checksumIsRight(index)) {
      return null;
    }
    falseBytes += length;
    return new ChecksumMismatch(stored, (int) crc.getValue());
  }

  /**
   * Reads a frame if it is a valid ENTRY that is whole in the window. Nearly all frames are, so
   * this takes as few steps as possible. If it returns false, nothing is known: call {@link #read}.
   */
  boolean readEntryInWindow(long at, long expectedId) {
    int index = window.indexOf(at, FrameFormat.OVERHEAD_BYTES);
    if (index < 0) {
      return false;
    }
    int kindAndLength = bytes.getInt(index + 4);
    int total = FrameFormat.OVERHEAD_BYTES + FrameFormat.length(kindAndLength);
    if (!FrameFormat.isEntry(kindAndLength)
        || bytes.getLong(index + 8) != expectedId
        || !FrameKind.ENTRY.canHaveId(expectedId)
        || total > window.filled() - index) {
      return false;
    }
    crc.reset();
    update(index + 4, total - 4);
    if ((int) crc.getValue() != (bytes.getInt(index) ^ salt)) {
      return false;
    }
    offset = at;
    kind = FrameKind.ENTRY;
    length = total - FrameFormat.OVERHEAD_BYTES;
    return true;
  }

  private boolean checksumIsRight(int index) throws IOException {
    int stored = bytes.getInt(index) ^ salt;
    int total = FrameFormat.OVERHEAD_BYTES + length;
    crc.reset();
    if (total <= window.capacity()) {
      int start = window.at(offset, total);
      if (start < 0) {
        return false;
      }
      update(start + 4, total - 4);
    } else {
      checkedSum = stored;
      for (int i = 0; i < checkedHeader.capacity(); i++) {
        checkedHeader.put(i, bytes.get(index + 4 + i));
      }
      if (window.fileSize() - offset < total || !updateInPieces(total)) {
        return false;
      }
    }
    return (int) crc.getValue() == stored;
  }

  private boolean updateInPieces(int total) throws IOException {
    for (int done = 4; done < total; ) {
      int piece = Math.min(total - done, window.capacity());
      int index = window.at(offset + done, piece);
      if (index < 0) {
        return false;
      }
      update(index, piece);
      done += piece;
    }
    return true;
  }

  private void update(int index, int count) {
    checked.limit(index + count).position(index);
    crc.update(checked);
  }

  private boolean promiseIsBelowId() throws IOException {
    if (!kind.pointsBack() || type == FileType.CHECKPOINT) {
      return true;
    }
    long promised = promised();
    return promised >= 0 && promised < id;
  }

  private boolean schemaNamesMediaType() throws IOException {
    if (kind != FrameKind.SCHEMA) {
      return true;
    }
    ByteBuffer payload = payload();
    int mediaTypeBytes = 0;
    while (payload.hasRemaining()) {
      if (payload.get() == 0) {
        return mediaTypeBytes > 0;
      }
      mediaTypeBytes++;
    }
    return false;
  }

  FrameKind kind() {
    return kind;
  }

  int length() {
    return length;
  }

  long id() {
    return id;
  }

  long offset() {
    return offset;
  }

  long endOffset() {
    return offset + FrameFormat.align(FrameFormat.OVERHEAD_BYTES + (long) length);
  }

  /** Where the padding of this frame begins. */
  long endOfPayload() {
    return offset + FrameFormat.OVERHEAD_BYTES + length;
  }

  /** What a MARK or END promises, or a CHECKPOINT covers. */
  long promised() throws IOException {
    return payload().getLong();
  }

  /** The payload, in a view that stays as it is until the next call of any method. */
  ByteBuffer payload() throws IOException {
    long from = offset + FrameFormat.OVERHEAD_BYTES;
    if (length <= window.capacity()) {
      int index = window.at(from, length);
      if (index < 0) {
        throw changedUnderneath();
      }
      // Sets the order again: the codec of the last payload had this view and may have changed it.
      return view.order(ByteOrder.LITTLE_ENDIAN).limit(index + length).position(index);
    }
    return copy(from);
  }

  /** Reads and checks a large payload again: a writer may have cut the file meanwhile. */
  private ByteBuffer copy(long from) throws IOException {
    ByteBuffer whole = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (whole.hasRemaining()) {
      int piece = Math.min(whole.remaining(), window.capacity());
      int index = window.at(from + whole.position(), piece);
      if (index < 0) {
        throw changedUnderneath();
      }
      checked.limit(index + piece).position(index);
      whole.put(checked);
    }
    crc.reset();
    crc.update(checkedHeader.clear());
    crc.update(whole.flip());
    if ((int) crc.getValue() != checkedSum) {
      throw changedUnderneath();
    }
    return whole.rewind().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private IOException changedUnderneath() {
    return new IOException(
        "the frame at offset "
            + offset
            + " was cut off or written anew while it was read; read the file again");
  }
}
