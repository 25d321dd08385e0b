package dev.durability.cli;

import java.util.Locale;

/** Writes HTML: markup of this program as it is, and all other text so that it stays text. */
final class Html {
  private final StringBuilder out = new StringBuilder();

  /** Markup, which never comes from a log. */
  Html tag(String markup) {
    out.append(markup);
    return this;
  }

  /** Text or the value of an attribute, from anywhere. */
  Html text(String text) {
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      switch (each) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> {
          if (isShownAsCode(text, i)) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) each));
          } else {
            out.append(each);
          }
        }
      }
    }
    return this;
  }

  Html text(long number) {
    out.append(number);
    return this;
  }

  /** A number in a drawing, with two decimals. */
  Html number(double number) {
    out.append(String.format(Locale.ROOT, "%.2f", number));
    return this;
  }

  /** What would be invisible, turn text around, or be no character of HTML. */
  private static boolean isShownAsCode(String text, int at) {
    char each = text.charAt(at);
    if (Character.isSurrogate(each)) {
      boolean isPair =
          Character.isHighSurrogate(each)
              ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
              : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
      return !isPair;
    }
    return switch (Character.getType(each)) {
      case Character.CONTROL -> each != '\n' && each != '\t';
      case Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      default -> each >= '\ufffe';
    };
  }

  /** How many characters there are until now. */
  int length() {
    return out.length();
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
