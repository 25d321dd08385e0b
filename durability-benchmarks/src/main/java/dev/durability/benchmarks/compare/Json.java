package dev.durability.benchmarks.compare;

import java.util.Locale;

/** Text in JSON. */
final class Json {

  private Json() {}

  /**
   * Quotes a text.
   *
   * @param text any text
   * @return a JSON string
   */
  static String text(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
