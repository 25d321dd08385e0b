package dev.durability.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TargetTest {

  @Test
  void aLeastRatioIsMetAtTheBound() {
    Target target = Target.atLeast("", 0.95, 0);
    assertThat(target.missing(0.95, null)).isEmpty();
    assertThat(target.missing(0.94, null)).isPresent();
  }

  @Test
  void aLargestFigureIsMetAtTheBound() {
    Target target = Target.atMost("", 3);
    assertThat(target.missing(3, null)).isEmpty();
    assertThat(target.missing(3.01, null)).isPresent();
  }

  @Test
  void thePeersCountWhereTheTargetNamesThem() {
    assertThat(Target.atLeast("", 18, 1.5).missing(20, 14.0))
        .hasValueSatisfying(why -> assertThat(why).contains("best peer"));
    assertThat(Target.atLeast("", 18, 1.5).missing(21, 14.0)).isEmpty();
    assertThat(Target.atLeast("", 18, 0).missing(20, 19.0)).isEmpty();
  }

  @Test
  void aPeerThatPromisesLessIsNeverTheBest() {
    Report report =
        report(
            standing("ours", Role.OURS, 1.0),
            standing("synced", Role.PEER, 0.5),
            standing("unsynced", Role.LESSER_PEER, 900.0));
    assertThat(report.bestPeer()).map(Standing::name).hasValue("synced");
    assertThat(report.missing()).isEmpty();
  }

  @Test
  void theBestPeerIsTheOneWithTheLeastTimeIfTimesAreMeasured() {
    List<Standing> standings =
        List.of(
            standing("ours", Role.OURS, 6.0),
            standing("slow", Role.PEER, 9.0),
            standing("fast", Role.PEER, 2.0));
    Report times = new Report("", "", "", "", Target.atMost("", 10), standings, List.of());
    assertThat(times.bestPeer()).map(Standing::name).hasValue("fast");
    Report rates = report(standings.toArray(Standing[]::new));
    assertThat(rates.bestPeer()).map(Standing::name).hasValue("slow");
  }

  @Test
  void theReferenceIsThatOfTheSameRound() {
    List<Standing> standings =
        List.of(
            standing("log", Role.REFERENCE, 10.0, 40.0, 20.0),
            standing("ours", Role.OURS, 9.0, 28.0, 14.0),
            standing("peer", Role.PEER, 4.0, 4.0, 4.0));
    Target met = Target.atLeastOfReference("", 0.7, 3);
    Target missed = Target.atLeastOfReference("", 0.71, 3);
    Target behindPeer = Target.atLeastOfReference("", 0.7, 4);
    Report report = new Report("", "", "", "", met, standings, List.of());
    assertThat(report.ofReference()).containsExactly(0.9, 0.7, 0.7);
    assertThat(report.missing()).isEmpty();
    assertThat(new Report("", "", "", "", missed, standings, List.of()).missing())
        .hasValue("is 0.70, not 0.71");
    assertThat(new Report("", "", "", "", behindPeer, standings, List.of()).missing())
        .hasValueSatisfying(why -> assertThat(why).contains("3.50 times the best peer"));
  }

  @Test
  void withoutItsReferenceATargetIsMissed() {
    Report report =
        new Report(
            "",
            "",
            "",
            "",
            Target.atLeastOfReference("", 0.8, 0),
            List.of(standing("ours", Role.OURS, 9.0)),
            List.of());
    assertThat(report.missing()).hasValueSatisfying(why -> assertThat(why).contains("reference"));
  }

  @Test
  void aPeerThatDidNotRunIsLeftOut() {
    Report report =
        report(
            standing("ours", Role.OURS, 1.0),
            new Standing("absent", Role.PEER, "", List.of(), List.of(), null, "needs more"));
    assertThat(report.bestPeer()).isEmpty();
    assertThat(report.missing()).isEmpty();
  }

  private static Report report(Standing... standings) {
    return new Report("", "", "", "", Target.atLeast("", 0.95, 1), List.of(standings), List.of());
  }

  private static Standing standing(String name, Role role, Double... figures) {
    return new Standing(name, role, "", List.of(figures), List.of(), null, null);
  }
}
