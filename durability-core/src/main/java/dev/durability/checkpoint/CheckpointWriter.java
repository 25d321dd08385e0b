package dev.durability.checkpoint;

import dev.durability.frame.CheckpointFile;
import dev.durability.frame.DirectMemory;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFile;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.WallClock;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes a checkpoint of any size in constant memory (about 1 MiB). The file has a temporary name,
 * {@code <path>.<8 hex digits>.tmp}, until {@link #commit}; closing without that deletes it, so
 * half a checkpoint never has its final name. The same bytes in give the same payload in the file;
 * its header differs each time.
 *
 * <p>After an exception from any method but {@link #close}, all but closing is refused. One thread
 * at a time.
 */
public final class CheckpointWriter extends OutputStream {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Directory directory;
  private final String path;
  private final String temporary;
  private final Clock clock;
  private final int salt;
  private final FrameFile file;
  private final FrameEncoder encoder = new FrameEncoder();

  /** A chunk grows in its place in it. Outside the heap, so that writing copies nothing. */
  private final DirectMemory memory =
      DirectMemory.of(FrameFormat.frameBytes(CheckpointFile.CHUNK_BYTES_MAX));

  private final ByteBuffer frame = memory.bytes().order(ByteOrder.LITTLE_ENDIAN);

  private int filled;
  private long nextId = 1;
  private long payloadBytes;
  private State state = State.OPEN;
  private @Nullable IOException failure;

  private enum State {
    OPEN,
    FAILED,
    /** It has its final name: nothing to delete any more. */
    RENAMED,
    COMMITTED,
    CLOSED
  }

  private CheckpointWriter(
      Directory directory, String path, String temporary, Clock clock, int salt, AppendFile file) {
    this.directory = directory;
    this.path = path;
    this.temporary = temporary;
    this.clock = clock;
    this.salt = salt;
    this.file = new FrameFile(temporary, file);
  }

  /**
   * Starts a checkpoint.
   *
   * @param directory where it goes
   * @param path its final path, relative to the directory; missing directories are created. A file
   *     that is there is replaced by {@link #commit}, and stays whole until then
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
    String temporary = String.format(Locale.ROOT, "%s.%08x.tmp", path, salt);
    FileHeader header =
        new FileHeader(
            FileType.CHECKPOINT, logId, 0, lastEntryId, WallClock.micros(clock.instant()), 0, salt);
    directory.createDirectories(parent(path));
    AppendFile file = directory.create(temporary, 0);
    CheckpointWriter writer = new CheckpointWriter(directory, path, temporary, clock, salt, file);
    try {
      writer.file.write(header.encode());
      return writer;
    } catch (IOException | RuntimeException e) {
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
    if (filled == CheckpointFile.CHUNK_BYTES_MAX) {
      writeChunk();
    }
    frame.put(FrameFormat.OVERHEAD_BYTES + filled, (byte) b);
    filled++;
  }

  @Override
  public void write(byte[] b, int off, int len) throws IOException {
    Objects.checkFromIndexSize(off, len, b.length);
    requireOpen();
    for (int done = 0; done < len; ) {
      if (filled == CheckpointFile.CHUNK_BYTES_MAX) {
        writeChunk();
      }
      int count = Math.min(len - done, CheckpointFile.CHUNK_BYTES_MAX - filled);
      frame.put(FrameFormat.OVERHEAD_BYTES + filled, b, off + done, count);
      filled += count;
      done += count;
    }
  }

  /** Does nothing: where chunks end must not depend on it, and only {@link #commit} is durable. */
  @Override
  public void flush() {}

  /**
   * Ends the checkpoint and gives it its name. When this returns it is durable. Must be followed by
   * {@link #close}.
   *
   * @return the size of the payload in bytes
   * @throws IOException if that fails: a file that had the name before is still there and whole,
   *     unless it was the last step, the sync of the directory, that failed; then either the old or
   *     the new file is there, whole, and after a loss of power either may be
   */
  public long commit() throws IOException {
    requireOpen();
    attempt(
        () -> {
          if (filled > 0) {
            writeChunk();
          }
          frame.clear();
          encoder.promise(
              frame,
              salt,
              FrameFormat.END,
              nextId,
              payloadBytes,
              WallClock.micros(clock.instant()));
          file.write(frame.flip());
          // Before the rename: the name must never stand for bytes that a loss of power takes away.
          file.sync();
          directory.rename(temporary, path);
          state = State.RENAMED;
          // Before anyone deletes the log that this stands for: the name itself must be durable.
          directory.sync(parent(path));
        });
    state = State.COMMITTED;
    return payloadBytes;
  }

  /**
   * Closes the file, and deletes it if it was not committed. Closing again does nothing.
   *
   * @throws IOException if that fails; at most the temporary file is left
   */
  @Override
  public void close() throws IOException {
    if (state == State.CLOSED) {
      return;
    }
    boolean delete = state != State.COMMITTED && state != State.RENAMED;
    state = State.CLOSED;
    try (memory) {
      closeFile(delete);
    }
  }

  private void closeFile(boolean delete) throws IOException {
    try {
      file.close();
    } finally {
      if (delete && directory.exists(temporary)) {
        directory.delete(temporary);
      }
    }
  }

  private void writeChunk() throws IOException {
    attempt(
        () -> {
          frame.clear();
          encoder.entryInPlace(frame, salt, nextId, filled);
          file.write(frame.flip());
          nextId++;
          payloadBytes += filled;
          filled = 0;
        });
  }

  private void attempt(Step step) throws IOException {
    try {
      step.run();
    } catch (IOException e) {
      failure = e;
      if (state == State.OPEN) {
        state = State.FAILED;
      }
      throw e;
    }
  }

  private void requireOpen() throws IOException {
    if (state != State.OPEN) {
      throw new IOException(
          "writing the checkpoint " + path + " is over (" + state + "); start a new one", failure);
    }
  }

  static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  private interface Step {
    void run() throws IOException;
  }
}
