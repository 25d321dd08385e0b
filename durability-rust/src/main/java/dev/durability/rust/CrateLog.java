package dev.durability.rust;

import dev.durability.errors.ChecksumMismatch;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads a write-ahead log of the crate, of version 2 and 3, without changing anything. Memory is
 * bounded by the largest entry, 16 MiB.
 *
 * <p>The program that writes the log has to be stopped: nothing here keeps a crate from writing,
 * and a log that is being written may look torn. Immutable; many threads may use it.
 */
public final class CrateLog {
  /** The directory of the segments. */
  public static final String DIRECTORY = "wal";

  private final Directory directory;
  private final CrateReading reading;

  private CrateLog(Directory directory, CrateReading reading) {
    this.directory = directory;
    this.reading = reading;
  }

  /**
   * Reads the log in a directory.
   *
   * @param directory the root: the segments are in {@code wal/} below it. Without that there is an
   *     empty log
   * @param reading how
   * @return the log
   */
  public static CrateLog in(Directory directory, CrateReading reading) {
    return new CrateLog(
        Objects.requireNonNull(directory, "directory"), Objects.requireNonNull(reading, "reading"));
  }

  /**
   * Tells whether a directory has a log of the crate: a segment by name and first bytes.
   *
   * @param directory the root
   * @return whether it has one
   * @throws IOException if the storage fails
   */
  public static boolean isIn(Directory directory) throws IOException {
    for (SegmentFile segment : SegmentFile.list(directory)) {
      try (ReadFile file = directory.open(segment.path())) {
        if (file.size() < CrateFormat.SEGMENT_HEADER_BYTES || hasMagic(file)) {
          return true; // A crash leaves a short one.
        }
      }
    }
    return false;
  }

  private static boolean hasMagic(ReadFile file) throws IOException {
    return MagicBytes.of(file) == CrateFormat.WAL_MAGIC;
  }

  /**
   * Hands over all entries.
   *
   * @param target takes them
   * @return where the log ended
   * @throws IOException as {@link #replay(long, CrateEntries)}
   */
  public CrateEnding replay(CrateEntries target) throws IOException {
    return replay(CrateWalk.ALL, target);
  }

  /**
   * Hands over the entries up to one of them.
   *
   * @param toId the last that is wanted, unsigned: nothing after it is looked at. The crate looks
   *     at the length of the next entry, or the header of the next segment, and refuses that if it
   *     is damaged. Above the last entry that is there, the reading ends as without a limit
   * @param target takes them
   * @return where the reading ended
   * @throws CorruptLogException if something is damaged, missing or, in strict reading, cut off;
   *     the entries before it were handed over
   * @throws FormatException if a segment has another version; as above
   * @throws IOException if the storage fails; what the target throws reaches the caller as it is
   */
  public CrateEnding replay(long toId, CrateEntries target) throws IOException {
    return new CrateWalk(directory, reading, toId, Objects.requireNonNull(target, "target")).run();
  }

  /**
   * Lists the segments, after reading all of them.
   *
   * @return the segments, oldest first; without one whose header is cut off
   * @throws IOException as {@link #replay(long, CrateEntries)}
   */
  public List<CrateSegment> segments() throws IOException {
    CrateWalk walk = CrateWalk.over(directory, reading);
    CrateEnding unused = walk.run();
    return whole(walk);
  }

  /**
   * Says how the log was left. Strictness makes no difference here. Where the crate only says that
   * the last entry is bad, this looks at what follows.
   *
   * @return the report; damage is in it, and is not thrown
   * @throws FormatException if a segment has another version
   * @throws IOException if the storage fails
   */
  public CrateReport verify() throws IOException {
    return verify(CrateWalk.over(directory, gentle()));
  }

  /** The same, and hands over the intact entries. */
  CrateReport verify(CrateEntries target) throws IOException {
    return verify(new CrateWalk(directory, gentle(), CrateWalk.ALL, target));
  }

  /** The same for a log with a segment of another version: the log before it, as if damaged. */
  CrateReport verifyBeforeAnotherVersion(FormatException refusal) throws IOException {
    CrateWalk walk = CrateWalk.over(directory, gentle());
    try {
      CrateEnding unused = walk.run();
    } catch (FormatException | CorruptLogException asBefore) {
      String reason = String.valueOf(refusal.getMessage());
      List<LeftOut> all = new ArrayList<>();
      for (SegmentFile each : walk.fromThisOn()) {
        all.add(new LeftOut(each.path(), 0, size(each.path()), reason));
      }
      return report(walk, CrateVerdict.CORRUPT, all, reason, null);
    }
    throw new IOException("the source changed while it was read: try again", refusal);
  }

