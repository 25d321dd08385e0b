package dev.durability.archive;

import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.AtomicFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import dev.durability.wal.WalHolds;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes one consistent copy of a log, which may be written meanwhile. A plain copy of the files of
 * a live log may be of no use, because they are copied one after the other.
 *
 * <p>Into a store, take an {@link Archiver} whose name begins with {@code backup-}, and one {@link
 * Archiver#step}: each such backup is a timeline of its own.
 */
public final class Backup {
  /** If a segment is damaged, whether opening reads it or a checkpoint contains its entries. */
  static final String WHAT_TO_DO =
      "'durability explain' reads all of the log and says what happened. Put the file back from a"
          + " copy; or take out what is intact with 'durability salvage', go on with that, and copy"
          + " that";

  private static final Duration HOLD = Duration.ofDays(1);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int ATTEMPTS = 5;

  private final Directory log;
  private final Directory target;
  private final Progress progress;
  private final Set<String> checkpointPaths = new HashSet<>();
  private long total;
  private long done;
  private int segments;
  private int checkpoints;

  /** Whether the newest segment was read to its END, so that nothing of it is left out. */
  private boolean ended;

  private Backup(Directory log, Directory target, Progress progress) {
    this.log = log;
    this.target = target;
    this.progress = progress;
  }

  /**
   * Copies a log, with all its segments and checkpoints, into a directory, and reads the copy to
   * its verdict. While it copies, a hold keeps files from being removed. The copy has all that the
   * log promised to be durable when this was called. When this returns, it is durable.
   *
   * @param log the log's directory; written is only {@code holds/} in it
   * @param target an empty directory
   * @param clock the clock of the log's writer
   * @param progress is told how many bytes are copied
   * @return what was copied
   * @throws java.nio.file.FileAlreadyExistsException if the target is not empty
   * @throws NoSuchFileException if there is no log
   * @throws CorruptLogException if the log itself is damaged; the target is empty then
   * @throws IOException if the storage fails; what is in the target is of no use then
   */
  public static BackupReport copy(Directory log, Directory target, Clock clock, Progress progress)
      throws IOException {
    Targets.requireEmpty(target);
    if (LogNames.segments(log).isEmpty()) {
      throw new NoSuchFileException(LogNames.SEGMENTS, null, "there is no log here");
    }
    String holder = String.format(Locale.ROOT, "backup-%08x", RANDOM.nextInt());
    Instant now = clock.instant();
    WalHolds.hold(log, holder, 1, now.plus(HOLD), now);
    try {
      for (int attempt = 1; ; attempt++) {
        Backup backup = new Backup(log, target, progress);
        BackupReport report;
        try {
          report = backup.copyAndRead();
        } catch (CorruptLogException damaged) {
          clear(target);
          throw damaged;
        }
        if (isWhole(report)) {
          return report;
        }
        clear(target);
        // A truncation was under way that began before the hold.
        if (attempt == ATTEMPTS) {
          LogReport read = report.report();
          throw new DurabilityException(
              read.end().file()
                  + " at offset "
                  + read.end().offset()
                  + " of the copy: it is "
                  + read.verdict()
                  + (read.reason() == null ? "" : " (" + read.reason() + ")")
                  + ", and the log is not. The log changed meanwhile: try again");
        }
      }
    } finally {
      boolean unused = WalHolds.release(log, holder);
    }
  }

  private static boolean isWhole(BackupReport copy) {
    return copy.report().verdict() == Verdict.CLEAN && copy.report().intact() == copy.lastEntryId();
  }

  private BackupReport copyAndRead() throws IOException {
    long last = copy();
    BackupReport report =
        new BackupReport(last, segments, checkpoints, done, WalMaintenance.verify(target));
    if (!ended || !isWhole(report)) {
      requireIntact(log);
    }
    return report;
  }

  /**
   * Throws if a log is damaged. Bytes of its last segment that are damaged look like those that are
   * not written yet, so a copy or an archive of it may be whole, and end before the damage. For
   * that all of the log is read.
   *
   * @param log the log's directory; it may be in use
   * @throws CorruptLogException if it is damaged, with what {@link WalMaintenance#verify} says
   * @throws IOException if the storage fails
   */
  public static void requireIntact(Directory log) throws IOException {
    LogReport report = WalMaintenance.verify(log);
    if (report.verdict() == Verdict.CORRUPT) {
      long lastLost = Math.max(report.promised(), report.covered());
      boolean lost = lastLost > report.intact();
      throw new CorruptLogException(
          "the log is damaged: "
              + report.reason()
              + ". Entries up to "
              + report.intact()
              + " are intact. Copy its files as they are, restore "
              + report.end().file()
              + " from an older backup, and try again",
          report.end().file(),
          report.end().offset(),
          lost ? report.intact() + 1 : 0,
          lost ? lastLost : 0,
          report.checksum());
    }
  }

  private static void clear(Directory target) throws IOException {
    for (String path : LogNames.segments(target).values()) {
      target.delete(path);
    }
    for (String path : LogNames.checkpoints(target)) {
      target.delete(path);
    }
  }

  private long copy() throws IOException {
    checkpointPaths.addAll(LogNames.checkpoints(log));
    List<Map.Entry<Long, String>> newestFirst =
        new ArrayList<>(LogNames.segments(log).descendingMap().entrySet());
    total = sizes(newestFirst);
    target.createDirectories(LogNames.SEGMENTS);
    long last = -1;
    for (Map.Entry<Long, String> each : newestFirst) {
      LiveSegment copied = copySegment(each.getValue(), segments > 0);
      if (copied == null) {
        break; // Those before it are gone, too: the oldest are removed first.
      }
      ended = segments == 0 ? copied.ended() : ended;
      segments++;
      last = last < 0 ? copied.lastEntryId() : last;
    }
    for (String path : checkpointPaths) {
      copyCheckpoint(path, last);
    }
    return last;
  }

  private long sizes(List<Map.Entry<Long, String>> files) throws IOException {
    long sum = 0;
    for (Map.Entry<Long, String> each : files) {
      try (ReadFile file = log.open(each.getValue())) {
        sum += file.size();
      } catch (NoSuchFileException removedMeanwhile) {
        // It is not copied either.
      }
    }
    return sum;
  }

  private @Nullable LiveSegment copySegment(String path, boolean isFollowed) throws IOException {
    try (ReadFile file = log.open(path)) {
      LiveSegment segment = new LiveSegment(path, LiveSegment.header(file, path));
      segment.read(file, isFollowed);
      checkpointPaths.addAll(segment.checkpoints());
      copyFile(file, path, segment.stableBytes());
      return segment;
    } catch (NoSuchFileException removedMeanwhile) {
      return null;
    }
  }

  /** One that contains what the copy does not have is of no use. */
  private void copyCheckpoint(String path, long lastId) throws IOException {
    try (ReadFile file = log.open(path)) {
      SegmentHeader header = SegmentHeader.read(file::read, SegmentHeader.CHECKPOINT);
      if (header != null && header.firstEntryId() <= lastId) {
        String parent = Directory.parentOf(path);
        if (!parent.isEmpty()) {
          target.createDirectories(parent);
        }
        copyFile(file, path, file.size());
        checkpoints++;
      }
    } catch (NoSuchFileException gone) {
      // The log does not need it.
    }
  }

  private void copyFile(ReadFile from, String path, long bytes) throws IOException {
    AtomicFile file = AtomicFile.create(target, path);
    try (file;
        InputStream in = new FileRange(from, 0, bytes, false)) {
      byte[] buffer = new byte[1 << 18];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        file.write(ByteBuffer.wrap(buffer, 0, count));
        done += count;
        progress.at(Math.min(done, total), total);
      }
      file.commit();
    }
  }
}
