package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.log.SegmentRange;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an observer throws reaches the handler of the thread, and the log goes on. */
class NoticesTest {
  private static final SegmentRange SEGMENT = new SegmentRange(1, 1, 2, "a");

  private final List<Throwable> reported = new CopyOnWriteArrayList<>();

  @BeforeEach
  void takeReports() {
    Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> reported.add(e));
  }

  @AfterEach
  void giveBack() {
    Thread.currentThread().setUncaughtExceptionHandler(null);
  }

  @Test
  void observerThatCannotAnswerHasNotAgreedAndItsFailureIsReported() {
    IllegalStateException failure = new IllegalStateException("no answer");
    Notices notices =
        new Notices(
            new WalObserver() {
              @Override
              public boolean mayRemove(SegmentRange segment) {
                throw failure;
              }
            });
    assertThat(notices.mayRemove(SEGMENT)).isFalse();
    assertThat(reported).containsExactly(failure);
  }

  @Test
  void nobodyWhoObservesAgreesToEachRemoval() {
    assertThat(new Notices(WalObserver.NONE).mayRemove(SEGMENT)).isTrue();
    assertThat(reported).isEmpty();
  }
}
