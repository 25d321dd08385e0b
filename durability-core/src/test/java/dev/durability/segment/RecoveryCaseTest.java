package dev.durability.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.log.Verdict;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecoveryCaseTest {
  private static final List<Boolean> EITHER = List.of(false, true);

  /** The table of the format's document, in its own order. */
  private static Verdict table(RecoveryCase.Facts f) {
    long p = f.intact();
    if (p < f.promised() || p < f.covered() || !f.endsInLast() || !f.reachesBack() || f.mixed()) {
      return Verdict.CORRUPT;
    }
    if (f.validFramesFollow()) {
      return Verdict.AMBIGUOUS;
    }
    return f.somethingFollows() ? Verdict.TORN : Verdict.CLEAN;
  }

  @Test
  void exactlyOneCaseHoldsForAllFactsAndItsVerdictIsTheTables() {
    EnumSet<RecoveryCase> seen = EnumSet.noneOf(RecoveryCase.class);
    for (boolean reachesBack : EITHER) {
      for (boolean endsInLast : EITHER) {
        for (long intact = 0; intact < 3; intact++) {
          for (long covered = 0; covered < 4; covered++) {
            for (long promised = 0; promised < 4; promised++) {
              for (int rest = 0; rest < 6; rest++) {
                int follows = rest % 3;
                var facts =
                    new RecoveryCase.Facts(
                        reachesBack,
                        endsInLast,
                        intact,
                        covered,
                        promised,
                        rest >= 3,
                        follows > 0,
                        follows > 1);
                List<RecoveryCase> holding =
                    Arrays.stream(RecoveryCase.values()).filter(c -> c.holds(facts)).toList();
                assertThat(holding).as(facts.toString()).hasSize(1);
                assertThat(RecoveryCase.of(facts)).isSameAs(holding.get(0));
                assertThat(holding.get(0).verdict()).as(facts.toString()).isEqualTo(table(facts));
                seen.add(holding.get(0));
              }
            }
          }
        }
      }
    }
    assertThat(seen).containsExactly(RecoveryCase.values());
  }
}
