package dev.durability.wal;

import dev.durability.append.LogStart;
import dev.durability.codec.Codec;
import dev.durability.codec.Schema;
import dev.durability.errors.DurabilityException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFile;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.frame.FrameRun;
import dev.durability.frame.Quarantine;
import dev.durability.frame.Rewrite;
import dev.durability.frame.WallClock;
import dev.durability.log.LogReport;
import dev.durability.log.OpenMode;
import dev.durability.log.ReplayMode;
import dev.durability.log.Verdict;
import dev.durability.segment.CheckpointName;
import dev.durability.segment.Decoding;
import dev.durability.segment.LogCursor;
import dev.durability.segment.LogFiles;
import dev.durability.segment.LogFindings;
import dev.durability.segment.LogListing;
import dev.durability.segment.LogSchemas;
import dev.durability.segment.Preamble;
import dev.durability.segment.SegmentName;
import dev.durability.segment.SegmentPlan;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Opens a log whose lock is held: judges it, hands its entries over, and brings it into a state in
 * which everything that was recovered is durable. Each step can be repeated after a crash in it.
 */
final class LogOpening {
  private final Directory directory;
  private final WalOptions options;

  LogOpening(Directory directory, WalOptions options) {
    this.directory = directory;
    this.options = options;
  }

  /**
   * Refuses a log that is there, or is not, as the options say. Changes nothing.
   *
   * @throws NoSuchFileException if it is only to be opened, and there is none
   * @throws FileAlreadyExistsException if it is only to be created, and there is one
   */
  static void requireMode(Directory directory, OpenMode mode) throws IOException {
    if (mode == OpenMode.OPEN_ONLY) {
      List<SegmentName> unused = LogListing.existing(directory);
    } else if (mode == OpenMode.CREATE_ONLY && hasSegments(directory)) {
      throw new FileAlreadyExistsException(
          LogFiles.SEGMENTS,
          null,
          "there is a log here, and it was only to be created: open it with another OpenMode, or"
              + " create one in another directory");
    }
  }

  private static boolean hasSegments(Directory directory) throws IOException {
    try {
      return !LogListing.segments(directory).isEmpty();
    } catch (NoSuchFileException none) {
      return false;
    }
  }

  <E> LogStart open(Codec<E> codec, @Nullable WalReplay<E> replay) throws IOException {
    long start = System.nanoTime();
    removeTemporaryFiles();
    List<SegmentName> segments = LogListing.segments(directory);
    long fromId = replay == null ? WalReplay.START : replay.fromId();
    if (segments.isEmpty()) {
      return create(codec.schema(), start);
    }
    long covered = replay == null ? 0 : replay.checkpointId();
    LogListing listing = LogListing.of(directory, segments, covered);
    LogFindings found;
    int first = listing.start();
    LogSchemas.requireFit(directory, listing, first, codec);
    try (LogCursor cursor = new LogCursor(directory, listing, first)) {
      // Without its first entries, the rest is no prefix: nobody gets to see it.
      handOver(cursor, codec, first < 0 ? null : replay, fromId);
      found = LogFindings.conclude(cursor);
    }
    tellOfRecovery(found.judgement().report(), start);
    found.judgement().refuseUnless(ReplayMode.PREFIX);
    return settle(found, codec.schema());
  }

  /**
   * Files that this log was making when a process died: nothing refers to them. What others make
   * here, a record log in the same directory for one, is theirs.
   */
  private void removeTemporaryFiles() throws IOException {
    removeTemporaryFiles(LogFiles.SEGMENTS, LogFiles::isSegmentInTheMaking);
    removeTemporaryFiles(CheckpointName.DIRECTORY, CheckpointName::isTemporary);
    Quarantine.removeTemporaries(directory, LogFiles.QUARANTINE, LogFiles::isSegment);
  }

  private void removeTemporaryFiles(String place, Predicate<String> isOwn) throws IOException {
    List<String> names;
    try {
      names = directory.list(place);
    } catch (NoSuchFileException none) {
      return;
    }
    for (String name : names) {
      if (isOwn.test(name)) {
        directory.delete(place + "/" + name);
      }
    }
  }

  private LogStart create(Optional<Schema> schema, long start) throws IOException {
    LogListing.refuseCheckpointsAlone(directory);
    long before = options.firstEntryId() - 1;
    LogReport report =
        new LogReport(
            Verdict.CLEAN,
            before,
            before,
            before,
            0,
            new LogReport.Position(LogFiles.SEGMENTS, 0),
            null,
            null,
            null);
    tellOfRecovery(report, start);
    SegmentPlan first = SegmentPlan.first(options.firstEntryId(), schema);
    return new LogStart(report, UUID.randomUUID(), first, List.of(), 0);
  }

