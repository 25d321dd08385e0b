package dev.durability.rust;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/**
 * The bytes of the crate's files. All integers are little-endian and unsigned; the checksum is
 * CRC-32/ISO-HDLC, as in zlib.
 *
 * <pre>
 *   segment    0  "VWAL"  u32 version (2, 3)  u64 id of the first entry  u64 segment id
 *     frame   +0  u32 length of the frame  u64 entry id  u32 checksum  payload
 *   checkpoint 0  "VCKP"  u32 version (1, 2)  u64 last entry id  u64 payload length
 *             24  u32 checksum  payload
 *   record log 0  "VRLG"  u32 version (1)
 *    record   +0  u32 payload length  u32 checksum  payload
 * </pre>
 *
 * <p>The checksum covers the payload. In a segment of version 3 and a checkpoint of version 2 it
 * also covers what is before the checksum itself: of the frame, or of the file.
 */
final class CrateFormat {
  static final int WAL_MAGIC = 0x4c41_5756;
  static final int WAL_VERSION_2 = 2;
  static final int WAL_VERSION_3 = 3;
  static final int SEGMENT_HEADER_BYTES = 24;
  static final int FRAME_HEADER_BYTES = 16;
  static final int ENTRY_BYTES_MAX = 16 << 20;
  static final int FRAME_BYTES_MAX = FRAME_HEADER_BYTES + ENTRY_BYTES_MAX;

  static final int CHECKPOINT_MAGIC = 0x504b_4356;
  static final int CHECKPOINT_HEADER_BYTES = 28;
  static final long CHECKPOINT_BYTES_MAX = 256L << 20;

  static final int RECORD_LOG_MAGIC = 0x474c_5256;
  static final int RECORD_LOG_VERSION = 1;
  static final int RECORD_LOG_HEADER_BYTES = 8;
  static final int RECORD_HEADER_BYTES = 8;
  static final int RECORD_BYTES_MAX = 64 << 20;

  /** What of a header is before its checksum. */
  private static final int FRAME_COVERED_BYTES = 12;

  private static final int CHECKPOINT_COVERED_BYTES = 24;

  private CrateFormat() {}

  static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The header of a segment, ready to be written. */
  static ByteBuffer segmentHeader(int version, long firstEntryId, long segmentId) {
    return allocate(SEGMENT_HEADER_BYTES)
        .putInt(WAL_MAGIC)
        .putInt(version)
        .putLong(firstEntryId)
        .putLong(segmentId)
        .flip();
  }

  /** A frame, ready to be written. */
  static ByteBuffer frame(int version, long entryId, byte[] payload) {
    ByteBuffer frame = allocate(FRAME_HEADER_BYTES + payload.length);
    frame.putInt(frame.capacity()).putLong(entryId).putInt(0).put(payload).flip();
    return frame.putInt(FRAME_COVERED_BYTES, frameChecksum(version, frame, 0));
  }

  /** The checksum that the frame at a position of a buffer should have; all of it is there. */
  static int frameChecksum(int version, ByteBuffer bytes, int at) {
    CRC32 crc = new CRC32();
    if (version != WAL_VERSION_2) {
      crc.update(bytes.slice(at, FRAME_COVERED_BYTES));
    }
    int length = bytes.getInt(at);
    crc.update(bytes.slice(at + FRAME_HEADER_BYTES, length - FRAME_HEADER_BYTES));
    return (int) crc.getValue();
  }

  static int frameLength(ByteBuffer bytes, int at) {
    return bytes.getInt(at);
  }

  static long frameEntryId(ByteBuffer bytes, int at) {
    return bytes.getLong(at + 4);
  }

  static int frameChecksumStored(ByteBuffer bytes, int at) {
    return bytes.getInt(at + FRAME_COVERED_BYTES);
  }

  /** Starts the checksum of a checkpoint: the payload is what is left to be added. */
  static CRC32 checkpointChecksum(int version, ByteBuffer header) {
    CRC32 crc = new CRC32();
    if (version != 1) {
      crc.update(header.slice(0, CHECKPOINT_COVERED_BYTES));
    }
    return crc;
  }

  /** The header of a checkpoint without its checksum. */
  static ByteBuffer checkpointHeader(int version, long lastEntryId, long payloadBytes) {
    return allocate(CHECKPOINT_HEADER_BYTES)
        .putInt(CHECKPOINT_MAGIC)
        .putInt(version)
        .putLong(lastEntryId)
        .putLong(payloadBytes)
        .clear();
  }

  static ByteBuffer recordLogHeader() {
    return allocate(RECORD_LOG_HEADER_BYTES)
        .putInt(RECORD_LOG_MAGIC)
        .putInt(RECORD_LOG_VERSION)
        .flip();
  }

  static ByteBuffer record(byte[] payload) {
    return allocate(RECORD_HEADER_BYTES + payload.length)
        .putInt(payload.length)
        .putInt(checksum(payload))
        .put(payload)
        .flip();
  }

  static int checksum(byte[] payload) {
    CRC32 crc = new CRC32();
    crc.update(payload);
    return (int) crc.getValue();
  }
}
