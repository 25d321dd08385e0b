package dev.durability.kotlin;

/** Finds how deep arrays and objects of JSON are nested, before anything reads it recursively. */
final class Nesting {
  private Nesting() {}

  /** {@return whether arrays and objects are nested at most so deep} */
  static boolean isAtMost(int levels, String json) {
    int depth = 0;
    boolean quoted = false;
    for (int i = 0; i < json.length(); i++) {
      char each = json.charAt(i);
      if (quoted && each == '\\') {
        i++;
      } else if (each == '"') {
        quoted = !quoted;
      } else if (!quoted && (each == '[' || each == '{')) {
        depth++;
        if (depth > levels) {
          return false;
        }
      } else if (!quoted && (each == ']' || each == '}')) {
        depth--;
      }
    }
    return true;
  }
}