  private void tellOfRecovery(LogReport report, long start) {
    new Notices(options.observer()).onRecovery(report, System.nanoTime() - start);
  }

  private static <E> void handOver(
      LogCursor cursor, Codec<E> codec, @Nullable WalReplay<E> replay, long fromId)
      throws IOException {
    if (replay == null) {
      cursor.skipToEnd();
      return;
    }
    long oldest = cursor.nextId();
    Decoding<E> decoding = new Decoding<>(codec);
    if (fromId != WalReplay.START && fromId < oldest) {
      throw new DurabilityException(
          "cannot replay from entry "
              + fromId
              + " on: recovery of this log starts at entry "
              + oldest
              + ", because a checkpoint covers older entries. Start from that checkpoint, or"
              + " read the older segments that are still there with a reader");
    }
    FrameRun.Step step;
    do {
      step = cursor.next();
      if (step == FrameRun.Step.ENTRY && cursor.id() >= fromId) {
        replay.entry(cursor.id(), cursor.decode(decoding));
      }
    } while (step != FrameRun.Step.STOP);
  }

  /** Makes what was recovered durable, whatever failed before, and ends the last segment. */
  private LogStart settle(LogFindings found, Optional<Schema> schema) throws IOException {
    FileHeader last = Objects.requireNonNull(found.lastHeader());
    LogReport report = found.judgement().report();
    String path = report.end().file();
    List<SegmentName> names = found.listing().names();
    long intact = report.intact();
    boolean isEmpty = intact == last.firstEntryId() - 1;
    if (!isEmpty && last.segmentId() >= SegmentName.ID_MAX) {
      throw SegmentName.noneFollows();
    }
    if (found.remains().nonZeroEnd() > found.runEnd()) {
      keepWhatIsCut(found, path);
    }
    if (isEmpty) {
      SegmentName name = new SegmentName(last.segmentId(), last.firstEntryId());
      Preamble preamble = Preamble.of(directory, name, last.logId());
      return new LogStart(
          report,
          last.logId(),
          SegmentPlan.inPlaceOf(last, schema, preamble.checkpoints()),
          LogListing.ranges(names, intact).subList(0, names.size() - 1),
          found.lastStampMicros());
    }
    long stamp = WallClock.stamp(options.clock(), found.lastStampMicros());
    rewriteAndEnd(found, last, report, stamp);
    return new LogStart(
        report,
        last.logId(),
        SegmentPlan.after(last, intact + 1, schema),
        LogListing.ranges(names, intact),
        stamp);
  }

  private void keepWhatIsCut(LogFindings found, String path) throws IOException {
    Optional<String> kept =
        Quarantine.copy(
            directory, LogFiles.QUARANTINE, path, found.runEnd(), found.remains().nonZeroEnd());
    if (kept.isPresent()) {
      Quarantine.bound(
          directory,
          LogFiles.QUARANTINE,
          LogFiles::isSegment,
          options.quarantineBytesMax(),
          kept.get());
    }
  }

  /**
   * Writes the end of the last segment again, its END too if it has one: after a failed sync the
   * page cache may show it and the storage not have it, and a segment without END must not get a
   * successor. An END that is there stays: what it does not promise, the successor's header does.
   */
  private void rewriteAndEnd(LogFindings found, FileHeader last, LogReport report, long stamp)
      throws IOException {
    long intact = report.intact();
    try (FrameFile file = rewrite(found, last, report)) {
      if (!found.ended()) {
        ByteBuffer end =
            ByteBuffer.allocate(FrameFormat.PROMISE_FRAME_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        new FrameEncoder().promise(end, last.salt(), FrameKind.END, intact + 1, intact, stamp);
        file.write(end.flip());
        file.sync();
      }
    }
  }

  /**
   * If nothing in the segment was ever promised, its name may be as little durable as its content:
   * the first sync in a segment and the sync of its name run at the same time, and either may have
   * failed.
   */
  private FrameFile rewrite(LogFindings found, FileHeader last, LogReport report)
      throws IOException {
    String path = report.end().file();
    if (report.promised() < last.firstEntryId()) {
      return Rewrite.whole(directory, path, found.runEnd());
    }
    return Rewrite.tail(directory, path, found.endOfPromised(directory), found.runEnd());
  }
}
