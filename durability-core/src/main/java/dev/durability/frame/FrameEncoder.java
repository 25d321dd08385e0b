package dev.durability.frame;

import dev.durability.codec.Schema;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Puts frames into a little-endian buffer, at its position. Not thread-safe. The buffer must have
 * room for {@link FrameFormat#frameBytes} of the payload, and be at a multiple of 8.
 */
public final class FrameEncoder {
  private final CRC32C crc = new CRC32C();

  /**
   * Puts an ENTRY or PART.
   *
   * @param target where the frame goes
   * @param salt the salt of the file
   * @param kind {@link FrameKind#ENTRY} or {@link FrameKind#PART}
   * @param id the entry id
   * @param payload holds the encoded entry
   * @param from where in it the entry starts
   * @param length how many bytes it has
   */
  public void entry(
      ByteBuffer target, int salt, FrameKind kind, long id, byte[] payload, int from, int length) {
    int start = begin(target, kind, id, length);
    target.put(payload, from, length);
    finish(target, start, salt);
  }

  /**
   * Puts an ENTRY or PART without its checksum, which {@link #seal} adds.
   *
   * @param target where the frame goes
   * @param kind {@link FrameKind#ENTRY} or {@link FrameKind#PART}
   * @param id the entry id
   * @param payload holds the encoded entry
   * @param from where in it the entry starts
   * @param length how many bytes it has
   */
  public void unsealed(
      ByteBuffer target, FrameKind kind, long id, byte[] payload, int from, int length) {
    begin(target, kind, id, length);
    target.put(payload, from, length);
    pad(target);
  }

  /**
   * Adds the checksums of frames that follow each other, whether they have them already or not. The
   * processor computes several at once, which it cannot do if a lock is taken between them.
   *
   * @param frames holds them; all of it is looked at, whatever its position and limit
   * @param from where the first starts
   * @param to where the last ends
   * @param salt the salt of the file
   */
  public void seal(ByteBuffer frames, int from, int to, int salt) {
    frames.clear();
    for (int at = from; at < to; ) {
      int length = FrameFormat.payloadBytes(frames, at);
      int end = at + FrameFormat.OVERHEAD_BYTES + length;
      crc.reset();
      frames.limit(end).position(at + Integer.BYTES);
      crc.update(frames);
      frames.putInt(at, (int) crc.getValue() ^ salt);
      at += FrameFormat.frameBytes(length);
      frames.clear();
    }
  }

  /**
   * Puts an ENTRY around a payload that is in its place already, which is {@link
   * FrameFormat#OVERHEAD_BYTES} after the position.
   *
   * @param target where the frame goes
   * @param salt the salt of the file
   * @param id the entry id
   * @param length how many bytes the payload has
   */
  public void entryInPlace(ByteBuffer target, int salt, long id, int length) {
    int start = begin(target, FrameKind.ENTRY, id, length);
    target.position(target.position() + length);
    finish(target, start, salt);
  }

  /**
   * Puts a MARK or END.
   *
   * @param target where the frame goes
   * @param salt the salt of the file
   * @param kind {@link FrameKind#MARK} or {@link FrameKind#END}
   * @param nextId the id of the next entry
   * @param promised the last entry that was durable before this frame is written; in a checkpoint
   *     the size of its payload
   * @param wallClockMicros the time of this frame, in microseconds since the epoch
   */
  public void promise(
      ByteBuffer target,
      int salt,
      FrameKind kind,
      long nextId,
      long promised,
      long wallClockMicros) {
    int start = begin(target, kind, nextId, FrameFormat.PROMISE_PAYLOAD_BYTES);
    target.putLong(promised).putLong(wallClockMicros);
    finish(target, start, salt);
  }

  /**
   * Puts a CHECKPOINT.
   *
   * @param target where the frame goes
   * @param salt the salt of the file
   * @param id the entry id that it takes
   * @param covered the last entry that the checkpoint contains
   * @param path the checkpoint's path in UTF-8, empty if it is kept elsewhere
   */
  public void checkpoint(ByteBuffer target, int salt, long id, long covered, byte[] path) {
    int start = begin(target, FrameKind.CHECKPOINT, id, FrameFormat.COVERED_BYTES + path.length);
    target.putLong(covered).put(path);
    finish(target, start, salt);
  }

  /**
   * Puts a SCHEMA.
   *
   * @param target where the frame goes
   * @param salt the salt of the file
   * @param nextId the id of the next entry
   * @param schema how the entries after it are encoded
   */
  public void schema(ByteBuffer target, int salt, long nextId, Schema schema) {
    byte[] payload = SchemaPayload.encode(schema);
    int start = begin(target, FrameKind.SCHEMA, nextId, payload.length);
    target.put(payload);
    finish(target, start, salt);
  }

  /** {@return how many bytes the frame of a SCHEMA takes} */
  public static int schemaBytes(Schema schema) {
    return FrameFormat.frameBytes(SchemaPayload.encode(schema).length);
  }

  private static int begin(ByteBuffer target, FrameKind kind, long id, int length) {
    int start = target.position();
    target.putInt(0).putInt(FrameFormat.kindAndLength(kind, length)).putLong(id);
    return start;
  }

  private void finish(ByteBuffer target, int start, int salt) {
    int end = target.position();
    int limit = target.limit();
    crc.reset();
    target.limit(end).position(start + 4);
    crc.update(target);
    target.limit(limit);
    target.putInt(start, (int) crc.getValue() ^ salt);
    pad(target);
  }

  private static void pad(ByteBuffer target) {
    for (int padding = -target.position() & (FrameFormat.ALIGNMENT - 1); padding > 0; padding--) {
      target.put((byte) 0);
    }
  }
}
