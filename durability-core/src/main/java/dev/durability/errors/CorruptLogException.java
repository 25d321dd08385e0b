package dev.durability.errors;

import java.io.Serial;

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
    super(file + " at offset " + offset + ": " + message);
    this.file = file;
    this.offset = offset;
    this.firstLostId = firstLostId;
    this.lastLostId = lastLostId;
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
}
