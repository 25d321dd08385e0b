package dev.durability.cli.bench;

import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** The result as a text for people, in ASCII. */
public final class TextReport {
  private static final int WIDTH = 90;
  private static final String ROW = "%-33s %13s %8s %15s %8s %8s%n";

  private final BenchResult result;
  private final StringBuilder text = new StringBuilder();

  private TextReport(BenchResult result) {
    this.result = result;
  }

  /**
   * Writes the text.
   *
   * @param result what was measured
   * @return lines of at most 90 characters
   */
  public static String of(BenchResult result) {
    TextReport report = new TextReport(result);
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

  private void table() {
    line("%n" + ROW, "", "rate", "by probe", "least .. most", "median", "99 %");
    for (Measurement each : result.measurements()) {
      Spread ratio = each.ratio();
      Histogram latencies = each.latencies();
      line(
          ROW,
          (each.isProbe() ? "" : "  ") + each.title(),
          Quantity.rate(each.rate().median()),
          each.isProbe() ? "probe" : Quantity.digits(ratio.median()) + " x",
          each.isProbe()
              ? ""
              : Quantity.digits(ratio.least()) + " .. " + Quantity.digits(ratio.most()),
          each.hasLatencies() ? Quantity.time(latencies.getValueAtPercentile(50)) : "",
          each.hasLatencies() ? Quantity.time(latencies.getValueAtPercentile(99)) : "");
    }
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
    LatencyBars bars = new LatencyBars(shown.get(0).latencies(), shown.get(1).latencies());
    text.append(System.lineSeparator());
    line("%-24s%-33s  %s%n", "how long it took", shown.get(0).title(), shown.get(1).title());
    bars.lines().forEach(each -> line("%s%n", each));
  }

  private void paragraph(String words) {
    int column = 0;
    for (String word : words.split(" ", -1)) {
      boolean fits = column + 1 + word.length() <= WIDTH;
      text.append(column == 0 ? "" : fits ? " " : System.lineSeparator()).append(word);
      column = column > 0 && fits ? column + 1 + word.length() : word.length();
    }
    text.append(System.lineSeparator());
  }

  private void line(String form, Object... values) {
    text.append(String.format(Locale.ROOT, form, values).stripTrailing().indent(0));
  }
}
