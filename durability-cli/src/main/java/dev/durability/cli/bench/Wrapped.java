package dev.durability.cli.bench;

/** Text that is broken between words, so that no line is wider than a terminal. */
public final class Wrapped {

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
    String indent = line.substring(0, line.length() - line.stripLeading().length());
    String rest = line;
    while (rest.length() > columns) {
      int at = rest.lastIndexOf(' ', columns);
      if (at <= indent.length()) {
        at = rest.indexOf(' ', columns);
      }
      if (at < 0) {
        break;
      }
      wrapped.append(rest.substring(0, at).stripTrailing()).append(System.lineSeparator());
      rest = indent + rest.substring(at).stripLeading();
    }
    wrapped.append(rest).append(System.lineSeparator());
  }
}
