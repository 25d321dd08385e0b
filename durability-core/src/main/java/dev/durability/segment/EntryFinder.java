package dev.durability.segment;

import dev.durability.codec.Schema;
import dev.durability.errors.ChecksumMismatch;
import dev.durability.errors.CorruptLogException;
import dev.durability.frame.AfterFailure;
import dev.durability.frame.BadHeaderException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameRun;
import dev.durability.frame.WrittenSchema;
import dev.durability.storage.Directory;
import dev.durability.threads.StackSafeLock;
import dev.durability.threads.Thrown;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads single entries, and ranges of entries, of a segment that is known to hold them. It judges
 * nothing: an entry that should be there and is not is damage.
 *
 * <p>Up to 32 segments stay open, each with a window of 20 KiB in memory. Any number of threads:
 * each read has one of them to itself.
 */
public final class EntryFinder implements Closeable {
  private static final int OPEN_MAX = 32;
  private static final int WINDOW_BYTES = EntryIndex.STEP_BYTES + (4 << 10);

  private final Directory directory;
  private final EntryIndex index;
  private final StackSafeLock lock = new StackSafeLock();
  private final ArrayDeque<Opened> idle = new ArrayDeque<>();
  private boolean closed;

  /** Opens nothing yet. */
  public EntryFinder(Directory directory, EntryIndex index) {
    this.directory = directory;
    this.index = index;
  }

  /** What is done with an entry. */
  @FunctionalInterface
  public interface Target<E> {
    /** Takes an entry. */
    void entry(long id, E entry) throws IOException;
  }

  /**
   * Reads entries of a segment in order.
   *
   * @param segment the segment, which starts at or before the first
   * @param fromId the first
   * @param toId the last
   * @param target is given each
   * @return the entry after the last that was given, more than {@code toId} if all were there
   * @throws NoSuchFileException if the segment was removed
   */
  public <E> long read(
      SegmentName segment, long fromId, long toId, Decoding<E> decoding, Target<E> target)
      throws IOException {
    boolean isRange = toId > fromId;
    Opened opened = take(segment, isRange);
    boolean whole = false;
    try {
      long nextId = opened.read(fromId, toId, decoding, target);
      whole = true;
      return nextId;
    } finally {
      if (whole && !isRange) {
        giveBack(opened);
      } else {
        opened.close();
      }
    }
  }

  /**
   * Makes what is thrown if entries are not there that should be. The segment is read again for
   * where they break off, and for the checksum that is wrong there.
   */
  public CorruptLogException missing(SegmentName segment, long fromId, long toId)
      throws IOException {
    long offset = 0;
    ChecksumMismatch checksum = null;
    try (Segment opened = Segment.open(directory, segment);
        FrameRun run = opened.run(WINDOW_BYTES)) {
      EntryIndex.Place place = index.atOrBefore(segment, fromId);
      run.seek(place.offset(), place.entryId());
      FrameRun.Step step = FrameRun.Step.ENTRY;
      while (opened.headerFitsName() && step != FrameRun.Step.STOP && run.nextId() <= fromId) {
        offset = run.offset();
        step = run.next();
      }
      checksum = step == FrameRun.Step.STOP ? run.checksumMismatch() : null;
    } catch (BadHeaderException damaged) {
      checksum = damaged.checksum();
    } catch (NoSuchFileException gone) {
      // Then there is no place in it.
    }
    return new CorruptLogException(
        "reading entries "
            + fromId
            + " to "
            + toId
            + ": they are damaged or missing in this segment. Nothing was changed. Verify the log,"
            + " and restore the file from a copy",
        segment.path(),
        offset,
        fromId,
        toId,
        checksum);
  }

