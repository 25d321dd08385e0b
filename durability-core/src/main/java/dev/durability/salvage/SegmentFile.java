package dev.durability.salvage;

import dev.durability.errors.FormatException;
import dev.durability.frame.BadHeaderException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.segment.SegmentName;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A file that is or was a segment.
 *
 * @param path its path
 * @param name which segment it is: by its header, or by its name if the header is damaged
 * @param header its header; null if it is damaged, or of another version or program
 * @param problem what is wrong with the header, or that its name is another; empty if nothing is
 * @param isOther whether it is of another version or program
 * @param bytes the size of the file
 */
record SegmentFile(
    String path,
    SegmentName name,
    @Nullable FileHeader header,
    String problem,
    boolean isOther,
    long bytes) {
  /** What the header of a record log says. */
  private static final SegmentName RECORD_LOG = new SegmentName(0, 1);

  static SegmentFile read(Directory directory, SegmentName named) throws IOException {
    try (ReadFile file = directory.open(named.path())) {
      return read(file, named.path(), named);
    }
  }

  private static SegmentFile read(ReadFile file, String path, SegmentName named)
      throws IOException {
    long bytes = file.size();
    FileType type = named.equals(RECORD_LOG) ? FileType.RECORD_LOG : FileType.SEGMENT;
    try {
      FileHeader header = FileHeader.decode(FileHeader.firstBytes(file), type, path);
      SegmentName name = new SegmentName(header.segmentId(), header.firstEntryId());
      boolean isNumbered = name.equals(named) || (name.segmentId() > 0 && name.firstEntryId() > 0);
      String problem =
          name.equals(named) ? "" : "by its header it is " + (isNumbered ? name.path() : "none");
      return new SegmentFile(
          path, isNumbered ? name : named, isNumbered ? header : null, problem, false, bytes);
    } catch (BadHeaderException damaged) {
      String problem = "its header is damaged: " + damaged.getMessage();
      return new SegmentFile(path, named, null, problem, false, bytes);
    } catch (FormatException other) {
      return new SegmentFile(path, named, null, String.valueOf(other.getMessage()), true, bytes);
    }
  }

  /** A record log: to a salvage it is a log of one segment. */
  static SegmentFile readRecordLog(Directory directory, String path) throws IOException {
    try (ReadFile file = directory.open(path)) {
      return read(file, path, RECORD_LOG);
    }
  }

  /** As a segment of which only the name counts. */
  SegmentFile withoutHeader(String why) {
    return new SegmentFile(path, name, null, why, true, bytes);
  }

  boolean isUnderItsName() {
    return path.equals(name.path());
  }

  boolean rewinds() {
    return header != null && header.rewinds();
  }
}
