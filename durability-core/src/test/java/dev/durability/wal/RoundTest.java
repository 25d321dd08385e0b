package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.DurabilityException;
import dev.durability.frame.FrameFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a round gathers, and what it tells those who waited. */
class RoundTest {
  private static final SegmentPlan FIRST = new SegmentPlan(new SegmentName(1, 1), 7, 0);

  private final Round round = new Round();
  private final AppendQueue queue = new AppendQueue(Logs.SMALL, FIRST);

  private static Waiter.OfThread thread(long target, boolean sync) {
    return new Waiter.OfThread().start(target, sync, false);
  }

  private void join(Waiter.OfThread thread) {
    round.reserve();
    round.add(thread);
  }

  private void join(Waiter.OfFuture future) {
    round.reserve();
    round.add(future);
  }

  private void append(int frameBytes) {
    assertThat(queue.reserve(frameBytes)).isTrue();
    int length = frameBytes - FrameFormat.OVERHEAD_BYTES;
    long unusedId = queue.entry(new byte[length], length);
  }

  private void settle(long written, long durable) {
    round.settle(
        written, durable, null, (w, failure) -> new DurabilityException("not " + w.targetId()));
  }

  @Test
  void whoeverWantsNoMoreThanWasDoneSucceedsAndEveryOtherLearnsWhyNot() {
    List<Waiter.OfThread> threads = new ArrayList<>();
    List<Waiter.OfFuture> futures = new ArrayList<>();
    for (int id = 1; id <= 100; id++) {
      threads.add(thread(id, id % 2 == 0));
      futures.add(new Waiter.OfFuture(id, future -> {}));
    }
    threads.forEach(this::join);
    futures.forEach(this::join);
    assertThat(round.threadCount()).isEqualTo(100);
    assertThat(round.firstThread()).isSameAs(threads.get(0));
    settle(61, 40);
    for (Waiter.OfThread each : threads) {
      long done = each.wantsSync() ? 40 : 61;
      if (each.targetId() <= done) {
        assertThatCode(each::finish).doesNotThrowAnyException();
      } else {
        assertThatThrownBy(each::finish).hasMessage("not " + each.targetId());
      }
    }
    for (Waiter.OfFuture each : futures) {
      assertThat(each).isDone();
      assertThat(each.isCompletedExceptionally()).isEqualTo(each.targetId() > 40);
    }
  }

  @Test
  void settledRoundIsEmptyAndCanGatherAgain() {
    round.add(thread(1, true));
    round.add(new Waiter.OfFuture(1, future -> {}));
    round.demand(true);
    append(FrameFormat.frameBytes(1));
    round.take(queue, false);
    settle(1, 1);
    assertThat(round.isEmpty()).isTrue();
    assertThat(round.hasFutures()).isFalse();
    assertThat(round.threadCount()).isZero();
    assertThat(round.firstThread()).isNull();
    assertThat(round.isDemanded()).isFalse();
    assertThat(round.wantsSync()).isFalse();
    assertThat(round.triedToWrite()).isFalse();
    assertThat(round.nextBlock()).isNull();
  }

  @Test
  void syncIsWantedIfAnyoneWantsIt() {
    assertThat(round.wantsSync()).isFalse();
    assertThat(round.isEmpty()).isTrue();
    round.add(thread(1, false));
    assertThat(round.isEmpty()).isFalse();
    assertThat(round.wantsSync()).isFalse();
    round.add(thread(1, true));
    round.add(thread(2, false));
    assertThat(round.wantsSync()).isTrue();
    Round ofFuture = new Round();
    ofFuture.add(new Waiter.OfFuture(1, future -> {}));
    assertThat(ofFuture.wantsSync()).isTrue();
    assertThat(ofFuture.isEmpty()).isFalse();
    assertThat(ofFuture.hasFutures()).isTrue();
    Round demanded = new Round();
    demanded.demand(false);
    assertThat(demanded.isDemanded()).isTrue();
    assertThat(demanded.wantsSync()).isFalse();
    demanded.demand(true);
    demanded.demand(false);
    assertThat(demanded.wantsSync()).isTrue();
  }

  @Test
  void blocksComeInOrderAndWhatIsNotWrittenGoesBackToTheFront() {
    append(4096);
    append(4096);
    round.take(queue, false);
    assertThat(round.triedToWrite()).isTrue();
    Block first = round.nextBlock();
    assertThat(first).isNotNull();
    assertThat(first.nextId()).isEqualTo(2);
    round.blockWritten();
    assertThat(round.nextBlock()).isNotSameAs(first);
    round.giveBack(queue);
    assertThat(round.nextBlock()).isNull();
    append(4096); // Into the block that was written.
    Round second = new Round();
    second.take(queue, false);
    List<Long> nextIds = new ArrayList<>();
    for (Block block = second.nextBlock(); block != null; block = second.nextBlock()) {
      nextIds.add(block.nextId());
      second.blockWritten();
    }
    assertThat(nextIds).containsExactly(3L, 4L);
    assertThat(queue.reserve(4096)).isFalse();
    second.giveBackWritten(queue);
    assertThat(queue.reserve(4096)).isTrue();
  }

  @Test
  void roundWithoutEntriesWritesNothing() {
    round.take(queue, true);
    assertThat(round.triedToWrite()).isFalse();
    assertThat(round.nextBlock()).isNull();
  }

  @Test
  void segmentEndsWithARoundThatSyncsWhereTheNextIsReady() throws IOException {
    boolean[][] cases = {{false, false}, {false, true}, {true, false}, {true, true}};
    for (boolean[] each : cases) {
      AppendQueue full = new AppendQueue(Logs.SMALL, FIRST);
      assertThat(full.reserve(3000)).isTrue();
      long id = full.entry(new byte[3000], 3000 - 16);
      Round ending = new Round();
      ending.add(thread(id, each[0]));
      ending.take(full, each[1]);
      assertThat(full.segment().name().segmentId())
          .as("syncs %s, ready %s", each[0], each[1])
          .isEqualTo(each[0] && each[1] ? 2 : 1);
    }
  }
}
