package dev.durability.cli;

import dev.durability.storage.Directory;
import dev.durability.wal.WalReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads entries to show them, with a limit on what all of them take. */
final class EntriesRead {
  /** How many characters of an entry are shown. */
  static final int ENTRY_CHARACTERS = 2_000;

  private final Directory log;
  private long bytesLeft;

  /**
   * Reads nothing yet.
   *
   * @param bytesMax what all entries may take on a page, about
   */
  EntriesRead(Directory log, long bytesMax) {
    this.log = log;
    this.bytesLeft = bytesMax;
  }

  /**
   * Reads entries by their ids. Whatever keeps one from being read is told beside those before it.
   *
   * @param first the first of them
   * @param last the last, in the same segment; less than {@code first} for none
   */
  Problem.Entries read(long first, long last) {
    if (last < first) {
      return Problem.Entries.NONE;
    } else if (bytesLeft <= 0) {
      return new Problem.Entries(List.of(), "left out: the page has as many entries as it may");
    }
    List<Problem.Shown> read = new ArrayList<>();
    try {
      WalReader.of(log, EntryJson.forPeople())
          .replay(first, last, (id, json) -> read.add(shown(id, json)));
    } catch (IOException e) {
      return new Problem.Entries(read, "not read further: " + Failures.line(e));
    }
    return new Problem.Entries(read, "");
  }

  private Problem.Shown shown(long id, byte[] json) {
    // At most three bytes make a char, so this is enough, and a large entry is not decoded whole.
    int bytes = Math.min(json.length, 3 * ENTRY_CHARACTERS);
    String text = new String(json, 0, bytes, StandardCharsets.UTF_8);
    String start = text.substring(0, Math.min(text.length(), ENTRY_CHARACTERS));
    bytesLeft -= new Html().text(start).toString().getBytes(StandardCharsets.UTF_8).length;
    boolean isWhole = bytes == json.length && start.length() == text.length();
    return new Problem.Shown(id, start, isWhole ? 0 : json.length);
  }
}
