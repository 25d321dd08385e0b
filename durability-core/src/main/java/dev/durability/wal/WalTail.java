package dev.durability.wal;

import dev.durability.codec.Codec;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.LogCutException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameRun;
import dev.durability.log.LogReport;
import dev.durability.log.ReplayMode;
import dev.durability.log.Verdict;
import dev.durability.segment.Decoding;
import dev.durability.segment.Judgement;
import dev.durability.segment.LiveCursor;
import dev.durability.segment.LogCursor;
import dev.durability.segment.LogFindings;
import dev.durability.segment.LogListing;
import dev.durability.segment.Segment;
import dev.durability.segment.SegmentName;
import dev.durability.storage.Directory;
import dev.durability.threads.StackRoom;
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
 * <p>It returns only what the log promises to be durable: other entries may still vanish in a
 * crash. While nothing is written it looks about twenty times a second, only at the end of the last
 * segment. One thread at a time may use it.
 *
 * @param <E> the type of the entries
 */
public final class WalTail<E> implements Closeable {
  private static final long PAUSE_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long PAUSE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long IDLE_LOOKS_BEFORE_JUDGING = 8;

  /** How old the listing may be by which an entry is given: it may be void since. */
  private static final long LISTING_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(1);

  private static final int WINDOW_BYTES = 64 << 10;

  private final Directory directory;
  private final Decoding<E> decoding;

  /** Looks for promises; what it has seen may be cut off again if it was not promised. */
  private LogCursor ahead;

  /** Reads what is promised. */
  private LogCursor behind;

  private long promised;
  private long wantedId;

  /** The last entry that was given and is not known to be void, or 0. */
  private long givenId;

  /** The header of the segment that entry was read from. */
  private @Nullable FileHeader givenFrom;

  /** No entry before this one, in this segment, was void when the segments were listed last. */
  private long checkedToId;

  private @Nullable SegmentName checkedIn;

  private long listedNanos = System.nanoTime() - LISTING_NANOS_MAX;
  private long idleLooks;
  private boolean undelivered;

  /** Whether something ended a step in the middle: where the cursors are is unknown then. */
  private boolean astray;

  WalTail(Directory directory, Codec<E> codec, long fromId) throws IOException {
    this.directory = directory;
    this.decoding = new Decoding<>(codec);
    this.wantedId = fromId;
    this.behind = LiveCursor.open(directory, fromId, WINDOW_BYTES);
    LogListing listing = behind.listing();
    int start = listing.segments().indexOf(behind.segment());
    this.ahead = new LogCursor(directory, listing, start, WINDOW_BYTES);
  }

  /**
   * Waits for the next entry.
   *
   * @param timeout how long to wait; zero or less to look once; more than 292 years count as 292
   * @return the next entry, or null if none came in time or the thread was interrupted; the
   *     interrupt flag then stays set
   * @throws dev.durability.errors.CorruptLogException if the log is damaged here, and not just
   *     being written
   * @throws LogCutException if the owner of the log cut off entries that were returned, or began
   *     the log anew; the next call goes on with the entry that it names
   * @throws dev.durability.errors.CodecException if the codec refuses the entry
   * @throws dev.durability.errors.DurabilityException if the entry was truncated away before it was
   *     read
   * @throws IOException if the storage fails. After any of these, and after an Error in the middle
   *     of a call, the call can be retried: no entry is left out, and none comes twice
   */
  public @Nullable WalRecord<E> poll(Duration timeout) throws IOException {
    long unused = StackRoom.proveForCall(); // Before anything is begun that would be read anew.
    long start = System.nanoTime();
    for (int miss = 1; ; miss++) {
      try {
        if (astray) {
          startAgain();
        }
        return next(start, Math.max(0, TimeUnit.NANOSECONDS.convert(timeout)));
      } catch (NoSuchFileException truncatedMeanwhile) { // A segment, after it was listed.
        astray = true;
        if (miss == LiveCursor.MISSES) {
          throw truncatedMeanwhile;
        }
      } catch (RuntimeException | Error e) {
        astray = true;
        throw e;
      }
    }
  }

  private @Nullable WalRecord<E> next(long start, long wait) throws IOException {
    long pause = PAUSE_NANOS_MIN;
    while (true) {
      if (findPromised()) {
        if (!isKnownToStand() && followCut()) {
          continue;
        }
        return deliver();
      }
      if (lookAhead()) {
        continue;
      }
      long left = wait - (System.nanoTime() - start);
      if (left <= 0 || Thread.currentThread().isInterrupted()) {
        return null;
      }
      LockSupport.parkNanos(this, Math.min(pause, left));
      pause = Math.min(2 * pause, PAUSE_NANOS_MAX);
    }
  }

