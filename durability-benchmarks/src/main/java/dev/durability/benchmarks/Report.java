package dev.durability.benchmarks;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of one part of a scenario.
 *
 * @param part the part's name, empty if the scenario has only one
 * @param what what an operation is
 * @param figure what the figures are
 * @param unit the unit of the rates, empty if there are none
 * @param target what had to be reached
 * @param standings the rows of the table
 * @param notes what a reader should know
 */
public record Report(
    String part,
    String what,
    String figure,
    String unit,
    Target target,
    List<Standing> standings,
    List<String> notes) {

  /** {@return our own row} */
  public Standing ours() {
    return standings.stream().filter(s -> s.role() == Role.OURS).findFirst().orElseThrow();
  }

  /** {@return the row of the best peer that promises the same, if any ran} */
  public Optional<Standing> bestPeer() {
    Stream<Standing> peers = standings.stream().filter(s -> s.role() == Role.PEER && s.ran());
    Comparator<Standing> byFigure = Comparator.comparingDouble(Standing::figure);
    return target.isLeast() ? peers.max(byFigure) : peers.min(byFigure);
  }

  /**
   * {@return our figure divided by the reference's in the same round, for each round; empty if
   * there is no reference}
   */
  public List<Double> ofReference() {
    List<Double> reference =
        standings.stream()
            .filter(s -> s.role() == Role.REFERENCE && s.ran())
            .findFirst()
            .map(Standing::figures)
            .orElse(List.of());
    List<Double> own = ours().figures();
    return IntStream.range(0, Math.min(own.size(), reference.size()))
        .mapToObj(round -> own.get(round) / reference.get(round))
        .toList();
  }

  /** {@return why the target is missed, empty if it is met} */
  public Optional<String> missing() {
    if (!ours().ran()) {
      return Optional.of("not measured: " + ours().skipped());
    }
    @Nullable Double peer = bestPeer().map(Standing::figure).orElse(null);
    if (!target.isOfReference()) {
      return target.missing(ours().figure(), peer);
    }
    List<Double> ratios = ofReference();
    return ratios.isEmpty()
        ? Optional.of("not measured: the reference did not run")
        : target.missing(ours().figure(), peer, Figures.median(ratios));
  }
}
