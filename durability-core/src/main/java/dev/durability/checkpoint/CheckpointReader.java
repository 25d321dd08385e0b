package dev.durability.checkpoint;

import dev.durability.codec.Schema;
import dev.durability.errors.ChecksumMismatch;
import dev.durability.errors.CorruptLogException;
import dev.durability.frame.BadCheckpointException;
import dev.durability.frame.BadHeaderException;
import dev.durability.frame.CheckpointFile;
import dev.durability.frame.WallClock;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads the payload of a checkpoint in constant memory (about 1 MiB). It hands out bytes only after
 * it has checked the checksum of their chunk, and signals the end of the stream only at the end of
 * a whole checkpoint. A damaged or cut file is an exception, at every further read too. So is a
 * read after one that an Error ended. One thread at a time may use it.
 */
public final class CheckpointReader extends InputStream {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

  private final String path;
  private final CheckpointFile file;
  private ByteBuffer chunk = NOTHING;
  private boolean ended;
  private @Nullable CorruptLogException damage;
  private @Nullable Throwable failure;

  private CheckpointReader(String path, CheckpointFile file) {
    this.path = path;
    this.file = file;
  }

  /**
   * Opens a checkpoint and reads its header.
   *
   * @param directory where it is
   * @param path its path, relative to the directory
   * @return the reader
   * @throws CorruptLogException if its header is damaged
   * @throws dev.durability.errors.FormatException if it is of an unknown version
   * @throws IOException if it is missing or cannot be read
   */
  public static CheckpointReader open(Directory directory, String path) throws IOException {
    @Nullable CheckpointFile file = null;
    try {
      file = CheckpointFile.open(directory, path);
      return new CheckpointReader(path, file);
    } catch (BadHeaderException e) {
      throw corrupt(String.valueOf(e.getMessage()), path, 0, e.checksum(), e);
    } catch (Error e) {
      if (file != null) {
        file.close();
      }
      throw e;
    }
  }

  /** {@return the log that it belongs to; a random id if it belongs to none} */
  public UUID logId() {
    return file.header().logId();
  }

  /** {@return the last entry that it contains} */
  public long lastEntryId() {
    return file.header().firstEntryId();
  }

  /** {@return the schema of its payload, empty if there is none beside it} */
  public Optional<Schema> schema() {
    return file.schema();
  }

  /** {@return when writing it began} */
  public Instant createdAt() {
    return WallClock.instant(file.header().createdMicros());
  }

  /** {@return the offset in the file after the last byte that was read} */
  public long offset() {
    return file.offset() - chunk.remaining();
  }

  /**
   * Reads one byte.
   *
   * @return the byte, or -1 at the end of a whole checkpoint
   * @throws CorruptLogException if the checkpoint is damaged or cut short here
   * @throws IOException if it cannot be read
   */
  @Override
  public int read() throws IOException {
    try {
      return fill() ? chunk.get() & 0xff : -1;
    } catch (RuntimeException | Error e) {
      failure = e; // The position in the stream is unknown now.
      throw e;
    }
  }

  /**
   * Reads bytes.
   *
   * @return how many, or -1 at the end of a whole checkpoint
   * @throws CorruptLogException if the checkpoint is damaged or cut short here
   * @throws IOException if it cannot be read
   */
  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    Objects.checkFromIndexSize(off, len, b.length);
    if (len == 0) {
      return 0;
    }
    try {
      if (!fill()) {
        return -1;
      }
      int count = Math.min(len, chunk.remaining());
      chunk.get(b, off, count);
      return count;
    } catch (RuntimeException | Error e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public int available() {
    return chunk.remaining();
  }

  /**
   * Closes the file. Closing again does nothing; reading afterwards is an {@link IOException}.
   *
   * @throws IOException if the storage fails
   */
  @Override
  public void close() throws IOException {
    chunk = NOTHING;
    file.close();
  }

  /** Gets the next bytes; false at the end of a whole checkpoint. */
  private boolean fill() throws IOException {
    if (damage != null) {
      throw damage;
    }
    if (failure != null) {
      throw new IOException(
          "an earlier read of the checkpoint " + path + " failed: open it again", failure);
    }
    while (!chunk.hasRemaining() && !ended) {
      // The old chunk is a view that the next call changes, even if there is no next chunk.
      chunk = NOTHING;
      try {
        ByteBuffer next = file.nextChunk();
        if (next == null) {
          ended = true;
        } else {
          chunk = next;
        }
      } catch (BadCheckpointException e) {
        damage = corrupt(e.reason(), path, e.offset(), e.checksum(), e);
        throw damage;
      }
    }
    return chunk.hasRemaining();
  }

  private static CorruptLogException corrupt(
      String what, String path, long offset, @Nullable ChecksumMismatch checksum, Exception cause) {
    CorruptLogException corrupt =
        new CorruptLogException(
            what + "; use another checkpoint, or restore this one from a copy",
            path,
            offset,
            0,
            0,
            checksum);
    corrupt.initCause(cause);
    return corrupt;
  }
}
