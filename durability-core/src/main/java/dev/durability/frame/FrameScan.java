package dev.durability.frame;

import dev.durability.codec.Schema;
import dev.durability.errors.ChecksumMismatch;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Goes over the valid frames of a segment whose ids are in order, also after damage. A run ends at
 * the first damage; this goes on at the next frame that is proven:
 *
 * <ul>
 *   <li>its checksum is right under the salt of the segment;
 *   <li>its id is not lower than the one due, and not higher than the bytes between have room for;
 *   <li>the frame that is damaged says itself where it ends, if a frame with the right id is there:
 *       then nothing inside of the damaged one is taken for a frame.
 * </ul>
 *
 * After damage a frame may stand at any offset: bytes may have been taken out, or put in.
 *
 * <p>Memory does not grow with the file. The work is bounded: once eight times its size were read
 * for frames that proved false, only frames of up to 4,104 bytes at multiples of 8 are looked for
 * after damage.
 */
public final class FrameScan implements AutoCloseable {
  private static final int FALSE_BYTES_MAX_PER_BYTE = 8;
  private static final long FALSE_BYTES_MIN = 1 << 20;

  private final FrameReader frames;
  private final long fileSize;
  private final long lastId;
  private final long falseBytesMax;
  private long slack;
  private long offset;
  private long end;
  private long endOfPayload;
  private long due;
  private long dueBefore;
  private long brokenAt;
  private long wholeTo;
  private long brokenTo;
  private boolean isBroken;
  private @Nullable ChecksumMismatch mismatch;

  /**
   * Starts at a place in a segment.
   *
   * @param file the segment, or a part of one
   * @param salt the salt of the segment
   * @param from the offset of the first frame
   * @param firstId the id that is due there
   * @param slack how many more entries than the bytes have room for may be missing before the first
   *     frame that is found
   * @param lastId the last entry that counts; {@link FrameFormat#ENTRY_ID_MAX} if all do
   * @throws IOException if the file cannot be read
   */
  public FrameScan(ReadFile file, int salt, long from, long firstId, long slack, long lastId)
      throws IOException {
    this.frames = new FrameReader(file, FrameRun.windowBytes(file), FileType.SEGMENT, salt);
    this.fileSize = file.size();
    this.falseBytesMax = FALSE_BYTES_MAX_PER_BYTE * Math.max(FALSE_BYTES_MIN, fileSize);
    this.end = from;
    this.endOfPayload = from;
    this.due = firstId;
    this.slack = slack;
    this.lastId = lastId;
  }

  /**
   * Goes to the next valid frame.
   *
   * @return its kind; null if there is none any more
   * @throws IOException if the file cannot be read
   */
  public @Nullable FrameKind next() throws IOException {
    dueBefore = due;
    brokenAt = end;
    mismatch = null;
    isBroken = false;
    if (due > lastId || !find()) {
      return null;
    }
    FrameKind kind = frames.kind();
    offset = frames.offset();
    end = frames.endOffset();
    endOfPayload = frames.endOfPayload();
    due = kind.takesId() ? frames.id() + 1 : frames.id();
    slack = 0;
    isBroken = kind == FrameKind.PART && offset < brokenTo;
    if (kind == FrameKind.PART && offset >= wholeTo && !isBroken) {
      findEndOfBatch();
    }
    return kind;
  }

  private boolean find() throws IOException {
    if (isFrame(end, due, due)) {
      return true;
    }
    mismatch = looksForLargeFrames() ? frames.checksumMismatch(end) : null;
    if (isAfterDamagedFrame()) {
      return true;
    }
    for (long at = endOfPayload; at < fileSize; ) { // The padding may be what was taken out.
      long highest = highestIdAt(at);
      if (frames.looksLikeFrame(at, due, highest, FrameFormat.PAYLOAD_BYTES_MAX)
          && isFrame(at, due, highest)) {
        return true;
      }
      at = looksForLargeFrames() ? at + 1 : FrameFormat.align(at + 1);
    }
    return false;
  }

  /**
   * No entry is shorter than the head of its frame. Of what was there, as many bytes may have been
   * taken out as bring the frame to an offset where none can begin.
   */
  private long highestIdAt(long at) {
    long bytes = at - end + FrameFormat.ALIGNMENT - 1;
    long most = due + slack + bytes / FrameFormat.OVERHEAD_BYTES;
    return most < 0 ? Long.MAX_VALUE : most;
  }

