package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a thread looks before it parks, and when a leader waits for those who were served. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class WaitingTest {
  private final Patience patience = new Patience(() -> {});
  private final Gathering gathering = new Gathering();
  private final AtomicInteger looks = new AtomicInteger();

  @Test
  void nobodyLooksBeforeItIsKnownHowLongARoundTakes() {
    patience.waitWhile(this::looked);
    assertThat(looks).hasValue(0);
  }

  @Test
  void whereRoundsAreShortAThreadLooksUntilItsWaitEnds() {
    rounds(20, TimeUnit.MICROSECONDS.toNanos(400));
    do { // The system may stop the thread for longer than it would have looked.
      looks.set(0);
      patience.waitWhile(() -> looked() && looks.get() < 3);
    } while (looks.get() < 3);
    assertThat(looks).hasValue(3);
  }

  @Test
  void aThreadDoesNotLookForEver() {
    rounds(20, TimeUnit.MICROSECONDS.toNanos(100));
    patience.waitWhile(this::looked);
    assertThat(looks).hasPositiveValue();
  }

  @Test
  void whereRoundsBecomeLongNobodyLooks() {
    rounds(20, TimeUnit.MICROSECONDS.toNanos(100));
    rounds(20, TimeUnit.MILLISECONDS.toNanos(5));
    patience.waitWhile(this::looked);
    assertThat(looks).hasValue(0);
  }

  @Test
  void oneThreadIsNeverWaitedFor() {
    assertThat(gathering.isWorthwhile(1)).isFalse();
    gathering.await(looks::incrementAndGet);
    assertThat(looks).hasValue(0);
  }

  @Test
  void twoThreadsAreWaitedForUntilBothAreThereAndNoLonger() {
    assertThat(gathering.isWorthwhile(2)).isTrue();
    gathering.await(looks::incrementAndGet);
    assertThat(looks).as("one at the first look, two at the second").hasValue(2);
    assertThat(gathering.isWorthwhile(2)).isTrue();
    looks.set(1);
    gathering.await(looks::incrementAndGet);
    assertThat(looks).as("both were there").hasValue(2);
  }

  @Test
  void whoDoesNotComeBackIsWaitedForEverMoreSeldom() {
    for (int skipped : new int[] {0, 1, 3, 7, 15, 31, 63, 127, 255, 255}) {
      for (int i = 0; i < skipped; i++) {
        assertThat(gathering.isWorthwhile(4)).as("round %d of %d", i, skipped).isFalse();
      }
      assertThat(gathering.isWorthwhile(4)).as("after %d", skipped).isTrue();
      gathering.await(() -> 0);
    }
  }

  @Test
  void whoComesBackIsWaitedForAgain() {
    assertThat(gathering.isWorthwhile(4)).isTrue();
    gathering.await(() -> 0);
    assertThat(gathering.isWorthwhile(4)).isFalse();
    for (int i = 0; i < 3; i++) {
      assertThat(gathering.isWorthwhile(4)).isTrue();
      gathering.await(() -> 4);
    }
  }

  private boolean looked() {
    looks.incrementAndGet();
    return true;
  }

  private void rounds(int count, long nanos) {
    for (int i = 0; i < count; i++) {
      patience.roundTook(nanos);
    }
  }

  /**
   * The system may stop a thread for longer than it would have waited; it does not do so always.
   */
  private static final int TRIES = 1_000;

  @Test
  void aThreadDoesSomethingUsefulBetweenItsLooks() {
    AtomicInteger useful = new AtomicInteger();
    Patience working = new Patience(useful::incrementAndGet);
    for (int i = 0; i < 20; i++) {
      working.roundTook(TimeUnit.MICROSECONDS.toNanos(400));
    }
    for (int i = 0; i < TRIES && useful.get() == 0; i++) {
      looks.set(0);
      working.waitWhile(() -> looks.incrementAndGet() < 2);
    }
    assertThat(useful).hasPositiveValue();
  }

  @Test
  void roundOfHalfAMillisecondIsShort() {
    patience.roundTook(8 * TimeUnit.MICROSECONDS.toNanos(500)); // An eighth of it counts.
    for (int i = 0; i < TRIES && looks.get() == 0; i++) {
      patience.waitWhile(() -> looks.incrementAndGet() < 1);
    }
    assertThat(looks).hasPositiveValue();
  }

  @Test
  void whoComesAMomentLaterIsWaitedFor() {
    boolean came = false;
    for (int i = 0; i < TRIES && !came; i++) {
      while (!gathering.isWorthwhile(2)) {
        // It is not, for some rounds after one in which nobody came.
      }
      looks.set(0);
      gathering.await(() -> looks.incrementAndGet() < 4 ? 0 : 2);
      came = looks.get() >= 4;
    }
    assertThat(came).isTrue();
  }
}