  private Opened take(SegmentName segment, boolean isRange) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IOException("reading the log after it was closed; open it again");
      }
      Opened known = isRange ? null : removeIdle(segment);
      if (known != null) {
        return known;
      }
    } finally {
      lock.unlock();
    }
    return open(segment, isRange ? FrameRun.WINDOW_BYTES : WINDOW_BYTES);
  }

  /** Closes a segment that is not there any more: open, it would go on taking room. */
  public void forget(SegmentName removed) {
    for (Opened each = idle(removed); each != null; each = idle(removed)) {
      try {
        each.close();
      } catch (IOException e) {
        Thrown.report(e);
      }
    }
  }

  private @Nullable Opened idle(SegmentName segment) {
    lock.lock();
    try {
      return removeIdle(segment);
    } finally {
      lock.unlock();
    }
  }

  /** With the lock. */
  private @Nullable Opened removeIdle(SegmentName segment) {
    for (Iterator<Opened> each = idle.descendingIterator(); each.hasNext(); ) {
      Opened known = each.next();
      if (known.name.equals(segment)) {
        each.remove();
        return known;
      }
    }
    return null;
  }

  private Opened open(SegmentName name, int windowBytes) throws IOException {
    Segment segment = Segment.openGood(directory, name);
    if (segment == null) {
      throw missing(name, name.firstEntryId(), name.firstEntryId());
    }
    Opened opened = null;
    try {
      opened = new Opened(name, segment, segment.run(windowBytes));
      return opened;
    } catch (Throwable e) { // Nobody else knows of them.
      AfterFailure.close(e, opened == null ? segment : opened);
      throw e;
    }
  }

  private void giveBack(Opened used) throws IOException {
    Opened surplus = used;
    lock.lock();
    try {
      if (!closed) {
        idle.addLast(used);
        surplus = idle.size() > OPEN_MAX ? idle.pollFirst() : null;
      }
    } finally {
      lock.unlock();
    }
    if (surplus != null) {
      surplus.close();
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    for (Opened each = poll(); each != null; each = poll()) {
      each.close();
    }
  }

  private @Nullable Opened poll() {
    lock.lock();
    try {
      return idle.pollFirst();
    } finally {
      lock.unlock();
    }
  }

  /** A segment that is open, used by one thread at a time. */
  private final class Opened implements Closeable {
    private final SegmentName name;
    private final Supplier<SegmentName> nameForMessages;
    private final Segment segment;
    private final FrameRun run;
    private final WrittenSchema schema = new WrittenSchema();
    private boolean begun;

    /** That of the entries at all known places: none after another SCHEMA is kept in the index. */
    private Optional<Schema> schemaOfPlaces = Optional.empty();

    private Opened(SegmentName name, Segment segment, FrameRun run) {
      this.name = name;
      this.nameForMessages = () -> name;
      this.segment = segment;
      this.run = run;
    }

    private <E> long read(long fromId, long toId, Decoding<E> decoding, Target<E> target)
        throws IOException {
      EntryIndex.Place place = index.atOrBefore(name, fromId);
      run.refresh(); // The segment may be written: what is in memory may be older.
      if (!begun && !begins()) {
        return fromId;
      }
      run.seek(place.offset(), place.entryId());
      schema.goBackTo(schemaOfPlaces);
      long known = place.offset();
      while (run.nextId() <= toId) {
        long offset = run.offset();
        long id = run.nextId();
        FrameRun.Step step = run.next();
        if (step == FrameRun.Step.SCHEMA) {
          schema.pass(run);
        }
        if (step == FrameRun.Step.STOP) {
          return Math.max(fromId, id);
        }
        if (step == FrameRun.Step.ENTRY) {
          if (offset - known >= EntryIndex.STEP_BYTES && schema.now().equals(schemaOfPlaces)) {
            index.add(name, id, offset);
            known = offset;
          }
          if (id >= fromId) {
            target.entry(id, decoding.decode(run, schema.now(), nameForMessages));
          }
        }
      }
      return toId + 1;
    }

    /**
     * Reads what stands before the first entry: its schema is written with the header. If something
     * else follows than a valid frame, the schema may be what is damaged.
     *
     * @return whether the entries can be decoded
     */
    private boolean begins() throws IOException {
      run.seek(FileHeader.BYTES, name.firstEntryId());
      schema.beginFile();
      schema.passPreamble(run);
      schemaOfPlaces = schema.now();
      begun = run.next() != FrameRun.Step.STOP;
      return begun;
    }

    @Override
    public void close() throws IOException {
      try {
        segment.close();
      } finally {
        run.close();
      }
    }
  }
}
