package dev.durability.wal;

import static dev.durability.testkit.Fault.Operation.CREATE;
import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.log.LogReport;
import dev.durability.log.LogStats;
import dev.durability.log.SegmentRange;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an observer of a log is told, and that it does no harm. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class WalObserverTest {
  private final FaultDirectory directory = new FaultDirectory(new MemoryDirectory());

  @Test
  void observerSeesEachKindOfEvent() throws IOException {
    List<String> events = new CopyOnWriteArrayList<>();
    WalObserver observer =
        new WalObserver() {
          @Override
          public void onAppend(long firstId, long lastId, long bytes) {
            events.add("append " + firstId + "-" + lastId + " " + bytes);
          }

          @Override
          public void onFlush(long lastId, long bytes) {
            events.add("flush " + lastId);
          }

          @Override
          public void onSync(long lastId, long durationNanos) {
            assertThat(durationNanos).isNotNegative();
            events.add("sync " + lastId);
          }

          @Override
          public void onRotate(SegmentRange ended) {
            events.add("rotate " + ended.firstEntryId() + "-" + ended.lastEntryId());
          }

          @Override
          public void onTruncate(List<SegmentRange> removed) {
            events.add("truncate " + removed.size());
          }

          @Override
          public void onRecovery(LogReport report) {
            events.add("recovery " + report.verdict());
          }
        };
    try (WalWriter<String> log = Logs.open(directory, Logs.small().observer(observer).build())) {
      log.appendBatch(List.of("12345678", "12345678"));
      log.sync();
      log.appendCheckpoint(2, "");
      log.truncate(2);
    }
    assertThat(events)
        .containsExactly(
            "recovery CLEAN",
            "append 1-2 48",
            "flush 2",
            "sync 2",
            "flush 2",
            "flush 2",
            "sync 2",
            "rotate 1-2",
            "sync 2",
            "truncate 1");
  }

  @Test
  void whateverAnObserverThrowsDoesNoHarmAndCountsAsVeto() throws IOException {
    List<Throwable> reported = new CopyOnWriteArrayList<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, e) -> {
          reported.add(e);
          throw new IllegalStateException("the handler fails too");
        });
    try {
      WalOptions options = Logs.small().observer(new Throwing()).build();
      for (int i = 0; i < 2; i++) {
        try (WalWriter<String> log = Logs.open(directory, options)) {
          log.appendDurable("x".repeat(3000));
          log.appendDurable("y".repeat(3000));
          assertThat(log.truncate(1)).isEmpty();
        }
      }
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(reported).hasSizeGreaterThan(10).allMatch(e -> e instanceof AssertionError);
    TreeMap<Long, String> found = new TreeMap<>();
    WalReader.of(directory, Codecs.utf8()).replay(1, Long.MAX_VALUE, found::put);
    assertThat(found).hasSize(4);
  }

  private static final class Throwing implements WalObserver {
    @Override
    public void onAppend(long firstId, long lastId, long bytes) {
      throw new AssertionError("append");
    }

    @Override
    public void onFlush(long lastId, long bytes) {
      throw new AssertionError("flush");
    }

    @Override
    public void onSync(long lastId, long durationNanos) {
      throw new AssertionError("sync");
    }

    @Override
    public void onRotate(SegmentRange ended) {
      throw new AssertionError("rotate");
    }

    @Override
    public void onRecovery(LogReport report) {
      throw new AssertionError("recovery");
    }

    @Override
    public boolean mayRemove(SegmentRange segment) {
      throw new AssertionError("may remove");
    }
  }

  @Test
  void syncTellsHowManyEntriesAndBytesItMadeDurable() throws IOException {
    List<String> syncs = new CopyOnWriteArrayList<>();
    WalObserver observer =
        new WalObserver() {
          @Override
          public void onSync(long lastId, long entries, long bytes, long durationNanos) {
            assertThat(durationNanos).isNotNegative();
            syncs.add(lastId + ": " + entries + " entries, " + bytes + " bytes");
          }
        };
    WalOptions options = Logs.small().flushPolicy(FlushPolicy.manual()).observer(observer).build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      log.append("12345678");
      log.flush();
      log.append("12345678");
      log.sync();
      log.appendBatch(List.of("12345678", "12345678", "12345678"));
      log.sync();
      log.truncateAfter(3);
      log.append("12345678");
      log.sync();
    }
    assertThat(syncs)
        .containsSubsequence(
            "2: 2 entries, 48 bytes", "5: 3 entries, 104 bytes", "4: 1 entries, 24 bytes");
  }

  @Test
  void syncOfASegmentDoesNotCountWhatIsWrittenInTheNextOne() throws IOException {
    List<Long> lastIds = new CopyOnWriteArrayList<>();
    List<Long> counts = new CopyOnWriteArrayList<>();
    WalObserver observer =
        new WalObserver() {
          @Override
          public void onSync(long lastId, long entries, long bytes, long durationNanos) {
            lastIds.add(lastId);
            counts.add((counts.isEmpty() ? 0 : counts.get(counts.size() - 1)) + entries);
          }
        };
    WalOptions options =
        WalOptions.builder()
            .segmentBytes(16 << 10)
            .bufferBytes(4096)
            .flushPolicy(FlushPolicy.manual())
            .observer(observer)
            .build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      for (int i = 0; i < 200; i++) {
        log.append("x".repeat(500));
      }
    }
    assertThat(counts).hasSizeGreaterThan(5).isEqualTo(lastIds);
  }

  @Test
  void statsCountWhatWasAppendedWrittenSyncedAndRotated() throws IOException {
    WalOptions options = Logs.small().flushPolicy(FlushPolicy.manual()).build();
    WalWriter<String> closed;
    try (WalWriter<String> log = Logs.open(directory, options)) {
      closed = log;
      assertThat(log.observer()).isSameAs(WalObserver.NONE);
      assertThat(log.stats()).isEqualTo(new LogStats(0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, null));
      log.append("12345678");
      log.appendBatch(List.of("12345678", "12345678"));
      LogStats pending = log.stats();
      assertThat(pending).isEqualTo(new LogStats(3, 72, 0, 0, 0, 0, 1, 3, 0, 3, 0, null));
      AppendFuture future = log.appendAsync("12345678");
      log.sync();
      assertThat(future).isCompletedWithValue(4L);
      LogStats synced = log.stats();
      assertThat(synced.appendedEntries()).isEqualTo(4);
      assertThat(synced.writtenBytes()).isGreaterThanOrEqualTo(96);
      assertThat(synced.syncs()).isPositive();
      assertThat(synced.syncNanos()).isPositive();
      assertThat(synced.durableId()).isEqualTo(4);
      assertThat(synced.pendingAppends()).isZero();
      log.appendCheckpoint(4, "");
      assertThat(log.stats().rotations()).isEqualTo(1);
      assertThat(log.stats().segments()).isEqualTo(2);
      assertThat(log.stats().appendedBytes()).isEqualTo(log.appendedBytes()).isGreaterThan(96);
      assertThat(log.stats().appendedEntries()).as("a marker is no entry").isEqualTo(4);
    }
    assertThat(closed.stats().appendedEntries()).as("after closing").isEqualTo(4);
  }

  @Test
  void poisonIsToldOnceWithWhatFailed() throws IOException {
    List<Throwable> told = new CopyOnWriteArrayList<>();
    WalObserver observer =
        new WalObserver() {
          @Override
          public void onPoisoned(Throwable cause) {
            told.add(cause);
          }
        };
    WalWriter<String> log = Logs.open(directory, Logs.small().observer(observer).build());
    directory.inject(Fault.of(SYNC_FILE));
    assertThatThrownBy(() -> log.appendDurable("a")).isInstanceOf(WriterPoisonedException.class);
    assertThat(told).hasSize(1);
    assertThat(log.poison()).isSameAs(told.get(0));
    assertThat(log.stats().poison()).isSameAs(told.get(0));
    assertThatThrownBy(() -> log.append("b")).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(log::close).isInstanceOf(WriterPoisonedException.class);
    assertThat(told).hasSize(1);
  }

  @Test
  void observerThatThrowsChangesNothingAboutACheckpointOrAPoisonedWriter() throws IOException {
    List<Throwable> reported = new CopyOnWriteArrayList<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> reported.add(e));
    WalObserver observer =
        new WalObserver() {
          @Override
          public void onCheckpoint(String path, long lastEntryId, long bytes, long durationNanos) {
            throw new AssertionError("checkpoint");
          }

          @Override
          public void onPoisoned(Throwable cause) {
            throw new AssertionError("poisoned");
          }
        };
    try {
      WalWriter<String> log = Logs.open(directory, Logs.small().observer(observer).build());
      log.appendDurable("a");
      CheckpointPublisher publisher = CheckpointPublisher.of(directory, Clock.systemUTC(), log);
      assertThat(publisher.publish(1, out -> out.write(1)).lastEntryId()).isEqualTo(1);
      assertThat(Checkpoints.in(directory, Clock.systemUTC()).list()).containsExactly(1L);
      directory.inject(Fault.of(SYNC_FILE));
      assertThatThrownBy(() -> log.appendDurable("b")).isInstanceOf(WriterPoisonedException.class);
      assertThatThrownBy(log::close).isInstanceOf(WriterPoisonedException.class);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(reported)
        .extracting(Throwable::getMessage)
        .containsExactly("checkpoint", "poisoned");
  }

  @Test
  void twoObserversAreBothToldEvenIfTheFirstThrowsAndEachMayVeto() throws IOException {
    List<Throwable> reported = new CopyOnWriteArrayList<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> reported.add(e));
    List<String> told = new CopyOnWriteArrayList<>();
    WalObserver second = new Telling(told);
    try (WalWriter<String> log =
        Logs.open(directory, Logs.small().observer(new Throwing().andThen(second)).build())) {
      log.appendDurable("a");
      log.appendCheckpoint(1, "");
      assertThat(log.truncate(1)).as("vetoed").isEmpty();
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    WalObserver both = WalObserver.NONE.andThen(second);
    SegmentRange segment = new SegmentRange(1, 1, 2, "a");
    assertThat(both.mayRemove(segment)).isFalse();
    assertThat(WalObserver.NONE.andThen(WalObserver.NONE).mayRemove(segment)).isTrue();
    both.onTruncate(List.of(segment));
    both.onCheckpoint("c", 1, 2, 3);
    both.onCheckpointFailed(new IOException());
    both.onPoisoned(new IOException());
    assertThat(reported).isNotEmpty().allMatch(e -> e instanceof AssertionError);
    assertThat(told)
        .contains(
            "append",
            "flush",
            "sync",
            "rotate",
            "recovery",
            "may remove",
            "truncate",
            "checkpoint",
            "checkpoint failed",
            "poisoned");
  }

  private record Telling(List<String> told) implements WalObserver {
    @Override
    public void onAppend(long firstId, long lastId, long bytes) {
      told.add("append");
    }

    @Override
    public void onFlush(long lastId, long bytes) {
      told.add("flush");
    }

    @Override
    public void onSync(long lastId, long durationNanos) {
      told.add("sync");
    }

    @Override
    public void onRotate(SegmentRange ended) {
      told.add("rotate");
    }

    @Override
    public void onTruncate(List<SegmentRange> removed) {
      told.add("truncate");
    }

    @Override
    public void onRecovery(LogReport report) {
      told.add("recovery");
    }

    @Override
    public boolean mayRemove(SegmentRange segment) {
      told.add("may remove");
      return false;
    }

    @Override
    public void onCheckpoint(String path, long lastEntryId, long bytes, long durationNanos) {
      told.add("checkpoint");
    }

    @Override
    public void onCheckpointFailed(Throwable cause) {
      told.add("checkpoint failed");
    }

    @Override
    public void onPoisoned(Throwable cause) {
      told.add("poisoned");
    }
  }

  @Test
  void spareThatCannotBeMadeNeverStopsTheLog() throws IOException {
    directory.inject(Fault.of(CREATE).endingIn("spare.tmp").always());
    try (WalWriter<String> log =
        Logs.open(directory, WalOptions.builder().segmentBytes(4096).build())) {
      for (int i = 0; i < 10; i++) {
        log.appendDurable(i + "x".repeat(2500));
      }
    }
    assertThat(Logs.entries(directory)).hasSize(10);
  }
}
