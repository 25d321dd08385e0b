package dev.durability.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.codec.Codecs;
import dev.durability.errors.DurabilityException;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalTail;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The state of an instant has what was promised by then. */
class RecoveryToAnInstantTest extends RecoveryFixture {
  /** A clock that a test sets. */
  private static final class HandClock extends Clock {
    private final AtomicReference<Instant> now = new AtomicReference<>(START);

    void set(Duration sinceStart) {
      now.set(START.plus(sinceStart));
    }

    @Override
    public Instant instant() {
      return now.get();
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  /**
   * Entries at times that jump on and back. What was appended after an instant, by the largest time
   * that the clock had shown, is not in the state of that instant; what was promised by then is.
   */
  @Tag("slow")
  @Test
  void instantHoldsWhatWasPromisedByThenAndNothingLater() throws IOException {
    HandClock clock = new HandClock();
    int[] seconds = {10, 20, 20, 500, 300, 100, 501, 502, 2, 900, 900, 1000};
    WalOptions options = WalOptions.builder().clock(clock).segmentBytes(4096).build();
    List<String> appended = new ArrayList<>();
    TreeMap<Long, Integer> countAt = new TreeMap<>();
    long shown = 0;
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), options);
        WalTail<String> tail = WalReader.of(directory, Codecs.utf8()).follow(1)) {
      for (int second : seconds) {
        clock.set(Duration.ofSeconds(second));
        shown = Math.max(shown, second);
        for (int i = 0; i < 5; i++) {
          String entry = second + "/" + i + "z".repeat(200);
          log.appendDurable(entry);
          appended.add(entry);
          // Once a follower sees it, it is promised by a mark of this time.
          WalRecord<String> seen = tail.poll(Duration.ofMinutes(1));
          assertThat(seen).isNotNull();
          assertThat(seen.entry()).isEqualTo(entry);
        }
        countAt.put(shown, appended.size());
      }
    }
    for (long second = 0; second <= 1100; second += second < 30 ? 1 : 7) {
      Map.Entry<Long, Integer> expected = countAt.floorEntry(second);
      List<String> state =
          recoverer(disk).recover(RecoveryOptions.upToInstant(START.plusSeconds(second))).state();
      assertThat(state)
          .as("second " + second)
          .isEqualTo(appended.subList(0, expected == null ? 0 : expected.getValue()));
    }
    for (Instant early : List.of(START.minusSeconds(1), Instant.EPOCH, Instant.MIN)) {
      assertThat(recoverer(disk).recover(RecoveryOptions.upToInstant(early)).state()).isEmpty();
    }
    assertThat(recoverer(disk).recover(RecoveryOptions.upToInstant(Instant.MAX)).state())
        .isEqualTo(appended);
  }

  @Test
  void instantBeforeATruncatedLogIsRefused() throws IOException {
    HandClock clock = new HandClock();
    WalOptions options = WalOptions.builder().clock(clock).build();
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), options)) {
      log.appendDurable("a");
      clock.set(Duration.ofSeconds(10));
      CheckpointPublisher.of(directory, clock, log)
          .keeping(1)
          .publish(1, out -> MACHINE.write(List.of("a"), out));
      log.appendDurable("b");
    }
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(
            () -> recoverer(disk).recover(RecoveryOptions.upToInstant(START.plusSeconds(5))))
        .withMessageContaining("reach back");
    assertThat(recoverer(disk).recover(RecoveryOptions.upToInstant(START.plusSeconds(11))).state())
        .containsExactly("a", "b");
  }
}