  /** The head of a damaged frame may be whole: then what it says of its length leads on. */
  private boolean isAfterDamagedFrame() throws IOException {
    if (!frames.looksLikeFrame(end, due, due, FrameFormat.PAYLOAD_BYTES_MAX)) {
      return false;
    }
    long following = frames.kind().takesId() ? due + 1 : due;
    return isFrame(frames.endOffset(), following, following);
  }

  private boolean isFrame(long at, long idMin, long idMax) throws IOException {
    int payloadBytesMax =
        looksForLargeFrames()
            ? FrameFormat.PAYLOAD_BYTES_MAX
            : FrameFormat.PAYLOAD_BYTES_MAX_PAST_BREAK;
    return frames.readWithin(at, idMin, Math.min(idMax, lastId + 1), payloadBytesMax)
        && (!frames.kind().takesId() || frames.id() <= lastId);
  }

  private boolean looksForLargeFrames() {
    return frames.falseBytes() < falseBytesMax;
  }

  /** Finds out whether the batch that begins here is whole, and comes back. */
  private void findEndOfBatch() throws IOException {
    long first = due - 1;
    long at = end;
    long to = endOfPayload;
    long id = due;
    boolean isWhole = first == lastId;
    while (!isWhole
        && frames.readWithin(at, id, id, FrameFormat.PAYLOAD_BYTES_MAX)
        && frames.kind().takesId()) {
      isWhole = frames.kind() == FrameKind.ENTRY || id == lastId;
      at = frames.endOffset();
      to = frames.endOfPayload();
      id++;
    }
    wholeTo = isWhole ? to : 0;
    brokenTo = isWhole ? 0 : to;
    isBroken = !isWhole;
    if (!frames.readWithin(offset, first, first, FrameFormat.PAYLOAD_BYTES_MAX)) {
      throw new IOException("the frame at offset " + offset + " changed while it was read");
    }
  }

  /** {@return whether this frame does not follow the one before it: damage is between them} */
  public boolean hasSkipped() {
    return offset != brokenAt;
  }

  /**
   * {@return the offset after the last frame that was proven before this one; after the end, after
   * the last one}
   */
  public long brokenAt() {
    return brokenAt;
  }

  /** {@return the checksum that is wrong at {@link #brokenAt}, null if nothing there has one} */
  public @Nullable ChecksumMismatch mismatch() {
    return mismatch;
  }

  /** {@return the offset of this frame} */
  public long offset() {
    return offset;
  }

  /** {@return the offset after this frame} */
  public long endOffset() {
    return end;
  }

  /**
   * {@return the offset after the last byte of the file that is not zero, or after this frame if
   * only zeros follow}
   *
   * @throws IOException if the file cannot be read
   */
  public long leftEnd() throws IOException {
    return Remains.nonZeroEnd(frames.window(), end);
  }

  /** {@return the id of the entry that was due before this frame} */
  public long dueBefore() {
    return dueBefore;
  }

  /** {@return the id of the entry that comes next} */
  public long due() {
    return due;
  }

  /** {@return after an entry, whether more of the same whole batch follow, and count} */
  public boolean hasMoreOfBatch() {
    return offset < wholeTo && frames.kind() == FrameKind.PART && due <= lastId;
  }

  /** {@return after an entry, whether it belongs to a batch whose end is missing} */
  public boolean isOfBrokenBatch() {
    return isBroken;
  }

  /** {@return how many bytes the payload of this frame has} */
  public int payloadBytes() {
    return frames.length();
  }

  /**
   * {@return the payload of this frame: a read-only little-endian view, which stays as it is until
   * the next call}
   *
   * @throws IOException if the file cannot be read
   */
  public ByteBuffer payload() throws IOException {
    return frames.payload();
  }

  /**
   * {@return the schema that this SCHEMA has}
   *
   * @throws IOException if the file cannot be read
   */
  public Schema schema() throws IOException {
    return SchemaPayload.decode(frames.payload());
  }

  /**
   * {@return what this MARK or END promises, or this CHECKPOINT covers; at most the last entry that
   * counts}
   *
   * @throws IOException if the file cannot be read
   */
  public long promised() throws IOException {
    return Math.min(frames.promised(), lastId);
  }

  /**
   * {@return the wall clock of this MARK or END, in microseconds since the epoch}
   *
   * @throws IOException if the file cannot be read
   */
  public long wallClockMicros() throws IOException {
    ByteBuffer payload = frames.payload();
    return payload.getLong(payload.position() + Long.BYTES);
  }

  /** Gives back the memory, and not the file. */
  @Override
  public void close() {
    frames.window().close();
  }
}
