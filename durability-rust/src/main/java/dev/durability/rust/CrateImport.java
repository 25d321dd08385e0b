package dev.durability.rust;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import dev.durability.log.LogReport;
import dev.durability.log.OpenMode;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Takes a directory of the crate over into the format of this library.
 *
 * <ul>
 *   <li>Entries keep their ids and bytes. A log of which the crate deleted the beginning begins at
 *       the same entry here.
 *   <li>Markers of the crate are entries among the others.
 *   <li>Each checkpoint that fits the log gets a file of this library with the same payload, and a
 *       CHECKPOINT in the log, oldest first. Nothing is truncated.
 *   <li>What is not taken over is in the {@link Report}, with file, offset and bytes.
 * </ul>
 *
 * <p>The source is only read, and compared with what it was when all is done: listing, sizes and
 * hashes. The caller makes sure that no crate writes it; {@link CrateLock} may tell.
 *
 * <p><b>State after a failure.</b> The target holds a part of the log, which looks like a whole,
 * shorter one. So throw it away; or, better, import into a directory under another name and rename
 * it afterwards.
 */
public final class CrateImport {
  /** The last id that a log of this library can have. */
  private static final long ENTRY_ID_MAX = Long.MAX_VALUE - 1;

  private final Directory source;
  private final Directory target;
  private final long toId;
  private final boolean isIndex;

  private CrateImport(Directory source, Directory target, long toId, boolean isIndex) {
    this.source = source;
    this.target = target;
    this.toId = toId;
    this.isIndex = isIndex;
  }

  /**
   * What was taken over.
   *
   * @param source how the log was left
   * @param firstEntryId the first entry of the new log
   * @param lastEntryId the last one
   * @param checkpoints the checkpoints, oldest first, with their paths in the source
   * @param superseded checkpoints that are not needed, with the reason
   * @param leftOut what was not taken over, although the crate might have used it or an owner might
   *     miss it
   */
  public record Report(
      CrateReport source,
      long firstEntryId,
      long lastEntryId,
      List<CrateCheckpoint> checkpoints,
      List<LeftOut> superseded,
      List<LeftOut> leftOut) {
    /**
     * Makes a report with unmodifiable lists.
     *
     * @param source as above
     * @param firstEntryId as above
     * @param lastEntryId as above
     * @param checkpoints as above
     * @param superseded as above
     * @param leftOut as above
     */
    public Report {
      checkpoints = List.copyOf(checkpoints);
      superseded = List.copyOf(superseded);
      leftOut = List.copyOf(leftOut);
    }

    /** {@return how many entries were taken over} */
    public long entries() {
      return lastEntryId - firstEntryId + 1;
    }
  }

  /**
   * Prepares an import of opaque bytes.
   *
   * @param source the root of the crate's directory
   * @param target a directory without a log
   * @return the import
   */
  public static CrateImport of(Directory source, Directory target) {
    return new CrateImport(
        Objects.requireNonNull(source, "source"),
        Objects.requireNonNull(target, "target"),
        Long.MAX_VALUE,
        false);
  }

  /**
   * Takes over the entries up to one of them. So a log that is damaged can be taken over up to the
   * last intact entry, which its report names.
   *
   * @param lastId that entry
   * @return an import that ends there
   * @throws IllegalArgumentException if it is negative
   */
  public CrateImport upTo(long lastId) {
    if (lastId < 0) {
      throw new IllegalArgumentException("an import cannot end with entry " + lastId);
    }
    return new CrateImport(source, target, lastId, isIndex);
  }

  /**
   * Takes entries for {@link WalEntry} and checkpoints for {@link CheckpointState}: writes the
   * schema of the entries, and refuses what is neither.
   *
   * @return such an import
   */
  public CrateImport asIndex() {
    return new CrateImport(source, target, toId, true);
  }

  /**
   * Does it.
   *
   * @return what was taken over; all of it is durable
   * @throws CorruptLogException if the log is damaged, and not only at its end, and {@link #upTo}
   *     names no entry before the damage; the target is untouched
   * @throws FormatException if a segment has another version, or an id is not 1 to 2^63-2; the
   *     target is untouched
   * @throws NoSuchFileException if there is neither a log nor a checkpoint of the crate
   * @throws java.nio.file.FileAlreadyExistsException if the target has a log; it is untouched
   * @throws CodecException if the entries are not what {@link #asIndex} says
   * @throws IOException if the source changed while it was read, if what has the name of the next
   *     segment is no file, or if the storage fails
   */
  public Report run() throws IOException {
    SourceFiles before = SourceFiles.of(source);
    if (before.checkpoints().isEmpty() && !CrateLog.isIn(source)) {
      throw new NoSuchFileException(
          CrateLog.DIRECTORY + "/wal_1.log", null, "no log of the Rust crate durability is here");
    }
    CrateLog log = CrateLog.in(source, CrateReading.bestEffort().acceptingNewerChecksums());
    NamedCheckpoints named = new NamedCheckpoints(source);
    CrateReport found = verified(log, named);
    before.addNamed(named.lastIds().keySet());
    requireNothingInPlaceOfASegment();
    long last = lastEntry(found);
    requireIds(found.firstEntryId(), last);
    TakenCheckpoints checkpoints =
        TakenCheckpoints.find(
            source, before.checkpoints(), named.lastIds(), found.firstEntryId(), last);
    copy(log, found, last, checkpoints);
    requireWhole(last);
    before.requireSame(before.again(named.lastIds().keySet()));
    return report(found, last, checkpoints, before);
  }

