package dev.durability.testkit.errors;

import dev.durability.codec.Codecs;
import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.errors.Calls.Call;
import dev.durability.testkit.errors.Calls.Kind;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.LogReport;
import dev.durability.wal.Verdict;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A log with small buffers and segments, written by three threads in two lives: every call of the
 * writer, rotation, a reserved segment, marks, checkpoints, truncation.
 */
final class LogScenario implements Scenario {
  private static final WalOptions[] LIVES = {
    WalOptions.builder()
        .segmentBytes(4_096)
        .bufferBytes(4_096)
        .flushPolicy(FlushPolicy.every(3))
        .build(),
    WalOptions.builder()
        .segmentBytes(16_384)
        .bufferBytes(8_192)
        .flushPolicy(FlushPolicy.interval(Duration.ofMillis(1)))
        .syncInterval(Duration.ofMillis(2))
        .build()
  };

  @Override
  public @Nullable String run() {
    return new Run().run();
  }

  private static final class Run {
    private CrashDirectory directory = new CrashDirectory();
    private Map<Long, String> settled = new HashMap<>();
    private long settledThrough;

    @Nullable String run() {
      for (int life = 0; life < LIVES.length; life++) {
        try {
          String wrong = live(life);
          if (wrong != null) {
            return "life " + life + ": " + wrong;
          }
        } catch (IOException | InterruptedException e) {
          return "life " + life + ": " + Crew.describe(e);
        }
      }
      return null;
    }

    private @Nullable String live(int life) throws IOException, InterruptedException {
      Crew crew = new Crew();
      Life one = new Life(crew, directory, "" + life, LIVES[life], settled, settledThrough);
      crew.start("who opens", one::run);
      String wrong = crew.await();
      if (wrong == null) {
        wrong = one.calls.contradiction();
      }
      CrashDirectory crashed = one.beforeClose;
      if (wrong == null && crashed != null) {
        wrong = look("killed before close", crashed.copy(), one, one.acknowledgedBeforeClose);
      }
      if (wrong == null && crashed != null) {
        CrashDirectory after = crashed.afterPowerLoss(life);
        wrong = look("power lost before close", after, one, one.acknowledgedBeforeClose);
      }
      long acknowledged = one.calls.acknowledgedThrough();
      if (wrong == null) {
        CrashDirectory after = directory.copy().afterPowerLoss(life);
        wrong = look("power lost after close", after, one, acknowledged);
      }
      return wrong != null ? wrong : look("closed", directory, one, acknowledged);
    }

    /** Opens a log again, and compares it with what was promised. The last look counts. */
    private @Nullable String look(String when, CrashDirectory left, Life life, long acknowledged)
        throws IOException {
      LogReport report = WalMaintenance.verify(left);
      if (report.verdict() == Verdict.CORRUPT) {
        return when + ": " + report;
      }
      long last;
      try (WalWriter<String> again = WalWriter.open(left, Codecs.utf8(), WalOptions.defaults())) {
        last = again.lastAppendedId();
      }
      if (WalMaintenance.verify(left).verdict() != Verdict.CLEAN) {
        return when + ", opened again and closed: " + WalMaintenance.verify(left);
      }
      Map<Long, String> found = new HashMap<>();
      long first = WalMaintenance.firstEntryId(left);
      WalReader.of(left, Codecs.utf8()).replay(first, Long.MAX_VALUE, found::put);
      String wrong = life.calls.contradiction(found, first, last, acknowledged);
      settled = found;
      settledThrough = last;
      return wrong == null ? null : when + ": " + wrong;
    }
  }

  /** A writer, from its opening to its close. */
  private static final class Life {
    private final Crew crew;
    private final CrashDirectory directory;
    private final String name;
    private final WalOptions options;
    final Calls calls;
    volatile @Nullable CrashDirectory beforeClose;
    volatile long acknowledgedBeforeClose;

