package dev.durability.cli;

import java.io.IOException;
import java.io.Serial;

/** A record of the input is larger than an entry may be. */
final class RecordTooLongException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the failure.
   *
   * @param record which record of its input, for the user: {@code line 7}
   * @param recordBytesMax the largest record
   */
  RecordTooLongException(String record, int recordBytesMax) {
    super(
        record
            + " is longer than "
            + recordBytesMax
            + " bytes, the limit for an entry. What came before was appended; neither this nor"
            + " what follows was");
  }
}
