package dev.durability.append;

import static dev.durability.testkit.Fault.Operation.CLOSE_APPEND;
import static dev.durability.testkit.Fault.Operation.CREATE;
import static dev.durability.testkit.Fault.Operation.DELETE;
import static dev.durability.testkit.Fault.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.OutcomeOpenException;
import dev.durability.testkit.Fault;
import dev.durability.wal.Logs;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Files that could not be made or removed are reported and closed. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class SegmentAppenderLeftoversTest extends SegmentAppenderFixture {
  @Test
  void spareThatTheStorageFailedToMakeAndLeftIsRemoved() throws IOException {
    directory.inject(Fault.of(CREATE).endingIn("spare.tmp").afterEffect());
    SegmentAppender appender = withSpares(8192);
    appender.write(block(FIRST, 1, FRAME));
    appender.sync();
    appender.write(block(FIRST, 2, 5000));
    appender.abandon(); // Waits for what was begun.
    assertThat(directory.count(CREATE)).as("one for the segment").isEqualTo(2);
    assertThat(memory.exists(SPARE)).isFalse();
  }

  @Test
  void spareThatCannotBeRemovedIsReportedAndClosed() throws Exception {
    List<Throwable> reported = new CopyOnWriteArrayList<>();
    SegmentAppender appender = withSpareMade(5000);
    directory.inject(Fault.of(DELETE).endingIn("spare.tmp"));
    Thread closer =
        new Thread(
            () -> {
              try {
                appender.abandon();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    closer.setUncaughtExceptionHandler((thread, e) -> reported.add(e));
    closer.start();
    closer.join();
    assertThat(reported).singleElement().satisfies(e -> assertThat(e).hasMessageContaining(SPARE));
    assertThat(directory.count(CLOSE_APPEND)).isEqualTo(2);
  }

  /** A segment that is begun ahead of need, while the storage fails. */
  private List<Throwable> reportedOnAbandoning(Fault fault) throws Exception {
    List<Throwable> reported = new CopyOnWriteArrayList<>();
    SegmentAppender appender = started(SMALL);
    directory.inject(fault);
    appender.write(last(block(FIRST, 1, FRAME), FIRST.next(2, 8)));
    Thread closer =
        new Thread(
            () -> {
              try {
                appender.abandon();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    closer.setUncaughtExceptionHandler((thread, e) -> reported.add(e));
    closer.start();
    closer.join();
    return reported;
  }

  @Test
  void nextSegmentThatCouldNotBeMadeIsReportedIfNobodyEntersIt() throws Exception {
    assertThat(reportedOnAbandoning(Fault.of(CREATE).endingIn(".tmp")))
        .singleElement()
        .isInstanceOf(OutcomeOpenException.class);
  }

  @Test
  void nextSegmentThatCouldNotBeRemovedIsReportedIfNobodyEntersIt() throws Exception {
    assertThat(reportedOnAbandoning(Fault.of(DELETE).endingIn(".tmp")))
        .singleElement()
        .satisfies(e -> assertThat(e).hasMessageContaining(".tmp"));
    assertThat(directory.count(CLOSE_APPEND)).isEqualTo(2);
  }

  @Test
  void whatIsLeftOfASegmentThatCouldNotBeMadeIsToldWithTheFailure() throws Exception {
    directory.inject(Fault.of(WRITE).endingIn(".tmp").saying("the write failed"));
    directory.inject(Fault.of(DELETE).endingIn(".tmp").saying("the deletion failed"));
    assertThatThrownBy(() -> started(SMALL))
        .isInstanceOf(OutcomeOpenException.class)
        .cause()
        .hasMessageContaining("the write failed")
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .singleElement()
                    .satisfies(it -> assertThat(it).hasMessageContaining("the deletion failed")));
    assertThat(Logs.names(memory)).as("the file that could not be removed").hasSize(1);
  }

  @Test
  void fileOfASegmentThatCouldNotBeMadeIsClosedBeforeItIsRemoved() {
    directory.inject(Fault.of(WRITE).endingIn(".tmp"));
    recordSteps();
    assertThatThrownBy(() -> started(SMALL)).isInstanceOf(OutcomeOpenException.class);
    String path = FIRST.name().path() + ".tmp";
    assertThat(steps).containsSubsequence("CLOSE_APPEND " + path, "DELETE " + path);
  }
}
