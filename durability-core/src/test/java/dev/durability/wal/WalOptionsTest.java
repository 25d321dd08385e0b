package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What options refuse, at their limits. */
class WalOptionsTest {
  @Test
  void leastAndLargestValuesAreTakenAndThoseBeyondAreRefusedByName() {
    WalOptions.Builder builder = WalOptions.builder();
    WalOptions least =
        builder
            .segmentBytes(4096)
            .segmentAge(Duration.ofMillis(1))
            .bufferBytes(4096)
            .syncInterval(Duration.ofMillis(1))
            .preallocatedBytesMax(0)
            .entryBytesMax(1)
            .build();
    assertThat(least.segmentBytes()).isEqualTo(4096);
    assertThat(least.segmentAge()).isEqualTo(Duration.ofMillis(1));
    assertThat(least.bufferBytes()).isEqualTo(4096);
    assertThat(least.syncInterval()).isEqualTo(Duration.ofMillis(1));
    assertThat(least.preallocatedBytesMax()).isZero();
    assertThat(least.entryBytesMax()).isEqualTo(1);
    assertThat(builder.entryBytesMax((1 << 28) - 1).build().entryBytesMax())
        .isEqualTo((1 << 28) - 1);
    Map<String, ThrowingCallable> refused =
        Map.of(
            "segmentBytes is 4095", () -> builder.segmentBytes(4095),
            "segmentAge in milliseconds is 0", () -> builder.segmentAge(Duration.ofNanos(999_999)),
            "bufferBytes is 4095", () -> builder.bufferBytes(4095),
            "bufferBytes is 1073741825", () -> builder.bufferBytes((1 << 30) + 1),
            "syncInterval in milliseconds is 0", () -> builder.syncInterval(Duration.ZERO),
            "preallocatedBytesMax is -1", () -> builder.preallocatedBytesMax(-1),
            "entryBytesMax is 0", () -> builder.entryBytesMax(0),
            "entryBytesMax is 268435456", () -> builder.entryBytesMax(1 << 28));
    refused.forEach(
        (message, call) ->
            assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(message));
  }

  @Test
  void flushPoliciesAreRefusedBelowTheirLeastAndSayWhatTheyDo() {
    assertThat(FlushPolicy.every(1).appends()).isEqualTo(1);
    assertThat(FlushPolicy.interval(Duration.ofMillis(1)).intervalNanos()).isEqualTo(1_000_000);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FlushPolicy.every(0))
        .withMessageContaining("every 0 appends");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FlushPolicy.interval(Duration.ofNanos(999_999)))
        .withMessageContaining("at least 1 ms");
    assertThat(FlushPolicy.manual()).hasToString("flush manually");
    assertThat(FlushPolicy.perAppend()).hasToString("flush every 1 appends");
    assertThat(FlushPolicy.every(7)).hasToString("flush every 7 appends");
    assertThat(FlushPolicy.interval(Duration.ofMillis(20))).hasToString("flush every PT0.02S");
  }

  @Test
  void limitsAreThoseThatTheDocumentationNames() {
    WalOptions largest =
        WalOptions.builder()
            .bufferBytes(1 << 30)
            .firstEntryId(Long.MAX_VALUE - 1)
            .preallocatedBytesMax(12_345)
            .build();
    assertThat(largest.bufferBytes()).isEqualTo(1 << 30);
    assertThat(largest.firstEntryId()).isEqualTo(Long.MAX_VALUE - 1);
    assertThat(largest.preallocatedBytesMax()).isEqualTo(12_345);
    assertThatThrownBy(() -> WalOptions.builder().firstEntryId(Long.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("firstEntryId is at most 2^63-2, not " + Long.MAX_VALUE);
  }
}
