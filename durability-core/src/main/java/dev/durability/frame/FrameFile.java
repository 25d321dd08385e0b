package dev.durability.frame;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.LockLostException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.storage.AppendFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A file of frames that is being appended to, and its rule for failures: a failed write is rolled
 * back and may be retried; any other failure ends the writer. One thread at a time.
 */
public final class FrameFile implements Closeable {
  private final String path;
  private final AppendFile file;

  /**
   * Takes over an open file.
   *
   * @param path its path, for messages
   * @param file the file
   */
  public FrameFile(String path, AppendFile file) {
    this.path = path;
    this.file = file;
  }

  /** {@return the path of the file} */
  public String path() {
    return path;
  }

  /** {@return where the next frame goes} */
  public long position() {
    return file.position();
  }

  /**
   * Writes whole frames. If that fails, the file is cut to where it ended before, and the cut is
   * synced: without that, a later crash could show parts of both attempts.
   *
   * @param frames the frames, from position to limit; the position is kept if this fails
   * @throws OutcomeOpenException if the write failed and was rolled back
   * @throws WriterPoisonedException if it could not be rolled back
   * @throws LockLostException if it was not rolled back, because the lock was lost
   */
  public void write(ByteBuffer frames) throws IOException {
    int start = frames.position();
    long end = file.position();
    try {
      file.write(frames);
    } catch (IOException failure) {
      frames.position(start);
      rollBack(end, failure);
      throw new OutcomeOpenException(
          "writing "
              + frames.remaining()
              + " bytes to "
              + path
              + " at offset "
              + end
              + " failed and was rolled back. Entries that have an id stay in memory and are"
              + " written first: make room, then sync again",
          failure);
    }
  }

  private void rollBack(long end, IOException failure) throws DurabilityException {
    try {
      file.truncate(end);
      file.sync();
    } catch (LockLostException lost) {
      lost.addSuppressed(failure);
      throw lost; // The file may be another writer's. The next opening deals with what was written.
    } catch (IOException second) {
      failure.addSuppressed(second);
      throw new WriterPoisonedException(
          "a write to "
              + path
              + " at offset "
              + end
              + " failed and could not be rolled back; close the writer and open the log again",
          failure);
    }
  }

  /**
   * Shows all that was written to all readers, and keeps it from dying with the process.
   *
   * @throws WriterPoisonedException if that fails: it is then unknown what was written
   */
  public void flush() throws WriterPoisonedException {
    try {
      file.flush();
    } catch (IOException failure) {
      throw new WriterPoisonedException(
          "flushing " + path + " failed; close the writer and open the log again", failure);
    }
  }

  /**
   * Makes all that was written durable.
   *
   * @throws WriterPoisonedException if that fails: what is durable is then unknown for good
   */
  public void sync() throws WriterPoisonedException {
    try {
      file.sync();
    } catch (IOException failure) {
      throw new WriterPoisonedException(
          "syncing " + path + " failed; close the writer and open the log again", failure);
    }
  }

  /**
   * Cuts what was reserved after the frames, so that the file ends with them. Durable after {@link
   * #sync}; if this fails, readers skip what is left.
   *
   * @throws IOException if that fails
   */
  public void cutReserve() throws IOException {
    file.truncate(file.position());
  }

  /**
   * Closes the file, once more if an Error ends that: closing again does no harm.
   *
   * @throws IOException if that fails
   */
  public void closeForSure() throws IOException {
    try {
      close();
    } catch (Error e) {
      AfterFailure.close(e, this);
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
