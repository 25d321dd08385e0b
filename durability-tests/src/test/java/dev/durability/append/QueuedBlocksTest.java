package dev.durability.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.OutcomeOpenException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameFormat;
import dev.durability.log.LogReport;
import dev.durability.log.MarkerPosition;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.segment.SegmentName;
import dev.durability.segment.SegmentPlan;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.Await;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of blocks that are taken from the queue: written, or put back. */
class QueuedBlocksTest {
  private static final SegmentPlan FIRST =
      new SegmentPlan(new SegmentName(1, 1), 7, 0, 0, Optional.empty(), List.of());
  private static final LogReport NEW =
      new LogReport(Verdict.CLEAN, 0, 0, 0, 0, new LogReport.Position("wal", 0), null, null, null);

  private final List<Long> flushed = new ArrayList<>();
  private final FaultDirectory directory = new FaultDirectory(new MemoryDirectory());
  private AppendQueue queue;
  private SegmentAppender appender;
  private QueuedBlocks blocks;

  @BeforeEach
  void start() throws IOException {
    start(new SegmentSettings(1 << 20, Long.MAX_VALUE, 4096, 0, Clock.systemUTC()));
  }

  private void start(SegmentSettings settings) throws IOException {
    directory.createDirectories("wal");
    AppendEvents events =
        new AppendEvents() {
          @Override
          public void onFlush(long lastId, long entries, long bytes) {
            flushed.add(lastId);
          }

          @Override
          public void onSync(long lastId, long durationNanos) {}

          @Override
          public void onEnd() {}

          @Override
          public void onRotate(SegmentRange ended) {}
        };
    appender =
        new SegmentAppender(
            directory,
            new MemoryDirectory().lock("lock"),
            settings,
            events,
            new LogStart(NEW, new UUID(1, 2), FIRST, List.of(), 0));
    appender.start();
    queue = new AppendQueue(settings, FIRST);
    blocks = new QueuedBlocks(queue, appender);
  }

  @AfterEach
  void end() throws IOException {
    appender.abandon();
  }

  private void append(int frameBytes) {
    assertThat(queue.reserve(frameBytes)).isTrue();
    int length = frameBytes - FrameFormat.OVERHEAD_BYTES;
    long unusedId = queue.entry(new byte[length], length);
  }

  private void commit() throws IOException {
    assertThat(blocks.take(true)).isTrue();
    blocks.write();
    blocks.sync();
    blocks.giveBack();
  }

  @Test
  void takesNothingFromAnEmptyQueue() throws IOException {
    assertThat(blocks.take(true)).isFalse();
    blocks.write();
    assertThat(flushed).isEmpty();
    assertThat(blocks.isEmpty()).isTrue();
  }

  @Test
  void writesBlocksInOrderAndGivesTheirMemoryBack() throws IOException {
    append(4096);
    append(4096);
    assertThat(blocks.isShort()).isTrue();
    assertThat(blocks.appendedId()).isEqualTo(2);
    assertThat(blocks.take(false)).isTrue();
    assertThat(queue.reserve(4096)).as("both blocks are in use").isFalse();
    blocks.write();
    blocks.flush();
    assertThat(flushed).containsExactly(1L, 2L);
    assertThat(blocks.written()).isEqualTo(2);
    assertThat(queue.reserve(4096)).isFalse();
    blocks.giveBackWritten();
    assertThat(queue.reserve(4096)).isTrue();
  }

  @Test
  void whatWasNotWrittenGoesFirstInTheNextRound() throws IOException {
    append(4096);
    append(4096);
    assertThat(blocks.take(true)).isTrue();
    directory.fillUpAfter(0);
    assertThatThrownBy(() -> blocks.write()).isInstanceOf(OutcomeOpenException.class);
    assertThat(flushed).isEmpty();
    directory.makeRoom();
    blocks.giveBack();
    assertThat(blocks.isEmpty()).isFalse();
    assertThat(blocks.take(true)).isTrue();
    blocks.write();
    assertThat(flushed).containsExactly(1L, 2L);
    assertThat(blocks.durable()).isZero();
    blocks.sync();
    assertThat(blocks.durable()).isEqualTo(2);
    assertThat(blocks.owesPromise()).isTrue();
    blocks.mark();
    assertThat(blocks.owesPromise()).isFalse();
  }

  @Test
  void markersInOneBlockAreEachToldWhereTheyAre() throws IOException {
    Marker first = new Marker(0, "");
    Marker second = new Marker(0, "p");
    int firstBytes = FrameFormat.frameBytes(FrameFormat.COVERED_BYTES);
    assertThat(queue.reserve(2 * firstBytes + 8)).isTrue();
    queue.checkpoint(first, new byte[0]);
    queue.checkpoint(second, new byte[] {'p'});
    append(100);
    commit();
    String file = FIRST.name().path();
    assertThat(first.position()).isEqualTo(new MarkerPosition(file, FileHeader.BYTES, 1));
    assertThat(second.position())
        .isEqualTo(new MarkerPosition(file, FileHeader.BYTES + firstBytes, 1));
    assertThat(blocks.appendedId()).as("markers take no id").isEqualTo(1);
    assertThat(blocks.durable()).as("and a position each").isEqualTo(3);
  }

  @Test
  void segmentEndsWithARoundThatSyncsIfTheNextIsReady() throws IOException {
    for (boolean syncs : new boolean[] {false, true}) {
      appender.abandon();
      start(new SegmentSettings(4096, Long.MAX_VALUE, 4096, Long.MAX_VALUE, Clock.systemUTC()));
      append(2200);
      commit();
      append(100);
      commit();
      Await.until("a spare is made", appender::nextSegmentIsReady);
      append(1000);
      assertThat(blocks.take(syncs)).isTrue();
      assertThat(queue.segment().name().segmentId()).as("syncs %s", syncs).isEqualTo(syncs ? 2 : 1);
    }
  }

  @Test
  void segmentGoesOnIfTheNextIsNotReady() throws IOException {
    appender.abandon();
    start(new SegmentSettings(4096, Long.MAX_VALUE, 4096, 0, Clock.systemUTC()));
    append(3000);
    assertThat(blocks.take(true)).isTrue();
    assertThat(queue.segment()).isEqualTo(FIRST);
  }

  @Test
  void cutIsDurableWithTheRoundThatWritesItThoughNothingFollows() throws IOException {
    append(40);
    append(40);
    commit();
    queue.startOver(2, FileHeader.REWINDS);
    assertThat(blocks.take(true)).isTrue();
    blocks.write();
    assertThat(appender.durableId()).isEqualTo(1);
    assertThat(blocks.durable()).isEqualTo(blocks.appended()).isEqualTo(3);
    assertThat(directory.exists(queue.segment().name().path())).isTrue();
    blocks.giveBack();
  }

  @Test
  void memoryIsShortOnlyOnceBothBlocksAreInUse() {
    assertThat(blocks.isShort()).isFalse();
    append(4096);
    assertThat(blocks.isShort()).isFalse();
    append(4096);
    assertThat(blocks.isShort()).isTrue();
  }

  @Test
  void changeOfTheQueueThatAnErrorBrokeOffIsKnown() {
    append(40);
    assertThat(blocks.isBroken()).isFalse();
    ArrayDeque<Block> failing =
        new ArrayDeque<>() {
          @Override
          public boolean add(Block block) {
            throw new OutOfMemoryError("planted");
          }
        };
    assertThatThrownBy(() -> queue.takeInto(failing, false)).isInstanceOf(OutOfMemoryError.class);
    assertThat(blocks.isBroken()).isTrue();
  }
}