    Life(
        Crew crew,
        CrashDirectory directory,
        String name,
        WalOptions options,
        Map<Long, String> settled,
        long settledThrough) {
      this.crew = crew;
      this.directory = directory;
      this.name = name;
      this.options = options;
      this.calls = new Calls(settled, settledThrough);
    }

    void run() throws Exception {
      WalWriter<String> log = open();
      List<CountDownLatch> ended = new ArrayList<>();
      ended.add(crew.start("a", () -> everything(log)));
      ended.add(crew.start("b", () -> futures(log)));
      ended.add(crew.start("c", () -> large(log)));
      for (CountDownLatch each : ended) {
        each.await();
      }
      flush(log);
      CrashDirectory copy = directory.copy();
      acknowledgedBeforeClose = calls.acknowledgedThrough();
      beforeClose = copy;
      if (!close(log).returned()) {
        close(log); // It did not happen, or this does nothing.
      }
    }

    private WalWriter<String> open() throws IOException {
      try {
        return WalWriter.open(directory, Codecs.utf8(), options);
      } catch (Throwable e) {
        if (!Calls.isAllowed(e) && !Calls.isCausedByIt(e)) {
          throw e;
        }
        return WalWriter.open(directory, Codecs.utf8(), options);
      }
    }

    /** Each call of the writer. */
    private void everything(WalWriter<String> log) {
      append(log, entry("a1", 10));
      append(log, entry("a2", 100));
      batch(log, entry("a3", 50), entry("a4", 200), entry("a5", 0));
      flush(log);
      durable(log, entry("a6", 10));
      append(log, entry("a7", 3_000));
      sync(log);
      calls.call(Kind.MARK, List.of(), () -> log.appendCheckpoint(log.lastDurableId(), ""));
      append(log, entry("a8", 10));
      calls.call(
          Kind.TRUNCATE,
          List.of(),
          () -> {
            log.truncate(log.lastDurableId());
            return 0L;
          });
      append(log, entry("a9", 10));
      durable(log, entry("a10", 10));
    }

    private void futures(WalWriter<String> log) {
      for (int i = 1; i <= 4; i++) {
        async(log, entry("b" + i, 30));
      }
      append(log, entry("b5", 10));
      Call last = async(log, entry("b6", 900));
      if (last.future != null) {
        last.future.handle((id, failure) -> id).join();
      }
      append(log, entry("b7", 10));
      async(log, entry("b8", 10));
    }

    /** Waits for room, and for others. */
    private void large(WalWriter<String> log) {
      append(log, entry("c1", 2_000));
      append(log, entry("c2", 2_500));
      batch(log, entry("c3", 1_500), entry("c4", 1_500), entry("c5", 1_500));
      durable(log, entry("c6", 20));
      append(log, entry("c7", 2_000));
      durable(log, entry("c8", 20));
    }

    private String entry(String text, int filling) {
      return name + text + ":" + "x".repeat(filling);
    }

    private void append(WalWriter<String> log, String entry) {
      calls.call(Kind.APPEND, List.of(entry), () -> log.append(entry));
    }

    private void batch(WalWriter<String> log, String... entries) {
      List<String> batch = List.of(entries);
      calls.call(Kind.APPEND, batch, () -> log.appendBatch(batch));
    }

    private void durable(WalWriter<String> log, String entry) {
      calls.call(Kind.APPEND_DURABLE, List.of(entry), () -> log.appendDurable(entry));
    }

    private Call async(WalWriter<String> log, String entry) {
      return calls.async(entry, () -> log.appendAsync(entry));
    }

    private void flush(WalWriter<String> log) {
      calls.call(
          Kind.FLUSH,
          List.of(),
          () -> {
            log.flush();
            return 0L;
          });
    }

    private void sync(WalWriter<String> log) {
      calls.call(
          Kind.SYNC,
          List.of(),
          () -> {
            log.sync();
            return 0L;
          });
    }

    private Call close(WalWriter<String> log) {
      return calls.call(
          Kind.CLOSE,
          List.of(),
          () -> {
            log.close();
            return 0L;
          });
    }
  }
}
