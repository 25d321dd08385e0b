package dev.durability.rust;

import dev.durability.errors.WriterPoisonedException;
import dev.durability.storage.AppendFile;
import dev.durability.storage.AtomicFile;
import dev.durability.storage.Directory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes a log of the crate: the bytes that the crate would write. One thread at a time may use it.
 *
 * <p><b>What is durable.</b> What was appended before {@link #sync} or {@link #close} returned. A
 * segment that ends is synced before the next one begins, and the name of a new one before that
 * returns; the crate does neither. After an exception of the storage the writer refuses all further
 * work; open the log again.
 *
 * <p><b>Lock.</b> See {@link WriterLock}: {@code wal/.lock} keeps out other writers of this
 * library, and those of the crate from 0.3.0 to 0.7.2. A crate of 0.7.3 or later takes a lock that
 * Java cannot take: it must be stopped.
 */
public final class CrateLogWriter implements Closeable {
  private final Directory directory;
  private final CrateLogOptions options;
  private final WriterLock lock;
  private final List<CrateSegment> ended = new ArrayList<>();

  private @Nullable AppendFile file;
  private @Nullable BufferedAppend out;
  private long segmentId;
  private long segmentFirstId;
  private long nextId;
  private boolean closed;
  private @Nullable Throwable failure;

  private CrateLogWriter(Directory directory, CrateLogOptions options, WriterLock lock) {
    this.directory = directory;
    this.options = options;
    this.lock = lock;
    this.nextId = options.firstEntryId();
  }

  /**
   * Opens a log, and creates it if there is none. What is not whole at the end of the last segment
   * is cut off, as the crate does: the whole entries go to a new file, which is renamed. A log of
   * version 2 goes on in a new segment if it is written as a version that has version 3; the crate
   * would go on in the old one, and could not read that afterwards.
   *
   * @param directory the root
   * @param options how
   * @return the writer; close it
   * @throws dev.durability.errors.LockHeldException if another writer has the log, or may have;
   *     nothing was changed
   * @throws dev.durability.errors.CorruptLogException if something is damaged or missing that is
   *     not the end of the log; nothing was changed
   * @throws IOException if the storage fails
   */
  public static CrateLogWriter open(Directory directory, CrateLogOptions options)
      throws IOException {
    directory.createDirectories(CrateLog.DIRECTORY);
    WriterLock lock = WriterLock.take(directory, options.version());
    try {
      CrateLogWriter writer = new CrateLogWriter(directory, options, lock);
      writer.resume();
      return writer;
    } catch (IOException | RuntimeException | Error e) {
      try (lock) {
        throw e;
      }
    }
  }

  private void resume() throws IOException {
    CrateReading reading = CrateReading.bestEffort().as(options.version());
    CrateWalk walk = CrateWalk.over(directory, reading);
    CrateEnding ending = walk.run();
    List<CrateSegment> segments = walk.segments();
    if (segments.isEmpty()) {
      return;
    }
    boolean cutHeader = ending.kind() == CrateEnding.Kind.CUT_HEADER;
    nextId = cutHeader && segments.size() == 1 ? options.firstEntryId() : walk.nextId();
    ended.addAll(segments.subList(0, segments.size() - 1));
    CrateSegment last = segments.get(segments.size() - 1);
    segmentId = last.segmentId();
    if (cutHeader) {
      directory.delete(last.file()); // It gets its header, and the name again, with an entry.
      segmentId--;
      return;
    }
    refuseWholeFrameBehind(ending);
    if (ending.bytes() > 0) {
      keepBeginning(last.file(), ending.offset());
    }
    if (last.version() != options.version().walVersion()) {
      ended.add(last);
      return;
    }
    segmentFirstId = last.firstEntryId();
    file = directory.resume(last.file(), ending.offset());
    out = new BufferedAppend(file);
  }

  private void refuseWholeFrameBehind(CrateEnding ending) throws IOException {
    if (ending.bytes() == 0
        || ending.kind() == CrateEnding.Kind.ZEROS
        || !options.version().zerosEndASegment()) {
      return; // Before 0.7.3 the crate does not look.
    }
    long whole = WholeFrames.after(directory, ending.file(), ending.offset(), nextId - 1);
    if (whole >= 0) {
      throw Damage.format(
          ending.file(), ending.offset(), "mid-segment corruption: an entry follows at " + whole);
    }
  }

  private void keepBeginning(String path, long bytes) throws IOException {
    try (FileBytes source = FileBytes.open(directory, path)) {
      AtomicFile kept = AtomicFile.create(directory, path);
      try {
        BufferedAppend target = new BufferedAppend(kept);
        long unused = new FileInput(source, 0, bytes).transferTo(target);
        target.flush();
        kept.commit(); // Before anything is appended: a crash must not bring the cut bytes back.
      } finally {
        kept.discard();
      }
    }
  }

  /**
   * Appends an entry.
   *
   * @param payload its bytes, at most 16 MiB
   * @return its id, unsigned
   * @throws IllegalArgumentException if it is larger; nothing was appended
   * @throws IOException if the ids are used up (2^64-1 is never given), and nothing was appended;
   *     if the storage fails, or failed before, or the writer is closed
   */
  public long append(byte[] payload) throws IOException {
    if (payload.length > CrateFormat.ENTRY_BYTES_MAX) {
      throw new IllegalArgumentException(
          "an entry of the crate has at most "
              + CrateFormat.ENTRY_BYTES_MAX
              + " bytes, not "
              + payload.length);
    }
    requireUsable();
    if (nextId == -1L) {
      throw new IOException("the log has used up its entry ids: nothing was appended");
    }
    try {
      ByteBuffer frame = CrateFormat.frame(options.version().walVersion(), nextId, payload);
      segmentFor(frame.remaining()).write(frame);
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
      throw e;
    }
    return nextId++;
  }

  /** The segment that a frame goes to: a new one if it would exceed the limit. */
  private BufferedAppend segmentFor(int frameBytes) throws IOException {
    BufferedAppend current = out;
    if (current != null) {
      boolean hasEntry = nextId != segmentFirstId;
      if (!hasEntry || current.position() + frameBytes <= options.segmentBytes()) {
        return current;
      }
      endSegment(current);
    }
    segmentId++;
    segmentFirstId = nextId;
    AppendFile created = directory.create(SegmentFile.pathOf(segmentId), 0);
    file = created;
    BufferedAppend begun = new BufferedAppend(created);
    out = begun;
    begun.write(
        CrateFormat.segmentHeader(options.version().walVersion(), segmentFirstId, segmentId));
    return begun;
  }

  private void endSegment(BufferedAppend current) throws IOException {
    sync();
    ended.add(segment(current));
    out = null;
    Objects.requireNonNull(file).close();
    file = null;
  }

  private CrateSegment segment(BufferedAppend current) {
    return new CrateSegment(
        segmentId,
        SegmentFile.pathOf(segmentId),
        options.version().walVersion(),
        segmentFirstId,
        nextId - segmentFirstId,
        current.position(),
        0);
  }

  /**
   * Makes durable what was appended.
   *
   * @throws IOException if the storage fails, or failed before, or the writer is closed
   */
  public void sync() throws IOException {
    requireUsable();
    BufferedAppend current = out;
    if (current == null) {
      return;
    }
    try {
      current.flush();
      Objects.requireNonNull(file).sync();
      directory.sync(CrateLog.DIRECTORY); // Or a crash takes the name of a new segment.
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
      throw e;
    }
  }

  /** {@return the id of the last entry, unsigned; the one before the first if there is none} */
  public long lastAppendedId() {
    return nextId - 1;
  }

  /** {@return the segments, oldest first; the one that is being written is the last} */
  public List<CrateSegment> segments() {
    List<CrateSegment> all = new ArrayList<>(ended);
    if (out != null) {
      all.add(segment(out));
    }
    return all;
  }

  /**
   * Deletes the segments all of whose entries are at or below one, oldest first, but not one
   * without entries, nor the one that is being written. Unlike the crate this syncs the directory.
   *
   * @param throughId the last entry that is not needed, unsigned
   * @return what was deleted
   * @throws IOException if the storage fails; those that were deleted are
   */
  List<CrateSegment> truncate(long throughId) throws IOException {
    List<CrateSegment> deleted = new ArrayList<>();
    while (!ended.isEmpty()) {
      CrateSegment oldest = ended.get(0);
      if (oldest.entries() == 0 || Long.compareUnsigned(oldest.lastEntryId(), throughId) > 0) {
        break;
      }
      directory.delete(oldest.file());
      deleted.add(ended.remove(0));
    }
    directory.sync(CrateLog.DIRECTORY);
    return deleted;
  }

  /**
   * Makes durable what was appended, closes the file and gives up the lock. Closing again does
   * nothing.
   *
   * @throws IOException if the storage fails; all is closed
   */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    try (lock) {
      try {
        if (failure == null) {
          sync();
        }
      } finally {
        if (file != null) {
          file.close();
        }
      }
    } finally {
      closed = true;
    }
  }

  private void requireUsable() throws IOException {
    if (closed || failure != null) {
      throw closed
          ? new IOException("the log is closed for writing: open it again")
          : new WriterPoisonedException(
              "writing to the log failed before: close it and open it again",
              Objects.requireNonNull(failure));
    }
  }
}