  private CrateReport verified(CrateLog log, NamedCheckpoints named) throws IOException {
    try {
      return log.verify(named);
    } catch (FormatException otherVersion) {
      CrateReport before = log.verifyBeforeAnotherVersion(otherVersion);
      if (before.entries() == 0 || Long.compareUnsigned(toId, before.lastEntryId()) > 0) {
        throw new FormatException(
            otherVersion.getMessage()
                + ". Nothing was taken over"
                + (before.entries() == 0
                    ? ""
                    : ": if it is damage, take over the entries up to "
                        + Long.toUnsignedString(before.lastEntryId())),
            otherVersion);
      }
      return before;
    }
  }

  /** A directory is not listed: the crate cannot read one of that name, and this would pass it. */
  private void requireNothingInPlaceOfASegment() throws IOException {
    List<SegmentFile> segments = SegmentFile.list(source);
    long last = segments.isEmpty() ? 0 : segments.get(segments.size() - 1).segmentId();
    String next = SegmentFile.pathOf(last + 1);
    if (source.exists(next)) {
      throw new FileSystemException(
          next, null, "it has the name of the next segment, and is no file or came meanwhile");
    }
  }

  private long lastEntry(CrateReport found) throws IOException {
    if (Long.compareUnsigned(toId, found.lastEntryId()) <= 0) {
      if (toId < found.firstEntryId() - 1) {
        throw new IllegalArgumentException(
            "the log begins at entry " + Long.toUnsignedString(found.firstEntryId()));
      }
      return toId;
    }
    if (found.verdict() == CrateVerdict.CORRUPT) {
      LeftOut at = found.leftOut().get(0);
      throw new CorruptLogException(
          at.reason()
              + ". Nothing was taken over: restore the file from a copy, or take over the entries"
              + " up to "
              + Long.toUnsignedString(found.lastEntryId()),
          at.file(),
          at.offset(),
          Math.max(0, found.lastEntryId() + 1),
          0,
          found.checksum());
    }
    return found.lastEntryId();
  }

  private static void requireIds(long first, long last) throws IOException {
    boolean isEmpty = last + 1 == first;
    if (first < 1 || first > ENTRY_ID_MAX || (!isEmpty && (last < 1 || last > ENTRY_ID_MAX))) {
      throw new FormatException(
          "the log has entries "
              + Long.toUnsignedString(first)
              + " to "
              + Long.toUnsignedString(last)
              + ", and a log of this library has ids from 1 to 2^63-2. Nothing was taken over");
    }
  }

  private void copy(CrateLog log, CrateReport found, long last, TakenCheckpoints checkpoints)
      throws IOException {
    Codec<WalEntry> entries = WalEntry.codec();
    Codec<byte[]> codec = isIndex ? Codecs.bytes(schema(entries)) : Codecs.bytes();
    WalOptions options =
        WalOptions.builder()
            .openMode(OpenMode.CREATE_ONLY)
            .firstEntryId(found.firstEntryId())
            .flushPolicy(FlushPolicy.manual())
            .build();
    try (WalWriter<byte[]> writer = WalWriter.open(target, codec, options)) {
      if (last >= found.firstEntryId()) {
        CrateEnding unused =
            log.replay(last, (id, payload) -> append(writer, entries, id, payload));
      }
      writer.sync(); // Before the markers, which cover only what is durable.
      if (writer.lastAppendedId() != last) {
        throw new IOException("the source became shorter while it was read: try again");
      }
      Checkpoints ours = Checkpoints.in(target, Clock.systemUTC());
      for (CrateCheckpoint each : checkpoints.taken()) {
        String path = ours.write(writer.logId(), each.lastEntryId(), content(each));
        writer.appendCheckpoint(each.lastEntryId(), path);
      }
    }
  }

  private void append(WalWriter<byte[]> writer, Codec<WalEntry> entries, long id, byte[] payload)
      throws IOException {
    if (isIndex) {
      requireEntry(entries, id, payload);
    }
    long given = writer.append(payload);
    if (given != id) {
      throw new IOException(
          "entry " + id + " got the id " + given + ": the source changed meanwhile");
    }
  }

  private static Schema schema(Codec<?> codec) {
    return codec.schema().orElseThrow();
  }

  private static void requireEntry(Codec<WalEntry> codec, long id, byte[] payload)
      throws CodecException {
    try {
      WalEntry unused = codec.decode(ByteBuffer.wrap(payload));
    } catch (IOException e) {
      throw new CodecException("entry " + id + " is no WalEntry of the crate", e);
    }
  }

  /** The payload as it is: a stream, for a state machine to read. */
  private Checkpoints.Content content(CrateCheckpoint checkpoint) {
    return out -> {
      if (isIndex) {
        CheckpointState unusedState =
            checkpoint.read(source, Checkpoints.parser(CheckpointState.codec()));
      }
      long unusedBytes = checkpoint.read(source, in -> in.transferTo(out));
    };
  }

  private void requireWhole(long last) throws IOException {
    LogReport written = WalMaintenance.verify(target);
    if (written.verdict() != Verdict.CLEAN || written.intact() != last) {
      throw new IOException("the new log is not whole, but " + written + ": try again");
    }
  }

  private static Report report(
      CrateReport found, long last, TakenCheckpoints checkpoints, SourceFiles files) {
    List<LeftOut> leftOut = new ArrayList<>(found.leftOut());
    leftOut.addAll(checkpoints.leftOut());
    leftOut.addAll(files.leftOut());
    if (found.firstEntryId() > 1 && checkpoints.taken().isEmpty()) {
      leftOut.add(
          new LeftOut(
              found.segments().isEmpty() ? CrateLog.DIRECTORY : found.segments().get(0).file(),
              0,
              0,
              "the log begins at entry "
                  + found.firstEntryId()
                  + ", and no checkpoint contains what was before it"));
    }
    return new Report(
        found, found.firstEntryId(), last, checkpoints.taken(), checkpoints.superseded(), leftOut);
  }
}
