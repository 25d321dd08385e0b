package dev.durability.append;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.segment.SegmentName;
import dev.durability.segment.SegmentPlan;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How many blocks there are, and how large. */
class BlockPoolTest {
  private static final int SMALL = 64 << 10;
  private static final int LARGE = 256 << 10;
  private static final int FRAME = 144;
  private static final SegmentPlan SEGMENT =
      new SegmentPlan(new SegmentName(3, 11), 77, 66, 0, Optional.empty(), List.of());

  private final BlockPool pool = new BlockPool(LARGE);

  private Block take(int frameBytes) {
    return Objects.requireNonNull(pool.take(frameBytes, SEGMENT, 11, 0));
  }

  @Test
  void blocksAreSmallUntilOneWasFull() {
    Block first = take(FRAME);
    assertThat(first.capacity()).isEqualTo(SMALL);
    pool.giveBack(first);
    assertThat(take(FRAME)).as("it is used again").isSameAs(first);
    pool.growBlocks();
    Block second = take(FRAME);
    assertThat(second.capacity()).isEqualTo(LARGE);
    assertThat(pool.take(FRAME, SEGMENT, 11, 0)).as("a third").isNull();

    pool.giveBack(first);
    Block inItsPlace = take(FRAME);
    assertThat(inItsPlace.capacity()).isEqualTo(LARGE);
    pool.giveBack(second);
    pool.giveBack(inItsPlace);
    assertThat(take(FRAME)).isSameAs(second);
    assertThat(take(FRAME)).isSameAs(inItsPlace);
    assertThat(pool.take(FRAME, SEGMENT, 11, 0)).as("a third").isNull();
  }

  @Test
  void frameThatIsLargerThanASmallBlockGetsALargeOne() {
    pool.giveBack(take(FRAME));
    assertThat(take(SMALL + 8).capacity()).isEqualTo(LARGE);
    assertThat(take(LARGE).capacity()).isEqualTo(LARGE);
    assertThat(pool.isShort()).isTrue();
  }

  @Test
  void blockIsNeverLargerThanItMayBe() {
    BlockPool little = new BlockPool(4096);
    Block block = Objects.requireNonNull(little.take(FRAME, SEGMENT, 11, 0));
    assertThat(block.capacity()).isEqualTo(4096);
    little.growBlocks();
    assertThat(Objects.requireNonNull(little.take(4096, SEGMENT, 11, 0)).capacity())
        .isEqualTo(4096);
  }

  @Test
  void oneBlockAtATimeIsLargerThanThoseOfThePool() {
    Block single = take(LARGE + 8);
    assertThat(single.capacity()).isEqualTo(LARGE + 8);
    assertThat(pool.take(LARGE + 8, SEGMENT, 11, 0)).isNull();
    assertThat(pool.isShort()).as("it is not one of the pool").isFalse();
    pool.giveBack(single);
    assertThat(take(LARGE + 8)).isNotSameAs(single);
  }
}
