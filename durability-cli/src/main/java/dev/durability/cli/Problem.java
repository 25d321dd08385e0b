package dev.durability.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something in a log that is not as its writer left it.
 *
 * @param title what it is, in a few words
 * @param text what that means
 * @param file the file, relative to the directory of the log; empty if it is in none
 * @param offset where in the file
 * @param fields what stands there beside what was expected; none if that says nothing
 * @param dump the bytes around it; null if there are none
 * @param entriesBefore the intact entries before it
 * @param entriesAfter those of the next segment
 */
record Problem(
    String title,
    String text,
    String file,
    long offset,
    List<FrameLook.Field> fields,
    @Nullable Dump dump,
    Entries entriesBefore,
    Entries entriesAfter) {

  /** Bytes of a file. */
  static final class Dump {
    private final long from;
    private final byte[] bytes;

    /**
     * Bytes that nobody changes.
     *
     * @param from the offset of the first one
     */
    Dump(long from, byte[] bytes) {
      this.from = from;
      this.bytes = bytes;
    }

    long from() {
      return from;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  /**
   * Entries of a log as text.
   *
   * @param all the entries
   * @param note why there are not more of them; empty if nothing kept them from being read
   */
  record Entries(List<Shown> all, String note) {
    static final Entries NONE = new Entries(List.of(), "");
  }

  /**
   * An entry as text.
   *
   * @param id its id
   * @param text its JSON, or the beginning of that
   * @param bytesOfAll how many bytes its JSON has if that is only its beginning; 0 if it is all
   */
  record Shown(long id, String text, long bytesOfAll) {}
}
