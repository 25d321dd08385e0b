package dev.durability.wal;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.Schema;
import dev.durability.errors.CorruptLogException;
import dev.durability.frame.FrameRun;
import dev.durability.frame.Quarantine;
import dev.durability.log.CheckpointReference;
import dev.durability.log.EntryAtInstant;
import dev.durability.log.EntrySpan;
import dev.durability.log.LogReport;
import dev.durability.log.LogVisitor;
import dev.durability.log.OpenMode;
import dev.durability.log.SchemaRange;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.segment.KnownCheckpoints;
import dev.durability.segment.LiveCursor;
import dev.durability.segment.LogCursor;
import dev.durability.segment.LogFiles;
import dev.durability.segment.LogFindings;
import dev.durability.segment.LogListing;
import dev.durability.segment.LogSchemas;
import dev.durability.segment.LogSurvey;
import dev.durability.segment.LogTimes;
import dev.durability.segment.SegmentName;
import dev.durability.storage.Directory;
import dev.durability.storage.QuarantinedFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Looks after a log that is not open for writing here: verify, list segments, truncate. */
public final class WalMaintenance {
  private static final int LOOKS = 3;

  private WalMaintenance() {}

  /**
   * Reads the whole log, as recovery would, and judges it. It changes nothing and takes no lock.
   * While a writer is at work the end may look torn. Before it calls anything corrupt, it lists and
   * reads the files again. For a large log up to three more threads read; they are done when this
   * returns or throws.
   *
   * @param directory where the log is
   * @return what the files say
   * @throws java.nio.file.NoSuchFileException if there is no log
   * @throws dev.durability.errors.FormatException if a newer version of the library wrote it, or
   *     the directory has a log of the Rust crate
   * @throws IOException if the storage fails
   */
  public static LogReport verify(Directory directory) throws IOException {
    List<SegmentName> before = List.of();
    int looks = 0;
    int misses = 0;
    while (true) {
      List<SegmentName> segments;
      try {
        segments = LogListing.existing(directory);
      } catch (CorruptLogException noSegment) {
        return withoutSegments(noSegment);
      }
      try {
        LogReport report = verify(directory, segments);
        // A listing that is made while names come and go may lack one that was there all the time.
        if (report.verdict() != Verdict.CORRUPT || segments.equals(before) || ++looks == LOOKS) {
          return report;
        }
      } catch (NoSuchFileException truncatedMeanwhile) {
        if (++misses == LiveCursor.MISSES) {
          throw truncatedMeanwhile;
        }
      }
      before = segments;
    }
  }

  private static LogReport withoutSegments(CorruptLogException why) {
    LogReport.Position end = new LogReport.Position(why.file(), why.offset());
    return new LogReport(Verdict.CORRUPT, 0, 0, 0, 0, end, null, why.getMessage(), null);
  }

  private static LogReport verify(Directory directory, List<SegmentName> segments)
      throws IOException {
    LogListing listing = LogListing.of(directory, segments);
    try (LogCursor cursor = new LogCursor(directory, listing, listing.start())) {
      return LogFindings.finish(cursor).judgement().report();
    }
  }

  /**
   * Lists the segments by their names; only the last is read.
   *
   * @param directory where the log is
   * @return the segments, oldest first; the last entry of the last one is the last intact one
   * @throws java.nio.file.NoSuchFileException if there is no log
   * @throws IOException if the storage fails
   */
  public static List<SegmentRange> segments(Directory directory) throws IOException {
    for (int miss = 1; ; miss++) {
      List<SegmentName> names = LogListing.existing(directory);
      try {
        return LogListing.ranges(names, lastEntry(directory, names));
      } catch (NoSuchFileException truncatedMeanwhile) {
        if (miss == LiveCursor.MISSES) {
          throw truncatedMeanwhile;
        }
      }
    }
  }

  private static long lastEntry(Directory directory, List<SegmentName> names) throws IOException {
    LogListing listing = LogListing.withoutVerdict(names);
    int last = listing.segments().size() - 1;
    try (LogCursor cursor = new LogCursor(directory, listing, last)) {
      FrameRun.Step step;
      do {
        step = cursor.next();
      } while (step != FrameRun.Step.STOP);
      return cursor.nextId() - 1;
    }
  }

