package dev.durability.frame;

import dev.durability.errors.ChecksumMismatch;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The run of valid and contiguous frames of one file, from its header on, one step at a time. It
 * returns an atomic batch only after it has seen that the batch is whole, however large it is, and
 * takes memory only for the largest entry.
 *
 * <p>The run ends before the first frame that is invalid, has an unexpected id, stands inside a
 * batch without belonging to it, or belongs to a batch that does not end. A run with a last id ends
 * after that entry at the latest, even in the middle of a batch: the owner of the log has cut off
 * what follows.
 *
 * <p>The run keeps count of what its frames promise: {@link #promisedThrough} and {@link
 * #lastStampMicros}. This is the one place that knows which frames promise.
 */
public final class FrameRun implements AutoCloseable {

  /** The outcome of a step. */
  public enum Step {
    /** An entry: {@link FrameRun#id()} and {@link FrameRun#payload()}. */
    ENTRY,
    /** A CHECKPOINT: {@link FrameRun#promised()} and {@link FrameRun#path()}. */
    CHECKPOINT,
    /** A SCHEMA: {@link FrameRun#payload()}. */
    SCHEMA,
    /** A MARK: {@link FrameRun#promised()} and {@link FrameRun#wallClockMicros()}. */
    MARK,
    /** The END of the file: the same as for a MARK. The next step is STOP. */
    END,
    /** The end of the run: {@link FrameRun#offset()} and {@link FrameRun#breakOffset()}. */
    STOP
  }

  /** The size of the window that a sequential reader uses, in bytes. */
  public static final int WINDOW_BYTES = 1 << 20;

  /** The last id of a run that ends where its frames do. */
  public static final long NO_LAST_ID = Long.MAX_VALUE;

  private static final int WINDOW_BYTES_MIN = 8 << 10;

  private final FrameReader frames;
  private long offset;
  private long breakOffset;
  private long nextId;
  private long lastId = NO_LAST_ID;
  private long batchLastId;
  private long promisedThrough;
  private long lastStampMicros;
  private long wholeTo;
  private long tornAt;
  private long tornId;
  private boolean ended;

  /**
   * Starts after the header of a file.
   *
   * @param file the file
   * @param type what it is
   * @param salt its salt
   * @param firstId the id that its first entry has to have
   * @param windowBytes how much of it to hold in memory, at least 8 KiB; see {@link #windowBytes}
   */
  public FrameRun(ReadFile file, FileType type, int salt, long firstId, int windowBytes) {
    this.frames = new FrameReader(file, windowBytes, type, salt);
    begin(firstId);
  }

  /**
   * Starts after the header of another file of the same type, in the same memory. The file before
   * is not read any more, and not closed.
   *
   * @param file the file
   * @param salt its salt
   * @param firstId the id that its first entry has to have
   */
  public void restart(ReadFile file, int salt, long firstId) {
    frames.restart(file, salt);
    begin(firstId);
  }

  private void begin(long firstId) {
    offset = FileHeader.BYTES;
    breakOffset = FileHeader.BYTES;
    wholeTo = FileHeader.BYTES;
    tornAt = 0;
    nextId = firstId;
    lastId = NO_LAST_ID;
    promisedThrough = 0;
    lastStampMicros = 0;
    ended = false;
  }

  /** Sets the last entry that no later segment makes void, or {@link #NO_LAST_ID}. */
  public void endAfter(long id) {
    lastId = id;
  }

  /**
   * Goes on at a place that another run over the same file has passed.
   *
   * @param frameOffset the start of a frame that is not inside a batch
   * @param frameNextId the id of the next entry there
   */
  public void skipTo(long frameOffset, long frameNextId) {
    offset = frameOffset;
    breakOffset = frameOffset;
    nextId = frameNextId;
  }

  /**
   * Goes to any place in the file, forward or back, and on from there.
   *
   * @param frameOffset the start of the frame of an entry
   * @param frameId the id of that entry
   */
  public void seek(long frameOffset, long frameId) {
    begin(frameId);
    skipTo(frameOffset, frameId);
  }

  /**
   * {@return how many bytes of a file to hold in memory: all of a small one, else WINDOW_BYTES}
   *
   * @param file the file
   * @throws IOException if the file's size cannot be read
   */
  public static int windowBytes(ReadFile file) throws IOException {
    return (int) Math.max(WINDOW_BYTES_MIN, Math.min(WINDOW_BYTES, file.size()));
  }

  /**
   * Goes one frame further.
   *
   * @return what it is
   * @throws IOException if the file cannot be read; the run stays where it was
   */
  public Step next() throws IOException {
    return nextIsEntryInWindow() ? Step.ENTRY : nextOfAnyKind();
  }

  /**
   * Goes one frame further if that is an ENTRY that is whole in memory, as nearly all are.
   *
   * @return whether it did; if not, the run is where it was, and {@link #next} finds out what comes
   */
  public boolean nextIsEntryInWindow() {
    if (ended || nextId > lastId || !frames.readEntryInWindow(offset, nextId)) {
      return false;
    }
    offset = frames.endOffset();
    nextId++;
    return true;
  }

  private Step nextOfAnyKind() throws IOException {
    if (ended || nextId > lastId || !frames.read(offset, nextId, FrameFormat.PAYLOAD_BYTES_MAX)) {
      breakOffset = offset;
      return Step.STOP;
    }
    boolean inBatch = offset < wholeTo;
    FrameKind kind = frames.kind();
    if (kind == FrameKind.PART && !inBatch) {
      if (isStillTorn()) {
        return Step.STOP;
      }
      long end = endOfBatch();
      if (end < 0) {
        return Step.STOP;
      }
      wholeTo = end;
      if (!frames.read(offset, nextId, FrameFormat.PAYLOAD_BYTES_MAX)
          || frames.kind() != FrameKind.PART) {
        // It was valid a moment ago: a writer cut the file meanwhile.
        wholeTo = offset;
        breakOffset = offset;
        return Step.STOP;
      }
    }
    offset = frames.endOffset();
    return switch (kind) {
      case MARK -> {
        noteStampedPromise();
        yield Step.MARK;
      }
      case END -> {
        noteStampedPromise();
        ended = true;
        yield Step.END;
      }
      case CHECKPOINT -> {
        notePromise();
        yield Step.CHECKPOINT;
      }
      case SCHEMA -> Step.SCHEMA;
      case ENTRY, PART -> {
        nextId++;
        yield Step.ENTRY;
      }
    };
  }

  private void notePromise() throws IOException {
    promisedThrough = Math.max(promisedThrough, promised());
  }

  private void noteStampedPromise() throws IOException {
    notePromise();
    lastStampMicros = Math.max(lastStampMicros, wallClockMicros());
  }

  /**
   * Finds the end of the batch that starts at the run's end, or the last id if that comes first. If
   * the batch is torn, returns -1 and notes the break.
   */
  private long endOfBatch() throws IOException {
    long at = offset;
    long id = nextId;
    while (frames.read(at, id, FrameFormat.PAYLOAD_BYTES_MAX) && belongsToBatch()) {
      at = frames.endOffset();
      if (frames.kind() == FrameKind.ENTRY || id == lastId) {
        batchLastId = id;
        return at;
      }
      id++;
    }
    breakOffset = at;
    tornAt = at;
    tornId = id;
    return -1;
  }

  private boolean belongsToBatch() {
    return frames.kind() == FrameKind.PART || frames.kind() == FrameKind.ENTRY;
  }

  /**
   * Whether the torn batch at the run's end still lacks the same frame. With this, following a file
   * that is being written does not read the whole batch each time.
   */
  private boolean isStillTorn() throws IOException {
    if (tornAt <= offset
        || (frames.read(tornAt, tornId, FrameFormat.PAYLOAD_BYTES_MAX) && belongsToBatch())) {
      return false;
    }
    breakOffset = tornAt;
    return true;
  }

  /**
   * Goes one frame further within the preamble, which is what stands before the first entry and
   * before END. No entry is read for this, however large it is.
   *
   * @return the step; STOP if the preamble ended
   * @throws IOException if the file cannot be read
   */
  public Step nextOfPreamble() throws IOException {
    boolean goesOn =
        frames.read(offset, nextId, FrameFormat.SCHEMA_BYTES_MAX)
            && !frames.kind().takesId()
            && frames.kind() != FrameKind.END;
    return goesOn ? next() : Step.STOP;
  }

  /** Forgets what was read ahead, so that the next step sees what was written since. */
  public void refresh() {
    frames.window().invalidate();
  }

  /** {@return whether END was reached} */
  public boolean ended() {
    return ended;
  }

  /** {@return whether the entry was reached that {@link #endAfter} names} */
  public boolean reachedLastId() {
    return nextId > lastId;
  }

  /** {@return the offset after the last frame that was stepped over, whole batches only} */
  public long offset() {
    return offset;
  }

  /** {@return after STOP, the offset of what broke the run: in an unfinished batch, after it} */
  public long breakOffset() {
    return breakOffset;
  }

  /** {@return the id of the next entry} */
  public long nextId() {
    return nextId;
  }

  /** {@return the id of the entry that was stepped over} */
  public long id() {
    return nextId - 1;
  }

  /** {@return the size in bytes of the payload that was stepped over} */
  public int payloadBytes() {
    return frames.length();
  }

  /** {@return the last id of the atomic batch that the entry belongs to, its own if to none} */
  public long batchLastId() {
    return Math.max(id(), batchLastId);
  }

  /**
   * {@return the payload of the entry that was stepped over: a read-only little-endian view, which
   * stays as it is until the next call of any method}
   *
   * @throws IOException if the file cannot be read
   */
  public ByteBuffer payload() throws IOException {
    return frames.payload();
  }

  /**
   * {@return the entry id that the frame that was stepped over promises or covers, at most the last
   * id; in a checkpoint the size that its END tells}
   *
   * @throws IOException if the file cannot be read
   */
  public long promised() throws IOException {
    return Math.min(frames.promised(), lastId);
  }

  /** {@return the largest promise of the frames that were stepped over, 0 if there was none} */
  public long promisedThrough() {
    return promisedThrough;
  }

  /** {@return the latest wall clock that was stepped over, in microseconds, 0 if there was none} */
  public long lastStampMicros() {
    return lastStampMicros;
  }

  /**
   * {@return the wall clock of the MARK or END that was stepped over, microseconds since the epoch}
   *
   * @throws IOException if the file cannot be read
   */
  public long wallClockMicros() throws IOException {
    ByteBuffer payload = frames.payload();
    return payload.getLong(payload.position() + Long.BYTES);
  }

  /**
   * {@return the path of the CHECKPOINT that was stepped over, empty if it is kept elsewhere}
   *
   * @throws IOException if the file cannot be read
   */
  public String path() throws IOException {
    ByteBuffer payload = frames.payload();
    payload.getLong();
    return StandardCharsets.UTF_8.decode(payload).toString();
  }

  /**
   * Gives back the memory of the run, and not the file. Nothing can be read through it any more,
   * and views that it returned must not be used. Closing again does nothing.
   */
  @Override
  public void close() {
    frames.window().close();
  }

  /**
   * {@return after STOP, the checksum that broke the run; null if something else did}
   *
   * @throws IOException if the file cannot be read
   */
  public @Nullable ChecksumMismatch checksumMismatch() throws IOException {
    return ended || reachedLastId() ? null : frames.checksumMismatch(breakOffset);
  }

  /**
   * After STOP, looks at what follows the run: tries every multiple of 8 from the break on as the
   * start of a small frame. After the last id of a run nothing counts, and nothing is read.
   *
   * @return what was found
   * @throws IOException if the file cannot be read
   */
  public Remains remains() throws IOException {
    return reachedLastId() ? Remains.none(offset) : Remains.of(frames, offset, breakOffset, lastId);
  }
}
