package dev.durability.cli;

import dev.durability.wal.WalReplay;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Prints entries: those that an expression finds, as they are or in hexadecimal. */
final class EntryOutput implements WalReplay<byte[]> {
  private final OutputStream out;
  private final Form form;

  /**
   * How entries are printed.
   *
   * @param ids whether each is preceded by its id and a tab
   * @param terminator the byte after each
   * @param hex whether they are printed in hexadecimal
   * @param grep what an entry has to contain to be printed; null for all entries
   */
  record Form(boolean ids, int terminator, boolean hex, @Nullable Pattern grep) {}

  EntryOutput(OutputStream out, Form form) {
    this.out = out;
    this.form = form;
  }

  @Override
  public void entry(long id, byte[] entry) throws IOException {
    if (form.grep() != null && !isFound(form.grep(), id, entry)) {
      return;
    }
    if (form.hex()) {
      // An entry without bytes is a line, too.
      for (int from = 0; from == 0 || from < entry.length; from += HexDump.LINE_BYTES) {
        begin(id);
        out.write(HexDump.line(entry, from).getBytes(StandardCharsets.US_ASCII));
        out.write('\n');
      }
    } else {
      begin(id);
      out.write(entry);
    }
    out.write(form.terminator());
  }

  private void begin(long id) throws IOException {
    if (form.ids()) {
      out.write(Long.toString(id).getBytes(StandardCharsets.US_ASCII));
      out.write('\t');
    }
  }

  /** What is no UTF-8 in the entry is the replacement character to the expression. */
  private static boolean isFound(Pattern grep, long id, byte[] entry) throws IOException {
    try {
      return grep.matcher(new String(entry, StandardCharsets.UTF_8)).find();
    } catch (StackOverflowError tooDeep) {
      throw new IOException(
          "the expression of --grep takes too much memory on entry "
              + id
              + ", which has "
              + entry.length
              + " bytes: write it without groups that repeat, such as [ab]* for (a|b)*",
          tooDeep);
    }
  }

  void flush() throws IOException {
    out.flush();
  }
}
