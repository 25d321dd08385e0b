package dev.durability.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PromisedEndTest {
  private static final int FRAME = FrameFormat.PROMISE_FRAME_BYTES;

  @Test
  void placeIsAlwaysBehindAPromisedEntryAndNoMarkStandsBetween() {
    for (long seed = 1; seed <= 2000; seed++) {
      Random random = new Random(seed);
      List<Long> behindEntry = new ArrayList<>(List.of((long) FileHeader.BYTES));
      PromisedEnd end = new PromisedEnd();
      end.begin(1);
      long at = FileHeader.BYTES;
      long largest = 0;
      for (int step = 0; step < 60; step++) {
        if (random.nextInt(3) > 0) {
          at += FRAME;
          behindEntry.add(at);
        } else {
          long nextId = behindEntry.size();
          long promised = Math.max(0, nextId - 1 - random.nextInt(8));
          largest = Math.max(largest, promised);
          end.pass(at, nextId, promised);
          at += FRAME;
        }
        String where = "seed=" + seed + " step=" + step;
        assertThat(end.nextId() - 1).as(where).isLessThanOrEqualTo(largest);
        assertThat(end.offset()).as(where).isEqualTo(behindEntry.get((int) end.nextId() - 1));
      }
    }
  }

  @Test
  void markThatPromisesAllBeforeItIsThePlaceAndSoIsTheFirstOfSeveral() {
    PromisedEnd end = new PromisedEnd();
    end.begin(5);
    end.pass(100, 7, 4);
    end.pass(132, 7, 6);
    assertThat(end.nextId()).isEqualTo(7);
    assertThat(end.offset()).isEqualTo(100);
  }

  @Test
  void marksThatPromiseLateKeepThePlaceCloseBehind() {
    PromisedEnd end = new PromisedEnd();
    end.begin(1);
    for (long nextId = 2; nextId < 10_000; nextId++) {
      end.pass(64 + nextId * FRAME, nextId, Math.max(0, nextId - 1 - 50));
    }
    assertThat(end.nextId()).isBetween(9_999L - 1 - 3 * 50, 9_999L - 50);
  }
}