  private CrateReading gentle() {
    CrateReading gentle = CrateReading.bestEffort().as(reading.version());
    return reading.acceptsNewerChecksums() ? gentle.acceptingNewerChecksums() : gentle;
  }

  private CrateReport verify(CrateWalk walk) throws IOException {
    try {
      CrateEnding ending = walk.run();
      return switch (ending.kind()) {
        case WHOLE, ZEROS, LIMIT -> report(walk, CrateVerdict.CLEAN, List.of(), null, null);
        case CUT_HEADER -> torn(walk, ending, "the header of the segment is cut off");
        case CUT_ENTRY -> cutEntry(walk, ending);
        case ZERO_LENGTH ->
            judged(
                walk, CrateVerdict.TORN, leftOut(ending, "a length of 0, then other bytes"), null);
      };
    } catch (CorruptLogException damage) {
      return damaged(walk, damage);
    }
  }

  private CrateReport cutEntry(CrateWalk walk, CrateEnding ending) throws IOException {
    return judged(walk, CrateVerdict.TORN, leftOut(ending, "the last entry is cut off"), null);
  }

  private static CrateReport torn(CrateWalk walk, CrateEnding ending, String reason) {
    LeftOut cut = leftOut(ending, reason);
    // A file without a byte: nothing is left out.
    return cut.bytes() == 0
        ? report(walk, CrateVerdict.CLEAN, List.of(), null, null)
        : report(walk, CrateVerdict.TORN, List.of(cut), reason, null);
  }

  private CrateReport damaged(CrateWalk walk, CorruptLogException damage) throws IOException {
    LeftOut at =
        new LeftOut(
            damage.file(),
            damage.offset(),
            size(damage.file()) - damage.offset(),
            Damage.words(damage));
    // An id that is not the one due, under a right checksum, is no torn write.
    boolean mayBeTorn =
        walk.isInFramesOfLast() && damage.firstLostId() == 0 && !at.reason().contains("mismatch:");
    if (mayBeTorn) {
      return judged(walk, CrateVerdict.AMBIGUOUS, at, damage.checksum());
    }
    List<LeftOut> all = new ArrayList<>();
    all.add(at);
    for (SegmentFile later : walk.unread()) {
      all.add(new LeftOut(later.path(), 0, size(later.path()), "after damage in " + at.file()));
    }
    return report(
        walk, CrateVerdict.CORRUPT, all, at.file() + ": " + at.reason(), damage.checksum());
  }

  /** Damage at the end is what a crash may leave, unless a whole entry follows. */
  private CrateReport judged(
      CrateWalk walk, CrateVerdict otherwise, LeftOut cut, @Nullable ChecksumMismatch checksum)
      throws IOException {
    long whole = WholeFrames.after(directory, cut.file(), cut.offset(), walk.nextId() - 1);
    if (whole < 0) {
      return report(walk, otherwise, List.of(cut), cut.reason(), checksum);
    }
    String reason = cut.reason() + ", and a whole entry follows at offset " + whole;
    return report(
        walk,
        CrateVerdict.CORRUPT,
        List.of(new LeftOut(cut.file(), cut.offset(), cut.bytes(), reason)),
        reason,
        checksum);
  }

  private static LeftOut leftOut(CrateEnding ending, String reason) {
    return new LeftOut(ending.file(), ending.offset(), ending.bytes(), reason);
  }

  private static CrateReport report(
      CrateWalk walk,
      CrateVerdict verdict,
      List<LeftOut> leftOut,
      @Nullable String reason,
      @Nullable ChecksumMismatch checksum) {
    List<CrateSegment> segments = whole(walk);
    long first = segments.isEmpty() ? 1 : segments.get(0).firstEntryId();
    long last = segments.isEmpty() ? 0 : walk.nextId() - 1;
    return new CrateReport(verdict, segments, first, last, leftOut, reason, checksum);
  }

  private static List<CrateSegment> whole(CrateWalk walk) {
    return walk.segments().stream().filter(segment -> segment.version() != 0).toList();
  }

  private long size(String path) throws IOException {
    try (ReadFile file = directory.open(path)) {
      return file.size();
    }
  }
}
