package dev.durability.benchmarks.report;

import dev.durability.benchmarks.Figures;
import dev.durability.benchmarks.Report;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Settings;
import dev.durability.benchmarks.Standing;
import dev.durability.benchmarks.Target;
import dev.durability.benchmarks.scenario.Scenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.HdrHistogram.Histogram;

/** The page of a scenario in Markdown, with its charts. */
public final class Page {
  private static final double[] PERCENTILES = {50, 90, 99, 99.9};

  private final StringBuilder text = new StringBuilder();

  private Page() {}

  /**
   * Writes the page and the charts.
   *
   * @param scenario what was measured
   * @param reports its outcome
   * @param settings how it was measured
   * @param results the directory for the page
   * @throws IOException if that fails
   */
  public static void write(Scenario scenario, List<Report> reports, Settings settings, Path results)
      throws IOException {
    Page page = new Page();
    page.line("# " + scenario.name() + ": " + scenario.title());
    if (settings.smoke()) {
      page.line("**A trial run, shortened: these figures mean nothing.**");
    }
    boolean isOneChart = reports.stream().allMatch(r -> r.standings().size() == 1);
    if (isOneChart) {
      Report all = together(reports);
      BarChart.write(scenario.title(), all, results.resolve(scenario.name() + ".png"));
      page.line("![" + all.figure() + "](" + scenario.name() + ".png)");
    }
    for (Report report : reports) {
      String name = scenario.name() + (report.part().isEmpty() ? "" : "-" + slug(report.part()));
      page.heading(report);
      if (!isOneChart) {
        String title = scenario.title() + (report.part().isEmpty() ? "" : ", " + report.part());
        BarChart.write(title, report, results.resolve(name + ".png"));
        page.line("![" + report.figure() + "](" + name + ".png)");
      }
      page.tables(report);
    }
    page.line("## How");
    page.line(
        "Median of "
            + settings.rounds()
            + " rounds (least to most), about "
            + Figures.of(settings.seconds())
            + " s a contestant and round after as long to warm up, all of them in turn in one"
            + " process; see [benchmarks.md](../../docs/benchmarks.md).\n"
            + "`./durability-benchmarks/run "
            + scenario.name()
            + "` writes this page.");
    StringBuilder machine = new StringBuilder();
    for (String line : Machine.describe(settings.data())) {
      machine.append("- ").append(line).append('\n');
    }
    page.line("## Machine");
    page.line(machine.toString().stripTrailing());
    Files.writeString(
        results.resolve(scenario.name() + ".md"), page.text.toString().stripTrailing() + "\n");
  }

  /** Parts that have only one row each, as the rows of one report. */
  private static Report together(List<Report> reports) {
    Report first = reports.get(0);
    List<Standing> rows = reports.stream().map(r -> r.standings().get(0).named(r.part())).toList();
    return new Report(
        "", first.what(), first.figure(), first.unit(), first.target(), rows, List.of());
  }

  private static String slug(String part) {
    return part.replaceAll("[^A-Za-z0-9]+", "-");
  }

  private void line(String paragraph) {
    text.append(paragraph).append("\n\n");
  }

  private void heading(Report report) {
    if (!report.part().isEmpty()) {
      line("## " + report.part());
    }
    String target =
        report.target().equals(Target.NONE) && report.missing().isEmpty()
            ? report.target().text() + "."
            : report.target().text()
                + ". **"
                + report.missing().map(why -> "Missed: " + why).orElse("Met")
                + ".**";
    line("An operation is " + report.what() + ". Target: " + target);
  }

  private void tables(Report report) {
    table(report);
    Summary.ofReference(report)
        .ifPresent(ratio -> line("Ours is " + ratio + " of the log alone, round by round."));
    latencies(report);
    if (!report.notes().isEmpty()) {
      StringBuilder notes = new StringBuilder();
      report.notes().forEach(note -> notes.append("- ").append(note).append('\n'));
      line(notes.toString().stripTrailing());
    }
  }

  private void table(Report report) {
    boolean rates = !report.unit().isEmpty();
    StringBuilder table = new StringBuilder("| | " + report.figure() + " | least to most |");
    table.append(rates ? " " + report.unit() + "/s |" : "").append(" guarantee |\n");
    table.append("|---|--:|--:|").append(rates ? "--:|" : "").append("---|\n");
    for (Standing standing : report.standings()) {
      table.append("| ").append(emphasised(standing)).append(" | ");
      if (standing.ran()) {
        table.append(
            standing.isCompared()
                ? Figures.of(standing.figure()) + " | " + Summary.spread(standing) + " | "
                : "not compared | | ");
        if (rates) {
          table.append(Figures.of(Figures.median(standing.rates()))).append(" | ");
        }
        table.append(standing.guarantee());
      } else {
        table
            .append("not run | |")
            .append(rates ? " |" : "")
            .append(' ')
            .append(standing.skipped());
      }
      table.append(" |\n");
    }
    line(table.toString().stripTrailing());
  }

  private static String emphasised(Standing standing) {
    return standing.role() == Role.OURS ? "**" + standing.name() + "**" : standing.name();
  }

  private void latencies(Report report) {
    List<Standing> known =
        report.standings().stream().filter(s -> s.latencies() != null && s.ran()).toList();
    if (known.isEmpty()) {
      return;
    }
    StringBuilder table = new StringBuilder("| latency | p50 | p90 | p99 | p99.9 | max |\n");
    table.append("|---|--:|--:|--:|--:|--:|\n");
    for (Standing standing : known) {
      Histogram latencies = Objects.requireNonNull(standing.latencies());
      table.append("| ").append(emphasised(standing)).append(" |");
      for (double percentile : PERCENTILES) {
        table
            .append(' ')
            .append(Figures.duration((double) latencies.getValueAtPercentile(percentile)))
            .append(" |");
      }
      table.append(' ').append(Figures.duration((double) latencies.getMaxValue())).append(" |\n");
    }
    line(table.toString().stripTrailing());
  }
}
