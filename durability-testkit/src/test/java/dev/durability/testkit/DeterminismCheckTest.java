package dev.durability.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Machines that are not deterministic are found, and those that are pass. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeterminismCheckTest extends DeterminismFixture {
  /** Entries of which only the third is not plain. */
  private static final List<String> THIRD = List.of("plain 1", "plain 2", "third", "plain 4");

  private static void assertFoundAtTheThird(
      Class<? extends MachineFactory<List<String>, String>> factory) {
    DeterminismFailure failure = failureOf(DeterminismCheck.of(factory).afterEachEntry(), THIRD);
    assertThat(failure.firstEntryId()).as(failure.getMessage()).isEqualTo(3);
    assertThat(failure)
        .hasMessageStartingWith("not deterministic: entry 3 (third) leaves a state of ")
        .hasMessageContaining(" here, but one of ");
  }

  @Test
  void whatIsDeterministicPasses() throws IOException {
    DeterminismCheck.of(Right.class).afterEachEntry().throughCheckpoints().check(THIRD);
  }

  /** The smallest set that has an order. */
  static final class SetOfTwo extends Texts {
    @Override
    String added(List<String> state, String entry) {
      return String.join(" ", Set.of("one", "two"));
    }
  }

  static final class MapOfMany extends Texts {
    @Override
    String added(List<String> state, String entry) {
      return Map.of("a", 1, "b", 2, "c", 3, "d", 4, "e", 5, "f", 6, "g", 7, "h", 8).toString();
    }
  }

  @Test
  void theOrderOfSetsAndMapsIsFound() {
    assertFoundAtTheThird(SetOfTwo.class);
    assertFoundAtTheThird(MapOfMany.class);
  }

  static final class Clock extends Texts {
    @Override
    String added(List<String> state, String entry) {
      return "at " + System.nanoTime();
    }
  }

  static final class WallClock extends Texts {
    @Override
    String added(List<String> state, String entry) {
      return "at " + System.currentTimeMillis();
    }
  }

  @Test
  void clocksAreFound() {
    assertFoundAtTheThird(Clock.class);
    assertFoundAtTheThird(WallClock.class);
  }

  static final class Identity extends Texts {
    @Override
    String added(List<String> state, String entry) {
      return "object " + System.identityHashCode(new Object());
    }
  }

  private enum Letter {
    A,
    B,
    C,
    D,
    E,
    F,
    G,
    H
  }

  /** A hash set of what has no hash code of its own. */
  static final class IdentityOrder extends Texts {
    @Override
    String added(List<String> state, String entry) {
      return new HashSet<>(List.of(Letter.values())).toString();
    }
  }

  @Test
  void identityHashCodesAndTheOrderThatTheyGiveAreFound() {
    assertFoundAtTheThird(Identity.class);
    assertFoundAtTheThird(IdentityOrder.class);
  }

  static final class DefaultLocale extends Texts {
    @Override
    String added(List<String> state, String entry) {
      return Locale.getDefault() + " " + ZoneId.systemDefault();
    }
  }

  @Test
  void theLocaleAndTheTimeZoneOfTheMachineAreFound() {
    assertFoundAtTheThird(DefaultLocale.class);
  }

  /** Forgets the clock of an entry with the next one. */
  static final class Healing extends Texts {
    @Override
    public List<String> apply(List<String> state, String entry) {
      List<String> next = new ArrayList<>();
      next.add(entry.equals("third") ? "at " + System.nanoTime() : entry);
      return next;
    }

    @Override
    String added(List<String> state, String entry) {
      return "";
    }
  }

  @Test
  void theFirstEntryIsFoundAlsoIfOnlyTheLastStateIsCompared() {
    DeterminismFailure failure = failureOf(DeterminismCheck.of(Clock.class), THIRD);
    assertThat(failure.firstEntryId()).isEqualTo(3);
  }

  @Test
  void whatALaterEntryMakesGoodIsFoundIfEachStateIsCompared() throws IOException {
    DeterminismCheck.of(Healing.class).check(THIRD);
    DeterminismFailure failure =
        failureOf(DeterminismCheck.of(Healing.class).afterEachEntry(), THIRD);
    assertThat(failure.firstEntryId()).isEqualTo(3);
  }

  /** Counts in a field of its own, which is not in what is written. */
  static final class Forgetful extends Texts {
    private int count;

    @Override
    public List<String> apply(List<String> state, String entry) {
      count++;
      return super.apply(state, entry);
    }

    @Override
    String added(List<String> state, String entry) {
      return "the " + count + "th";
    }
  }

  @Test
  void whatIsNotWrittenIsFoundThroughCheckpoints() throws IOException {
    DeterminismFailure failure =
        failureOf(DeterminismCheck.of(Forgetful.class).throughCheckpoints(), THIRD);
    assertThat(failure.firstEntryId()).isEqualTo(3);
    assertThat(failure).hasMessageContaining("read it again after [1, 2, 3]");
  }

  /** Depends on the order of texts, and writes them sorted. */
  static final class OrderNotWritten extends Texts {
    @Override
    public void write(List<String> state, OutputStream out) throws IOException {
      super.write(List.copyOf(new TreeSet<>(state)), out);
    }

    @Override
    String added(List<String> state, String entry) {
      return "after " + state.get(0);
    }
  }

  @Test
  void anOrderThatIsNotWrittenIsFoundThroughCheckpoints() throws IOException {
    List<String> entries = List.of("plain 2", "plain 1", "third");
    DeterminismFailure failure =
        failureOf(DeterminismCheck.of(OrderNotWritten.class).throughCheckpoints(), entries);
    assertThat(failure.firstEntryId()).isEqualTo(3);
  }
}
