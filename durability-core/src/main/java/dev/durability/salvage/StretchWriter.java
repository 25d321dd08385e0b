package dev.durability.salvage;

import dev.durability.codec.Schema;
import dev.durability.errors.DurabilityException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.segment.LogFiles;
import dev.durability.segment.SegmentName;
import dev.durability.segment.SegmentPlan;
import dev.durability.storage.AtomicFile;
import dev.durability.storage.Directory;
import dev.durability.wal.WalMaintenance;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes a log whose entries are known, frame by frame: batches and the times of the marks stay
 * what they were. Each segment gets its name when all of it is durable. Memory is that of the
 * largest entry.
 */
final class StretchWriter implements Closeable {
  private static final int BUFFER_BYTES = 256 << 10;

  private final FrameEncoder encoder = new FrameEncoder();
  private final Directory directory;
  private final UUID logId;
  private final long firstId;
  private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private byte[] payloadBytes = new byte[0];
  private @Nullable AtomicFile file;
  private Optional<Schema> schema = Optional.empty();
  private long number;
  private int salt;
  private long stampMicros;
  private long nextId;

  StretchWriter(Directory directory, UUID logId, long firstId) throws IOException {
    this.directory = directory;
    this.logId = logId;
    this.firstId = firstId;
    this.nextId = firstId;
    directory.createDirectories(LogFiles.SEGMENTS);
  }

  Directory directory() {
    return directory;
  }

  /** The next entry begins a segment. */
  void endSegment() throws IOException {
    if (file != null) {
      promise(FrameKind.END, nextId - 1);
      flush();
      file.commit();
      file.close();
      file = null;
    }
  }

  /** The time at what follows; in a log it never goes back. */
  void clock(long micros) {
    stampMicros = Math.max(stampMicros, micros);
  }

  /** Adds an entry; more of its batch follow if {@code isPart}. */
  void entry(Optional<Schema> its, boolean isPart, ByteBuffer payload) throws IOException {
    if (file == null) {
      beginSegment();
      schema = Optional.empty();
    }
    if (its.isPresent() && !its.equals(schema)) {
      room(FrameEncoder.schemaBytes(its.get()));
      encoder.schema(buffer, salt, nextId, its.get());
      schema = its;
    }
    int length = payload.remaining();
    if (payloadBytes.length < length) {
      payloadBytes = new byte[length];
    }
    payload.get(payloadBytes, 0, length);
    room(FrameFormat.frameBytes(length));
    FrameKind kind = isPart ? FrameKind.PART : FrameKind.ENTRY;
    encoder.entry(buffer, salt, kind, nextId, payloadBytes, 0, length);
    nextId++;
  }

  /** Adds a mark with the last time, if there is anything before it. */
  void mark(long promised) throws IOException {
    if (file != null) {
      promise(FrameKind.MARK, Math.max(firstId - 1, Math.min(promised, nextId - 1)));
    }
  }

  private void promise(FrameKind kind, long promised) throws IOException {
    room(FrameFormat.PROMISE_FRAME_BYTES);
    encoder.promise(buffer, salt, kind, nextId, promised, stampMicros);
  }

  private void beginSegment() throws IOException {
    int previousSalt = salt;
    number++;
    salt = SegmentPlan.randomSalt();
    boolean isCovered = number == 1 && firstId > 1;
    FileHeader header =
        new FileHeader(
            FileType.SEGMENT,
            logId,
            number,
            nextId,
            stampMicros,
            number == 1 ? 0 : previousSalt,
            isCovered ? FileHeader.COVERED : 0,
            salt);
    file = AtomicFile.create(directory, new SegmentName(number, nextId).path());
    room(FileHeader.BYTES);
    buffer.put(header.encode());
  }

  private void room(int bytes) throws IOException {
    if (buffer.remaining() >= bytes) {
      return;
    }
    flush();
    if (buffer.capacity() < bytes) {
      buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private void flush() throws IOException {
    AtomicFile open = file;
    if (open != null) {
      open.write(buffer.flip());
    }
    buffer.clear();
  }

  /** Ends the log, and reads it once more: it has to be whole. */
  void finish() throws IOException {
    if (number == 0) {
      beginSegment();
    }
    endSegment();
    LogReport report = WalMaintenance.verify(directory);
    if (report.verdict() != Verdict.CLEAN || report.intact() != nextId - 1) {
      throw new DurabilityException(
          "what was written cannot be read again: "
              + report.verdict()
              + ", intact up to entry "
              + report.intact()
              + " of "
              + (nextId - 1)
              + ". The disk that it was written to may be at fault: use another");
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
