package dev.durability.salvage;

import dev.durability.codec.Schema;
import dev.durability.errors.ChecksumMismatch;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.frame.FrameScan;
import dev.durability.frame.SaltSearch;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What can be told of one segment before its entries are taken. Holds no state. */
final class SegmentPass {

  private SegmentPass() {}

  /**
   * The salt of a segment: that of its header, else that which the next one names, if frames are
   * valid under it, else one that its frames agree on.
   *
   * @return empty if nothing proves one
   */
  static OptionalInt salt(SegmentFile file, ReadFile open, @Nullable SegmentFile next, long lastId)
      throws IOException {
    FileHeader header = file.header();
    if (header != null) {
      return OptionalInt.of(header.salt());
    }
    if (file.isOther()) {
      return OptionalInt.empty();
    }
    long firstId = file.name().firstEntryId();
    FileHeader following = next == null ? null : next.header();
    if (following != null
        && (following.rewinds() || following.segmentId() - 1 == file.name().segmentId())) {
      int named = following.previousSalt();
      try (FrameScan scan = new FrameScan(open, named, FileHeader.BYTES, firstId, 0, lastId)) {
        if (scan.next() != null) {
          return OptionalInt.of(named);
        }
      }
    }
    return SaltSearch.find(open, FileHeader.BYTES, firstId, 0, lastId);
  }

  /**
   * The largest promise in a segment that nothing follows.
   *
   * @param entryId the last entry that is promised
   * @param evidence what promises it
   */
  record Promise(long entryId, String evidence) {}

  static Promise promise(SegmentFile file, ReadFile open, int salt) throws IOException {
    long firstId = file.name().firstEntryId();
    Promise most = new Promise(firstId - 1, file.path() + " begins after them");
    try (FrameScan scan =
        new FrameScan(open, salt, FileHeader.BYTES, firstId, 0, FrameFormat.ENTRY_ID_MAX)) {
      for (FrameKind kind = scan.next(); kind != null; kind = scan.next()) {
        boolean promises =
            kind == FrameKind.MARK || kind == FrameKind.END || kind == FrameKind.CHECKPOINT;
        if (promises && scan.promised() > most.entryId()) {
          String where = file.path() + " at offset " + scan.offset();
          most = new Promise(scan.promised(), where + " promises them");
        }
        if (kind == FrameKind.END) {
          break;
        }
      }
    }
    return most;
  }

  /** The schema that stands before the first entry of a segment. */
  static Optional<Schema> firstSchema(SegmentFile file, ReadFile open) throws IOException {
    FileHeader header = file.header();
    if (header == null) {
      return Optional.empty();
    }
    long firstId = header.firstEntryId();
    try (FrameScan scan =
        new FrameScan(
            open, header.salt(), FileHeader.BYTES, firstId, 0, FrameFormat.ENTRY_ID_MAX)) {
      for (FrameKind kind = scan.next(); kind != null; kind = scan.next()) {
        if (kind == FrameKind.SCHEMA) {
          return Optional.of(scan.schema());
        }
        if (kind == FrameKind.ENTRY || kind == FrameKind.PART) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  /** What is wrong where the frames of a file break off. */
  static String damage(SegmentFile file, FrameScan scan) {
    String where = file.path() + " at offset " + scan.brokenAt() + ": ";
    ChecksumMismatch mismatch = scan.mismatch();
    if (scan.brokenAt() >= file.bytes()) {
      return where + "the file ends";
    }
    return mismatch == null
        ? where + "no frame is there"
        : where
            + String.format(
                Locale.ROOT,
                "the frame's checksum is %08x, but that of its bytes is %08x",
                mismatch.expected(),
                mismatch.found());
  }
}
