package dev.durability.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What was thrown is thrown again as it is, or reaches the handler of the thread. */
class ThrownTest {

  @AfterEach
  void giveBack() {
    Thread.currentThread().setUncaughtExceptionHandler(null);
  }

  @Test
  void reportReachesTheHandlerOfTheThread() {
    List<Throwable> reported = new ArrayList<>();
    Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> reported.add(e));
    IllegalStateException failure = new IllegalStateException("nobody waits");
    Thrown.report(failure);
    assertThat(reported).containsExactly(failure);
  }

  @Test
  void handlerThatThrowsIsIgnored() {
    List<Throwable> reported = new ArrayList<>();
    Thread.currentThread()
        .setUncaughtExceptionHandler(
            (thread, e) -> {
              reported.add(e);
              throw new IllegalStateException(e);
            });
    IllegalStateException failure = new IllegalStateException("first");
    assertThatCode(() -> Thrown.report(failure)).doesNotThrowAnyException();
    assertThat(reported).containsExactly(failure);
  }

  @Test
  void rethrowsWhatWasThrownAsItIs() {
    for (Throwable each :
        List.of(new IOException("a"), new IllegalStateException("b"), new AssertionError("c"))) {
      assertThatThrownBy(() -> Thrown.rethrow(each)).isSameAs(each);
    }
    assertThatCode(() -> Thrown.rethrow(null)).doesNotThrowAnyException();
  }
}
