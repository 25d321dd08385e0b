package dev.durability.rust;

import dev.durability.storage.Directory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads one segment: its header, then frame after frame. Damage is an exception. */
final class SegmentFrames implements Closeable {
  /** What is at the offset. */
  enum Step {
    FRAME,
    END,
    ZEROS,
    ZERO_LENGTH,
    CUT,
    /** An entry after the last one that is wanted. */
    BEYOND
  }

  private final CrateReading reading;
  private final FileBytes bytes;
  private final long segmentId;

  private int version;
  private long firstEntryId;

  /** Where the next frame begins: the end of what is intact. */
  private long offset;

  private long entries;
  private long newerChecksums;
  private long entryId;
  private int payloadAt;
  private int payloadBytes;

  private SegmentFrames(CrateReading reading, FileBytes bytes, long segmentId) {
    this.reading = reading;
    this.bytes = bytes;
    this.segmentId = segmentId;
  }

  static SegmentFrames open(Directory directory, SegmentFile segment, CrateReading reading)
      throws IOException {
    return new SegmentFrames(
        reading, FileBytes.open(directory, segment.path()), segment.segmentId());
  }

  /**
   * Reads the header.
   *
   * @return false if the file is too short for one
   */
  boolean header() throws IOException {
    if (!bytes.has(0, CrateFormat.SEGMENT_HEADER_BYTES)) {
      return false;
    }
    int at = bytes.at(0, CrateFormat.SEGMENT_HEADER_BYTES);
    ByteBuffer header = bytes.buffer();
    if (header.getInt(at) != CrateFormat.WAL_MAGIC) {
      throw Damage.format(path(), 0, "invalid WAL magic");
    }
    int found = header.getInt(at + 4);
    if (found < CrateFormat.WAL_VERSION_2 || found > reading.version().walVersion()) {
      throw Damage.version(
          path(),
          4,
          "WAL version mismatch (got "
              + Integer.toUnsignedString(found)
              + ", expected "
              + (reading.version().walVersion() == CrateFormat.WAL_VERSION_2 ? "2" : "3 or 2")
              + "): use the version of the crate that wrote it");
    }
    long named = header.getLong(at + 16);
    if (named != segmentId) {
      throw Damage.format(
          path(), 16, "WAL segment id mismatch: the header says " + Long.toUnsignedString(named));
    }
    version = found;
    firstEntryId = header.getLong(at + 8);
    offset = CrateFormat.SEGMENT_HEADER_BYTES;
    return true;
  }

  /**
   * Looks at the next frame.
   *
   * @param due the id that it must have
   * @param toId the last entry that is wanted
   */
  Step next(Due due, long toId) throws IOException {
    long left = bytes.size - offset;
    if (left < Integer.BYTES) {
      return left == 0 ? Step.END : restIsZeros() ? Step.ZEROS : Step.CUT;
    }
    int at = bytes.at(offset, (int) Math.min(left, CrateFormat.FRAME_HEADER_BYTES));
    int length = CrateFormat.frameLength(bytes.buffer(), at);
    if (length == 0) {
      return restIsZeros() ? Step.ZEROS : Step.ZERO_LENGTH;
    }
    requireLength(length);
    if (left >= CrateFormat.FRAME_HEADER_BYTES
        && Long.compareUnsigned(CrateFormat.frameEntryId(bytes.buffer(), at), toId) > 0) {
      return Step.BEYOND;
    }
    if (left < length) {
      return Step.CUT;
    }
    at = bytes.at(offset, length);
    entryId = CrateFormat.frameEntryId(bytes.buffer(), at);
    checkChecksum(at);
    if (!due.is(entryId)) {
      throw Damage.format(
          path(),
          offset,
          "WAL entry id mismatch: entry "
              + Long.toUnsignedString(entryId)
              + " where "
              + due
              + " is due");
    }
    payloadAt = at + CrateFormat.FRAME_HEADER_BYTES;
    payloadBytes = length - CrateFormat.FRAME_HEADER_BYTES;
    return Step.FRAME;
  }

  /** Goes on behind the frame that {@link #next} found: it belongs to the log. */
  void accept() {
    offset += CrateFormat.FRAME_HEADER_BYTES + payloadBytes;
    entries++;
  }

  private void requireLength(int length) throws IOException {
    if (length > 0 && length < CrateFormat.FRAME_HEADER_BYTES) {
      throw Damage.format(path(), offset, "WAL entry length < header: " + length);
    } else if (length < 0 || length > CrateFormat.FRAME_BYTES_MAX) {
      throw Damage.format(
          path(),
          offset,
          "WAL entry too large: "
              + Integer.toUnsignedString(length)
              + " bytes (max "
              + CrateFormat.FRAME_BYTES_MAX
              + ")");
    }
  }

  private void checkChecksum(int at) throws IOException {
    int expected = CrateFormat.frameChecksumStored(bytes.buffer(), at);
    int found = CrateFormat.frameChecksum(version, bytes.buffer(), at);
    if (expected == found) {
      return;
    }
    if (reading.acceptsNewerChecksums()
        && version == CrateFormat.WAL_VERSION_2
        && expected == CrateFormat.frameChecksum(CrateFormat.WAL_VERSION_3, bytes.buffer(), at)) {
      newerChecksums++;
      return;
    }
    throw Damage.checksum(path(), offset, expected, found);
  }

  private boolean restIsZeros() throws IOException {
    return reading.version().zerosEndASegment() && bytes.endOfZeros(offset) == bytes.size;
  }

  /** The id of the frame that {@link #next} has just read. */
  long entryId() {
    return entryId;
  }

  byte[] payload() {
    byte[] payload = new byte[payloadBytes];
    bytes.buffer().get(payloadAt, payload);
    return payload;
  }

  long firstEntryId() {
    return firstEntryId;
  }

  String path() {
    return bytes.path;
  }

  /** The segment as far as it was read. */
  CrateSegment segment() {
    return new CrateSegment(
        segmentId, path(), version, firstEntryId, entries, bytes.size, newerChecksums);
  }

  CrateEnding ending(CrateEnding.Kind kind) {
    return new CrateEnding(kind, path(), offset, bytes.size - offset);
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }
}
