package dev.durability.cli;

import java.util.Locale;
import java.util.stream.Collectors;

/** Text from a log, such as a schema, made harmless for a terminal. */
final class Printable {
  private Printable() {}

  /**
   * {@return the text, with its control characters but newlines and tabs as \\u and four digits}
   */
  static String text(String text) {
    if (text.chars().noneMatch(Printable::isControl)) {
      return text;
    }
    StringBuilder printable = new StringBuilder(text.length() + 16);
    text.chars()
        .forEach(
            each -> {
              if (isControl(each)) {
                printable.append(String.format(Locale.ROOT, "\\u%04x", each));
              } else {
                printable.append((char) each);
              }
            });
    return printable.toString();
  }

  /** {@return the text in one line: so it cannot look like more than it is} */
  static String line(String text) {
    return text(
        text.lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .collect(Collectors.joining("; ")));
  }

  /** {@return whether it has no control characters but those that end lines, and tabs} */
  static boolean isText(String text) {
    return text.chars().allMatch(each -> each == '\r' || !isControl(each));
  }

  private static boolean isControl(int character) {
    return Character.isISOControl(character) && character != '\n' && character != '\t';
  }
}
