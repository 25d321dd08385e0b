package dev.durability.checkpoint;

import dev.durability.codec.Schema;
import dev.durability.frame.AfterFailure;
import dev.durability.frame.CheckpointFile;
import dev.durability.frame.DirectMemory;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFile;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.frame.WallClock;
import dev.durability.segment.CheckpointName;
import dev.durability.storage.AtomicFile;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes a checkpoint of any size in constant memory (about 1 MiB). The file has a temporary name,
 * {@code <path>.<8 hex digits>.tmp}, until {@link #commit}. Closing without that deletes it. So an
 * incomplete checkpoint never has its final name. The same bytes give the same payload; the header
 * of the file differs each time.
 *
 * <p>After an exception from any method but {@link #close}, and after an Error in the middle of
 * one, only closing is allowed: half of what was to be written may be there. One thread at a time
 * may use it.
 */
public final class CheckpointWriter extends OutputStream {
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * After so many chunks of 1 MiB they are synced. No crash asks for that. But a sync of the log
   * waits until the disk is done with what is synced here, so that must not be much at a time.
   */
  private static final int UNSYNCED_CHUNKS_MAX = 2;

  private final String path;
  private final Clock clock;
  private final int salt;
  private final FrameEncoder encoder = new FrameEncoder();

  /**
   * A chunk is put together in this buffer, from which it is written. The buffer is outside the
   * heap, so that writing copies nothing.
   */
  private final DirectMemory memory =
      DirectMemory.of(FrameFormat.frameBytes(CheckpointFile.CHUNK_BYTES_MAX));

  private final ByteBuffer frame = memory.bytes().order(ByteOrder.LITTLE_ENDIAN);

  private @Nullable AtomicFile file;

  /** The same file, to write whole frames to. */
  private @Nullable FrameFile frames;

  private int filled;
  private int unsyncedChunks;
  private long nextId = 1;
  private long payloadBytes;
  private boolean committed;
  private boolean closing;
  private boolean closed;
  private @Nullable Throwable failure;

  private CheckpointWriter(String path, Clock clock, int salt) {
    this.path = path;
    this.clock = clock;
    this.salt = salt;
  }

  /**
   * Starts a checkpoint.
   *
   * @param directory where it goes
   * @param path its final path, relative to the directory; missing directories are created. {@link
   *     #commit} replaces an existing file, which stays whole until then
   * @param logId the log that it belongs to
   * @param lastEntryId the last entry that it contains, 0 to 2^63-2
   * @param clock tells when it was made, and nothing else
   * @return the writer
   * @throws IllegalArgumentException if the path is in {@code wal/} or {@code quarantine/}, or is
   *     the default one of another entry
   * @throws IOException if the storage fails; at most a temporary file is left
   */
  public static CheckpointWriter create(
      Directory directory, String path, UUID logId, long lastEntryId, Clock clock)
      throws IOException {
    if (lastEntryId < 0 || lastEntryId > FrameFormat.ENTRY_ID_MAX) {
      throw new IllegalArgumentException(
          "a checkpoint cannot contain entries up to " + lastEntryId);
    }
    CheckpointName.requireFree(path, lastEntryId);
    int salt = RANDOM.nextInt();
    String temporary = CheckpointName.temporary(path, salt);
    ByteBuffer header =
        new FileHeader(
                FileType.CHECKPOINT,
                logId,
                0,
                lastEntryId,
                WallClock.micros(clock.instant()),
                0,
                salt)
            .encode();
    // Takes all memory before there is a file.
    CheckpointWriter writer = new CheckpointWriter(path, clock, salt);
    AfterFailure.prepare();
    directory.createDirectories(Directory.parentOf(path));
    try {
      AtomicFile file = AtomicFile.create(directory, path, temporary);
      writer.file = file;
      FrameFile frames = new FrameFile(temporary, file);
      writer.frames = frames;
      frames.write(header);
      return writer;
    } catch (IOException | RuntimeException | Error e) {
      AfterFailure.close(e, writer);
      throw e;
    }
  }

  /** Writes how the payload is encoded, before any of it. */
  void schema(Schema schema) throws IOException {
    requireOpen();
    ByteBuffer bytes =
        ByteBuffer.allocate(FrameEncoder.schemaBytes(schema)).order(ByteOrder.LITTLE_ENDIAN);
    encoder.schema(bytes, salt, nextId, schema);
    try {
      Objects.requireNonNull(frames).write(bytes.flip());
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public void write(int b) throws IOException {
    requireOpen();
    try {
      if (filled == CheckpointFile.CHUNK_BYTES_MAX) {
        writeChunk();
      }
      frame.put(FrameFormat.OVERHEAD_BYTES + filled, (byte) b);
      filled++;
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public void write(byte[] b, int off, int len) throws IOException {
    Objects.checkFromIndexSize(off, len, b.length);
    requireOpen();
    try {
      for (int done = 0; done < len; ) {
        if (filled == CheckpointFile.CHUNK_BYTES_MAX) {
          writeChunk();
        }
        int count = Math.min(len - done, CheckpointFile.CHUNK_BYTES_MAX - filled);
        frame.put(FrameFormat.OVERHEAD_BYTES + filled, b, off + done, count);
        filled += count;
        done += count;
      }
    } catch (IOException | RuntimeException | Error e) {
      failure = e; // Some of the bytes may already be there.
      throw e;
    }
  }

  /**
   * Does nothing: the ends of chunks must not depend on it, and only {@link #commit} makes bytes
   * durable.
   */
  @Override
  public void flush() {}

  /**
   * Ends the checkpoint and gives it its name. It is durable when this returns. Call {@link #close}
   * afterwards.
   *
   * @return the size of the payload in bytes
   * @throws IOException if that fails: a file that had the name before is still there and whole. If
   *     the last step failed, the sync of the directory, either the old or the new file is there,
   *     whole, and after a loss of power it may be the other one
   */
  public long commit() throws IOException {
    requireOpen();
    try {
      FrameFile whole = Objects.requireNonNull(frames);
      if (filled > 0) {
        writeChunk();
      }
      frame.clear();
      encoder.promise(
          frame, salt, FrameKind.END, nextId, payloadBytes, WallClock.micros(clock.instant()));
      whole.write(frame.flip());
      whole.sync();
      // Content and name must be durable before the log that the checkpoint replaces is deleted.
      Objects.requireNonNull(file).commit();
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
      throw e;
    }
    committed = true;
    return payloadBytes;
  }

  /**
   * Closes the file, and deletes it if it was not committed. Closing again does nothing, unless
   * this failed: then it does what is left.
   *
   * @throws IOException if that fails; at most the temporary file is left
   */
  @Override
  public void close() throws IOException {
    closing = true;
    if (closed) {
      return;
    }
    try {
      release();
    } catch (Error e) {
      release(); // Closing or deleting twice is harmless.
      throw e;
    }
  }

  private void release() throws IOException {
    try (memory) {
      if (file != null) {
        file.discard();
      }
    }
    closed = true;
  }

  private void writeChunk() throws IOException {
    frame.clear();
    encoder.entryInPlace(frame, salt, nextId, filled);
    FrameFile whole = Objects.requireNonNull(frames);
    whole.write(frame.flip());
    nextId++;
    payloadBytes += filled;
    filled = 0;
    unsyncedChunks++;
    if (unsyncedChunks == UNSYNCED_CHUNKS_MAX) {
      whole.sync();
      unsyncedChunks = 0;
    }
  }

  private void requireOpen() throws IOException {
    if (failure != null || closing || committed) {
      String why = failure != null ? "it failed" : closing ? "it is closed" : "it is committed";
      throw new IOException(
          "cannot write to the checkpoint " + path + ": " + why + "; start a new one", failure);
    }
  }
}
