package dev.durability.errors;

import java.io.Serial;

/**
 * The owner of the log cut off entries that were read already, or began the log anew. What was read
 * from {@link #fromId} on is void. A tail goes on with the entry that has that id now; any other
 * reader has to be opened again. If {@code fromId} is not the id that was to come next, and nothing
 * was read from it on, the log was begun anew there: the owner keeps what is before it elsewhere.
 */
public final class LogCutException extends DurabilityException {
  @Serial private static final long serialVersionUID = 1L;

  /** The id of the first entry that is not what it was. */
  private final long fromId;

  /**
   * Makes the exception.
   *
   * @param fromId the id of the first entry that is not what it was
   * @param lastReadId the last entry that was read before
   */
  public LogCutException(long fromId, long lastReadId) {
    super(
        "the log was cut off, or begun anew, at entry "
            + fromId
            + " after it was read up to entry "
            + lastReadId
            + ": what was read from that entry on is void. Drop it, and read on from entry "
            + fromId);
    this.fromId = fromId;
  }

  /** {@return the id of the first entry that is not what it was} */
  public long fromId() {
    return fromId;
  }
}
