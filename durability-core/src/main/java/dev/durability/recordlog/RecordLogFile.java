package dev.durability.recordlog;

import dev.durability.codec.Schema;
import dev.durability.errors.ChecksumMismatch;
import dev.durability.errors.CorruptLogException;
import dev.durability.frame.BadHeaderException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameRun;
import dev.durability.frame.FrameRun.Step;
import dev.durability.frame.Remains;
import dev.durability.frame.WrittenSchema;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The file of a record log, read from its header on, with what it promises. For one thread. */
final class RecordLogFile implements Closeable {
  private final String path;
  private final ReadFile file;
  private final FileHeader header;
  private final FrameRun run;
  private long promised;
  private long promisedByMarks;
  private long promisedEnd = FileHeader.BYTES;
  private long appendOffset = FileHeader.BYTES;
  private long lastStamp;
  private final WrittenSchema schema = new WrittenSchema();
  private Optional<Schema> appendSchema = Optional.empty();

  private RecordLogFile(String path, ReadFile file, FileHeader header) throws IOException {
    this.path = path;
    this.file = file;
    this.header = header;
    this.run =
        new FrameRun(file, FileType.RECORD_LOG, header.salt(), 1, FrameRun.windowBytes(file));
    this.lastStamp = header.createdMicros();
  }

  static RecordLogFile open(Directory directory, String path) throws IOException {
    ReadFile file = directory.open(path);
    try {
      FileHeader header = FileHeader.decode(FileHeader.firstBytes(file), FileType.RECORD_LOG, path);
      if (header.segmentId() != 0 || header.firstEntryId() != 1) {
        throw corruptHeader(
            path,
            "the header says segment "
                + header.segmentId()
                + " and first id "
                + header.firstEntryId()
                + ", but a record log has 0 and 1",
            null);
      }
      return new RecordLogFile(path, file, header);
    } catch (BadHeaderException e) {
      try (file) {
        CorruptLogException corrupt =
            corruptHeader(path, String.valueOf(e.getMessage()), e.checksum());
        corrupt.initCause(e);
        throw corrupt;
      }
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private static CorruptLogException corruptHeader(
      String path, String what, @Nullable ChecksumMismatch checksum) {
    return new CorruptLogException(
        what + ". It is no record log, or damaged: restore it from a copy",
        path,
        0,
        0,
        0,
        checksum);
  }

  /** Goes one frame further and notes what it promises. */
  Step next() throws IOException {
    long start = run.offset();
    Step step = run.next();
    if (step == Step.MARK || step == Step.END) {
      promised = Math.max(promised, run.promised());
      lastStamp = Math.max(lastStamp, run.wallClockMicros());
      if (run.promised() == run.nextId() - 1) {
        // Ignores a promise of less than all before it: rewriting more than needed is safe.
        promisedEnd = start;
      }
    }
    if (step == Step.MARK) {
      promisedByMarks = Math.max(promisedByMarks, run.promised());
    }
    if (step == Step.SCHEMA) {
      schema.pass(run);
    }
    if (step == Step.MARK || step == Step.ENTRY) {
      appendOffset = run.offset();
      appendSchema = schema.now();
    }
    return step;
  }

  /** After STOP: looks past the run. */
  Tail tail() throws IOException {
    Remains remains = run.remains();
    long largest = Math.max(promised, remains.promised());
    Ending ending =
        Ending.of(intact(), largest, remains.nonZeroEnd() > run.offset(), remains.frames());
    return new Tail(ending, largest, run.offset(), run.breakOffset(), remains.nonZeroEnd());
  }

  /** After STOP: says what is lost. */
  CorruptLogException corrupt(Tail tail) throws IOException {
    return new CorruptLogException(
        "the records are intact up to "
            + intact()
            + ", but the file promises them up to "
            + tail.promised()
            + ". Nothing was changed: restore the file from a copy, or read what is intact and"
            + " write it to a new log",
        path,
        tail.breakOffset(),
        intact() + 1,
        tail.promised(),
        run.checksumMismatch());
  }

  FileHeader header() {
    return header;
  }

  /** The last intact record, 0 if there is none. */
  long intact() {
    return run.nextId() - 1;
  }

  /** The id of the record that was just passed. */
  long id() {
    return run.id();
  }

  /** The offset after the frame that was just passed. */
  long offset() {
    return run.offset();
  }

  /** The payload of the record that was just passed. */
  ByteBuffer payload() throws IOException {
    return run.payload();
  }

  /** Where the file goes on after it was opened again: after the last record or MARK. */
  long appendOffset() {
    return appendOffset;
  }

  /** The schema of the records at that place, empty if none stands before it. */
  Optional<Schema> appendSchema() {
    return appendSchema;
  }

  /** The schema of the record that was just passed. */
  WrittenSchema schema() {
    return schema;
  }

  /** The offset from which on bytes may have to be made durable again. */
  long promisedEnd() {
    return promisedEnd;
  }

  /** What is promised by the frames that remain when END is cut. */
  long promisedByMarks() {
    return promisedByMarks;
  }

  /** The latest wall clock in the file, in microseconds. */
  long lastStamp() {
    return lastStamp;
  }

  @Override
  public void close() throws IOException {
    try {
      file.close();
    } finally {
      run.close();
    }
  }

  /**
   * What follows the run.
   *
   * @param ending the verdict
   * @param promised the largest promise
   * @param runEnd where the run ends, after END if there is one
   * @param breakOffset what broke it
   * @param nonZeroEnd after the last byte that is not zero
   */
  record Tail(Ending ending, long promised, long runEnd, long breakOffset, long nonZeroEnd) {}
}
