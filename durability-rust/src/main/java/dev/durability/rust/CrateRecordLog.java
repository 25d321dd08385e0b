package dev.durability.rust;

import dev.durability.errors.CorruptLogException;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/**
 * Reads a record log of the crate, a file anywhere, without changing it. Memory is bounded by the
 * largest record, 64 MiB. A record has no id: the n-th is record n. Eight zero bytes are an empty
 * record, so that zeros behind the end are not told from records. Immutable; many threads may use
 * it.
 */
public final class CrateRecordLog {
  private final Directory directory;
  private final String path;
  private final CrateReading reading;

  private CrateRecordLog(Directory directory, String path, CrateReading reading) {
    this.directory = directory;
    this.path = path;
    this.reading = reading;
  }

  /**
   * Reads a record log.
   *
   * @param directory where it is
   * @param path its file; without it there is an empty log
   * @param reading how
   * @return the log
   */
  public static CrateRecordLog in(Directory directory, String path, CrateReading reading) {
    return new CrateRecordLog(
        Objects.requireNonNull(directory, "directory"),
        Objects.requireNonNull(path, "path"),
        Objects.requireNonNull(reading, "reading"));
  }

  /**
   * Hands over all records.
   *
   * @param target takes them, with their numbers from 1 on
   * @return where the log ended
   * @throws CorruptLogException if a record is damaged or, in strict reading, cut off; those before
   *     it were handed over
   * @throws dev.durability.errors.FormatException if the file has another version
   * @throws IOException if the storage fails; what the target throws reaches the caller as it is
   */
  public CrateEnding replay(CrateEntries target) throws IOException {
    try (FileBytes bytes = FileBytes.open(directory, path)) {
      return replay(bytes, target);
    } catch (NoSuchFileException none) {
      return new CrateEnding(CrateEnding.Kind.WHOLE, "", 0, 0);
    }
  }

  private CrateEnding replay(FileBytes bytes, CrateEntries target) throws IOException {
    if (!header(bytes)) {
      return cut(bytes, 0, CrateEnding.Kind.CUT_HEADER);
    }
    long offset = CrateFormat.RECORD_LOG_HEADER_BYTES;
    for (long number = 1; offset < bytes.size; number++) {
      if (!bytes.has(offset, 4)) {
        return cut(bytes, offset, CrateEnding.Kind.CUT_ENTRY);
      }
      int length = bytes.buffer().getInt(bytes.at(offset, 4));
      if (length < 0 || length > CrateFormat.RECORD_BYTES_MAX) {
        throw Damage.format(
            path,
            offset,
            "record too large: "
                + Integer.toUnsignedString(length)
                + " bytes (max "
                + CrateFormat.RECORD_BYTES_MAX
                + ")");
      }
      if (!bytes.has(offset, CrateFormat.RECORD_HEADER_BYTES + (long) length)) {
        return cut(bytes, offset, CrateEnding.Kind.CUT_ENTRY);
      }
      int expected = bytes.buffer().getInt(bytes.at(offset + 4, 4));
      byte[] payload = bytes.copy(offset + CrateFormat.RECORD_HEADER_BYTES, length);
      int found = CrateFormat.checksum(payload);
      if (expected != found) {
        throw Damage.checksum(path, offset, expected, found);
      }
      offset += CrateFormat.RECORD_HEADER_BYTES + (long) length;
      target.entry(number, payload);
    }
    return new CrateEnding(CrateEnding.Kind.WHOLE, path, offset, 0);
  }

  private boolean header(FileBytes bytes) throws IOException {
    if (!bytes.has(0, CrateFormat.RECORD_LOG_HEADER_BYTES)) {
      return false;
    }
    int at = bytes.at(0, CrateFormat.RECORD_LOG_HEADER_BYTES);
    if (bytes.buffer().getInt(at) != CrateFormat.RECORD_LOG_MAGIC) {
      throw Damage.format(path, 0, "invalid record log magic");
    }
    int version = bytes.buffer().getInt(at + 4);
    if (version != CrateFormat.RECORD_LOG_VERSION) {
      throw Damage.version(
          path, 4, "record log version mismatch (got " + Integer.toUnsignedString(version) + ")");
    }
    return true;
  }

  private CrateEnding cut(FileBytes bytes, long offset, CrateEnding.Kind kind) throws IOException {
    if (reading.isStrict()) {
      throw Damage.cut(path, offset, "the file ends here");
    }
    return new CrateEnding(kind, path, offset, bytes.size - offset);
  }

  /**
   * Looks for a whole record that is not empty behind a cut.
   *
   * @return its offset, or -1 if there is none; or where looking for it took too long
   */
  static long wholeAfter(Directory directory, String path, long from) throws IOException {
    try (FileBytes bytes = FileBytes.open(directory, path)) {
      long budget = (64L << 20) + 16 * bytes.size;
      for (long offset = from + 1;
          bytes.has(offset, CrateFormat.RECORD_HEADER_BYTES + 1);
          offset++) {
        int at = bytes.at(offset, CrateFormat.RECORD_HEADER_BYTES);
        int length = bytes.buffer().getInt(at);
        int expected = bytes.buffer().getInt(at + 4);
        if (length > 0
            && length <= CrateFormat.RECORD_BYTES_MAX
            && bytes.has(offset, CrateFormat.RECORD_HEADER_BYTES + (long) length)) {
          budget -= length;
          if (budget < 0
              || expected
                  == CrateFormat.checksum(
                      bytes.copy(offset + CrateFormat.RECORD_HEADER_BYTES, length))) {
            return offset;
          }
        }
      }
      return -1;
    }
  }
}
