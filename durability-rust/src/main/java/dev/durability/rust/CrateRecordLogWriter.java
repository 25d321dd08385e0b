package dev.durability.rust;

import dev.durability.errors.WriterPoisonedException;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import java.io.Closeable;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes a record log of the crate. One thread at a time may use it, and nobody else may write the
 * file: nothing locks it, in the crate neither.
 *
 * <p><b>What is durable.</b> What was appended before {@link #sync} or {@link #close} returned.
 * After an exception the writer refuses all further work; open the log again, which cuts off what
 * is not whole.
 */
public final class CrateRecordLogWriter implements Closeable {
  private final String path;
  private final AppendFile file;
  private final BufferedAppend out;
  private long records;
  private boolean closed;
  private @Nullable Throwable failure;

  private CrateRecordLogWriter(String path, AppendFile file, long records) {
    this.path = path;
    this.file = file;
    this.out = new BufferedAppend(file);
    this.records = records;
  }

  /**
   * Opens a record log, and creates it if there is none. As the crate from 0.7.3 on, this cuts off
   * a record that is cut.
   *
   * @param directory where it is
   * @param path its file; its directory exists
   * @return the writer; close it
   * @throws dev.durability.errors.CorruptLogException if a record is damaged, or a whole one is
   *     behind what is cut; nothing was changed
   * @throws dev.durability.errors.FormatException if the file has another version; nothing was
   *     changed
   * @throws IOException if the storage fails
   */
  public static CrateRecordLogWriter open(Directory directory, String path) throws IOException {
    long[] records = {0};
    CrateEnding ending =
        CrateRecordLog.in(directory, path, CrateReading.bestEffort())
            .replay((number, payload) -> records[0] = number);
    if (ending.file().isEmpty()) {
      AppendFile created = directory.create(path, 0);
      return begin(directory, path, created);
    }
    if (ending.bytes() > 0) {
      long whole = CrateRecordLog.wholeAfter(directory, path, ending.offset());
      if (whole >= 0) {
        throw Damage.format(
            path, ending.offset(), "a record is cut, but one follows at offset " + whole);
      }
    }
    AppendFile file = directory.resume(path, ending.offset());
    try {
      file.truncate(ending.offset());
      if (ending.offset() == 0) {
        return begin(directory, path, file);
      }
      file.sync(); // Before anything is appended: a crash must not bring the cut bytes back.
      return new CrateRecordLogWriter(path, file, records[0]);
    } catch (IOException | RuntimeException | Error e) {
      try (file) {
        throw e;
      }
    }
  }

  private static CrateRecordLogWriter begin(Directory directory, String path, AppendFile file)
      throws IOException {
    try {
      file.write(CrateFormat.recordLogHeader());
      file.sync();
      directory.sync(Directory.parentOf(path)); // Or a crash takes the name with all records.
      return new CrateRecordLogWriter(path, file, 0);
    } catch (IOException | RuntimeException | Error e) {
      try (file) {
        throw e;
      }
    }
  }

  /**
   * Appends a record.
   *
   * @param payload its bytes, at most 64 MiB
   * @return its number
   * @throws IllegalArgumentException if it is larger; nothing was appended
   * @throws IOException if the storage fails, or failed before, or the writer is closed
   */
  public long append(byte[] payload) throws IOException {
    if (payload.length > CrateFormat.RECORD_BYTES_MAX) {
      throw new IllegalArgumentException(
          "a record of the crate has at most "
              + CrateFormat.RECORD_BYTES_MAX
              + " bytes, not "
              + payload.length);
    }
    requireUsable();
    try {
      out.write(CrateFormat.record(payload));
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
      throw e;
    }
    return ++records;
  }

  /**
   * Makes durable what was appended.
   *
   * @throws IOException if the storage fails, or failed before, or the writer is closed
   */
  public void sync() throws IOException {
    requireUsable();
    try {
      out.flush();
      file.sync();
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
      throw e;
    }
  }

  /**
   * Makes durable what was appended, and closes the file. Closing again does nothing.
   *
   * @throws IOException if the storage fails; the file is closed
   */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    try (file) {
      if (failure == null) {
        sync();
      }
    } finally {
      closed = true;
    }
  }

  private void requireUsable() throws IOException {
    if (closed || failure != null) {
      throw closed
          ? new IOException(path + " is closed for writing: open it again")
          : new WriterPoisonedException(
              "writing to " + path + " failed before: close it and open it again",
              Objects.requireNonNull(failure));
    }
  }
}