  /** Whether a listing that is new enough says so of the entry that is going to be delivered. */
  private boolean isKnownToStand() {
    boolean isNew = System.nanoTime() - listedNanos < LISTING_NANOS_MAX;
    return isNew && behind.id() < checkedToId && behind.segment().equals(checkedIn);
  }

  /** Goes back to the first entry that was not delivered, and reads anew from there. */
  private void startAgain() throws IOException {
    LogCursor fresh = LiveCursor.reopen(directory, behind, wantedId, WINDOW_BYTES);
    int start = fresh.listing().segments().indexOf(fresh.segment());
    LogCursor freshAhead = new LogCursor(directory, fresh.listing(), start, WINDOW_BYTES);
    closeCursors();
    behind = fresh;
    ahead = freshAhead;
    promised = Math.min(promised, givenId); // What was not given may be void.
    undelivered = false;
    astray = false;
  }

  /**
   * Looks whether the owner of the log cut its end off, or began it anew, before what was read:
   * then goes back to what counts.
   *
   * @return whether it went back, over nothing that was given
   * @throws LogCutException if it went back over entries that were given
   */
  private boolean followCut() throws IOException {
    listedNanos = System.nanoTime();
    checkedIn = null; // Until this ends well.
    LogListing now = LogListing.withoutVerdict(LogListing.existing(directory));
    long firstVoidId = firstVoidId(now, givenId == 0 ? null : givenFrom, givenId + 1);
    firstVoidId = Math.min(firstVoidId, firstVoidId(now, behind));
    firstVoidId = Math.min(firstVoidId, firstVoidId(now, ahead));
    if (firstVoidId == Long.MAX_VALUE) {
      checkedIn = behind.segment();
      checkedToId = now.firstIdAfter(checkedIn);
      return false;
    }
    astray = true; // Starting again, below or in the next call, forgets promises of what is void.
    if (firstVoidId <= givenId) {
      LogCutException cut = new LogCutException(firstVoidId, givenId);
      // Nothing is called from here on: the cut was told, or it was not.
      wantedId = firstVoidId;
      givenId = firstVoidId - 1;
      throw cut;
    }
    startAgain();
    return true;
  }

  private long firstVoidId(LogListing now, LogCursor cursor) throws IOException {
    try {
      return firstVoidId(now, cursor.lastHeader(), cursor.nextId());
    } catch (DurabilityException unknown) {
      return givenId + 1; // What was given stands.
    }
  }

  private long firstVoidId(LogListing now, @Nullable FileHeader readFrom, long nextId)
      throws IOException {
    long first = readFrom == null ? nextId : now.firstVoidId(directory, readFrom, nextId);
    return first < nextId ? first : Long.MAX_VALUE;
  }

  private WalRecord<E> deliver() throws IOException {
    long id = behind.id();
    if (wantedId != WalReplay.START && id > wantedId) {
      LogCutException cut = new LogCutException(id, wantedId - 1);
      // As in followCut.
      wantedId = id;
      givenId = 0;
      throw cut;
    }
    FileHeader from = behind.lastHeader();
    WalRecord<E> record = new WalRecord<>(id, behind.decode(decoding));
    // Nothing is called from here on: the entry was delivered, or it was not.
    undelivered = false;
    wantedId = id + 1;
    givenId = id;
    givenFrom = from;
    return record;
  }

  /** Goes to the next promised entry, if there is one that is known to be promised. */
  private boolean findPromised() throws IOException {
    int stops = 0;
    long reached = behind.nextId();
    while (!undelivered && behind.nextId() <= promised) {
      FrameRun.Step step = step(behind);
      if (step == FrameRun.Step.ENTRY && behind.id() >= wantedId) {
        undelivered = true;
        break;
      }
      if (behind.nextId() > reached) { // What is read again after a stop is no progress.
        reached = behind.nextId();
        stops = 0;
      } else if (step == FrameRun.Step.STOP) {
        stops++;
        if (stops == 1) {
          behind.refresh(); // What it has in memory is older than the promise.
        } else if (followCut()) {
          return false;
        } else if (stops > 3) {
          throw lost(behind, LogFindings.finish(behind).judgement());
        } else if (stops == 3 || !behind.extend(LogListing.existing(directory))) {
          behind = replacing(behind);
        }
      }
    }
    return undelivered && behind.id() <= promised; // It may be the first after a gap.
  }