  /**
   * Tells where the log starts, by the names and the headers of its segments.
   *
   * @param directory where the log is
   * @return the id of the first entry of the oldest segment, or of the one that the log was begun
   *     anew with
   * @throws java.nio.file.NoSuchFileException if there is no log
   * @throws IOException if the storage fails
   */
  public static long firstEntryId(Directory directory) throws IOException {
    return LogListing.withoutVerdict(LogListing.existing(directory)).firstEntryId(directory);
  }

  /**
   * Tells which log it is, by the headers of its segments.
   *
   * @param directory where the log is
   * @return its identity, the same in each of its files; null if no header is whole
   * @throws java.nio.file.NoSuchFileException if there is no log
   * @throws IOException if the storage fails
   */
  public static @Nullable UUID logId(Directory directory) throws IOException {
    return LogListing.logId(directory, LogListing.existing(directory));
  }

  /**
   * Tells how the entries are encoded, by what stands at the beginning of the segments.
   *
   * @param directory where the log is
   * @return a range for each change of the schema, in the order of the entries. If all entries are
   *     in a checkpoint and none is left, the schema that the next one would have had; empty if
   *     there never were entries
   * @throws java.nio.file.NoSuchFileException if there is no log
   * @throws IOException if the storage fails
   */
  public static List<SchemaRange> schemas(Directory directory) throws IOException {
    for (int miss = 1; ; miss++) {
      LogListing listing = LogListing.withoutVerdict(LogListing.existing(directory));
      try {
        return LogSchemas.list(directory, listing);
      } catch (NoSuchFileException truncatedMeanwhile) {
        if (miss == LiveCursor.MISSES) {
          throw truncatedMeanwhile;
        }
      }
    }
  }

  /**
   * Returns a codec for tools that cut a log without its classes. Entries are bytes. What is
   * written has the schema of the last entry, whatever schema it was read under.
   *
   * @param directory where the log is
   * @return the codec
   * @throws java.nio.file.NoSuchFileException if there is no log
   * @throws IOException if the storage fails
   */
  public static Codec<byte[]> anyEntries(Directory directory) throws IOException {
    List<SchemaRange> schemas = schemas(directory);
    Optional<Schema> last =
        schemas.isEmpty() ? Optional.empty() : schemas.get(schemas.size() - 1).schema();
    return last.map(Codecs::bytes).orElseGet(Codecs::bytes);
  }

  /**
   * Tells where an entry is. It reads the segment of that entry.
   *
   * @param directory where the log is
   * @param entryId the entry
   * @return its segment, and the offset in it after the entry; empty if the log does not hold it
   * @throws java.nio.file.NoSuchFileException if there is no log
   * @throws IOException if the storage fails
   */
  public static Optional<LogReport.Position> find(Directory directory, long entryId)
      throws IOException {
    LogListing listing = LogListing.withoutVerdict(LogListing.existing(directory));
    int start = listing.indexOf(entryId);
    if (start < 0) {
      return Optional.empty();
    }
    try (LogCursor cursor = new LogCursor(directory, listing, start)) {
      while (cursor.nextId() <= entryId) {
        if (cursor.next() == FrameRun.Step.STOP) {
          return Optional.empty();
        }
      }
      return cursor.id() == entryId ? Optional.of(cursor.position()) : Optional.empty();
    }
  }

  /**
   * Lists the checkpoints that a log knows of: those under default names, and those that a marker
   * at the start of a segment names. They are not opened.
   *
   * @param directory where the log is
   * @return the checkpoints, the one that contains most first; none if there is no log
   * @throws IOException if the storage fails
   */
  public static List<CheckpointReference> checkpoints(Directory directory) throws IOException {
    return KnownCheckpoints.of(directory);
  }

  /**
   * Tells which entry was the last that was durable at an instant, by the wall clock that the log's
   * headers and marks carry. What follows is read, too, as far as possible, to find where that
   * clock stood still because it was set back: the time of those entries is unknown.
   *
   * @param directory where the log is
   * @param instant the instant
   * @return the largest entry id that a header or mark of that time or before promises, and where
   *     the clock stood still at a later time
   * @throws dev.durability.errors.DurabilityException if the log does not reach back to that time
   * @throws java.nio.file.NoSuchFileException if there is no log
   * @throws IOException if the storage fails
   */
  public static EntryAtInstant lastEntryAt(Directory directory, Instant instant)
      throws IOException {
    return new LogTimes(directory).lastEntryAt(instant);
  }

