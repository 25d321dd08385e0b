package dev.durability.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SegmentNameTest {
  private static final String LARGEST = "0" + Long.MAX_VALUE;
  private static final String TOO_LARGE = "09223372036854775808";
  private static final String ONE = "00000000000000000001";
  private static final String ZERO = "00000000000000000000";

  @Test
  void nameOfAWriterIsReadAsWhatItSays() {
    SegmentName name = new SegmentName(12, 3_456);
    assertThat(name.path()).isEqualTo("wal/00000000000000000012-00000000000000003456.wal");
    assertThat(SegmentName.parse("00000000000000000012-00000000000000003456.wal")).isEqualTo(name);
    assertThat(SegmentName.parse(ONE + "-" + LARGEST + ".wal"))
        .isEqualTo(new SegmentName(1, Long.MAX_VALUE));
    assertThat(SegmentName.parse(LARGEST + "-" + ONE + ".wal"))
        .isEqualTo(new SegmentName(Long.MAX_VALUE, 1));
  }

  @Test
  void namesThatNoWriterGivesAreNone() {
    assertThat(
            Stream.of(
                ZERO + "-" + ONE + ".wal",
                ONE + "-" + ZERO + ".wal",
                TOO_LARGE + "-" + ONE + ".wal",
                ONE + "-" + TOO_LARGE + ".wal",
                ONE + "-" + ONE + ".wal.tmp",
                ONE + "-" + ONE + ".WAL",
                "x" + ONE + "-" + ONE + ".wal",
                "1-1.wal",
                ".lock",
                ""))
        .allSatisfy(name -> assertThat(SegmentName.parse(name)).isNull());
  }

  @Test
  void orderIsByNumberThenByFirstEntry() {
    SegmentName least = new SegmentName(1, 9);
    SegmentName middle = new SegmentName(2, 3);
    SegmentName most = new SegmentName(2, 4);
    assertThat(Stream.of(SegmentName.HIGHEST, most, middle, least).sorted(SegmentName.ORDER))
        .containsExactly(least, middle, most, SegmentName.HIGHEST);
  }
}