  private CorruptLogException lost(LogCursor cursor, Judgement judgement) throws IOException {
    judgement.refuseUnless(ReplayMode.PREFIX);
    LogReport.Position end = judgement.end();
    return new CorruptLogException(
        "entries "
            + cursor.nextId()
            + " to "
            + promised
            + " were promised to be durable, but have vanished since. Nothing was changed. Restore"
            + " the file from a copy",
        end.file(),
        end.offset(),
        cursor.nextId(),
        promised);
  }

  /**
   * Reads on to the next promise, or to the end of what is written.
   *
   * @return whether there is more to read
   */
  private boolean lookAhead() throws IOException {
    long dueId = undelivered ? behind.id() : behind.nextId();
    ahead.refresh();
    FrameRun.Step step;
    do {
      step = step(ahead);
      promised = Math.max(promised, ahead.promised());
    } while (step != FrameRun.Step.STOP && promised < dueId);
    if (promised >= dueId) {
      idleLooks = 0;
      return true;
    }
    if (hasSuccessor() && ahead.extend(LogListing.existing(directory))) {
      return true;
    }
    if (ahead.ended() && ahead.isInLast() && (followCut() || goesOnElsewhere())) {
      return true;
    }
    idleLooks++;
    // Seldom, and ever more so: it may have to read a whole segment.
    boolean judges = idleLooks >= IDLE_LOOKS_BEFORE_JUDGING && Long.bitCount(idleLooks) == 1;
    if (wasReplaced() || (judges && !endIsInOrder())) {
      ahead = replacing(ahead);
    }
    return false;
  }

  /** Takes a segment that was truncated for the end of the run. */
  private static FrameRun.Step step(LogCursor cursor) throws IOException {
    try {
      return cursor.next();
    } catch (NoSuchFileException truncatedMeanwhile) {
      return FrameRun.Step.STOP;
    }
  }

  /** Whether the segment after the last that is known is there: it has but one possible name. */
  private boolean hasSuccessor() throws IOException {
    return ahead.ended()
        && ahead.isInLast()
        && ahead.segment().segmentId() < SegmentName.ID_MAX
        && directory.exists(
            new SegmentName(ahead.segment().segmentId() + 1, ahead.nextId()).path());
  }

  /** Whether the log was begun anew after its end: no name tells of that segment beforehand. */
  private boolean goesOnElsewhere() throws IOException {
    List<SegmentName> now = LogListing.existing(directory);
    return !now.equals(ahead.listing().names()) && ahead.extend(now);
  }

  /** Whether another segment stands under the name of this one. */
  private boolean wasReplaced() throws IOException {
    FileHeader now = Segment.goodHeader(directory, ahead.segment());
    FileHeader then = ahead.header();
    return now != null && then != null && now.salt() != then.salt();
  }

  /**
   * Nothing came for a while: looks whether something is there that is not just being written.
   *
   * @return whether waiting where we are makes sense
   */
  private boolean endIsInOrder() throws IOException {
    if (followCut()) {
      return true;
    }
    List<SegmentName> segments = LogListing.existing(directory);
    if (!segments.equals(ahead.listing().names()) && ahead.extend(segments)) {
      return true;
    }
    LogFindings here = LogFindings.conclude(ahead);
    if (here.judgement().verdict() == Verdict.CLEAN && here.fileSize() >= here.runEnd()) {
      return true;
    }
    // Torn, damaged, or a writer rolled back what we had seen, and wrote something else there.
    try (LogCursor fresh = fresh()) {
      Judgement found = LogFindings.finish(fresh).judgement();
      if (LogListing.existing(directory).equals(fresh.listing().names())) {
        found.refuseUnless(ReplayMode.PREFIX);
        if (fresh.nextId() <= promised) {
          throw lost(fresh, found);
        }
      }
    }
    return false;
  }

  private LogCursor replacing(LogCursor old) throws IOException {
    LogCursor fresh = fresh();
    old.close(); // The new one has opened nothing yet.
    return fresh;
  }

  /** A cursor that reads again from the segment of the entry that was read last. */
  private LogCursor fresh() throws IOException {
    long nextId = wantedId == WalReplay.START ? wantedId : Math.max(wantedId, behind.nextId());
    return LiveCursor.reopen(directory, behind, nextId, WINDOW_BYTES);
  }

  @Override
  public void close() throws IOException {
    astray = false;
    undelivered = false;
    closeCursors();
  }

  private void closeCursors() throws IOException {
    try {
      ahead.close();
    } finally {
      behind.close();
    }
  }
}
