package dev.durability.segment;

import dev.durability.codec.Schema;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFormat;
import dev.durability.log.CheckpointReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A segment that is going to be written. Its salt is drawn before its file exists, because frames
 * are encoded for it while the segment before is still being written.
 *
 * @param name its numbers
 * @param salt its salt
 * @param previousSalt the salt of the segment that it continues, 0 if it is the first
 * @param flags the flags of its header
 * @param schema how its entries are encoded, empty if nothing says so
 * @param preamble the checkpoints that are named in it before it gets its name: those that a
 *     segment named that it takes the place of
 */
public record SegmentPlan(
    SegmentName name,
    int salt,
    int previousSalt,
    int flags,
    Optional<Schema> schema,
    List<CheckpointReference> preamble) {

  private static final SecureRandom RANDOM = new SecureRandom();

  /** Draws a salt. */
  public static int randomSalt() {
    return RANDOM.nextInt();
  }

  /** The first segment of a log, which starts at an entry. */
  public static SegmentPlan first(long firstEntryId, Optional<Schema> schema) {
    int flags = firstEntryId == 1 ? 0 : FileHeader.COVERED;
    return new SegmentPlan(
        new SegmentName(1, firstEntryId), randomSalt(), 0, flags, schema, List.of());
  }

  /** The segment after one that has this header. */
  public static SegmentPlan after(FileHeader last, long firstEntryId, Optional<Schema> schema) {
    SegmentName name = new SegmentName(last.segmentId() + 1, firstEntryId);
    return new SegmentPlan(name, randomSalt(), last.salt(), 0, schema, List.of());
  }

  /**
   * A segment without entries that takes the place of one without entries, which has this header.
   *
   * @param schema how its entries are encoded, empty if nothing says so
   * @param preamble the checkpoints that the other one names
   */
  public static SegmentPlan inPlaceOf(
      FileHeader empty, Optional<Schema> schema, List<CheckpointReference> preamble) {
    return new SegmentPlan(
        new SegmentName(empty.segmentId(), empty.firstEntryId()),
        randomSalt(),
        empty.previousSalt(),
        empty.flags(),
        schema,
        preamble);
  }

  /** The segment after this one. */
  public SegmentPlan next(long firstEntryId, int nextSalt) {
    SegmentName next = new SegmentName(name.segmentId() + 1, firstEntryId);
    return new SegmentPlan(next, nextSalt, salt, 0, schema, List.of());
  }

  /**
   * A segment after this one that does not go on where this one ends. What else it has to say is
   * for {@link StartingOver}, once this one is written.
   *
   * @param firstEntryId the id of its first entry
   * @param itsFlags what that means for other entries
   */
  public SegmentPlan startingOver(long firstEntryId, int itsFlags) {
    SegmentName next = new SegmentName(name.segmentId() + 1, firstEntryId);
    return new SegmentPlan(next, randomSalt(), 0, itsFlags, schema, List.of());
  }

  /**
   * The bytes that the file has before it gets its name.
   *
   * @param createdMicros when it is made, in microseconds since the epoch
   */
  public ByteBuffer beginning(UUID logId, long createdMicros) {
    FileHeader header =
        new FileHeader(
            FileType.SEGMENT,
            logId,
            name.segmentId(),
            name.firstEntryId(),
            createdMicros,
            previousSalt,
            flags,
            salt);
    ByteBuffer bytes = ByteBuffer.allocate(beginningBytes()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(header.encode());
    FrameEncoder encoder = new FrameEncoder();
    schema.ifPresent(written -> encoder.schema(bytes, salt, name.firstEntryId(), written));
    for (CheckpointReference named : preamble) {
      encoder.checkpoint(bytes, salt, name.firstEntryId(), named.lastEntryId(), pathBytes(named));
    }
    return bytes.flip();
  }

  /** How many bytes the file has before it gets its name. */
  public int beginningBytes() {
    int bytes = FileHeader.BYTES + schema.map(FrameEncoder::schemaBytes).orElse(0);
    for (CheckpointReference named : preamble) {
      bytes += FrameFormat.frameBytes(FrameFormat.COVERED_BYTES + pathBytes(named).length);
    }
    return bytes;
  }

  private static byte[] pathBytes(CheckpointReference named) {
    return named.path().getBytes(StandardCharsets.UTF_8);
  }
}
