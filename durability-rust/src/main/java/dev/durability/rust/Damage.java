package dev.durability.rust;

import dev.durability.errors.ChecksumMismatch;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is wrong with a file, in the words of the crate, with the place before them. */
final class Damage {
  static final String CUT = "i/o error: failed to fill whole buffer";

  private Damage() {}

  /** The file ends too early. */
  static CorruptLogException cut(String file, long offset, String what) {
    return new CorruptLogException(CUT + ": " + what, file, offset, 0, 0);
  }

  /** What is there is not what the format has there. */
  static CorruptLogException format(String file, long offset, String words) {
    return new CorruptLogException("format error: " + words, file, offset, 0, 0);
  }

  static CorruptLogException checksum(String file, long offset, int expected, int found) {
    return new CorruptLogException(
        String.format(Locale.ROOT, "crc mismatch (expected 0x%08x, got 0x%08x)", expected, found),
        file,
        offset,
        0,
        0,
        new ChecksumMismatch(expected, found));
  }

  /** Entries are missing. */
  static CorruptLogException missing(
      String file, long offset, String words, long firstLostId, long lastLostId) {
    return new CorruptLogException(
        "format error: " + words, file, offset, Math.max(0, firstLostId), Math.max(0, lastLostId));
  }

  /** Another version, which another crate may read. */
  static FormatException version(String file, long offset, String words) {
    return new FormatException(file + " at offset " + offset + ": format error: " + words);
  }

  /** The message without the file and offset, which stand elsewhere. */
  static String words(CorruptLogException damage) {
    String message = String.valueOf(damage.getMessage());
    String place = damage.file() + " at offset " + damage.offset() + ": ";
    return message.startsWith(place) ? message.substring(place.length()) : message;
  }

  /** The checksum, if there is one. */
  static @Nullable ChecksumMismatch checksumOf(CorruptLogException damage) {
    return damage.checksum();
  }
}
