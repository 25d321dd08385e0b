package dev.durability.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {

  @Test
  void whoIsFirstChangesFromRoundToRoundAndRatesStayWithTheirBuild() throws Exception {
    List<Side> order = new ArrayList<>();
    List<Integer> told = new ArrayList<>();
    List<Rounds.Pair> pairs =
        Rounds.run(
            3,
            side -> {
              order.add(side);
              return side == Side.BEFORE ? 100 : 50;
            },
            (round, pair) -> told.add(round));
    assertThat(order)
        .containsExactly(Side.BEFORE, Side.AFTER, Side.AFTER, Side.BEFORE, Side.BEFORE, Side.AFTER);
    assertThat(told).containsExactly(1, 2, 3);
    assertThat(pairs)
        .hasSize(3)
        .allSatisfy(pair -> assertThat(pair).isEqualTo(new Rounds.Pair(100, 50)))
        .allSatisfy(pair -> assertThat(pair.ratio()).isEqualTo(0.5));
  }
}
