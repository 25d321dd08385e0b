package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DemoTallyTest {
  private final DemoTally tally = new DemoTally(2);
  private final Map<String, String> store = new HashMap<>();

  /** Writer 0 has three acknowledged writes in round 1, writer 1 has one; all are in the store. */
  @BeforeEach
  void runARound() {
    tally.beginRound();
    for (int n = 1; n <= 3; n++) {
      tally.acknowledged(0, n);
      put(1, 0, n);
    }
    tally.acknowledged(1, 1);
    put(1, 1, 1);
  }

  private void put(int round, int writer, long n) {
    DemoWrite write = DemoWrite.of(round, writer, n);
    store.put(write.key(), write.value());
  }

  @Test
  void everythingAcknowledgedIsFound() {
    assertThat(tally.check(store)).isEqualTo(new DemoTally.Result(4, 4, 0, 0, 0));
  }

  @Test
  void oneUnacknowledgedWriteOfEachWriterMaySurvive() {
    put(1, 0, 4);
    put(1, 1, 2);
    assertThat(tally.check(store)).isEqualTo(new DemoTally.Result(4, 4, 0, 2, 0));
    put(1, 1, 4);
    assertThat(tally.check(store).foreign()).isOne();
  }

  @Test
  void aMissingWriteIsLost() {
    store.remove(DemoWrite.of(1, 0, 2).key());
    assertThat(tally.check(store)).isEqualTo(new DemoTally.Result(4, 3, 1, 0, 0));
  }

  @Test
  void whatSurvivedOnceMustStay() {
    put(1, 1, 2);
    tally.check(store);
    tally.beginRound();
    assertThat(tally.check(store)).isEqualTo(new DemoTally.Result(0, 0, 0, 0, 0));
    store.remove(DemoWrite.of(1, 1, 2).key());
    tally.beginRound();
    assertThat(tally.check(store).lost()).isOne();
  }

  @Test
  void whatDidNotSurviveMustNotComeBack() {
    tally.check(store);
    tally.beginRound();
    put(1, 1, 2);
    assertThat(tally.check(store).foreign()).isOne();
  }

  @Test
  void otherKeysAndOtherValuesAreForeign() {
    store.put(DemoWrite.of(1, 0, 1).key(), "other");
    store.put("x", "y");
    store.put(DemoWrite.of(2, 0, 1).key(), DemoWrite.of(2, 0, 1).value());
    store.put("0/0/1", "");
    DemoTally.Result result = tally.check(store);
    assertThat(result.foreign()).isEqualTo(4);
    assertThat(result.lost()).isOne();
  }

  @Test
  void aReportOutOfOrderIsRefused() {
    assertThatThrownBy(() -> tally.acknowledged(0, 5)).hasMessageContaining("write 5");
  }
}
