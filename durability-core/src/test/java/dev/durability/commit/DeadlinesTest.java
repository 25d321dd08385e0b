package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is due when, by times that are passed in. */
class DeadlinesTest {
  private static final long START = -1_000_000; // The clock of the system may start below 0.
  private static final long FAR = START + Long.MAX_VALUE / 2;
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long MARK_DELAY = 10 * MILLI;

  private final Deadlines none = new Deadlines(0, 0, START);
  private final Deadlines both = new Deadlines(20 * MILLI, 5 * MILLI, START);
  private final Deadlines syncing = new Deadlines(20 * MILLI, 0, START);
  private final Deadlines flushing = new Deadlines(0, 5 * MILLI, START);

  @Test
  void withoutIntervalsNothingIsEverDue() {
    assertThat(none.startsWithAppend()).isFalse();
    none.appended(START);
    assertThat(none.startsWithAppend()).isFalse();
    assertThat(none.commitIsDue(FAR)).isFalse();
    assertThat(none.syncIsDue(FAR)).isFalse();
    assertThat(none.nanosToNext(START, false)).isEqualTo(Deadlines.NEVER);
    assertThat(none.nanosToNext(START, true)).isEqualTo(Deadlines.NEVER);
  }

  @Test
  void firstAppendStartsTheClocksAndLaterOnesDoNotMoveThem() {
    assertThat(both.startsWithAppend()).isTrue();
    both.appended(START);
    assertThat(both.startsWithAppend()).isFalse();
    both.appended(START + MILLI);
    assertThat(both.nanosToNext(START, false)).isEqualTo(5 * MILLI);
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
    assertThat(syncing.nanosToNext(START, false)).isEqualTo(20 * MILLI);
    assertThat(syncing.commitIsDue(START + 20 * MILLI - 1)).isFalse();
    assertThat(syncing.commitIsDue(START + 20 * MILLI)).isTrue();
    assertThat(flushing.startsWithAppend()).isTrue();
    flushing.appended(START);
    assertThat(flushing.startsWithAppend()).isFalse();
    assertThat(flushing.nanosToNext(START, false)).isEqualTo(5 * MILLI);
    assertThat(flushing.syncIsDue(FAR)).isFalse();
  }

  @Test
  void whatIsWrittenNeedsNoFlushAndWhatIsDurableNoSync() {
    both.appended(START);
    both.roundEnded(START + MILLI, true, false, true, false);
    assertThat(both.startsWithAppend()).as("the flush may start again").isTrue();
    assertThat(both.nanosToNext(START, false)).isEqualTo(20 * MILLI);
    both.roundEnded(START + 2 * MILLI, true, true, true, true);
    assertThat(both.nanosToNext(START, false)).isEqualTo(Deadlines.NEVER);
    both.appended(START + 7 * MILLI);
    assertThat(both.nanosToNext(START, false)).isEqualTo(12 * MILLI);
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
    assertThat(both.nanosToNext(START, false)).isEqualTo(Deadlines.NEVER);
    none.roundEnded(START, true, true, false, false);
    assertThat(none.nanosToNext(START, false)).isEqualTo(Deadlines.NEVER);
  }

  @Test
  void markIsDueAfterItsDelayAndEveryRoundPutsItOff() {
    assertThat(none.markIsDue(FAR)).isFalse();
    assertThat(none.markLater(START, false)).isFalse();
    assertThat(none.markLater(START, true)).as("nobody waits for it yet").isTrue();
    assertThat(none.markIsDue(START + MARK_DELAY - 1)).isFalse();
    assertThat(none.markIsDue(START + MARK_DELAY)).isTrue();
    assertThat(none.nanosToNext(START, false)).isEqualTo(MARK_DELAY);
    assertThat(none.markLater(START + MILLI, true)).as("waited for already").isFalse();
    assertThat(none.markIsDue(START + MARK_DELAY)).isFalse();
    assertThat(none.nanosToNext(START, false)).isEqualTo(MILLI + MARK_DELAY);
    assertThat(none.markLater(START + MILLI, false)).isFalse();
    assertThat(none.nanosToNext(START, false)).isEqualTo(Deadlines.NEVER);
    assertThat(none.markLater(START, true)).isTrue();
  }

  @Test
  void whileARoundIsUnderWayAMarkIsLookedForLater() {
    assertThat(none.markLater(START, true)).isTrue();
    long now = START + 8 * MILLI;
    assertThat(none.nanosToNext(now, true)).isEqualTo(MARK_DELAY);
    assertThat(none.nanosToNext(now, false)).isEqualTo(START + MARK_DELAY - now);
  }

  @Test
  void hugeIntervalsAreNeverDueWhereverTheClockStands() {
    for (long start : new long[] {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE - 1, Long.MAX_VALUE}) {
      Deadlines far = new Deadlines(Long.MAX_VALUE, Long.MAX_VALUE, start);
      assertThat(far.startsWithAppend()).isTrue();
      far.appended(start + 1); // The clock may overflow meanwhile.
      assertThat(far.startsWithAppend()).isFalse();
      far.roundEnded(start + 2, true, true, false, false);
      for (long later : new long[] {2, 1_000_000_000, Long.MAX_VALUE / 8}) {
        assertThat(far.commitIsDue(start + later)).isFalse();
        assertThat(far.syncIsDue(start + later)).isFalse();
        assertThat(far.nanosToNext(start + later, false)).isBetween(1L, Deadlines.NEVER - 1);
      }
      assertThat(far.markLater(start, true)).isTrue();
      assertThat(far.nanosToNext(start, false)).isEqualTo(MARK_DELAY);
      assertThat(far.markIsDue(start + MARK_DELAY)).isTrue();
    }
  }
}
