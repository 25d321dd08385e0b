package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codecs;
import dev.durability.frame.FrameRun;
import dev.durability.frame.WallClock;
import dev.durability.log.ClockStandstill;
import dev.durability.log.EntryAtInstant;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.Recovery;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.recovery.StateMachine;
import dev.durability.segment.LogCursor;
import dev.durability.segment.LogListing;
import dev.durability.segment.Standstills;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A wall clock that was a year ahead for a while: what recovery to an instant tells of that. */
class WrongClockTest {
  private static final Instant START = Instant.parse("2024-05-06T07:08:09Z");
  private static final Duration YEAR = Duration.ofDays(365);

  private final MemoryDirectory directory = new MemoryDirectory();
  private final TickingClock clock = new TickingClock();

  /** A millisecond later each time that it is asked. */
  private static final class TickingClock extends Clock {
    private Instant now = START;

    @Override
    public synchronized Instant instant() {
      now = now.plusMillis(1);
      return now;
    }

    synchronized void set(Instant to) {
      now = to;
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

  /** Writes entries and closes the log: its END promises all of them. */
  private void write(int entries, Instant at) throws IOException {
    clock.set(at);
    try (WalWriter<Long> log =
        WalWriter.open(directory, Codecs.longs(), Logs.small().clock(clock).build())) {
      for (int i = 0; i < entries; i++) {
        long id = log.appendDurable(1L);
        assertThat(id).isPositive();
      }
    }
  }

  @Test
  void whereTimeStoodStillIsToldForEachInstantBeforeThat() throws IOException {
    write(3, START);
    write(1, START.plus(YEAR));
    write(4, START.plus(Duration.ofHours(1)));
    write(2, START.plus(Duration.ofHours(2)));
    Instant standing = stampOfLastMark();
    assertThat(standing).isBetween(START.plus(YEAR), START.plus(YEAR).plusSeconds(1));
    write(5, START.plus(YEAR).plus(Duration.ofDays(1)));

    ClockStandstill stood = new ClockStandstill(4, 10, standing);
    for (Duration later : new Duration[] {Duration.ofHours(1), Duration.ofDays(1)}) {
      EntryAtInstant at = WalMaintenance.lastEntryAt(directory, START.plus(later));
      assertThat(at.lastEntryId()).isEqualTo(3);
      assertThat(at.standstills()).containsExactly(stood);
    }
    assertThat(WalMaintenance.lastEntryAt(directory, START.minusSeconds(1)))
        .isEqualTo(new EntryAtInstant(0, List.of(stood)));
    EntryAtInstant after = WalMaintenance.lastEntryAt(directory, standing);
    assertThat(after.lastEntryId()).isEqualTo(10);
    assertThat(after.standstills()).as("none of them is left out").isEmpty();
    assertThat(WalMaintenance.lastEntryAt(directory, Instant.MAX).lastEntryId()).isEqualTo(15);
  }

  /** The log was closed, so the next opening starts where its last mark stands. */
  private Instant stampOfLastMark() throws IOException {
    LogListing listing = LogListing.of(directory, LogListing.segments(directory));
    try (LogCursor cursor = new LogCursor(directory, listing, 0)) {
      while (cursor.next() != FrameRun.Step.STOP) {
        // To the end.
      }
      return WallClock.instant(cursor.lastStampMicros());
    }
  }

  @Test
  void recoveryTellsOfItAndRecoveryUpToAnEntryHelps() throws IOException {
    write(3, START);
    write(1, START.plus(YEAR));
    write(4, START.plus(Duration.ofHours(1)));
    Recoverer<Long, Long> recoverer = Recoverer.of(directory, Codecs.longs(), new Sum());
    Recovery<Long> day =
        recoverer.recover(RecoveryOptions.upToInstant(START.plus(Duration.ofDays(1))));
    assertThat(day.state()).isEqualTo(3);
    assertThat(day.standstills()).hasSize(1);
    ClockStandstill stood = day.standstills().get(0);
    assertThat(stood.afterEntryId()).isEqualTo(4);
    assertThat(stood.throughEntryId()).isEqualTo(8);
    Recovery<Long> all = recoverer.recover(RecoveryOptions.upToEntry(stood.throughEntryId()));
    assertThat(all.state()).isEqualTo(8);
    assertThat(all.standstills()).isEmpty();
    assertThat(recoverer.recover(RecoveryOptions.latest()).standstills()).isEmpty();
    assertThat(recoverer.loadCheckpoint().standstills()).isEmpty();
  }

  @Test
  void clockThatOnlyRisesNeverStandsStill() throws IOException {
    for (int day = 0; day < 5; day++) {
      write(20, START.plus(Duration.ofDays(day)));
    }
    for (int day = -1; day < 6; day++) {
      assertThat(
              WalMaintenance.lastEntryAt(directory, START.plus(Duration.ofDays(day))).standstills())
          .isEmpty();
    }
  }

  @Test
  void noMoreThanAHundredAreTold() {
    Standstills many = new Standstills(1_000);
    for (int i = 1; i <= 500; i++) {
      many.pass(2L * i, 900L + i);
      many.pass(2L * i + 1, 900L + i);
    }
    assertThat(many.found()).hasSize(100);
    assertThat(many.found().get(0).afterEntryId()).isEqualTo(202);
  }

  private static final class Sum implements StateMachine<Long, Long> {
    @Override
    public Long initial() {
      return 0L;
    }

    @Override
    public Long apply(Long sum, Long more) {
      return sum + more;
    }

    @Override
    public Long snapshot(Long sum) {
      return sum;
    }

    @Override
    public void write(Long sum, OutputStream out) throws IOException {
      out.write(sum.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Long read(InputStream in) throws IOException {
      return Long.parseLong(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
