package dev.durability.systemcalls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Shows the lines of traces around those that violations name, short enough to be read. */
final class TraceExcerpt {
  private static final int VIOLATIONS_MAX = 20;
  private static final int LINES_AROUND = 6;
  private static final int TEXT_CHARS_MAX = 200;
  private static final Pattern LINE = Pattern.compile("\\bline (\\d+)(?: to (\\d+))?:");
  private static final Pattern ESCAPED = Pattern.compile("(?:\\\\x[0-9a-f]{2})+");

  private TraceExcerpt() {}

  /**
   * Shows six lines before each call that is named and six after, and how each trace ends.
   *
   * @param violations what {@link WriteOrder} found
   * @param traces what strace wrote, a list per process
   */
  static String around(List<String> violations, List<List<String>> traces) {
    if (violations.isEmpty()) {
      return "";
    }
    Set<Integer> shown = new HashSet<>();
    for (String each : violations.subList(0, Math.min(VIOLATIONS_MAX, violations.size()))) {
      Matcher line = LINE.matcher(each);
      while (line.find()) {
        addAround(shown, Integer.parseInt(line.group(1)));
        addAround(shown, Integer.parseInt(line.group(line.group(2) == null ? 1 : 2)));
      }
    }
    StringBuilder text = new StringBuilder();
    int number = 0;
    for (List<String> trace : traces) {
      int end = number + trace.size();
      addAround(shown, end);
      for (String line : trace) {
        number++;
        if (shown.contains(number)) {
          text.append(shown.contains(number - 1) ? "" : "…\n");
          text.append(number).append(": ").append(readable(line)).append('\n');
        }
      }
      text.append("end of a trace\n");
    }
    return text.toString();
  }

  private static void addAround(Set<Integer> shown, int line) {
    for (int i = line - LINES_AROUND; i <= line + LINES_AROUND; i++) {
      shown.add(i);
    }
  }

  /** Has characters where {@code -xx} has digits, and a dot for each that cannot be printed. */
  private static String readable(String line) {
    return ESCAPED
        .matcher(line)
        .replaceAll(
            escaped -> {
              byte[] bytes = HexFormat.of().parseHex(escaped.group().replace("\\x", ""));
              String plain = new String(bytes, ISO_8859_1).replaceAll("[^ -~]", ".");
              return Matcher.quoteReplacement(
                  plain.length() > TEXT_CHARS_MAX
                      ? plain.substring(0, TEXT_CHARS_MAX) + "…"
                      : plain);
            });
  }
}
