package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.log.LogHold;
import dev.durability.log.SegmentRange;
import dev.durability.storage.DurableFile;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.CrashExplorer;
import dev.durability.testkit.CrashReport;
import dev.durability.testkit.CrashTest;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import dev.durability.testkit.History;
import dev.durability.testkit.Step;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program beside the writer holds back, and for how long. */
class WalHoldsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  private final MemoryDirectory directory = new MemoryDirectory();
  private final List<LogHold> heldBack = new ArrayList<>();
  private final WalObserver observer =
      new WalObserver() {
        @Override
        public void onHeldBack(List<LogHold> holds) {
          heldBack.addAll(holds);
        }
      };

  private WalWriter<String> logOfFiveSegments() throws IOException {
    WalWriter<String> log =
        Logs.open(directory, Logs.small().clock(CLOCK).observer(observer).build());
    for (int i = 1; i <= 5; i++) {
      log.appendDurable(i + "x".repeat(3000));
    }
    return log;
  }

  private void hold(long fromId, Duration time) throws IOException {
    WalHolds.hold(directory, "copy", fromId, NOW.plus(time), NOW);
  }

  private static List<Long> lastIds(List<SegmentRange> segments) {
    return segments.stream().map(SegmentRange::lastEntryId).toList();
  }

  @Test
  void truncationStopsAtTheFirstSegmentThatAHoldNeedsUntilItIsReleased() throws IOException {
    try (WalWriter<String> log = logOfFiveSegments()) {
      hold(3, Duration.ofMinutes(1));
      assertThat(lastIds(log.truncate(5))).containsExactly(1L, 2L);
      assertThat(heldBack).extracting(LogHold::holder).containsExactly("copy");
      assertThat(log.truncate(5)).isEmpty();
      hold(5, Duration.ofMinutes(1));
      assertThat(lastIds(log.truncate(5))).containsExactly(3L, 4L);
      assertThat(WalHolds.release(directory, "copy")).isTrue();
      assertThat(WalHolds.release(directory, "copy")).isFalse();
      assertThat(lastIds(log.truncate(5))).containsExactly(5L);
    }
  }

  @Test
  void holdThatExpiredHoldsNothing() throws IOException {
    WalHolds.hold(directory, "copy", 1, NOW, NOW.minusSeconds(9));
    try (WalWriter<String> log = logOfFiveSegments()) {
      assertThat(lastIds(log.truncate(2))).containsExactly(1L, 2L);
      assertThat(heldBack).isEmpty();
      hold(1, Duration.ofNanos(1_000));
      assertThat(log.truncate(3)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "durability hold 1\n",
        "durability hold 1\nfrom 3\nuntil 4000000000000000\ncrc32c 00000000\n",
        "durability hold 1\nfrom 9223372036854775808\nuntil 1\ncrc32c 7f6ed5d5\n",
      })
  void damagedHoldHoldsEverythingAndSaysSoUntilItIsReleased(String text) throws IOException {
    DurableFile.write(directory, "holds/copy.hold", text.getBytes(StandardCharsets.US_ASCII));
    try (WalWriter<String> log = logOfFiveSegments()) {
      assertThat(log.truncate(5)).isEmpty();
      assertThat(heldBack).hasSize(1);
      assertThat(heldBack.get(0).problem())
          .contains("holds/copy.hold is damaged")
          .contains("until it is deleted");
      assertThat(WalHolds.release(directory, "copy")).isTrue();
      assertThat(log.truncate(5)).hasSize(5);
    }
  }

  @Test
  void eachBitOfAHoldCounts() throws IOException {
    hold(3, Duration.ofDays(1));
    byte[] whole = DurableFile.read(directory, "holds/copy.hold", 1000);
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      DurableFile.write(directory, "holds/copy.hold", flipped);
      assertThat(WalHolds.list(directory, NOW).get(0).problem()).as("bit %d", bit).isNotNull();
    }
  }

  @Test
  void holdThatEndsTooFarAheadIsNotWrittenAndReadAsDamaged() throws IOException {
    assertThatThrownBy(() -> hold(1, WalHolds.LONGEST.plusSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("31 days");
    hold(7, WalHolds.LONGEST);
    assertThat(WalHolds.list(directory, NOW))
        .containsExactly(new LogHold("copy", 7, NOW.plus(WalHolds.LONGEST), null));
    assertThat(WalHolds.list(directory, NOW.minusSeconds(1)).get(0).problem()).contains("absurdly");
  }

  @Test
  void namesOfHoldersAndEntriesAreChecked() {
    for (String holder : List.of("", "A", "a/b", "-a", "a.b", "a".repeat(65))) {
      assertThatThrownBy(() -> WalHolds.hold(directory, holder, 1, NOW, NOW))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (long id : new long[] {0, -1, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> hold(id, Duration.ZERO))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> WalHolds.hold(directory, "a", 1, Instant.EPOCH.minusSeconds(1), NOW))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void otherFilesInTheDirectoryAreNoHolds() throws IOException {
    for (String name : List.of("readme", "A.hold", "copy.hold.0123456789abcdef.tmp", ".hold")) {
      DurableFile.write(directory, "holds/" + name, new byte[] {1});
    }
    assertThat(WalHolds.list(directory, NOW)).isEmpty();
  }

  @Test
  void holdThatCannotBeReadCountsAsDamagedAndOneThatIsGoneAsNone() throws IOException {
    FaultDirectory failing = new FaultDirectory(directory);
    hold(1, Duration.ofDays(1));
    failing.inject(Fault.of(Fault.Operation.OPEN));
    assertThat(WalHolds.list(failing, NOW).get(0).problem()).contains("cannot be read");
    failing.heal();
    assertThat(WalHolds.list(failing, NOW).get(0).problem()).isNull();
  }

  @Test
  void checkpointsThatAHoldOrTheObserverKeepsAreDeletedLater() throws IOException {
    boolean[] agrees = {false};
    WalObserver vetoing =
        new WalObserver() {
          @Override
          public boolean mayRemoveCheckpoint(String path, long lastEntryId) {
            if (lastEntryId == 2) {
              throw new IllegalStateException("cannot answer");
            }
            return agrees[0];
          }
        };
    Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> {});
    try (WalWriter<String> log =
        Logs.open(
            directory, Logs.small().clock(CLOCK).observer(observer.andThen(vetoing)).build())) {
      CheckpointPublisher publisher = CheckpointPublisher.of(directory, CLOCK, log).keeping(1);
      hold(2, Duration.ofDays(1)); // Continues the checkpoint of entry 1.
      for (int i = 1; i <= 3; i++) {
        long id = log.appendDurable(i + "x".repeat(3000));
        assertThat(publisher.publish(id, out -> {}).removedCheckpoints()).isEmpty();
      }
      assertThat(heldBack).isNotEmpty();
      assertThat(WalHolds.release(directory, "copy")).isTrue();
      agrees[0] = true;
      long last = log.appendDurable("last");
      assertThat(publisher.publish(last, out -> {}).removedCheckpoints())
          .containsExactly(
              "checkpoints/00000000000000000001.ckpt", "checkpoints/00000000000000000003.ckpt");
    } finally {
      Thread.currentThread().setUncaughtExceptionHandler(null);
    }
  }

  @Test
  void closingInOrderTellsTheLastSegmentAndClosingAPoisonedLogDoesNot() throws IOException {
    List<SegmentRange> closed = new ArrayList<>();
    WalObserver closing =
        new WalObserver() {
          @Override
          public void onClosed(SegmentRange last) {
            closed.add(last);
          }
        };
    WalOptions options = Logs.small().observer(WalObserver.NONE.andThen(closing)).build();
    WalWriter<String> log = Logs.open(directory, options);
    log.appendDurable("a");
    assertThat(closed).isEmpty();
    log.close();
    log.close();
    assertThat(closed)
        .containsExactly(
            new SegmentRange(1, 1, 1, "wal/00000000000000000001-00000000000000000001.wal"));
    FaultDirectory failing = new FaultDirectory(directory);
    WalWriter<String> poisoned = Logs.open(failing, options);
    failing.inject(Fault.of(Fault.Operation.SYNC_FILE));
    assertThatThrownBy(() -> poisoned.appendDurable("b")).isInstanceOf(IOException.class);
    assertThatThrownBy(poisoned::close).isInstanceOf(IOException.class);
    assertThat(closed).hasSize(1);
  }

  /** What {@link #noCrashLetsATruncationRemoveWhatWasHeldBefore} notes. */
  private record Held(long fromId) {}

  private static final class HoldsAndTruncates implements CrashTest<Held> {
    private @Nullable WalWriter<String> log;

    @Override
    public List<Step<Held>> steps() {
      return List.of(
          new Step<>("open", (disk, history) -> log = open(disk)),
          new Step<>("append", (disk, history) -> append(6)),
          new Step<>("hold from 3", (disk, history) -> hold(disk, history, 3)),
          new Step<>("truncate", (disk, history) -> writer().truncate(6)),
          new Step<>("hold from 5", (disk, history) -> hold(disk, history, 5)),
          new Step<>("append", (disk, history) -> append(2)),
          new Step<>("truncate", (disk, history) -> writer().truncate(8)),
          new Step<>("close", (disk, history) -> writer().close()));
    }

    private WalWriter<String> writer() {
      return Objects.requireNonNull(log);
    }

    private static WalWriter<String> open(CrashDirectory disk) throws IOException {
      return Logs.open(disk, Logs.small().clock(CLOCK).build());
    }

    private void append(int count) throws IOException {
      for (int i = 0; i < count; i++) {
        writer().appendDurable("x".repeat(3000));
      }
    }

    private static void hold(CrashDirectory disk, History<Held> history, long fromId)
        throws IOException {
      WalHolds.hold(disk, "copy", fromId, NOW.plus(Duration.ofDays(1)), NOW);
      history.promise(new Held(fromId));
    }

    @Override
    public void restart(CrashDirectory disk, History<Held> history) throws IOException {
      List<LogHold> holds = WalHolds.list(disk, NOW);
      try (WalWriter<String> again = open(disk)) {
        List<Held> promised = history.events();
        if (!promised.isEmpty()) {
          long fromId = promised.get(promised.size() - 1).fromId();
          assertThat(holds).hasSize(1);
          assertThat(holds.get(0).problem()).isNull();
          assertThat(holds.get(0).fromEntryId()).isGreaterThanOrEqualTo(fromId);
          again.truncate(again.lastDurableId());
          assertThat(again.firstEntryId()).isLessThanOrEqualTo(holds.get(0).fromEntryId());
          assertThat(again.lastDurableId()).isGreaterThanOrEqualTo(6);
        }
      }
      assertThat(WalMaintenance.verify(disk).verdict()).isEqualTo(dev.durability.log.Verdict.CLEAN);
    }

    @Override
    public void close() throws IOException {
      if (log != null) {
        log.close();
      }
    }
  }

  @Test
  void noCrashLetsATruncationRemoveWhatWasHeldBefore() {
    CrashReport report = CrashExplorer.of(HoldsAndTruncates::new).statesMax(1_500).explore();
    assertThat(report.distinct()).isGreaterThan(300);
  }
}
