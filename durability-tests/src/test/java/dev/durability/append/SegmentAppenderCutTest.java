package dev.durability.append;

import static dev.durability.testkit.Fault.Operation.SYNC_DIRECTORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.WriterPoisonedException;
import dev.durability.log.SegmentRange;
import dev.durability.segment.SegmentPlan;
import dev.durability.testkit.Fault;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A cut comes before all else, and what it makes void is gone before it is acknowledged. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class SegmentAppenderCutTest extends SegmentAppenderFixture {
  @Test
  void whatACutMakesVoidIsNotThereAnyMoreBeforeTheCutIsDurable() throws IOException {
    SegmentAppender appender = started(SMALL);
    SegmentPlan second = cutAfterTheFirst(appender);
    assertThat(appender.durableId()).isEqualTo(1);
    assertThat(appender.writtenId()).isEqualTo(1);
    assertThat(appender.written()).as("the cut is not written").isEqualTo(3);
    assertThat(memory.exists(second.name().path())).isFalse();
    appender.abandon();
  }

  /** Something that the appender does. */
  private interface Step {
    void of(SegmentAppender appender, SegmentPlan second) throws IOException;
  }

  @Test
  void cutThatIsDueComesBeforeAllElse() throws IOException {
    List<Step> steps =
        List.of(
            (appender, second) -> appender.write(block(second, 2, FRAME)),
            (appender, second) -> appender.sync(),
            (appender, second) -> appender.mark());
    for (Step step : steps) {
      SegmentAppender appender = started(SMALL);
      SegmentPlan second = cutAfterTheFirst(appender);
      assertThat(appender.cuts.count()).isZero();
      step.of(appender, second);
      assertThat(appender.cuts.count()).isEqualTo(1);
      assertThat(memory.exists(second.name().path())).isTrue();
      assertThat(appender.ended()).containsExactly(new SegmentRange(1, 1, 1, FIRST.name().path()));
      appender.abandon();
      memory.delete(FIRST.name().path());
      memory.delete(second.name().path());
    }
  }

  @Test
  void cutIsNotAcknowledgedIfTheNameOfItsSegmentIsNotDurable() throws IOException {
    SegmentAppender appender = started(SMALL);
    cutAfterTheFirst(appender);
    directory.inject(Fault.of(SYNC_DIRECTORY));
    assertThatThrownBy(appender::startOverIfDue).isInstanceOf(WriterPoisonedException.class);
    assertThat(appender.cuts.count()).isZero();
    appender.abandon();
  }
}
