package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is due when, by times that are passed in. */
class DeadlinesTest {
  private static final long START = -1_000_000; // The clock of the system may start below 0.
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long MARK_DELAY = 10 * MILLI;

  private final Deadlines none =
      new Deadlines(Logs.small().flushPolicy(FlushPolicy.manual()).build());
  private final Deadlines both =
      new Deadlines(
          Logs.small()
              .flushPolicy(FlushPolicy.interval(Duration.ofMillis(5)))
              .syncInterval(Duration.ofMillis(20))
              .build());
  private final Deadlines syncing =
      new Deadlines(
          Logs.small()
              .flushPolicy(FlushPolicy.manual())
              .syncInterval(Duration.ofMillis(20))
              .build());
  private final Deadlines flushing =
      new Deadlines(Logs.small().flushPolicy(FlushPolicy.interval(Duration.ofMillis(5))).build());

  @Test
  void withoutIntervalsNothingIsEverDue() {
    assertThat(none.startsWithAppend()).isFalse();
    none.appended(START);
    assertThat(none.startsWithAppend()).isFalse();
    assertThat(none.commitIsDue(Long.MAX_VALUE - 1)).isFalse();
    assertThat(none.syncIsDue(Long.MAX_VALUE - 1)).isFalse();
    assertThat(none.next(START, false)).isEqualTo(Deadlines.NEVER);
    assertThat(none.next(START, true)).isEqualTo(Deadlines.NEVER);
  }

  @Test
  void firstAppendStartsTheClocksAndLaterOnesDoNotMoveThem() {
    assertThat(both.startsWithAppend()).isTrue();
    both.appended(START);
    assertThat(both.startsWithAppend()).isFalse();
    both.appended(START + MILLI);
    assertThat(both.next(START, false)).isEqualTo(START + 5 * MILLI);
    assertThat(both.commitIsDue(START + 5 * MILLI - 1)).isFalse();
    assertThat(both.commitIsDue(START + 5 * MILLI)).isTrue();
    assertThat(both.syncIsDue(START + 20 * MILLI - 1)).isFalse();
    assertThat(both.syncIsDue(START + 20 * MILLI)).isTrue();
  }

  @Test
  void eachIntervalWorksAlone() {
    assertThat(syncing.startsWithAppend()).isTrue();
    syncing.appended(START);
    assertThat(syncing.startsWithAppend()).isFalse();
    assertThat(syncing.next(START, false)).isEqualTo(START + 20 * MILLI);
    assertThat(syncing.commitIsDue(START + 20 * MILLI - 1)).isFalse();
    assertThat(syncing.commitIsDue(START + 20 * MILLI)).isTrue();
    assertThat(flushing.startsWithAppend()).isTrue();
    flushing.appended(START);
    assertThat(flushing.startsWithAppend()).isFalse();
    assertThat(flushing.next(START, false)).isEqualTo(START + 5 * MILLI);
    assertThat(flushing.syncIsDue(Long.MAX_VALUE - 1)).isFalse();
  }

  @Test
  void whatIsWrittenNeedsNoFlushAndWhatIsDurableNoSync() {
    both.appended(START);
    both.roundEnded(START + MILLI, true, false, true, false);
    assertThat(both.startsWithAppend()).as("the flush may start again").isTrue();
    assertThat(both.next(START, false)).isEqualTo(START + 20 * MILLI);
    both.roundEnded(START + 2 * MILLI, true, true, true, true);
    assertThat(both.next(START, false)).isEqualTo(Deadlines.NEVER);
    both.appended(START + 7 * MILLI);
    assertThat(both.next(START, false)).isEqualTo(START + 12 * MILLI);
    assertThat(both.syncIsDue(START + 27 * MILLI - 1)).isFalse();
    assertThat(both.syncIsDue(START + 27 * MILLI)).isTrue();
  }

  @Test
  void whatARoundTriedInVainIsTriedAgainAfterTheInterval() {
    both.appended(START);
    long now = START + 30 * MILLI;
    both.roundEnded(now, true, true, false, false);
    assertThat(both.commitIsDue(now + 5 * MILLI - 1)).isFalse();
    assertThat(both.commitIsDue(now + 5 * MILLI)).isTrue();
    assertThat(both.syncIsDue(now + 20 * MILLI - 1)).isFalse();
    assertThat(both.syncIsDue(now + 20 * MILLI)).isTrue();
  }

  @Test
  void whatARoundDidNotTryStaysDueWhenItWas() {
    both.appended(START);
    both.roundEnded(START + 4 * MILLI, false, false, false, false);
    assertThat(both.commitIsDue(START + 5 * MILLI)).isTrue();
    assertThat(both.syncIsDue(START + 20 * MILLI - 1)).isFalse();
    assertThat(both.syncIsDue(START + 20 * MILLI)).isTrue();
  }

  @Test
  void roundsStartNoClockThatDidNotRun() {
    both.roundEnded(START, true, true, false, false);
    assertThat(both.next(START, false)).isEqualTo(Deadlines.NEVER);
    none.roundEnded(START, true, true, false, false);
    assertThat(none.next(START, false)).isEqualTo(Deadlines.NEVER);
  }

  @Test
  void markIsDueAfterItsDelayAndEveryRoundPutsItOff() {
    assertThat(none.markIsDue(Long.MAX_VALUE - 1)).isFalse();
    assertThat(none.markLater(START, false)).isFalse();
    assertThat(none.markLater(START, true)).as("nobody waits for it yet").isTrue();
    assertThat(none.markIsDue(START + MARK_DELAY - 1)).isFalse();
    assertThat(none.markIsDue(START + MARK_DELAY)).isTrue();
    assertThat(none.next(START, false)).isEqualTo(START + MARK_DELAY);
    assertThat(none.markLater(START + MILLI, true)).as("waited for already").isFalse();
    assertThat(none.markIsDue(START + MARK_DELAY)).isFalse();
    assertThat(none.next(START, false)).isEqualTo(START + MILLI + MARK_DELAY);
    assertThat(none.markLater(START + MILLI, false)).isFalse();
    assertThat(none.next(START, false)).isEqualTo(Deadlines.NEVER);
    assertThat(none.markLater(START, true)).isTrue();
  }

  @Test
  void whileARoundIsUnderWayAMarkIsLookedForLater() {
    assertThat(none.markLater(START, true)).isTrue();
    long now = START + 8 * MILLI;
    assertThat(none.next(now, true)).isEqualTo(now + MARK_DELAY);
    assertThat(none.next(now, false)).isEqualTo(START + MARK_DELAY);
  }
}
