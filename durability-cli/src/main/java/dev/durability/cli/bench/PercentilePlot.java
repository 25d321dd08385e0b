package dev.durability.cli.bench;

import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * The latencies as a chart in SVG: horizontally the share of operations that took no longer, in
 * steps of nines, and vertically the time, both on logarithmic axes.
 */
public final class PercentilePlot {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 520;
  private static final int LEFT = 84;
  private static final int RIGHT = 650;
  private static final int TOP = 78;
  private static final int BOTTOM = 446;
  private static final int LABEL_HEIGHT = 17;
  private static final int POINTS_PER_NINE = 40;
  private static final int NINES_MAX = 5;

  /** Colors that color-blind people can distinguish, too (Okabe and Ito). */
  private static final String[] COLORS = {"#555555", "#0072b2", "#d55e00", "#009e73", "#cc79a7"};

  private final BenchResult result;
  private final List<Measurement> curves;
  private final double nines;
  private final int lowDecade;
  private final int highDecade;
  private final StringBuilder svg = new StringBuilder();

  private PercentilePlot(BenchResult result) {
    this.result = result;
    this.curves = result.withLatencies();
    long count = curves.stream().mapToLong(c -> c.latencies().getTotalCount()).max().orElse(1);
    long least = curves.stream().mapToLong(c -> c.latencies().getMinValue()).min().orElse(1);
    long most = curves.stream().mapToLong(c -> c.latencies().getMaxValue()).max().orElse(1);
    this.nines = Math.max(2, Math.min(NINES_MAX, Math.floor(Math.log10((double) count))));
    this.lowDecade = (int) Math.floor(Math.log10((double) Math.max(1, least)));
    this.highDecade = Math.max(lowDecade + 1, (int) Math.ceil(Math.log10((double) most)));
  }

  /**
   * Draws the chart.
   *
   * @param result what was measured
   * @return the text of an SVG file
   */
  public static String of(BenchResult result) {
    PercentilePlot plot = new PercentilePlot(result);
    plot.begin();
    plot.timeAxis();
    plot.shareAxis();
    for (int i = 0; i < plot.curves.size(); i++) {
      plot.curve(plot.curves.get(i), COLORS[i % COLORS.length], i == 0);
    }
    plot.legend();
    plot.svg.append("</svg>\n");
    return plot.svg.toString();
  }

  private void begin() {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
            + " font-family=\"Helvetica, Arial, sans-serif\" font-size=\"13\" fill=\"#222222\">%n",
        WIDTH, HEIGHT, WIDTH, HEIGHT);
    add("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n", WIDTH, HEIGHT);
    text(
        LEFT,
        30,
        "start",
        "font-size=\"18\" font-weight=\"bold\"",
        "How long a durable append takes");
    text(
        LEFT,
        52,
        "start",
        "fill=\"#555555\"",
        String.format(
            Locale.ROOT,
            "entries of %d bytes on %s; Java %s, %d processors",
            result.entryBytes(),
            result.disk().fileSystem(),
            System.getProperty("java.version"),
            Runtime.getRuntime().availableProcessors()));
  }

  private void timeAxis() {
    for (int decade = lowDecade; decade <= highDecade; decade++) {
      double y = y(Math.pow(10, decade));
      gridLine(LEFT, y, RIGHT, y, "#cccccc");
      text(LEFT - 10, y + 4.5, "end", "", timeLabel(decade));
      for (int i = 2; i < 10 && decade < highDecade; i++) {
        double between = y(i * Math.pow(10, decade));
        gridLine(LEFT, between, RIGHT, between, "#f0f0f0");
      }
    }
    double middle = (TOP + BOTTOM) / 2.0;
    text(
        22,
        middle,
        "middle",
        String.format(Locale.ROOT, "transform=\"rotate(-90 22 %.0f)\"", middle),
        "latency");
  }

  private static String timeLabel(int decade) {
    String[] units = {"ns", "\u00b5s", "ms", "s"};
    int unit = Math.min(decade / 3, units.length - 1);
    return Math.round(Math.pow(10, decade - 3 * unit)) + " " + units[unit];
  }

  private void shareAxis() {
    share(0, "0 %");
    share(Math.log10(2), "50 %"); // Half of the operations take longer.
    for (int nine = 1; nine <= nines; nine++) {
      share(nine, nine == 1 ? "90 %" : "99" + (nine > 2 ? "." + "9".repeat(nine - 2) : "") + " %");
    }
    text(
        (LEFT + RIGHT) / 2.0,
        BOTTOM + 48,
        "middle",
        "",
        "share of operations that took no longer than this");
    add(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888888\"/>%n",
        LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP);
  }

  private void share(double nine, String label) {
    gridLine(x(nine), TOP, x(nine), BOTTOM, "#cccccc");
    text(x(nine), BOTTOM + 20, "middle", "", label);
  }

  private void curve(Measurement measurement, String color, boolean isProbe) {
    Histogram latencies = measurement.latencies();
    // Beyond its own count a curve would only repeat its maximum.
    double end = Math.min(nines, Math.log10((double) latencies.getTotalCount()));
    StringBuilder points = new StringBuilder();
    for (int i = 0; i <= end * POINTS_PER_NINE; i++) {
      double nine = i / (double) POINTS_PER_NINE;
      long value = latencies.getValueAtPercentile(100 * (1 - Math.pow(10, -nine)));
      points.append(
          String.format(Locale.ROOT, "%.1f,%.1f ", x(nine), y((double) Math.max(1, value))));
    }
    add(
        "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2.2\" stroke-linejoin=\"round\"%s"
            + " points=\"%s\"/>%n",
        color, isProbe ? " stroke-dasharray=\"7 4\"" : "", points.toString().strip());
  }

  /** Beside the chart, in the order in which the curves end there. */
  private void legend() {
    double y = TOP + 12;
    for (int i = curves.size() - 1; i >= 0; i--) {
      Measurement curve = curves.get(i);
      add(
          "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"%s\""
              + " stroke-width=\"2.2\"%s/>%n",
          RIGHT + 14,
          y - 4.5,
          RIGHT + 38,
          y - 4.5,
          COLORS[i % COLORS.length],
          i == 0 ? " stroke-dasharray=\"7 4\"" : "");
      text(
          RIGHT + 44,
          y,
          "start",
          "",
          curve.title().replace(", 1,024 outstanding", ", 1,024 ahead"));
      text(
          RIGHT + 44,
          y + LABEL_HEIGHT,
          "start",
          "fill=\"#555555\" font-size=\"12\"",
          Quantity.rate(curve.rate().median())
              + (i == 0 ? "" : ", " + Quantity.digits(curve.ratio().median()) + " \u00d7 probe"));
      y += 2.6 * LABEL_HEIGHT;
    }
  }

  private double x(double nine) {
    return LEFT + nine / nines * (RIGHT - LEFT);
  }

  private double y(double nanos) {
    double share = (Math.log10(nanos) - lowDecade) / (highDecade - lowDecade);
    return BOTTOM - share * (BOTTOM - TOP);
  }

  private void gridLine(double x1, double y1, double x2, double y2, String color) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
        x1, y1, x2, y2, color);
  }

  private void text(double x, double y, String anchor, String attributes, String content) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>%n",
        x,
        y,
        anchor,
        attributes,
        content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
  }

  private void add(String form, Object... values) {
    svg.append(String.format(Locale.ROOT, form, values));
  }
}
