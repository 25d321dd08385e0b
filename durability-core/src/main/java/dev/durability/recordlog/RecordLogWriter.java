package dev.durability.recordlog;

import dev.durability.codec.Codec;
import dev.durability.codec.Schema;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.frame.AfterFailure;
import dev.durability.frame.DirectMemory;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.frame.WallClock;
import dev.durability.storage.Directory;
import dev.durability.threads.StackSafeLock;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Appends records to a log in one file. Records get the ids 1, 2, 3, …. {@link #flush} makes them
 * visible to readers and safe from the death of the process. {@link #sync} makes them safe from the
 * loss of power.
 *
 * <p><b>Failures.</b> After {@link OutcomeOpenException} a write failed, for example because the
 * disk is full, and was rolled back. The records that have ids stay in memory, at most the buffer
 * and one record. The next call writes them first, and the writer goes on. After {@link
 * WriterPoisonedException} the writer refuses all further work for good; closing it and opening the
 * log again helps.
 *
 * <p><b>Errors.</b> If a call throws a StackOverflowError or OutOfMemoryError, it has not happened
 * and the writer goes on, or the writer refuses all further work with {@link
 * WriterPoisonedException}. If it refuses, what the call appended may be found when the log is
 * opened again. If an Error ended {@link #close}, calling it again gives up file and lock.
 *
 * <p><b>Threads.</b> Many threads may call all methods; they take turns. Interrupting one has no
 * effect.
 *
 * @param <T> the type of the records
 */
public final class RecordLogWriter<T> implements Closeable {
  private final StackSafeLock lock = new StackSafeLock();
  private final Codec<T> codec;
  private final Clock clock;
  private final int recordBytesMax;
  private final int flushEvery;
  private final OwnedLogFile file;
  private final int salt;
  private final FrameEncoder encoder = new FrameEncoder();
  private final DirectMemory memory;
  private final ByteBuffer usualBuffer;
  private final Closeable files = this::release;
  private ByteBuffer buffer;

  /**
   * Where the frames end that are not yet in the file; 0, or after a record. The bytes of the
   * buffer from here on are being encoded, or were when an Error was thrown.
   */
  private int end;

  private long lastId;
  private long syncedId;
  private long promisedId;
  private long lastStamp;
  private int unflushed;
  private @Nullable Error brokenOff;
  private boolean closed;
  private boolean released;

  private RecordLogWriter(Codec<T> codec, RecordLogOptions options, OwnedLogFile file) {
    this.codec = codec;
    this.clock = options.clock();
    this.recordBytesMax = options.recordBytesMax();
    this.flushEvery = options.flushEvery();
    this.memory = DirectMemory.of(options.bufferBytes());
    this.usualBuffer = memory.bytes().order(ByteOrder.LITTLE_ENDIAN);
    this.buffer = usualBuffer;
    this.file = file;
    this.salt = file.opening().salt();
    this.lastId = file.opening().lastId();
    this.syncedId = lastId;
    this.promisedId = file.opening().promised();
    this.lastStamp = file.opening().lastStamp();
  }

  /**
   * Opens a log with the default options; see {@link #open(Directory, String, Codec,
   * RecordLogOptions)}.
   *
   * @param directory where the log is
   * @param path its file, relative to the directory
   * @param codec how records become bytes
   * @param <T> the type of the records
   * @return the writer
   * @throws IOException as {@link #open(Directory, String, Codec, RecordLogOptions)}
   */
  public static <T> RecordLogWriter<T> open(Directory directory, String path, Codec<T> codec)
      throws IOException {
    return open(directory, path, codec, RecordLogOptions.defaults());
  }

  /**
   * Creates a log, or opens one to go on after its last intact record. What a crash left after that
   * is copied to {@code quarantine/} beside the file, then cut off. When this returns, every record
   * in the file is durable. Holds the lock {@code <path>.lock} until {@link #close}.
   *
   * @param directory where the log is
   * @param path its file, relative to the directory; missing directories are created
   * @param codec how records become bytes
   * @param options how to write
   * @param <T> the type of the records
   * @return the writer
   * @throws dev.durability.errors.CorruptLogException if promised records are damaged or missing;
   *     nothing was changed
   * @throws dev.durability.errors.FormatException if the file is of an unknown version, or of
   *     another program
   * @throws dev.durability.errors.LockHeldException if another writer has the log open
   * @throws IOException if the storage fails; opening again is safe
   */
  public static <T> RecordLogWriter<T> open(
      Directory directory, String path, Codec<T> codec, RecordLogOptions options)
      throws IOException {
    OwnedLogFile file =
        OwnedLogFile.open(directory, path, codec, options.clock(), options.quarantineBytesMax());
    try {
      RecordLogWriter<T> writer = new RecordLogWriter<>(codec, options, file);
      writer.begin();
      return writer;
    } catch (IOException | RuntimeException | Error e) {
      AfterFailure.close(e, file);
      throw e;
    }
  }

  /**
   * Puts a MARK in the place of an END that was cut off, so that damage before it stays detectable,
   * and the schema of the codec, unless it is the one that the records have.
   */
  private void begin() throws IOException {
    try {
      if (syncedId > promisedId) {
        end = promise(FrameKind.MARK);
        promisedId = syncedId;
        writeBuffer();
      }
      Optional<Schema> schema = codec.schema();
      if (schema.isPresent() && !schema.equals(file.opening().schema())) {
        makeRoom(FrameEncoder.schemaBytes(schema.get()));
        encoder.schema(buffer.clear().position(end), salt, lastId + 1, schema.get());
        end = buffer.position();
        writeBuffer();
      }
    } catch (DurabilityException e) {
      throw file.lostOr(e);
    }
  }

  /**
   * Appends a record. It is in memory when this returns, and in the file after {@link #flush} or
   * {@link #sync}, when the buffer is full, or as {@link RecordLogOptions.Builder#flushEvery} says.
   *
   * @param value the record
   * @return its id
   * @throws IllegalArgumentException if it takes more than the largest allowed bytes; nothing was
   *     appended
   * @throws dev.durability.errors.CodecException if it cannot be encoded; nothing was appended
   * @throws OutcomeOpenException if the buffer was full and could not be written: this record got
   *     no id and was not appended, earlier ones stay in memory. Or if this append had to flush and
   *     could not: it has its id and stays in memory, too; {@link #lastId} tells
   * @throws IOException if the writer is poisoned or closed
   */
  public long append(T value) throws IOException {
    refuseWithinCallback();
    RecordBytes bytes = new RecordBytes(file.path(), recordBytesMax);
    codec.encode(value, bytes);
    lock.lock();
    try {
      requireOpen();
      makeRoom(FrameFormat.frameBytes(bytes.size()) + FrameFormat.PROMISE_FRAME_BYTES);
      boolean marks = end == 0 && syncedId > promisedId;
      int start = marks ? promise(FrameKind.MARK) : end;
      encoder.entry(
          buffer.clear().position(start),
          salt,
          FrameKind.ENTRY,
          lastId + 1,
          bytes.array(),
          0,
          bytes.size());
      int whole = buffer.position();
      // Nothing is called until it is appended, so all of that happens, or nothing.
      if (marks) {
        promisedId = syncedId;
      }
      end = whole;
      lastId++;
      unflushed++;
      try {
        if (flushEvery > 0 && unflushed >= flushEvery) {
          flushBuffer();
        }
      } catch (Error e) {
        brokenOff = e; // It must not look as if nothing had been appended.
        throw e;
      }
      return lastId;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes all appended records to the file: readers see them, and they survive the death of the
   * process, but not the loss of power.
   *
   * @throws OutcomeOpenException if writing failed and was rolled back; the records stay in memory
   *     and go first
   * @throws IOException if the writer is poisoned, becomes so, or is closed
   */
  public void flush() throws IOException {
    refuseWithinCallback();
    lock.lock();
    try {
      requireOpen();
      flushBuffer();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Makes all appended records durable.
   *
   * @return the id of the last of them, 0 if there is none
   * @throws OutcomeOpenException if writing failed and was rolled back; the records stay in memory
   *     and go first
   * @throws WriterPoisonedException if syncing failed, now or earlier
   * @throws IOException if the writer is closed
   */
  public long sync() throws IOException {
    refuseWithinCallback();
    lock.lock();
    try {
      requireOpen();
      writeBuffer();
      syncFile();
      return syncedId;
    } finally {
      lock.unlock();
    }
  }

  /** {@return the id of the last record that was appended, 0 if there is none} */
  public long lastId() {
    lock.lock();
    try {
      return lastId;
    } finally {
      lock.unlock();
    }
  }

  /** {@return the id of the last record that is durable, 0 if there is none} */
  public long syncedId() {
    lock.lock();
    try {
      return syncedId;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Makes all appended records durable, ends the file and gives up the lock. Closing again does
   * nothing, unless an Error ended the first call: then it gives up file and lock.
   *
   * @throws IOException if that fails or the writer is poisoned: file and lock are given up anyway,
   *     and records that were never synced may be lost
   * @throws IllegalStateException if this is called from within the storage's methods, as from each
   *     method that writes; nothing was closed
   */
  @Override
  public void close() throws IOException {
    refuseWithinCallback();
    lock.lock();
    try {
      if (released) {
        return;
      }
      try (files) {
        if (!closed) {
          endFile();
        }
      } finally {
        closed = true;
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The storage is called with the lock held. A callback from it would change what is being
   * written.
   */
  private void refuseWithinCallback() {
    if (lock.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "this thread is in a call of this record log already: return from its storage first");
    }
  }

  private void endFile() throws IOException {
    requireOpen();
    writeBuffer();
    syncFile();
    end = promise(FrameKind.END);
    writeBuffer();
    file.sync(); // Nothing was reserved after it: END ends the file.
  }

  /** Repeated after an Error: closing a file or a lock twice is harmless. */
  private void release() throws IOException {
    try {
      closeAll();
    } catch (Error e) {
      closeAll();
      throw e;
    }
  }

  private void closeAll() throws IOException {
    try (memory;
        file) {
      released = true; // Even if the storage reports a failure: there is nothing left to do.
    } catch (Error e) {
      released = false;
      throw e;
    }
  }

  private void makeRoom(int bytes) throws IOException {
    if (buffer.capacity() - end < bytes) {
      writeBuffer();
    }
    if (buffer.capacity() - end < bytes) {
      // On the heap: it is for one large record, and direct memory is freed late.
      buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** Encodes a promise after the frames; returns where it ends. */
  private int promise(FrameKind kind) {
    lastStamp = Math.max(lastStamp, WallClock.micros(clock.instant()));
    encoder.promise(buffer.clear().position(end), salt, kind, lastId + 1, syncedId, lastStamp);
    return buffer.position();
  }

  private void flushBuffer() throws IOException {
    writeBuffer();
    file.flush();
  }

  private void writeBuffer() throws IOException {
    if (end > 0) {
      file.write(buffer.clear().limit(end));
      end = 0;
      unflushed = 0;
      buffer = usualBuffer;
    }
  }

  private void syncFile() throws IOException {
    if (syncedId < lastId) {
      file.sync();
      syncedId = lastId;
    }
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("the writer of " + file.path() + " is closed; open the log again");
    }
    if (brokenOff != null) {
      throw new WriterPoisonedException(
          "an append to " + file.path() + " was broken off; close it and open the log again",
          brokenOff);
    }
    file.requireUsable();
  }
}
