package dev.durability.errors;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that were promised to be durable are damaged or missing. No crash leaves this. Nothing was
 * changed: the file is as it was found.
 *
 * <p>To go on, restore the named file from a copy, or recover up to the last intact entry into a
 * new directory. If a newer checkpoint of the log exists elsewhere, restore that.
 */
public final class CorruptLogException extends DurabilityException {
  @Serial private static final long serialVersionUID = 1L;

  /** The damaged or missing file. */
  private final String file;

  /** Where its intact part ends. */
  private final long offset;

  /** The first entry id that is lost, or 0. */
  private final long firstLostId;

  /** The last entry id that is lost, or 0. */
  private final long lastLostId;

  /** Whether a checksum is wrong. */
  private final boolean checksumIsWrong;

  /** The checksum that the file holds. */
  private final int checksumExpected;

  /** The checksum of the bytes that are there. */
  private final int checksumFound;

  /**
   * Creates the failure.
   *
   * @param message what is damaged, and what the caller can do; file and offset are put before it
   * @param file the damaged or missing file, relative to the directory
   * @param offset where in the file the intact part ends, in bytes
   * @param firstLostId the first entry id that is lost, or 0 if none is known to be
   * @param lastLostId the last entry id that is known to be lost, or 0
   */
  public CorruptLogException(
      String message, String file, long offset, long firstLostId, long lastLostId) {
    this(message, file, offset, firstLostId, lastLostId, null);
  }

  /**
   * Creates the failure with the checksum that shows it.
   *
   * @param message what is damaged, and what the caller can do; file and offset are put before it
   * @param file the damaged or missing file, relative to the directory
   * @param offset where in the file the intact part ends, in bytes
   * @param firstLostId the first entry id that is lost, or 0 if none is known to be
   * @param lastLostId the last entry id that is known to be lost, or 0
   * @param checksum the checksum that is wrong, or null if none is
   */
  public CorruptLogException(
      String message,
      String file,
      long offset,
      long firstLostId,
      long lastLostId,
      @Nullable ChecksumMismatch checksum) {
    super(file + " at offset " + offset + ": " + message);
    this.file = file;
    this.offset = offset;
    this.firstLostId = firstLostId;
    this.lastLostId = lastLostId;
    this.checksumIsWrong = checksum != null;
    this.checksumExpected = checksum == null ? 0 : checksum.expected();
    this.checksumFound = checksum == null ? 0 : checksum.found();
  }

  /** {@return the damaged or missing file, relative to the directory} */
  public String file() {
    return file;
  }

  /** {@return where in the file the intact part ends, in bytes} */
  public long offset() {
    return offset;
  }

  /** {@return the first entry id that is lost, or 0 if none is known to be} */
  public long firstLostId() {
    return firstLostId;
  }

  /** {@return the last entry id that is known to be lost, or 0} */
  public long lastLostId() {
    return lastLostId;
  }

  /**
   * Returns the checksum that is wrong: of the file's header, or of the first frame that is
   * damaged, which stands at the offset or, if that frame ends an atomic batch, after it.
   *
   * @return the checksum expected and the one found; null if no checksum shows the damage: bytes
   *     are missing, or so damaged that they are no frame with a checksum
   */
  public @Nullable ChecksumMismatch checksum() {
    return checksumIsWrong ? new ChecksumMismatch(checksumExpected, checksumFound) : null;
  }
}
