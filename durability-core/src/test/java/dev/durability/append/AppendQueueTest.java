package dev.durability.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.DurabilityException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFormat;
import dev.durability.segment.SegmentName;
import dev.durability.segment.SegmentPlan;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Ids, where segments end, and when an appender has to wait for a block. */
class AppendQueueTest {
  private static final int BYTES = 4096;
  private static final int FRAME = FrameFormat.frameBytes(8);
  private static final SegmentPlan FIRST =
      new SegmentPlan(new SegmentName(3, 11), 77, 66, 0, Optional.empty(), List.of());

  private final ArrayDeque<Block> taken = new ArrayDeque<>();
  private static final long START = Long.MAX_VALUE - 1_000_000_000; // The clock may overflow.

  private long nanos;
  private AppendQueue queue = new AppendQueue(settings(Long.MAX_VALUE, BYTES), FIRST);

  private static SegmentSettings settings(long ageNanosMax, int bufferBytes) {
    return new SegmentSettings(bufferBytes, ageNanosMax, bufferBytes, 0, Clock.systemUTC());
  }

  private static long afterMillis(long millis) {
    return START + TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private long entry(int frameBytes) {
    assertThat(queue.reserve(frameBytes)).isTrue();
    int length = frameBytes - FrameFormat.OVERHEAD_BYTES;
    return queue.entry(new byte[length], length);
  }

  private void aged(Duration age) {
    queue = new AppendQueue(settings(TimeUnit.NANOSECONDS.convert(age), BYTES), FIRST, () -> nanos);
  }

  /** How many bytes of frames fit into the segment with its header and END, given what is there. */
  private static int left(int... there) {
    int left = BYTES - FileHeader.BYTES - FrameFormat.PROMISE_FRAME_BYTES;
    for (int each : there) {
      left -= each;
    }
    return left;
  }

  @Test
  void segmentTakesWhatFitsWithItsEndAndNoByteMore() {
    assertThat(queue.needsRotation(10 * BYTES)).as("an empty segment takes anything").isFalse();
    entry(FRAME);
    assertThat(queue.needsRotation(left(FRAME))).isFalse();
    assertThat(queue.needsRotation(left(FRAME) + 1)).isTrue();
    entry(40);
    assertThat(queue.needsRotation(left(FRAME, 40))).isFalse();
    assertThat(queue.needsRotation(left(FRAME, 40) + 1)).isTrue();
  }

  @Test
  void checkpointTakesRoomAndAPositionAndNoId() {
    byte[] path = new byte[20];
    int frame = FrameFormat.frameBytes(FrameFormat.COVERED_BYTES + path.length);
    assertThat(queue.reserve(frame)).isTrue();
    queue.checkpoint(new Marker(5, "p".repeat(20)), path);
    assertThat(queue.nextId()).isEqualTo(11);
    assertThat(queue.position()).isEqualTo(1);
    assertThat(queue.segmentHasEntries()).isFalse();
    assertThat(entry(FRAME)).isEqualTo(11);
    assertThat(queue.position()).isEqualTo(2);
    assertThat(queue.needsRotation(left(frame, FRAME))).isFalse();
    assertThat(queue.needsRotation(left(frame, FRAME) + 1)).isTrue();
  }

  @Test
  void everyRoundTakesRoomForAMark() {
    entry(FRAME);
    queue.takeInto(taken, false);
    queue.takeInto(taken, false);
    int marks = 2 * FrameFormat.PROMISE_FRAME_BYTES;
    assertThat(queue.needsRotation(left(FRAME, marks))).isFalse();
    assertThat(queue.needsRotation(left(FRAME, marks) + 1)).isTrue();
  }

  @Test
  void ageCountsFromTheFirstEntryAndIsReachedToTheMillisecond() {
    aged(Duration.ofSeconds(1));
    nanos = afterMillis(5_000);
    assertThat(queue.needsRotation(FRAME)).as("an empty segment is never too old").isFalse();
    entry(FRAME);
    nanos = afterMillis(5_999);
    entry(FRAME);
    assertThat(queue.needsRotation(FRAME)).isFalse();
    nanos = afterMillis(6_000);
    assertThat(queue.needsRotation(FRAME)).isTrue();
    queue.rotate();
    nanos = afterMillis(9_000);
    assertThat(queue.needsRotation(FRAME)).isFalse();
    entry(FRAME);
    nanos = afterMillis(9_999);
    assertThat(queue.needsRotation(FRAME)).isFalse();
    nanos = afterMillis(10_000);
    assertThat(queue.needsRotation(FRAME)).isTrue();
  }

  @Test
  void aCheckpointDoesNotMakeASegmentOlder() {
    aged(Duration.ofSeconds(1));
    nanos = afterMillis(5_000);
    assertThat(queue.reserve(FRAME)).isTrue();
    queue.checkpoint(new Marker(1, ""), new byte[0]);
    nanos = afterMillis(6_000);
    assertThat(queue.needsRotation(FRAME)).isFalse();
    entry(FRAME);
    nanos = afterMillis(6_999);
    assertThat(queue.needsRotation(FRAME)).isFalse();
    nanos = afterMillis(7_000);
    assertThat(queue.needsRotation(FRAME)).isTrue();
  }

  @Test
  void nextSegmentStartsAtTheNextIdAndTheOneBeforeEndsWithItsLastBlock() {
    assertThat(queue.segmentHasEntries()).isFalse();
    assertThat(entry(FRAME)).isEqualTo(11);
    assertThat(entry(FRAME)).isEqualTo(12);
    queue.rotate();
    SegmentPlan second = queue.segment();
    assertThat(second.name()).isEqualTo(new SegmentName(4, 13));
    assertThat(second.previousSalt()).isEqualTo(77);
    assertThat(queue.segmentHasEntries()).isFalse();
    assertThat(queue.needsRotation(10 * BYTES)).isFalse();
    assertThat(entry(FRAME)).isEqualTo(13);
    assertThat(queue.needsRotation(left(FRAME))).as("the new segment is counted anew").isFalse();
    assertThat(queue.needsRotation(left(FRAME) + 1)).isTrue();
    queue.takeInto(taken, false);
    assertThat(taken).hasSize(2);
    assertThat(taken.getFirst().segment()).isEqualTo(FIRST);
    assertThat(taken.getFirst().successor()).isEqualTo(second);
    assertThat(taken.getFirst().nextId()).isEqualTo(13);
    assertThat(taken.getFirst().frames(new FrameEncoder()).remaining()).isEqualTo(2 * FRAME);
    assertThat(taken.getLast().segment()).isEqualTo(second);
    assertThat(taken.getLast().successor()).isNull();
    assertThat(taken.getLast().nextId()).isEqualTo(14);
  }

  @Test
  void segmentWhoseBlocksAreAllTakenEndsWithAnEmptyBlock() {
    entry(FRAME);
    queue.takeInto(taken, false);
    assertThat(queue.isEmpty()).isTrue();
    queue.rotate();
    assertThat(queue.isEmpty()).isFalse();
    taken.clear();
    queue.takeInto(taken, false);
    assertThat(taken).hasSize(1);
    Block end = taken.getFirst();
    assertThat(end.isEmpty()).isTrue();
    assertThat(end.segment()).isEqualTo(FIRST);
    assertThat(end.successor()).isEqualTo(queue.segment());
    assertThat(end.nextId()).isEqualTo(12);
    assertThat(queue.reserve(BYTES + 1)).as("one block outside of the pool at a time").isFalse();
    queue.recycle(end);
    assertThat(queue.reserve(BYTES + 1)).isTrue();
  }

  @Test
  void segmentWhoseLastBlockIsFullAndNotTakenEndsWithThatBlock() {
    entry(BYTES - FRAME);
    assertThat(queue.reserve(2 * FRAME)).isTrue(); // The first block is full, the second empty.
    entry(2 * FRAME);
    assertThat(queue.reserve(BYTES)).as("both are full").isFalse();
    queue.rotate();
    queue.rotate(); // The empty segment in between has a block of its own.
    queue.takeInto(taken, false);
    assertThat(
            taken.stream().map(b -> b.successor() == null ? 0 : b.successor().name().segmentId()))
        .containsExactly(0L, 4L, 5L);
    assertThat(taken.stream().map(Block::isPooled)).containsExactly(true, true, false);
  }

  @Test
  void twoBlocksAreInUseAtMostAndAreUsedAgain() {
    entry(BYTES);
    assertThat(queue.isShort()).isFalse();
    entry(BYTES);
    assertThat(queue.isShort()).isTrue();
    assertThat(queue.reserve(FRAME)).isFalse();
    queue.takeInto(taken, false);
    assertThat(taken.stream().map(Block::nextId)).containsExactly(12L, 13L);
    assertThat(queue.reserve(FRAME)).as("both are being written").isFalse();
    Block written = taken.removeFirst();
    queue.recycle(written);
    assertThat(queue.isShort()).isFalse();
    assertThat(entry(FRAME)).isEqualTo(13);
    ArrayDeque<Block> again = new ArrayDeque<>();
    queue.takeInto(again, false);
    assertThat(again).containsExactly(written);
    assertThat(written.frameBytes()).isEqualTo(FRAME);
    assertThat(written.nextId()).isEqualTo(14);
  }

  @Test
  void framesGoIntoTheOpenBlockWhileTheyFitToTheByte() {
    entry(BYTES - FRAME);
    entry(FRAME);
    queue.takeInto(taken, false);
    assertThat(taken).hasSize(1);
    assertThat(taken.getFirst().room()).isZero();
  }

  @Test
  void onlyWhatNoBlockOfThePoolHoldsGetsABlockOfItsOwnAndThatOneAtATime() {
    entry(BYTES);
    entry(BYTES + 8);
    assertThat(queue.reserve(BYTES + 8)).isFalse();
    queue.takeInto(taken, false);
    assertThat(taken.stream().map(Block::isPooled)).containsExactly(true, false);
    assertThat(taken.getLast().room()).isZero();
    assertThat(queue.reserve(BYTES + 8)).isFalse();
    queue.recycle(taken.getLast());
    entry(BYTES + 8);
  }

  @Test
  void emptyBlockThatGivesWayToALargerOneIsUsedLater() {
    assertThat(queue.reserve(FRAME)).isTrue();
    entry(BYTES + 8);
    entry(BYTES);
    entry(BYTES);
    queue.takeInto(taken, false);
    assertThat(taken.stream().map(Block::nextId)).containsExactly(12L, 13L, 14L);
  }

  @Test
  void blocksThatCouldNotBeWrittenGoFirstInTheirOrder() {
    entry(BYTES);
    entry(BYTES - FRAME);
    queue.takeInto(taken, false);
    queue.recycle(taken.removeFirst());
    entry(BYTES);
    queue.putBack(taken);
    assertThat(taken).isEmpty();
    assertThat(queue.isEmpty()).isFalse();
    queue.takeInto(taken, false);
    assertThat(taken.stream().map(Block::nextId)).containsExactly(13L, 14L);
  }

  @Test
  void severalBlocksAreTakenAndPutBackInOrder() {
    entry(BYTES);
    entry(BYTES);
    queue.takeInto(taken, false);
    List<Block> order = List.copyOf(taken);
    queue.putBack(taken);
    queue.takeInto(taken, false);
    assertThat(taken).containsExactlyElementsOf(order);
  }

  @Test
  void roundEndsTheSegmentIfItsLastEntryWouldNotFitOnceMoreAndOnlyIfAskedTo() {
    int half = left(FrameFormat.PROMISE_FRAME_BYTES) / 2;
    entry(half);
    queue.takeInto(taken, true); // Two such and a MARK fit.
    assertThat(queue.segment()).isEqualTo(FIRST);
    entry(half);
    queue.takeInto(taken, false);
    assertThat(queue.segment()).isEqualTo(FIRST);
    taken.forEach(queue::recycle);
    entry(FRAME);
    queue.takeInto(taken, true);
    assertThat(queue.segment().name()).isEqualTo(new SegmentName(4, 14));
    assertThat(taken.getLast().successor()).isEqualTo(queue.segment());
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void roundWithoutAnEntryEndsNoSegment() {
    entry(left());
    queue.takeInto(taken, false);
    queue.takeInto(taken, true);
    assertThat(queue.segment()).isEqualTo(FIRST);
    assertThat(taken).hasSize(1);
  }

  @Test
  void isWorthWritingOnceOneBlockHasSevenEighthsOfItOrOfAMebibyte() {
    writesFrom(896 << 10, 8 << 20);
    writesFrom(896 << 10, 1 << 20);
    writesFrom(448 << 10, 512 << 10);
    writesFrom(256 << 10, 257 << 10);
  }

  private void writesFrom(int bytes, int bufferBytes) {
    queue = new AppendQueue(settings(Long.MAX_VALUE, bufferBytes), FIRST);
    assertThat(queue.isWorthWriting()).isFalse();
    entry(bytes - FRAME);
    assertThat(queue.isWorthWriting()).isFalse();
    entry(FRAME);
    assertThat(queue.isWorthWriting()).isTrue();
    queue.takeInto(taken, false);
    assertThat(queue.isWorthWriting()).isFalse();
  }

  @Test
  void openBlockWithoutAnEntryIsNothingToWrite() {
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.reserve(FRAME)).isTrue();
    assertThat(queue.isEmpty()).isTrue();
    queue.takeInto(taken, true);
    assertThat(taken).isEmpty();
    entry(FRAME);
    assertThat(queue.isEmpty()).isFalse();
  }

  @Test
  void errorInTheMiddleOfAChangeLeavesTheQueueBroken() {
    entry(FRAME);
    assertThat(queue.isBroken()).isFalse();
    ArrayDeque<Block> failing =
        new ArrayDeque<>() {
          @Override
          public boolean add(Block block) {
            throw new OutOfMemoryError("planted");
          }
        };
    assertThatThrownBy(() -> queue.takeInto(failing, false)).isInstanceOf(OutOfMemoryError.class);
    assertThat(queue.isBroken()).isTrue();
  }

  @Test
  void idsEndAtTheLargestAndTheFailureSaysHowManyAreWanted() throws Exception {
    SegmentName last = new SegmentName(3, FrameFormat.ENTRY_ID_MAX);
    SegmentPlan plan = new SegmentPlan(last, 77, 66, 0, Optional.empty(), List.of());
    queue = new AppendQueue(settings(Long.MAX_VALUE, BYTES), plan);
    queue.refuseBeyondEnd(1, false);
    assertThatThrownBy(() -> queue.refuseBeyondEnd(2, false))
        .isInstanceOf(DurabilityException.class)
        .hasMessageContaining(FrameFormat.ENTRY_ID_MAX + ", and 2 are wanted.");
    entry(FRAME);
    assertThatThrownBy(() -> queue.refuseBeyondEnd(1, false))
        .isInstanceOf(DurabilityException.class)
        .hasMessageContaining("the next would be " + Long.MAX_VALUE + ".");
  }

  @Test
  void logStartsOverAfterWhatIsCoveredAndNotBefore() {
    assertThat(queue.reserve(FRAME)).isTrue();
    queue.checkpoint(new Marker(8, ""), new byte[0]);
    assertThatThrownBy(() -> queue.startOver(8, FileHeader.REWINDS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot go on at entry 8: it is covered up to entry 8.");
    assertThat(queue.startedOverAt()).isZero();
    queue.startOver(9, FileHeader.REWINDS);
    assertThat(queue.startedOverAt()).isEqualTo(2).isEqualTo(queue.position());
    assertThat(queue.nextId()).isEqualTo(9);
  }

  @Test
  void checkpointCoversNoMoreThanWasAppended() {
    entry(FRAME);
    assertThat(queue.reserve(FRAME)).isTrue();
    assertThatThrownBy(() -> queue.checkpoint(new Marker(12, ""), new byte[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a checkpoint cannot cover entry 12: the log ends at entry 11");
    queue.checkpoint(new Marker(11, ""), new byte[0]);
    assertThat(queue.position()).isEqualTo(2);
  }

  private void batch(int... frameBytes) {
    int[] ends = new int[frameBytes.length];
    int frames = 0;
    int end = 0;
    for (int i = 0; i < ends.length; i++) {
      frames += frameBytes[i];
      end += frameBytes[i] - FrameFormat.OVERHEAD_BYTES;
      ends[i] = end;
    }
    assertThat(queue.reserve(frames)).isTrue();
    assertThat(queue.batch(new byte[end], ends)).isEqualTo(queue.nextId() - 1);
  }

  @Test
  void ageCountsFromABatchToo() {
    aged(Duration.ofSeconds(1));
    nanos = afterMillis(5_000);
    batch(FRAME, FRAME);
    nanos = afterMillis(5_999);
    assertThat(queue.needsRotation(FRAME)).isFalse();
    nanos = afterMillis(6_000);
    assertThat(queue.needsRotation(FRAME)).isTrue();
  }

  @Test
  void roundAfterABatchEndsTheSegmentIfTheLastEntryOfThatWouldNotFitOnceMore() {
    batch(left(2 * FRAME, FrameFormat.PROMISE_FRAME_BYTES), FRAME);
    queue.takeInto(taken, true);
    assertThat(queue.segment()).as("one more such entry fits").isEqualTo(FIRST);
    batch(FRAME);
    queue.takeInto(taken, true);
    assertThat(queue.segment().name()).isEqualTo(new SegmentName(4, 14));
  }

  @Test
  void entryThatWaitsIsFoundByItsIdWhereverItIsInItsBlock() {
    int entries = 60; // Of a kibibyte: more than one place in a block.
    queue = new AppendQueue(settings(Long.MAX_VALUE, 100 << 10), FIRST);
    for (int round = 0; round < 2; round++) {
      long firstId = queue.nextId();
      for (int i = 0; i < entries; i++) {
        assertThat(queue.reserve(FrameFormat.frameBytes(1000))).isTrue();
        byte[] payload = new byte[1000];
        payload[0] = (byte) i;
        long unused = queue.entry(payload, payload.length);
      }
      for (int i = 0; i < entries; i++) {
        assertThat(queue.payloadOf(firstId + i)).hasSize(1000).startsWith((byte) i);
      }
      assertThat(queue.payloadOf(firstId - 1)).as("it is not in the block").isNull();
      assertThat(queue.payloadOf(queue.nextId())).isNull();
      queue.takeInto(taken, false);
      queue.recycle(taken.remove()); // The next round uses the same block.
    }
  }

  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getTotalCapacity)
        .sum();
  }

  /** Threads that other tests left may take memory, too: that is not so each time. */
  @Test
  void memoryOfAQueueThatWasGivenUpServesTheNext() {
    List<String> grown = new ArrayList<>();
    for (int attempt = 0; attempt == grown.size() && attempt < 10; attempt++) {
      String turn = turnThatTakesMoreMemory();
      if (turn != null) {
        grown.add(turn);
      }
    }
    assertThat(grown).as("turns that took more memory").hasSizeLessThan(10);
  }

  private @Nullable String turnThatTakesMoreMemory() {
    int bytes = 1 << 20;
    long before = Long.MAX_VALUE;
    for (int turn = 0; turn < 3; turn++) {
      for (boolean isUsed : new boolean[] {false, true}) {
        queue = new AppendQueue(settings(Long.MAX_VALUE, bytes), FIRST);
        assertThat(queue.reserve(FRAME)).isTrue();
        if (isUsed) {
          entry(FRAME);
          queue.takeInto(taken, false);
          queue.recycle(taken.remove());
        }
        long now = directBytes();
        queue.release();
        if (now > before) {
          return "turn " + turn + ", used " + isUsed + ": " + before + " bytes, then " + now;
        }
        before = now;
      }
    }
    return null;
  }
}
