package dev.durability.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.frame.FileHeader;
import org.junit.jupiter.api.Test;

/** Which places in segments are remembered, and which is found for an entry. */
class EntryIndexTest {
  private static final int STEP = EntryIndex.STEP_BYTES;
  private static final SegmentName FIRST = new SegmentName(1, 1);
  private static final SegmentName SECOND = new SegmentName(2, 500);

  private final EntryIndex index = new EntryIndex(4);

  @Test
  void anUnknownSegmentIsReadFromItsStart() {
    assertThat(index.atOrBefore(SECOND, 600))
        .isEqualTo(new EntryIndex.Place(500, FileHeader.BYTES));
  }

  @Test
  void theLastPlaceAtOrBeforeTheEntryIsFound() {
    index.add(FIRST, 10, STEP);
    index.add(FIRST, 30, 3L * STEP);
    index.add(FIRST, 20, 2L * STEP);
    assertThat(index.atOrBefore(FIRST, 9).offset()).isEqualTo(FileHeader.BYTES);
    assertThat(index.atOrBefore(FIRST, 10)).isEqualTo(new EntryIndex.Place(10, STEP));
    assertThat(index.atOrBefore(FIRST, 19)).isEqualTo(new EntryIndex.Place(10, STEP));
    assertThat(index.atOrBefore(FIRST, 20)).isEqualTo(new EntryIndex.Place(20, 2L * STEP));
    assertThat(index.atOrBefore(FIRST, 9_999)).isEqualTo(new EntryIndex.Place(30, 3L * STEP));
  }

  @Test
  void placesAreAStepApart() {
    index.add(FIRST, 10, STEP);
    index.add(FIRST, 11, 2L * STEP - 8);
    index.add(FIRST, 10, STEP);
    assertThat(index.size()).isEqualTo(1);
    index.add(FIRST, 40, 4L * STEP);
    index.add(FIRST, 31, 3L * STEP + 8);
    assertThat(index.size()).isEqualTo(2);
    index.add(FIRST, 30, 3L * STEP);
    assertThat(index.size()).isEqualTo(3);
  }

  @Test
  void ifThereAreTooManyTheSegmentThatWasUsedLeastRecentlyIsForgotten() {
    for (int i = 1; i <= 4; i++) {
      index.add(i < 3 ? FIRST : SECOND, i < 3 ? i * 10 : 500 + i * 10, (long) i * STEP);
    }
    assertThat(index.atOrBefore(FIRST, 10).offset()).isEqualTo(STEP);
    index.add(FIRST, 50, 5L * STEP);
    assertThat(index.size()).isEqualTo(3);
    assertThat(index.atOrBefore(SECOND, 999).offset()).isEqualTo(FileHeader.BYTES);
    assertThat(index.atOrBefore(FIRST, 999)).isEqualTo(new EntryIndex.Place(50, 5L * STEP));
  }

  @Test
  void oneSegmentAloneKeepsItsPlaces() {
    for (int i = 1; i <= 10; i++) {
      index.add(FIRST, i * 10L, (long) i * STEP);
    }
    assertThat(index.size()).as("no more than one for each step of one segment").isEqualTo(10);
    index.add(SECOND, 600, STEP);
    assertThat(index.size()).isEqualTo(1);
  }
}
