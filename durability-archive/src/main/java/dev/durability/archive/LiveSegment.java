package dev.durability.archive;

import dev.durability.errors.CorruptLogException;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one segment, as far as it is there, and knows what of it is archived. The one that is being
 * written is read on from where it ended before.
 */
final class LiveSegment {
  private static final int MERGED_PARTS = 32;

  private final String path;
  private final SegmentHeader header;
  private final Set<String> checkpoints = new HashSet<>();
  private final MessageDigest digest = Sha256.digest();

  /** How many bytes the digest has. */
  private long digested;

  private SegmentScan.Place place;
  private long coveredElsewhere;
  private String prefixSha256 = "";
  private long prefixBytes;
  private boolean ended;

  LiveSegment(String path, SegmentHeader header) {
    this.path = path;
    this.header = header;
    this.place = SegmentScan.Place.start(header);
    this.coveredElsewhere = header.startsCovered() ? header.firstEntryId() - 1 : 0;
  }

  /** Reads the header; fails if the file has none. */
  static SegmentHeader header(ReadFile file, String path) throws IOException {
    SegmentHeader header = SegmentHeader.read(file::read, SegmentHeader.SEGMENT);
    if (header == null) {
      throw new CorruptLogException(
          "the header of this segment is damaged, and it is not copied. " + Backup.WHAT_TO_DO,
          path,
          0,
          0,
          0);
    }
    return header;
  }

  SegmentHeader header() {
    return header;
  }

  /** The paths of the checkpoints that it names before its first entry. */
  Set<String> checkpoints() {
    return checkpoints;
  }

  /** The offset up to which a loss of power leaves it as it is. */
  long stableBytes() {
    return place.offset();
  }

  /** The last entry before that. */
  long lastEntryId() {
    return place.nextId() - 1;
  }

  /** Whether it ended, and all of it was read. */
  boolean ended() {
    return ended;
  }

  /**
   * Reads on.
   *
   * @param isFollowed whether another segment follows: it got its name after all of this one was on
   *     stable storage, whatever the END of this one promises
   */
  void read(ReadFile file, boolean isFollowed) throws IOException {
    if (ended) {
      return; // Nothing follows END.
    }
    SegmentScan scan = new SegmentScan(file::read, header, place);
    while (scan.next()) {
      if (scan.kind() == SegmentScan.CHECKPOINT && scan.place().nextId() == header.firstEntryId()) {
        if (scan.path().isEmpty()) {
          coveredElsewhere = Math.max(coveredElsewhere, scan.covered());
        } else {
          checkpoints.add(scan.path());
        }
      }
    }
    ended = scan.ended() && (isFollowed || scan.stable().equals(scan.place()));
    place = ended ? scan.place() : scan.stable();
    digestTo(file, Math.max(place.entryEnd(), digested));
    if (place.entryEnd() > prefixBytes) {
      prefixBytes = digested;
      prefixSha256 = Sha256.soFar(digest);
    }
    digestTo(file, place.offset());
  }

  private void digestTo(ReadFile file, long end) throws IOException {
    Sha256.update(digest, new FileRange(file, digested, end, false));
    digested = end;
  }

  /** Whether what is archived of it is what it begins with. */
  boolean continues(ReadFile file, ArchivedSegment archived) throws IOException {
    return header.salt() == archived.header().salt()
        && file.size() >= archived.prefixBytes()
        && Sha256.of(FileRange.content(file, 0, archived.prefixBytes()))
            .equals(archived.prefixSha256());
  }

  /** Whether a segment of a log is what is archived of it, or was removed meanwhile. */
  static boolean continues(Directory log, String path, ArchivedSegment archived)
      throws IOException {
    try (ReadFile file = log.open(path)) {
      return new LiveSegment(path, header(file, path)).continues(file, archived);
    } catch (NoSuchFileException removedMeanwhile) {
      return true;
    }
  }

  /** All of it, if it ended, as one object. */
  ArchivedSegment whole(ReadFile file, ArchiveSession session) throws IOException {
    if (!ended) {
      throw new CorruptLogException(
          "this segment was followed by another, and does not end in order: it is not copied. "
              + Backup.WHAT_TO_DO,
          path,
          place.offset(),
          place.nextId(),
          place.nextId());
    }
    ArchivedPart part = session.put(file, 0, place.offset(), 0);
    return new ArchivedSegment(
        header,
        place.nextId() - 1,
        place.stampMicros(),
        true,
        coveredElsewhere,
        place.offset(),
        part.sha256(),
        List.of(part));
  }

  /** What is new of it since it was archived last, or null. */
  ArchiveRecord.@Nullable Change news(
      ReadFile file, @Nullable ArchivedSegment before, ArchiveSession session) throws IOException {
    List<ArchivedPart> parts = before == null ? List.of() : before.parts();
    long start = before == null ? 0 : before.bytes();
    if (start >= place.offset()) {
      return null; // A loss of power may have taken a mark that was archived.
    }
    int kept = parts.size();
    int level = 0;
    while (mergesAt(parts, kept, level)) {
      kept -= MERGED_PARTS - 1;
      start = parts.get(kept).offset();
      level++;
    }
    ArchivedPart part = session.put(file, start, place.offset(), level);
    return new ArchiveRecord.Change(
        kept,
        new ArchivedSegment(
            header,
            place.nextId() - 1,
            place.stampMicros(),
            false,
            coveredElsewhere,
            prefixBytes,
            prefixSha256,
            List.of(part)));
  }

  /** Whether the last parts are so many of one level that the next one is merged with them. */
  private static boolean mergesAt(List<ArchivedPart> parts, int size, int level) {
    if (size < MERGED_PARTS - 1) {
      return false;
    }
    return parts.subList(size - MERGED_PARTS + 1, size).stream()
        .allMatch(part -> part.level() == level);
  }
}
