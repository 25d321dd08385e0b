package dev.durability.checkpoint;

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
import dev.durability.storage.AppendFile;
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
 * {@code <path>.<8 hex digits>.tmp}, until {@link #commit}. Closing without that deletes it. So
 * half a checkpoint never has its final name. The same bytes give the same payload; the header of
 * the file differs each time.
 *
 * <p>After an exception from any method but {@link #close}, and after an Error in the middle of
 * one, only closing is allowed: half of what was to be written may be there. One thread at a time
 * may use it.
 */
public final class CheckpointWriter extends OutputStream {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Directory directory;
  private final String path;
  private final String temporary;
  private final Clock clock;
  private final int salt;
  private final FrameEncoder encoder = new FrameEncoder();

  /**
   * A chunk grows in its place in this buffer. It is outside the heap, so that writing copies
   * nothing.
   */
  private final DirectMemory memory =
      DirectMemory.of(FrameFormat.frameBytes(CheckpointFile.CHUNK_BYTES_MAX));

  private final ByteBuffer frame = memory.bytes().order(ByteOrder.LITTLE_ENDIAN);

  private @Nullable AppendFile created;
  private @Nullable FrameFile file;

  private int filled;
  private long nextId = 1;
  private long payloadBytes;
  private State state = State.OPEN;
  private boolean closing;
  private boolean closed;
  private @Nullable Throwable failure;

  private enum State {
    OPEN,
    /** It has its final name: there is nothing left to delete. */
    RENAMED,
    COMMITTED
  }

  private CheckpointWriter(
      Directory directory, String path, String temporary, Clock clock, int salt) {
    this.directory = directory;
    this.path = path;
    this.temporary = temporary;
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
   * @throws IOException if the storage fails; at most a temporary file is left
   */
  public static CheckpointWriter create(
      Directory directory, String path, UUID logId, long lastEntryId, Clock clock)
      throws IOException {
    if (lastEntryId < 0 || lastEntryId > FrameFormat.ENTRY_ID_MAX) {
      throw new IllegalArgumentException(
          "a checkpoint cannot contain entries up to " + lastEntryId);
    }
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
    CheckpointWriter writer = new CheckpointWriter(directory, path, temporary, clock, salt);
    directory.createDirectories(parent(path));
    try {
      AppendFile created = directory.create(temporary, 0);
      writer.created = created;
      FrameFile file = new FrameFile(temporary, created);
      writer.file = file;
      file.write(header);
      return writer;
    } catch (IOException | RuntimeException | Error e) {
      try {
        writer.close();
      } catch (IOException second) {
        e.addSuppressed(second);
      }
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
      FrameFile target = Objects.requireNonNull(file);
      if (filled > 0) {
        writeChunk();
      }
      frame.clear();
      encoder.promise(
          frame, salt, FrameKind.END, nextId, payloadBytes, WallClock.micros(clock.instant()));
      target.write(frame.flip());
      // Synced before the rename: the name must never stand for bytes that a loss of power takes
      // away.
      target.sync();
      directory.rename(temporary, path);
      state = State.RENAMED;
      // The name itself must be durable before the log that the checkpoint replaces is deleted.
      directory.sync(parent(path));
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
      throw e;
    }
    state = State.COMMITTED;
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
      closeFile();
    }
    closed = true;
  }

  private void closeFile() throws IOException {
    AppendFile open = created;
    if (open != null) {
      try {
        open.close();
      } finally {
        if (state == State.OPEN && directory.exists(temporary)) {
          directory.delete(temporary);
        }
      }
    }
  }

  private void writeChunk() throws IOException {
    frame.clear();
    encoder.entryInPlace(frame, salt, nextId, filled);
    Objects.requireNonNull(file).write(frame.flip());
    nextId++;
    payloadBytes += filled;
    filled = 0;
  }

  private void requireOpen() throws IOException {
    if (failure != null || closing || state != State.OPEN) {
      String why = failure != null ? "FAILED" : closing ? "CLOSED" : state.toString();
      throw new IOException(
          "writing the checkpoint " + path + " is over (" + why + "); start a new one", failure);
    }
  }

  static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }
}
