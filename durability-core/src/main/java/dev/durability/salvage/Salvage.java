package dev.durability.salvage;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.FormatException;
import dev.durability.segment.LogFiles;
import dev.durability.segment.LogListing;
import dev.durability.segment.SegmentName;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Takes what is intact out of a log, also after damage, and writes it to new logs. The log itself
 * is only read.
 *
 * <p>An entry counts as intact if its checksum is right under the salt of its segment, and its id
 * is in order. Each stretch of entries without a hole becomes a log, in which they keep their ids,
 * batches, schemas and times; a checkpoint that fits is copied beside them. Every id that is in no
 * stretch is told, up to the last one that anything in the log promises.
 *
 * <p>What the owner of the log cut off does not come out, and neither does what openings cut off
 * after crashes, unless {@link #withQuarantine} asks for it. A batch whose end was being written
 * when a crash came was never part of the log. If damage broke a batch, its other entries come out.
 *
 * <p>Nothing may write to the log meanwhile. Memory does not depend on the size of the log, but on
 * that of its largest entry and on the number of its files.
 *
 * <p>Immutable: each method returns another object.
 */
public final class Salvage {
  private final Directory log;
  private final SalvageTarget target;
  private final boolean isRenumbering;
  private final boolean isWithQuarantine;

  private Salvage(
      Directory log, SalvageTarget target, boolean isRenumbering, boolean isWithQuarantine) {
    this.log = log;
    this.target = target;
    this.isRenumbering = isRenumbering;
    this.isWithQuarantine = isWithQuarantine;
  }

  /**
   * Prepares to salvage a log: each stretch becomes a log of its own, and entries keep their ids.
   *
   * @param log where the log is; it is only read
   * @param target where what is salvaged goes
   * @return what {@link #run} does
   */
  public static Salvage of(Directory log, SalvageTarget target) {
    return new Salvage(log, target, false, false);
  }

  /** {@return one that writes all stretches to one log, whose ids begin at 1 and have no holes} */
  public Salvage renumbered() {
    return new Salvage(log, target, true, isWithQuarantine);
  }

  /** {@return one that also writes what openings cut off, to logs of its own} */
  public Salvage withQuarantine() {
    return new Salvage(log, target, isRenumbering, true);
  }

  /**
   * Does it. All that was written is durable when this returns, and was read once more.
   *
   * @throws NoSuchFileException if there is no log
   * @throws dev.durability.errors.FormatException if all its files are of another version, or it is
   *     a log of the Rust crate
   * @throws DurabilityException if a program wrote to the log meanwhile: what was written is of no
   *     use
   * @throws IOException if a file cannot be read or written, or what the target throws. A sector
   *     that the disk cannot read is not passed over: copy the log with a tool for that first
   */
  public void run() throws IOException {
    run(false);
  }

  /**
   * Tells what is intact in a record log, also after damage, and hands it over as {@link #look}
   * does. Nothing is written: whoever wants the records in a new log appends them to one.
   *
   * @param directory where the record log is; it is only read
   * @param path its file
   * @param target is told what is found; entries are records, which begin with 1
   * @throws NoSuchFileException if there is no such file
   * @throws dev.durability.errors.FormatException if it is of another version or program
   * @throws DurabilityException if a program wrote to it meanwhile
   * @throws IOException as {@link #run}
   */
  public static void lookAtRecordLog(Directory directory, String path, SalvageTarget target)
      throws IOException {
    SegmentFile file = SegmentFile.readRecordLog(directory, path);
    if (file.isOther()) {
      throw new FormatException(file.problem());
    }
    IntactCheckpoints none = IntactCheckpoints.none(directory);
    try (Stretches stretches = new Stretches(target, none, UUID.randomUUID(), false, true)) {
      new SalvageRun(directory, List.of(file), none, target, stretches).run();
    }
    try (ReadFile open = directory.open(path)) {
      if (open.size() != file.bytes()) {
        throw new DurabilityException(
            path
                + " grew while it was read, so a program writes to it. Stop it, and salvage again");
      }
    }
  }

  /**
   * Tells what {@link #run} would write and tell, and writes nothing. Entries are handed over, too.
   *
   * @throws IOException as {@link #run}
   */
  public void look() throws IOException {
    run(true);
  }

  private void run(boolean isDry) throws IOException {
    List<SegmentName> names = names();
    Map<String, Long> sizes = sizes(names);
    SegmentFiles segments = SegmentFiles.of(log, names);
    Map<String, LeftOutFile> leftOut = new TreeMap<>(segments.leftOut());
    IntactCheckpoints checkpoints = IntactCheckpoints.of(log, segments, leftOut);
    if (segments.standing().isEmpty() && checkpoints.newest() < 0) {
      throw new NoSuchFileException(
          LogFiles.SEGMENTS, null, "there is no segment of a log here, and no whole checkpoint");
    }
    for (LeftOutFile each : leftOut.values()) {
      target.leftOut(each);
    }
    UUID known = checkpoints.logId();
    UUID logId = isRenumbering || known == null ? UUID.randomUUID() : known;
    try (Stretches stretches = new Stretches(target, checkpoints, logId, isRenumbering, isDry)) {
      new SalvageRun(log, segments.standing(), checkpoints, target, stretches).run();
      stretches.finishAll();
    }
    if (isWithQuarantine) {
      QuarantinePass.run(log, target, checkpoints, isDry);
    }
    if (!sizes(names()).equals(sizes)) {
      throw new DurabilityException(
          LogFiles.SEGMENTS
              + ": segments came, grew or went while they were read, so a program writes to the"
              + " log. Stop it, and salvage again");
    }
  }

  private List<SegmentName> names() throws IOException {
    try {
      return LogListing.segments(log);
    } catch (NoSuchFileException noSegments) {
      return List.of();
    }
  }

  private Map<String, Long> sizes(List<SegmentName> names) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    for (SegmentName name : names) {
      try (ReadFile file = log.open(name.path())) {
        sizes.put(name.path(), file.size());
      }
    }
    return sizes;
  }
}
