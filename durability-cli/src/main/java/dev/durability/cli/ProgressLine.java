package dev.durability.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One line that shows progress, never wider than the terminal. Each part is shown whole or not at
 * all: what does not fit is left out, the least important part first. The bar takes the remaining
 * room.
 */
final class ProgressLine {
  /** The least width of the bar, with its brackets and the space before it. */
  private static final int BAR_COLUMNS_MIN = 11;

  private static final int BAR_COLUMNS_MAX = 63;
  private static final double MEBIBYTE = 1 << 20;
  private static final double GIBIBYTE = 1 << 30;
  private static final double DAY_SECONDS = 86_400;
  private static final String SEPARATOR = ", ";

  private ProgressLine() {}

  /**
   * Draws progress over bytes: task, percent, bar, mebibytes, rate, and the remaining time. If
   * there is little room, the remaining time is shown first, then the rate.
   *
   * @param task what is being done
   * @param done how many bytes are done
   * @param all how many there are, at least 1
   * @param seconds since it began
   * @param columns how wide the line may be
   * @return the line, of just so many characters
   */
  static String ofBytes(String task, long done, long all, double seconds, int columns) {
    List<String> parts = new ArrayList<>();
    parts.add(amount(done, all));
    if (done > 0 && seconds > 0) {
      double perSecond = done / seconds;
      parts.add(rate(perSecond / MEBIBYTE));
      double left = Math.ceil(Math.max(0, all - done) / perSecond);
      if (left < DAY_SECONDS) {
        parts.add(time((long) left) + " left");
      }
    }
    return line(task, done, all, suffixes(parts), columns);
  }

  /** All parts, then all but the first, and so on. */
  private static List<String> suffixes(List<String> parts) {
    List<String> ends = new ArrayList<>();
    for (int from = 0; from < parts.size(); from++) {
      ends.add(String.join(SEPARATOR, parts.subList(from, parts.size())));
    }
    return ends;
  }

  /**
   * Draws progress over steps: task, percent, bar, steps, and what is being done.
   *
   * @param task what is being done
   * @param unit what a step is
   * @param done how many steps are done
   * @param all how many there are, at least 1
   * @param details what is being done now, the most important first
   * @param columns how wide the line may be
   * @return the line, of just so many characters
   */
  static String ofSteps(
      String task, String unit, long done, long all, List<String> details, int columns) {
    List<String> parts = new ArrayList<>();
    parts.add(done + "/" + all + " " + unit);
    parts.addAll(details);
    return line(task, done, all, prefixes(parts), columns);
  }

  /** All parts, then all but the last, and so on. */
  private static List<String> prefixes(List<String> parts) {
    List<String> starts = new ArrayList<>();
    for (int to = parts.size(); to > 0; to--) {
      starts.add(String.join(SEPARATOR, parts.subList(0, to)));
    }
    return starts;
  }

  /**
   * Draws the line.
   *
   * @param ends what may follow the bar, the longest first
   */
  private static String line(String task, long done, long all, List<String> ends, int columns) {
    long percent = Math.max(0, Math.min(100, (long) (100.0 * done / all)));
    String start = task + String.format(Locale.ROOT, " %3d%%", percent);
    int shortest = 1 + ends.get(ends.size() - 1).length();
    boolean withBar = start.length() + shortest + BAR_COLUMNS_MIN <= columns;
    int room = columns - start.length() - (withBar ? BAR_COLUMNS_MIN : 0);
    String end = "";
    for (String each : ends) {
      if (1 + each.length() <= room) {
        end = " " + each;
        break;
      }
    }
    int barColumns = Math.min(BAR_COLUMNS_MAX, columns - start.length() - end.length());
    String line = start + (withBar ? bar(percent, barColumns) : "") + end;
    // Overwrites the line before, which may have been longer.
    return line.length() < columns
        ? line + " ".repeat(columns - line.length())
        : line.substring(0, Math.max(0, columns));
  }

  private static String bar(long percent, int columns) {
    int length = columns - 3;
    int full = (int) (percent * length / 100);
    return " [" + "=".repeat(full) + " ".repeat(length - full) + "]";
  }

  /** Uses the unit and the decimals that give the total at least two digits. */
  private static String amount(long done, long all) {
    boolean isLarge = all >= 10 * GIBIBYTE;
    double unit = isLarge ? GIBIBYTE : MEBIBYTE;
    String form = all >= 10 * unit ? "%.0f/%.0f %s" : "%.1f/%.1f %s";
    return String.format(Locale.ROOT, form, done / unit, all / unit, isLarge ? "GiB" : "MiB");
  }

  /** Without decimals where nobody would read them. */
  private static String rate(double mebibytes) {
    return String.format(Locale.ROOT, mebibytes < 100 ? "%.1f MiB/s" : "%.0f MiB/s", mebibytes);
  }

  private static String time(long seconds) {
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(
            Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
}
