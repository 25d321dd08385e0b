package dev.durability.rust;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import dev.durability.log.CheckpointReference;
import dev.durability.storage.Directory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalReader;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Writes a log of this library as a directory of the crate.
 *
 * <ul>
 *   <li>Entries keep their ids and bytes; that some were a batch is lost.
 *   <li>The usable checkpoints of the log become {@code checkpoints/<last entry id>.chk}, with the
 *       same payload.
 *   <li>The crate finds a checkpoint by a marker, which is an entry of the log: {@link #withMarker}
 *       appends one for the newest. Otherwise recover by its path.
 * </ul>
 *
 * <p>The source is only read; its writer may have it open, and what it appends meanwhile may be
 * missing. After a failure throw the target away.
 */
public final class CrateExport {
  private final Directory source;
  private final Directory target;
  private final CrateLogOptions options;
  private final boolean hasMarker;

  private CrateExport(
      Directory source, Directory target, CrateLogOptions options, boolean hasMarker) {
    this.source = source;
    this.target = target;
    this.options = options;
    this.hasMarker = hasMarker;
  }

  /**
   * What was written.
   *
   * @param firstEntryId the first entry of the log
   * @param lastEntryId the last one, with the marker if there is one
   * @param segments the segments
   * @param checkpoints the checkpoints, oldest first
   * @param leftOut checkpoints that were not written, with the reason
   */
  public record Report(
      long firstEntryId,
      long lastEntryId,
      List<CrateSegment> segments,
      List<CrateCheckpoint> checkpoints,
      List<LeftOut> leftOut) {
    /**
     * Makes a report with unmodifiable lists.
     *
     * @param firstEntryId as above
     * @param lastEntryId as above
     * @param segments as above
     * @param checkpoints as above
     * @param leftOut as above
     */
    public Report {
      segments = List.copyOf(segments);
      checkpoints = List.copyOf(checkpoints);
      leftOut = List.copyOf(leftOut);
    }
  }

  /**
   * Prepares an export.
   *
   * @param source the directory of the log
   * @param target a directory without a log of the crate
   * @param options as which version, and how large segments are; the log's own first id counts
   * @return the export
   */
  public static CrateExport of(Directory source, Directory target, CrateLogOptions options) {
    return new CrateExport(
        Objects.requireNonNull(source, "source"),
        Objects.requireNonNull(target, "target"),
        Objects.requireNonNull(options, "options"),
        false);
  }

  /**
   * Appends the crate's own marker, {@link WalEntry.Checkpoint}, for the newest checkpoint. For
   * logs whose entries are {@link WalEntry}.
   *
   * @return such an export
   */
  public CrateExport withMarker() {
    return new CrateExport(source, target, options, true);
  }

  /**
   * Does it.
   *
   * @return what was written; all of it is durable
   * @throws CorruptLogException if the log is damaged
   * @throws FormatException if an entry exceeds 16 MiB, or a log without entries begins after entry
   *     1: the crate would begin at 1 again
   * @throws NoSuchFileException if there is no log
   * @throws FileAlreadyExistsException if the target has a log of the crate
   * @throws IOException if the storage fails
   */
  public Report run() throws IOException {
    long first = WalMaintenance.firstEntryId(source);
    if (!SegmentFile.list(target).isEmpty()) {
      throw new FileAlreadyExistsException(
          SegmentFile.list(target).get(0).path(), null, "a log of the crate is there already");
    }
    List<LeftOut> leftOut = new ArrayList<>();
    List<CrateCheckpoint> checkpoints;
    List<CrateSegment> segments;
    long last;
    try (CrateLogWriter writer = CrateLogWriter.open(target, options.withFirstEntryId(first))) {
      WalReader.of(source, Codecs.bytes())
          .replay(first, Long.MAX_VALUE, (id, entry) -> append(writer, id, entry));
      writer.sync();
      checkpoints = writeCheckpoints(writer.lastAppendedId(), leftOut);
      if (hasMarker && !checkpoints.isEmpty()) {
        CrateCheckpoint newest = checkpoints.get(checkpoints.size() - 1);
        long unused = writer.append(CratePublisher.marker(newest.path(), newest.lastEntryId()));
      }
      segments = writer.segments();
      last = writer.lastAppendedId();
    }
    if (segments.isEmpty() && first != 1) {
      throw new FormatException(
          "the log has no entries and begins at entry "
              + first
              + ": the crate would begin at entry 1. Append an entry first");
    }
    WriterLock.remove(target); // Versions up to 0.7.2 take it for a writer.
    return new Report(first, last, segments, checkpoints, leftOut);
  }

  private static void append(CrateLogWriter writer, long id, byte[] entry) throws IOException {
    if (entry.length > CrateFormat.ENTRY_BYTES_MAX) {
      throw new FormatException(
          "entry "
              + id
              + " has "
              + entry.length
              + " bytes, and one of the crate at most "
              + CrateFormat.ENTRY_BYTES_MAX);
    }
    long given = writer.append(entry);
    if (given != id) {
      throw new IOException(
          "entry " + id + " would get the id " + given + ": the log was cut meanwhile, try again");
    }
  }

  private List<CrateCheckpoint> writeCheckpoints(long lastId, List<LeftOut> leftOut)
      throws IOException {
    Checkpoints ours = Checkpoints.in(source, Clock.systemUTC());
    TreeMap<Long, String> paths = new TreeMap<>(Comparator.naturalOrder());
    for (CheckpointReference each : WalMaintenance.checkpoints(source)) {
      if (!each.path().isEmpty()) {
        paths.putIfAbsent(each.lastEntryId(), each.path());
      }
    }
    List<CrateCheckpoint> written = new ArrayList<>();
    for (var each : paths.entrySet()) {
      String path = each.getValue();
      if (each.getKey() > lastId) {
        leftOut.add(new LeftOut(path, 0, 0, "the log ends before entry " + each.getKey()));
        continue;
      }
      try {
        written.add(
            CrateCheckpoint.write(
                target,
                Checkpoints.DIRECTORY + "/" + each.getKey() + ".chk",
                options.version(),
                each.getKey(),
                out -> {
                  long unused = ours.read(path, in -> in.transferTo(out));
                }));
      } catch (NoSuchFileException | CorruptLogException | IllegalArgumentException unusable) {
        leftOut.add(new LeftOut(path, 0, 0, String.valueOf(unusable.getMessage())));
      }
    }
    return written;
  }
}
