package dev.durability.frame;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The layout of a frame.
 *
 * <pre>
 *  0 crc32c(bytes 4 .. 16+length) xor salt
 *  4 kind (top 4 bits), payload length (low 28 bits)
 *  8 entry id
 * 16 payload, then zeros to a multiple of 8
 * </pre>
 *
 * A frame is valid if and only if
 *
 * <ol>
 *   <li>it starts at a multiple of 8, from 64 on,
 *   <li>its kind is one of the six ({@link FrameKind}), in a record log ENTRY, MARK, END or SCHEMA,
 *       in a checkpoint ENTRY, END or SCHEMA,
 *   <li>its id is 1 to 2^63-1, that of an ENTRY or PART at most 2^63-2,
 *   <li>its payload lies within the file,
 *   <li>a MARK or END has 16 bytes of payload, a CHECKPOINT 8 to 4,104, a SCHEMA 2 to 65,536,
 *   <li>its checksum is right under the file's salt, and
 *   <li>what a MARK or END promises, or a CHECKPOINT covers, is below its id (in a checkpoint file,
 *       if END carries the size instead, this does not apply), and
 *   <li>the payload of a SCHEMA starts with a media type of at least one byte and a zero byte.
 * </ol>
 */
public final class FrameFormat {
  /**
   * The last id that an entry can have: 2^63-2. The next id is 2^63-1 then, which a MARK or END
   * after it carries; there is no entry with it.
   */
  public static final long ENTRY_ID_MAX = Long.MAX_VALUE - 1;

  /** The bytes of a frame before its payload. */
  public static final int OVERHEAD_BYTES = 16;

  /** The largest payload that a length field can express. */
  public static final int PAYLOAD_BYTES_MAX = (1 << 28) - 1;

  /** The payload of a MARK or END: the promise and the wall clock. */
  public static final int PROMISE_PAYLOAD_BYTES = 16;

  /** The bytes of a whole MARK or END. */
  public static final int PROMISE_FRAME_BYTES = OVERHEAD_BYTES + PROMISE_PAYLOAD_BYTES;

  /** The payload of a CHECKPOINT before its path. */
  public static final int COVERED_BYTES = 8;

  /** The longest path that a CHECKPOINT can name, in bytes of UTF-8. */
  public static final int CHECKPOINT_PATH_BYTES_MAX = 4096;

  /** The smallest payload of a SCHEMA: a media type of one byte, and the zero after it. */
  static final int SCHEMA_BYTES_MIN = 2;

  /** The largest payload of a SCHEMA. */
  public static final int SCHEMA_BYTES_MAX = 64 << 10;

  /** The largest payload of the frames that are looked for after a break. */
  static final int PAYLOAD_BYTES_MAX_PAST_BREAK = COVERED_BYTES + CHECKPOINT_PATH_BYTES_MAX;

  static final int ALIGNMENT = 8;

  private static final int KIND_OFFSET = 4;
  private static final int ID_OFFSET = 8;

  private FrameFormat() {}

  /**
   * Tells how much room a frame takes.
   *
   * @param payloadBytes the size of its payload
   * @return its bytes, padding included
   */
  public static int frameBytes(int payloadBytes) {
    return (int) align(OVERHEAD_BYTES + (long) payloadBytes);
  }

  /**
   * Rounds an offset up to where a frame can start.
   *
   * @param offset an offset in bytes
   * @return the next multiple of 8
   */
  public static long align(long offset) {
    return (offset + (ALIGNMENT - 1)) & -ALIGNMENT;
  }

  /**
   * Reads the size of a payload in a frame that is known to be valid.
   *
   * @param frames little-endian
   * @param at where the frame starts
   * @return the size of its payload, in bytes
   */
  public static int payloadBytes(ByteBuffer frames, int at) {
    return length(frames.getInt(at + KIND_OFFSET));
  }

  /**
   * Reads the id of a frame that is known to be valid.
   *
   * @param frames little-endian
   * @param at where the frame starts
   * @return its id if it is an entry, 0 if it is none
   */
  public static long entryId(ByteBuffer frames, int at) {
    FrameKind kind = kind(frames.getInt(at + KIND_OFFSET));
    return kind != null && kind.takesId() ? frames.getLong(at + ID_OFFSET) : 0;
  }

  static @Nullable FrameKind kind(int kindAndLength) {
    return FrameKind.of(kindAndLength >>> 28);
  }

  /** The same as asking for the {@link #kind}, in fewer steps. */
  static boolean isEntry(int kindAndLength) {
    return kindAndLength >>> 28 == FrameKind.ENTRY_CODE;
  }

  static int length(int kindAndLength) {
    return kindAndLength & PAYLOAD_BYTES_MAX;
  }

  static int kindAndLength(FrameKind kind, int length) {
    return kind.code() << 28 | length;
  }
}
