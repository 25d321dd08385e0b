package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TorturePlanTest {

  @Test
  void everyPhaseIsDrawnAndRecoveriesInARow() {
    TorturePlan plan = new TorturePlan(new Random(1));
    Map<TorturePhase, Integer> drawn = new EnumMap<>(TorturePhase.class);
    int inARow = 0;
    int inARowMost = 0;
    for (int i = 0; i < 1000; i++) {
      TorturePlan.Kill kill = plan.next();
      assertThat(kill.delayNanos()).isNotNegative();
      drawn.merge(kill.phase(), 1, Integer::sum);
      inARow = kill.phase() == TorturePhase.RECOVERY ? inARow + 1 : 0;
      inARowMost = Math.max(inARowMost, inARow);
    }
    assertThat(drawn).hasSize(5);
    assertThat(drawn.values()).allMatch(count -> count > 50);
    assertThat(inARowMost).isEqualTo(4);
  }

  @Test
  void theSameSeedDrawsTheSameAndLearnsTheSame() {
    TorturePlan one = new TorturePlan(new Random(7));
    TorturePlan other = new TorturePlan(new Random(7));
    for (int i = 0; i < 100; i++) {
      assertThat(one.next()).isEqualTo(other.next());
      one.took(TorturePhase.ROTATION, i);
      other.took(TorturePhase.ROTATION, i);
    }
  }
}
