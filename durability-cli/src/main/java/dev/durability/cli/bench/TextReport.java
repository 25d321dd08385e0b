package dev.durability.cli.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.HdrHistogram.Histogram;

/** The result as a text for people, in ASCII. */
public final class TextReport {
  private static final int TITLE_COLUMNS = 32;

  private final BenchResult result;
  private final int columns;
  private final StringBuilder text = new StringBuilder();

  private TextReport(BenchResult result, int columns) {
    this.result = result;
    this.columns = columns;
  }

  /**
   * Writes the text.
   *
   * @param result what was measured
   * @param columns how wide it may be, at least 50; the table leaves out what has no room
   * @return lines of at most so many characters
   */
  public static String of(BenchResult result, int columns) {
    TextReport report = new TextReport(result, columns);
    report.disk();
    report.table();
    report.notes();
    report.histogram();
    return report.text.toString();
  }

  private void disk() {
    Histogram latencies = result.diskProbe().latencies();
    FileSystem fileSystem = result.disk().fileSystem();
    paragraph(
        String.format(
            Locale.ROOT,
            "The disk: %s. A write of %d bytes and fdatasync take %s (median), %s (99 %%). %s%s",
            fileSystem,
            result.entryBytes() + 16,
            Quantity.time(latencies.getValueAtPercentile(50)),
            Quantity.time(latencies.getValueAtPercentile(99)),
            result.verdict().explanation(),
            fileSystem.isLayer()
                ? " The file system is a layer: what keeps the files lies below it, and cannot be"
                    + " named from here."
                : ""));
  }

  /** A column of the table: how wide it is, from which width of the text on, and what it shows. */
  private record Column(
      String title, int width, int textColumnsMin, Function<Measurement, String> cell) {}

  private static final List<Column> COLUMNS =
      List.of(
          new Column("rate", 13, 64, each -> Quantity.rate(each.rate().median())),
          new Column("by probe", 8, 0, TextReport::ratio),
          new Column("least .. most", 15, 89, TextReport::spread),
          new Column("median", 8, 0, each -> latency(each, 50)),
          new Column("99 %", 8, 73, each -> latency(each, 99)));

  private void table() {
    List<Column> shown = COLUMNS.stream().filter(each -> each.textColumnsMin() <= columns).toList();
    text.append(System.lineSeparator());
    row("", shown, Column::title);
    for (Measurement each : result.measurements()) {
      row((each.isProbe() ? "" : "  ") + each.title(), shown, column -> column.cell().apply(each));
    }
  }

  private void row(String title, List<Column> shown, Function<Column, String> cell) {
    StringBuilder row = new StringBuilder();
    row.append(String.format(Locale.ROOT, "%-" + TITLE_COLUMNS + "s", title));
    for (Column column : shown) {
      row.append(String.format(Locale.ROOT, " %" + column.width() + "s", cell.apply(column)));
    }
    line("%s%n", row);
  }

  private static String ratio(Measurement each) {
    return each.isProbe() ? "probe" : Quantity.digits(each.ratio().median()) + " x";
  }

  private static String spread(Measurement each) {
    Spread ratio = each.ratio();
    return each.isProbe()
        ? ""
        : Quantity.digits(ratio.least()) + " .. " + Quantity.digits(ratio.most());
  }

  private static String latency(Measurement each, int percentile) {
    return each.hasLatencies()
        ? Quantity.time(each.latencies().getValueAtPercentile(percentile))
        : "";
  }

  private void notes() {
    text.append(System.lineSeparator());
    paragraph(
        String.format(
            Locale.ROOT,
            "Entries of %d bytes; medians of %d rounds, in which all took turns. The ratios are the"
                + " result: a device's rate changes from hour to hour.",
            result.entryBytes(),
            result.rounds()));
  }

  /** The probe and the log with one thread, side by side. */
  private void histogram() {
    List<Measurement> shown = result.withLatencies().subList(0, 2);
    LatencyBars bars = new LatencyBars(shown.get(0).latencies(), shown.get(1).latencies(), columns);
    text.append(System.lineSeparator());
    line("%s%n", bars.header("how long it took", shown.get(0).title(), shown.get(1).title()));
    bars.lines().forEach(each -> line("%s%n", each));
  }

  private void paragraph(String words) {
    text.append(Wrapped.of(words, columns));
  }

  private void line(String form, Object... values) {
    text.append(String.format(Locale.ROOT, form, values).stripTrailing().indent(0));
  }
}
