package dev.durability.segment;

import dev.durability.frame.AfterFailure;
import dev.durability.frame.BadHeaderException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameRun;
import dev.durability.frame.MappedFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One segment file, open for reading, with a whole header. No other code reads the header of a
 * segment. Three things can be wrong with it, each with its own outcome:
 *
 * <ul>
 *   <li>the file is missing: {@link java.nio.file.NoSuchFileException};
 *   <li>the header is damaged: {@link BadHeaderException};
 *   <li>the header is whole, but the name says otherwise: {@link #headerFitsName}.
 * </ul>
 *
 * <p>A <em>good</em> header is whole and fits the name. Without one, nothing else in a segment
 * counts: {@link #openGood}.
 */
public final class Segment implements Closeable {
  private final SegmentName name;
  private final ReadFile file;
  private final FileHeader header;

  private Segment(SegmentName name, ReadFile file, FileHeader header) {
    this.name = name;
    this.file = file;
    this.header = header;
  }

  /**
   * Opens a segment and reads its header.
   *
   * @throws BadHeaderException if the header is damaged
   * @throws dev.durability.errors.FormatException if it is whole but of an unknown version
   * @throws java.nio.file.NoSuchFileException if the segment is missing
   */
  static Segment open(Directory directory, SegmentName name)
      throws IOException, BadHeaderException {
    AfterFailure.prepare();
    ReadFile file = directory.open(name.path());
    try {
      FileHeader header =
          FileHeader.decode(FileHeader.firstBytes(file), FileType.SEGMENT, name.path());
      return new Segment(name, file, header);
    } catch (Throwable e) {
      AfterFailure.close(e, file);
      throw e;
    }
  }

  /**
   * The same for a segment that another one follows: if its writer has ended it, it may be mapped.
   */
  static Segment openFollowed(Directory directory, SegmentName name)
      throws IOException, BadHeaderException {
    Segment segment = open(directory, name);
    try {
      ByteBuffer bytes = directory.map(name.path());
      return bytes == null
          ? segment
          : new Segment(
              name, MappedFile.ofEnded(segment.file, bytes, segment.header), segment.header);
    } catch (Throwable e) {
      AfterFailure.close(e, segment);
      throw e;
    }
  }

  /** Opens a segment whose good header was read before. */
  static Segment openAgain(Directory directory, FileHeader header) throws IOException {
    SegmentName name = new SegmentName(header.segmentId(), header.firstEntryId());
    AfterFailure.prepare();
    ReadFile file = directory.open(name.path());
    try {
      return new Segment(name, file, header);
    } catch (Throwable e) {
      AfterFailure.close(e, file);
      throw e;
    }
  }

  /** Opens a segment; null if its header is damaged or does not fit its name. */
  static @Nullable Segment openGood(Directory directory, SegmentName name) throws IOException {
    Segment segment;
    try {
      segment = open(directory, name);
    } catch (BadHeaderException damaged) {
      return null;
    }
    boolean fits = false;
    try {
      fits = segment.headerFitsName();
      return fits ? segment : null;
    } finally {
      if (!fits) {
        segment.close();
      }
    }
  }

  /** Reads the header of a segment; null if it is damaged or does not fit the name. */
  public static @Nullable FileHeader goodHeader(Directory directory, SegmentName name)
      throws IOException {
    try (Segment segment = openGood(directory, name)) {
      return segment == null ? null : segment.header();
    }
  }

  FileHeader header() {
    return header;
  }

  /** Whether the header says the same numbers as the name. */
  boolean headerFitsName() {
    return header.segmentId() == name.segmentId() && header.firstEntryId() == name.firstEntryId();
  }

  /**
   * Tells why this segment does not continue a run.
   *
   * @param previous the header of the segment before, or null if the run starts here
   * @param logId the log that the run is of, or null if no header was read yet
   * @param nextId the id of the entry that comes next
   * @return the reason, or null if it does
   */
  @Nullable String whyNotNext(@Nullable FileHeader previous, @Nullable UUID logId, long nextId) {
    if (!headerFitsName()) {
      return "its header says segment "
          + header.segmentId()
          + " from entry "
          + header.firstEntryId()
          + ", but its name says otherwise";
    }
    if (logId != null && !header.logId().equals(logId)) {
      return "it belongs to the log " + header.logId() + ", but the others belong to " + logId;
    }
    if (previous == null) {
      return null;
    }
    if (header.segmentId() == previous.segmentId()) {
      return "another segment before it has the same number";
    }
    if (header.startsCovered()
        && (header.firstEntryId() > nextId
            || (header.firstEntryId() == nextId && !header.rewinds()))) {
      return null; // The owner of the log keeps elsewhere what is between.
    }
    if (!header.rewinds() && header.segmentId() - 1 != previous.segmentId()) {
      return "segment " + (previous.segmentId() + 1) + " before it is missing";
    }
    if (header.firstEntryId() != nextId) {
      return "it starts at entry "
          + header.firstEntryId()
          + ", but the one before ends at "
          + (nextId - 1);
    }
    if (header.previousSalt() != previous.salt()) {
      return "it does not continue the segment before it: the salts differ";
    }
    return null;
  }

  /** The size of the file in bytes, as it is now. */
  long size() throws IOException {
    return file.size();
  }

  /** How many bytes of the file to hold in memory to go over all of it. */
  int windowBytes() throws IOException {
    return FrameRun.windowBytes(file);
  }

  /**
   * The run of its frames, with {@code windowBytes} bytes of the file in memory. Closing the run
   * frees that memory.
   */
  FrameRun run(int windowBytes) {
    return new FrameRun(file, FileType.SEGMENT, header.salt(), header.firstEntryId(), windowBytes);
  }

  /** The run of its frames, in the memory of a run over another segment. */
  FrameRun runIn(FrameRun memory) {
    memory.restart(file, header.salt(), header.firstEntryId());
    return memory;
  }

  /** Closes the file. The memory of a run is not freed. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
