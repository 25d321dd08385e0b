package dev.durability.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What docs/format.md says of each kind of frame. */
class FrameKindTest {

  @ParameterizedTest
  @CsvSource({
    // code, kind, takes an id, points back, in a segment, a record log, a checkpoint, bytes from,
    // to
    "1, ENTRY,      true,  false, true,  true,  true,  0,  268435455",
    "2, PART,       true,  false, true,  false, false, 0,  268435455",
    "3, MARK,       false, true,  true,  true,  false, 16, 16",
    "4, CHECKPOINT, false, true,  true,  false, false, 8,  4104",
    "5, END,        false, true,  true,  true,  true,  16, 16",
    "6, SCHEMA,     false, false, true,  true,  true,  2,  65536",
  })
  void eachKindIsAsTheFormatSays(
      int code,
      FrameKind kind,
      boolean takesId,
      boolean pointsBack,
      boolean inSegment,
      boolean inRecordLog,
      boolean inCheckpoint,
      int bytesMin,
      int bytesMax) {
    assertThat(kind.code()).isEqualTo(code);
    assertThat(FrameKind.of(code)).isEqualTo(kind);
    assertThat(kind.takesId()).isEqualTo(takesId);
    assertThat(kind.pointsBack()).isEqualTo(pointsBack);
    assertThat(kind.isAllowedIn(FileType.SEGMENT)).isEqualTo(inSegment);
    assertThat(kind.isAllowedIn(FileType.RECORD_LOG)).isEqualTo(inRecordLog);
    assertThat(kind.isAllowedIn(FileType.CHECKPOINT)).isEqualTo(inCheckpoint);
    assertThat(kind.canHavePayloadOf(bytesMin)).isTrue();
    assertThat(kind.canHavePayloadOf(bytesMax)).isTrue();
    if (bytesMin > 0) {
      assertThat(kind.canHavePayloadOf(bytesMin - 1)).isFalse();
      assertThat(kind.canHavePayloadOf(bytesMax + 1)).isFalse();
    }
    assertThat(kind.canHaveId(0)).isFalse();
    assertThat(kind.canHaveId(1)).isTrue();
    assertThat(kind.canHaveId(Long.MAX_VALUE - 1)).isTrue();
    assertThat(kind.canHaveId(Long.MAX_VALUE)).isEqualTo(!takesId);
    assertThat(kind.canHaveId(Long.MIN_VALUE)).isFalse();
  }

  @Test
  void noOtherCodeStandsForAKind() {
    assertThat(IntStream.range(0, 16).mapToObj(FrameKind::of).filter(Objects::nonNull))
        .containsExactly(FrameKind.values());
  }
}
