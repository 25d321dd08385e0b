package dev.durability.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first 64 bytes of a segment or checkpoint, as docs/format.md has them.
 *
 * @param logId the log
 * @param number the number of the segment, 0 in a checkpoint
 * @param firstEntryId the first entry of the segment, or the last that the checkpoint contains
 * @param createdMicros when it was created
 * @param previousSalt the salt of the segment that it continues
 * @param flags 1 rewinds, 2 covered
 * @param salt the salt of the file, which tells it from another one with the same name
 */
record SegmentHeader(
    UUID logId,
    long number,
    long firstEntryId,
    long createdMicros,
    int previousSalt,
    int flags,
    int salt) {
  static final int BYTES = 64;
  static final int SEGMENT = 0x4c415744; // DWAL
  static final int CHECKPOINT = 0x504b4344; // DCKP

  boolean rewinds() {
    return (flags & 1) != 0;
  }

  boolean startsCovered() {
    return (flags & 2) != 0;
  }

  /** Whether it is of a segment that opening a log puts in the place of an empty one. */
  boolean replaces(SegmentHeader other) {
    return firstEntryId == other.firstEntryId
        && previousSalt == other.previousSalt
        && flags == other.flags;
  }

  /** Reads a header; null if it is not a whole one of that kind. */
  static @Nullable SegmentHeader read(SegmentScan.Source source, int magic) throws IOException {
    ByteBuffer b = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (b.hasRemaining()) {
      if (source.read(b, b.position()) < 0) {
        return null;
      }
    }
    CRC32C crc = new CRC32C();
    crc.update(b.array(), 0, 60);
    if (b.getInt(60) != (int) crc.getValue() || b.getInt(0) != magic || b.getInt(4) != 1) {
      return null;
    }
    return new SegmentHeader(
        new UUID(b.getLong(8), b.getLong(16)),
        b.getLong(24),
        b.getLong(32),
        b.getLong(40),
        b.getInt(48),
        b.getInt(52),
        b.getInt(56));
  }
}
