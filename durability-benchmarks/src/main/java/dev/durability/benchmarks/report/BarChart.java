package dev.durability.benchmarks.report;

import dev.durability.benchmarks.Report;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Standing;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.style.Styler;

/** The medians of a report as bars, with the least and the most of the rounds. */
final class BarChart {
  private static final Color OURS = new Color(0x1f77b4);
  private static final Color PROBE = new Color(0x7f7f7f);
  private static final Color PEERS = new Color(0xff7f0e);

  /**
   * If the largest is more than this many times the smallest, the small ones vanish on a linear
   * scale.
   */
  private static final double LINEAR_SPREAD_MAX = 30;

  private BarChart() {}

  static void write(String title, Report report, Path file) throws IOException {
    List<Standing> shown = report.standings().stream().filter(Standing::isCompared).toList();
    List<String> names = shown.stream().map(Standing::name).toList();
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(900)
            .height(520)
            .title(title)
            .yAxisTitle(report.figure())
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
    chart.getStyler().setOverlapped(true).setAvailableSpaceFill(0.6);
    chart.getStyler().setXAxisLabelRotation(30);
    double least = shown.stream().mapToDouble(Standing::figure).min().orElse(1);
    double most = shown.stream().mapToDouble(Standing::figure).max().orElse(1);
    if (least > 0 && most / least > LINEAR_SPREAD_MAX) {
      chart.getStyler().setYAxisLogarithmic(true);
      chart.getStyler().setYAxisMin(Math.pow(10, Math.floor(Math.log10(least))));
    } else {
      chart.getStyler().setYAxisMin(0.0);
    }
    add(chart, "durability", OURS, names, shown, Role.OURS, Role.VARIANT, Role.REFERENCE);
    add(chart, "probe", PROBE, names, shown, Role.PROBE, Role.BARE);
    add(chart, "others", PEERS, names, shown, Role.PEER);
    ChartEncoder.saveChart(chart, file.toString(), "png");
  }

  private static void add(
      CategoryChart chart,
      String name,
      Color color,
      List<String> names,
      List<Standing> shown,
      Role... roles) {
    List<@Nullable Double> medians = new ArrayList<>();
    List<@Nullable Double> spreads = new ArrayList<>();
    boolean any = false;
    for (Standing standing : shown) {
      boolean mine = List.of(roles).contains(standing.role());
      any |= mine;
      medians.add(mine ? standing.figure() : null);
      spreads.add(mine ? spread(standing) : null);
    }
    if (any) {
      // On a logarithmic axis XChart draws the spread as if the axis were linear.
      CategorySeries series =
          chart.getStyler().isYAxisLogarithmic()
              ? chart.addSeries(name, names, medians)
              : chart.addSeries(name, names, medians, spreads);
      series.setFillColor(color);
    }
  }

  private static double spread(Standing standing) {
    double median = standing.figure();
    return Math.max(
        Collections.max(standing.figures()) - median, median - Collections.min(standing.figures()));
  }
}
