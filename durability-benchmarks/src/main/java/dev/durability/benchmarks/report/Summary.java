package dev.durability.benchmarks.report;

import dev.durability.benchmarks.Figures;
import dev.durability.benchmarks.Report;
import dev.durability.benchmarks.Standing;
import dev.durability.benchmarks.Target;
import dev.durability.benchmarks.scenario.Scenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The index of all scenarios. Each is measured by its own process, so the rows are kept in
 * summary.tsv between processes: scenario, part, target, ours, whether it is met, best peer, the
 * Java.
 */
public final class Summary {
  private static final String ROWS = "summary.tsv";
  private static final int COLUMNS = 7;

  private Summary() {}

  static String spread(Standing standing) {
    return spread(standing.figures());
  }

  private static String spread(List<Double> figures) {
    return Figures.of(Collections.min(figures)) + " to " + Figures.of(Collections.max(figures));
  }

  /** What ours is in units of the reference, in the middle, and from least to most. */
  static Optional<String> ofReference(Report report) {
    List<Double> ratios = report.ofReference();
    return ratios.isEmpty()
        ? Optional.empty()
        : Optional.of(Figures.of(Figures.median(ratios)) + " (" + spread(ratios) + ")");
  }

  /**
   * Replaces the last outcome of a scenario, and writes the index.
   *
   * @param scenario what was measured
   * @param reports its outcome
   * @param order all scenarios, in the order of the index
   * @param results where the index is
   * @throws IOException if that fails
   */
  public static void update(
      Scenario scenario, List<Report> reports, List<Scenario> order, Path results)
      throws IOException {
    Map<String, List<String>> rows = read(results);
    List<String> mine = new ArrayList<>();
    for (Report report : reports) {
      mine.add(
          String.join(
              "\t",
              scenario.name(),
              report.part(),
              report.target().text(),
              ours(report),
              report
                  .missing()
                  .map(why -> "**no**: " + why)
                  .orElse(report.target().equals(Target.NONE) ? "" : "yes"),
              bestPeer(report),
              String.valueOf(Runtime.version().feature())));
    }
    rows.put(scenario.name(), mine);
    List<String> all = new ArrayList<>();
    order.forEach(s -> all.addAll(rows.getOrDefault(s.name(), List.of())));
    Files.write(results.resolve(ROWS), all);
    Files.writeString(results.resolve("README.md"), index(all));
  }

  private static Map<String, List<String>> read(Path results) throws IOException {
    Map<String, List<String>> rows = new TreeMap<>();
    Path file = results.resolve(ROWS);
    if (Files.exists(file)) {
      for (String row : Files.readAllLines(file)) {
        rows.computeIfAbsent(row.substring(0, row.indexOf('\t')), k -> new ArrayList<>()).add(row);
      }
    }
    return rows;
  }

  private static String ours(Report report) {
    Standing ours = report.ours();
    return Figures.of(ours.figure())
        + (ours.figures().size() > 1 ? " (" + spread(ours) + ")" : "")
        + ofReference(report).map(ratio -> "; " + ratio + " × the log alone").orElse("");
  }

  private static String bestPeer(Report report) {
    Optional<Standing> best = report.bestPeer();
    return best.map(peer -> peer.name() + " " + Figures.of(peer.figure()) + ", " + peer.guarantee())
        .orElse("");
  }

  private static String index(List<String> rows) {
    StringBuilder text = new StringBuilder("# Results\n\n");
    text.append(
        """
        Written by `./durability-benchmarks/run`. Ratios are the result: each is the median over
        rounds (least to most), in units of a raw probe that took turns with everyone else on the
        same disk. What is measured and how: [benchmarks.md](../../docs/benchmarks.md). The page of
        a scenario has all contestants, absolute figures, latencies and the machine.

        | scenario | target | ours | met | best peer, its ratio and guarantee | Java |
        |---|---|--:|---|---|--:|
        """);
    for (String row : rows) {
      String[] cells = row.split("\t", COLUMNS);
      String name = cells[1].isEmpty() ? cells[0] : cells[0] + ", " + cells[1];
      text.append("| [" + name + "](" + cells[0] + ".md) |");
      for (int i = 2; i < cells.length; i++) {
        text.append(' ').append(cells[i]).append(" |");
      }
      text.append('\n');
    }
    return text.toString();
  }
}
