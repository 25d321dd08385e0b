package dev.durability.testkit.errors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.testkit.errors.Points.By;
import dev.durability.testkit.errors.Points.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SweepOrderTest {

  @Test
  void eachMethodGetsItsTurnBeforeOneGetsAnother() {
    List<Site> sites = new ArrayList<>();
    add(sites, "order.A.long", 50);
    add(sites, "order.A.short", 1);
    add(sites, "order.B.middle", 3);
    for (long seed = 0; seed < 20; seed++) {
      List<Site> order = Sweep.inTurns(sites, new Random(seed));
      assertThat(order).containsExactlyInAnyOrderElementsOf(sites);
      assertThat(order.subList(0, 3).stream().map(Site::method))
          .as("seed=%d", seed)
          .containsExactlyInAnyOrder("order.A.long", "order.A.short", "order.B.middle");
      assertThat(order.subList(3, 5).stream().map(Site::method))
          .as("seed=%d", seed)
          .containsExactlyInAnyOrder("order.A.long", "order.B.middle");
    }
  }

  private static void add(List<Site> sites, String method, int points) {
    for (int i = 0; i < points; i++) {
      sites.add(new Site(Points.add(method + ":" + i, "a call"), By.CALLER));
    }
  }
}
