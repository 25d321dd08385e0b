package dev.durability.wal;

import static dev.durability.testkit.Fault.Operation.CREATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codecs;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an observer of a log is told, and that it does no harm. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
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
            "sync 2",
            "rotate 1-2",
            "flush 2",
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
