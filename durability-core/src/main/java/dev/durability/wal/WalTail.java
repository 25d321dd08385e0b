package dev.durability.wal;

import dev.durability.codec.Codec;
import dev.durability.errors.DurabilityException;
import dev.durability.frame.FrameRun;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Follows a log that is being written, by this process or another, across rotations, truncation of
 * what it has read, and the death and return of the writer.
 *
 * <p>It gives only what the log promises to be durable: other entries may still vanish in a crash.
 * One thread at a time uses it.
 *
 * @param <E> the type of the entries
 */
public final class WalTail<E> implements Closeable {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int IDLE_LOOKS_BEFORE_JUDGING = 50;

  private final Directory directory;
  private final Codec<E> codec;
  private final long fromId;
  private LogCursor ahead;
  private LogCursor behind;
  private long promised;
  private int idleLooks;

  WalTail(Directory directory, Codec<E> codec, long fromId) throws IOException {
    this.directory = directory;
    this.codec = codec;
    this.fromId = fromId;
    try (LiveCursor start = new LiveCursor(directory, ReplayMode.PREFIX, fromId)) {
      this.behind = cursorFrom(start.nextId());
    }
    this.ahead = cursorFrom(behind.nextId());
  }

  /**
   * Waits for the next entry.
   *
   * @param timeout how long to wait; zero to look once
   * @return the next entry, or null if none came in time, or the thread is interrupted, whose flag
   *     then stays set
   * @throws dev.durability.errors.CorruptLogException if the log is damaged here, and not just
   *     being written
   * @throws IOException if the storage or the codec fails, or the entry was truncated away before
   *     it was read; the call can be tried again
   */
  public @Nullable WalRecord<E> poll(Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      WalRecord<E> record = nextPromised();
      if (record != null) {
        return record;
      }
      if (!lookAhead()) {
        long left = deadline - System.nanoTime();
        if (left <= 0 || Thread.currentThread().isInterrupted()) {
          return null;
        }
        LockSupport.parkNanos(this, Math.min(PAUSE_NANOS, left));
      }
    }
  }

  private @Nullable WalRecord<E> nextPromised() throws IOException {
    int looks = 0;
    while (behind.nextId() <= promised) {
      long nextId = behind.nextId();
      FrameRun.Step step = step(behind);
      if (step == FrameRun.Step.ENTRY && behind.id() >= fromId) {
        return new WalRecord<>(behind.id(), codec.decode(behind.payload()));
      }
      if (step == FrameRun.Step.STOP) {
        if (++looks == 3) {
          behind.conclude().refuseUnless(ReplayMode.PREFIX);
        }
        LogCursor again = cursorFrom(nextId);
        behind.close();
        behind = again;
      }
    }
    return null;
  }

  /**
   * Reads on to the end of what is written.
   *
   * @return whether that promises more
   */
  private boolean lookAhead() throws IOException {
    long before = promised;
    ahead.refresh();
    FrameRun.Step step;
    do {
      step = step(ahead);
      promised = Math.max(promised, ahead.promised());
    } while (step != FrameRun.Step.STOP);
    if (promised > before) {
      idleLooks = 0;
      return true;
    }
    if (filesChanged()) {
      LogCursor again = cursorFrom(behind.nextId());
      ahead.close();
      ahead = again;
      return idleLooks++ < IDLE_LOOKS_BEFORE_JUDGING;
    }
    if (++idleLooks == IDLE_LOOKS_BEFORE_JUDGING) {
      judge();
    }
    return false;
  }

  /** A cursor takes a segment that is gone for the end: the listing is then made anew. */
  private static FrameRun.Step step(LogCursor cursor) throws IOException {
    try {
      return cursor.next();
    } catch (NoSuchFileException truncatedMeanwhile) {
      return FrameRun.Step.STOP;
    }
  }

  /** Whether there are other segments, or another one under the name of the last. */
  private boolean filesChanged() throws IOException {
    List<SegmentName> segments = LiveCursor.segmentsOf(directory);
    SegmentName last = segments.get(segments.size() - 1);
    if (!last.equals(ahead.segment())) {
      return true;
    }
    try (ReadFile file = directory.open(last.path())) {
      var now = Coverage.readHeader(file, last);
      var then = ahead.header();
      return now != null && (then == null || now.salt() != then.salt());
    } catch (NoSuchFileException replaced) {
      return true;
    }
  }

  /** Nothing came for a while: looks whether something is there that is not just being written. */
  private void judge() throws IOException {
    LogCursor fresh = cursorFrom(behind.nextId());
    try (fresh) {
      FrameRun.Step step;
      do {
        step = step(fresh);
      } while (step != FrameRun.Step.STOP);
      LogFindings findings = fresh.conclude();
      if (!findings.isAcceptable(ReplayMode.PREFIX)
          && findings.report().intact() == ahead.nextId() - 1) {
        findings.refuseUnless(ReplayMode.PREFIX);
      }
    } catch (NoSuchFileException truncatedMeanwhile) {
      idleLooks = 0;
    }
  }

  /** A cursor before an entry; what is before it in its segment is stepped over. */
  private LogCursor cursorFrom(long nextId) throws IOException {
    List<SegmentName> segments = LiveCursor.segmentsOf(directory);
    LogListing listing = new LogListing(segments, null, 0);
    int start = Math.max(listing.indexOf(nextId - 1), Math.min(0, listing.indexOf(nextId)));
    if (start < 0) {
      throw new DurabilityException(
          "entry "
              + nextId
              + " was truncated away before it was read; the log starts at entry "
              + segments.get(0).firstEntryId());
    }
    LogCursor cursor = new LogCursor(directory, listing, start);
    while (cursor.nextId() < nextId && step(cursor) != FrameRun.Step.STOP) {
      // Over what was read already.
    }
    return cursor;
  }

  @Override
  public void close() throws IOException {
    try {
      ahead.close();
    } finally {
      behind.close();
    }
  }
}