  /**
   * Tells which entries may have become durable in a span of time, by the wall clock that the log's
   * headers and marks carry. Those say of an entry only between which two times it did. An entry is
   * left out if that was before or after the span for certain. Only segments of that time are read.
   *
   * @param directory where the log is
   * @param since the beginning of the span
   * @param until its end, which belongs to it
   * @return the entries; they go on to the end of the log if it carries no later time
   * @throws java.nio.file.NoSuchFileException if there is no log
   * @throws IOException if the storage fails
   */
  public static EntrySpan entriesBetween(Directory directory, Instant since, Instant until)
      throws IOException {
    for (int miss = 1; ; miss++) {
      try {
        return new LogTimes(directory).between(since, until);
      } catch (NoSuchFileException truncatedMeanwhile) {
        if (miss == LiveCursor.MISSES) {
          throw truncatedMeanwhile;
        }
      }
    }
  }

  /**
   * Lists what openings cut off the log and kept in {@code quarantine/}.
   *
   * @param directory where the log is
   * @return what is kept, the oldest first; nothing if there is no log
   * @throws IOException if the storage fails
   */
  public static List<QuarantinedFile> quarantined(Directory directory) throws IOException {
    return Quarantine.list(directory, LogFiles.QUARANTINE, LogFiles::isSegment);
  }

  /**
   * Removes from quarantine. A writer may have the log open: it never reads what is kept. A file
   * that is already gone counts as removed.
   *
   * @param directory where the log is
   * @param files what to remove, of those that {@link #quarantined} lists; all are gone, durably,
   *     when this returns
   * @throws IllegalArgumentException if one of them is not kept by this log; nothing was removed
   * @throws IOException if the storage fails; some may have been removed
   */
  public static void removeQuarantined(Directory directory, List<QuarantinedFile> files)
      throws IOException {
    Quarantine.remove(directory, LogFiles.QUARANTINE, LogFiles::isSegment, files);
  }

  /**
   * Opens the log, removes the segments that lie wholly at or below an entry, and closes it. See
   * {@link WalWriter#truncate}.
   *
   * @param directory where the log is
   * @param throughId the last entry that is no longer needed
   * @return the segments that were removed, durably, oldest first
   * @throws java.nio.file.NoSuchFileException if there is no log
   * @throws dev.durability.errors.LockHeldException if a writer has the log open: ask that one
   * @throws IOException as {@link WalWriter#open} and {@link WalWriter#truncate}
   */
  public static List<SegmentRange> truncate(Directory directory, long throughId)
      throws IOException {
    return truncate(directory, throughId, WalObserver.NONE);
  }

  /**
   * As {@link #truncate(Directory, long)}, with an observer, which sees what is removed and may
   * veto it.
   *
   * @param directory where the log is
   * @param throughId the last entry that is no longer needed
   * @param observer sees what the writer does that is opened for this
   * @return the segments that were removed, durably, oldest first
   * @throws IOException as {@link #truncate(Directory, long)}
   */
  public static List<SegmentRange> truncate(
      Directory directory, long throughId, WalObserver observer) throws IOException {
    WalOptions options =
        WalOptions.builder().openMode(OpenMode.OPEN_ONLY).observer(observer).build();
    try (WalWriter<byte[]> writer = WalWriter.open(directory, anyEntries(directory), options)) {
      return writer.truncate(throughId);
    }
  }

  /**
   * Goes over all segments, each for itself, without their payloads. Nothing is judged: entries
   * after damage in another segment are handed over, too, and {@link #verify} says what the log as
   * a whole holds. It changes nothing and takes no lock. What a writer does meanwhile may be
   * missing. Memory does not depend on the size of the log.
   *
   * @param directory where the log is
   * @param visitor takes what is found, on this thread
   * @throws java.nio.file.NoSuchFileException if there is no log
   * @throws IOException if the storage fails, or what the visitor throws
   */
  public static void survey(Directory directory, LogVisitor visitor) throws IOException {
    try (LogSurvey survey = new LogSurvey(directory, visitor)) {
      survey.run();
    }
  }
}
