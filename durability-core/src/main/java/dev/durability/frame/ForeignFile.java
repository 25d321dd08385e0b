package dev.durability.frame;

import dev.durability.errors.FormatException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Recognizes files of the Rust crate {@code durability}, which has the same purpose and keeps its
 * files in the same places. They must neither be taken for damaged files of this library nor be
 * ignored.
 */
public final class ForeignFile {
  private static final int MAGIC_BYTES = 4;

  private ForeignFile() {}

  /**
   * Refuses a file of the crate.
   *
   * @param firstBytes the first bytes of the file, at least 4 if it has them
   * @param file the file's path, for the message
   * @throws FormatException if the bytes are a header of the crate
   */
  public static void refuse(ByteBuffer firstBytes, String file) throws FormatException {
    if (firstBytes.remaining() < MAGIC_BYTES) {
      return;
    }
    byte[] bytes = new byte[MAGIC_BYTES];
    firstBytes.duplicate().get(bytes);
    String magic = new String(bytes, StandardCharsets.ISO_8859_1);
    switch (magic) {
      case "VWAL" -> throw refused(file, magic, "a segment of a write-ahead log");
      case "VRLG" -> throw refused(file, magic, "a record log");
      case "VCKP" -> throw refused(file, magic, "a checkpoint");
      default -> {}
    }
  }

  private static FormatException refused(String file, String magic, String what) {
    return new FormatException(
        file
            + " at offset 0 has the header "
            + magic
            + ": it is "
            + what
            + " of the Rust crate durability. Nothing was changed: take it over into another"
            + " directory with 'durability import' or the module durability-rust");
  }
}
