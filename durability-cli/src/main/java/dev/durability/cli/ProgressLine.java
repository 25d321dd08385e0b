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

  private ProgressLine() {}

  /**
   * Draws progress over bytes: task, percent, bar, mebibytes, rate, and the remaining time.
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
      parts.add(String.format(Locale.ROOT, "%.1f MiB/s", perSecond / MEBIBYTE));
      double left = Math.ceil(Math.max(0, all - done) / perSecond);
      if (left < DAY_SECONDS) {
        parts.add(time((long) left) + " left");
      }
    }
    return line(task, done, all, parts, columns);
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
    return line(task, done, all, parts, columns);
  }

  private static String line(String task, long done, long all, List<String> parts, int columns) {
    long percent = Math.max(0, Math.min(100, (long) (100.0 * done / all)));
    String start = task + String.format(Locale.ROOT, " %3d%%", percent);
    String amount = " " + parts.get(0);
    boolean withBar = start.length() + amount.length() + BAR_COLUMNS_MIN <= columns;
    int room = columns - start.length() - (withBar ? BAR_COLUMNS_MIN : 0);
    StringBuilder end = new StringBuilder();
    for (String part : parts) {
      String text = (end.isEmpty() ? " " : ", ") + part;
      if (end.length() + text.length() > room) {
        break;
      }
      end.append(text);
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

  private static String time(long seconds) {
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(
            Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
}
