package dev.durability.benchmarks.compare;

import dev.durability.benchmarks.Figures;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The outcome of a scenario.
 *
 * @param scenario its name
 * @param pairs the rates of each round
 * @param ratios their ratios
 * @param verdict what they say
 */
record Outcome(String scenario, List<Rounds.Pair> pairs, PairedRatios ratios, Verdict verdict) {

  static Outcome of(String scenario, List<Rounds.Pair> pairs, boolean isQuick) {
    PairedRatios ratios = PairedRatios.of(pairs.stream().map(Rounds.Pair::ratio).toList());
    return new Outcome(scenario, pairs, ratios, isQuick ? Verdict.NONE : ratios.verdict());
  }

  /** {@return the outcome for people} */
  String text() {
    return String.format(
        Locale.ROOT,
        "%s: %s%n"
            + "  after/before    %.3f, 95 %% interval %.3f to %.3f, %d pairs%n"
            + "  rates           before %s/s, after %s/s (medians)%n"
            + "  ratios          %s%n",
        scenario,
        verdict,
        ratios.mean(),
        ratios.low(),
        ratios.high(),
        pairs.size(),
        Figures.of(Figures.median(pairs.stream().map(Rounds.Pair::before).toList())),
        Figures.of(Figures.median(pairs.stream().map(Rounds.Pair::after).toList())),
        ratios.ratios().stream()
            .map(ratio -> String.format(Locale.ROOT, "%.3f", ratio))
            .collect(Collectors.joining(" ")));
  }

  /** {@return the outcome as a JSON object} */
  String json() {
    return String.format(
        Locale.ROOT,
        "{\"scenario\":\"%s\",\"verdict\":\"%s\",\"mean\":%.5f,\"low\":%.5f,\"high\":%.5f,"
            + "\"before\":%s,\"after\":%s,\"ratios\":%s}",
        scenario,
        verdict,
        ratios.mean(),
        ratios.low(),
        ratios.high(),
        array("%.1f", pairs.stream().map(Rounds.Pair::before).toList()),
        array("%.1f", pairs.stream().map(Rounds.Pair::after).toList()),
        array("%.5f", ratios.ratios()));
  }

  private static String array(String format, List<Double> numbers) {
    return numbers.stream()
        .map(number -> String.format(Locale.ROOT, format, number))
        .collect(Collectors.joining(",", "[", "]"));
  }
}
