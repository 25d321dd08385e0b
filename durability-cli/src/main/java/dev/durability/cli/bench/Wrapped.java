package dev.durability.cli.bench;

import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text that is broken between words, so that no line is wider than a terminal. What stands in
 * quotes is a command to copy, and stays whole.
 */
public final class Wrapped {
  /**
   * What follows a break goes below the text of an item of a list, or below the value of a name.
   */
  private static final Pattern HANGING =
      Pattern.compile("^(?:(?=.{10}  \\S)\\S+(?: \\S+)* {2,}| *(?:- |\\d+\\. |\\d+  )?)");

  private static final Pattern COMMAND =
      Pattern.compile("(?<![^\\s(\\[:])'[^']+'(?![\\p{L}\\p{N}])");

  private Wrapped() {}

  /**
   * Breaks the lines of a text that are too wide. What follows a break is indented as the line is.
   *
   * @param text lines of any width
   * @param columns how wide a line may be, at least 1; a longer word stays whole
   * @return the text, each line ended by a line separator
   */
  public static String of(String text, int columns) {
    StringBuilder wrapped = new StringBuilder();
    text.lines().forEach(line -> add(wrapped, line.stripTrailing(), columns));
    return wrapped.toString();
  }

  private static void add(StringBuilder wrapped, String line, int columns) {
    if (line.length() <= columns) {
      wrapped.append(line).append(System.lineSeparator());
      return;
    }
    Matcher hanging = HANGING.matcher(line);
    int indent = hanging.find() ? hanging.end() : 0;
    BitSet breaks = breaks(line, indent);
    int from = 0;
    int room = columns;
    while (line.length() - from > room) {
      int at = breaks.previousSetBit(from + room);
      if (at <= from) {
        at = breaks.nextSetBit(from + room);
      }
      if (at < 0) {
        break;
      }
      wrapped.append(line.substring(from, at).stripTrailing()).append(System.lineSeparator());
      wrapped.append(" ".repeat(indent));
      from = at;
      while (line.charAt(from) == ' ') {
        from++;
      }
      room = columns - indent;
    }
    wrapped.append(line.substring(from)).append(System.lineSeparator());
  }

  /** The spaces between words, after the indentation. */
  private static BitSet breaks(String line, int indent) {
    BitSet breaks = new BitSet(line.length());
    for (int at = line.indexOf(' ', indent); at >= 0; at = line.indexOf(' ', at + 1)) {
      breaks.set(at);
    }
    Matcher command = COMMAND.matcher(line);
    while (command.find()) {
      breaks.clear(command.start(), command.end());
    }
    return breaks;
  }
}
