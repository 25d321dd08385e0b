package dev.durability.testkit.errors;

import dev.durability.codec.Codecs;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.testkit.errors.Calls.Call;
import dev.durability.testkit.errors.Calls.Kind;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A log with small buffers and segments, written by three threads in two lives: every call of the
 * writer, rotation, a reserved segment, marks, checkpoints, truncation, cuts.
 */
class LogScenario extends Lives {
  private static final WalOptions[] LIVES = {
    WalOptions.builder()
        .segmentBytes(4_096)
        .bufferBytes(4_096)
        .flushPolicy(FlushPolicy.every(3))
        .observer(new UserCode.Observer())
        .build(),
    WalOptions.builder()
        .segmentBytes(16_384)
        .bufferBytes(8_192)
        .flushPolicy(FlushPolicy.interval(Duration.ofMillis(1)))
        .syncInterval(Duration.ofMillis(2))
        .observer(new UserCode.Observer())
        .build()
  };

  LogScenario() {
    super(LIVES.length);
  }

  static WalOptions options(int life) {
    return LIVES[life];
  }

  @Override
  OneLog life(int number, Found before) {
    return new OneLog(options(number), "" + number, before);
  }

  /** Opens a log that was left, closes it, and reads all that is in it. */
  static Found recover(Directory left) throws IOException {
    LogReport report = WalMaintenance.verify(left);
    Calls.require(report.verdict() != Verdict.CORRUPT, () -> report.toString());
    long last;
    try (WalWriter<String> again = WalWriter.open(left, Codecs.utf8(), WalOptions.defaults())) {
      last = again.lastAppendedId();
    }
    LogReport settled = WalMaintenance.verify(left);
    Calls.require(settled.verdict() == Verdict.CLEAN, () -> "opened and closed: " + settled);
    Map<Long, String> entries = new HashMap<>();
    long first = WalMaintenance.firstEntryId(left);
    WalReader.of(left, Codecs.utf8()).replay(first, Long.MAX_VALUE, entries::put);
    return new Found(entries, first, last);
  }

  /** A writer, from its opening to its close. */
  static class OneLog extends Life {
    private final WalOptions options;
    private final String name;
    private @Nullable WalWriter<String> opened;

    OneLog(WalOptions options, String name, Found before) {
      super(before);
      this.options = options;
      this.name = name;
    }

    @Override
    void open(Directory directory) throws IOException {
      opened = WalWriter.open(directory, new UserCode.Texts(), options);
    }

    @Override
    void use() throws Exception {
      WalWriter<String> log = log();
      crew.startAndAwait(() -> everything(log), () -> futures(log), () -> large(log));
      cut(log);
      calls.call(Kind.FLUSH, log::flush);
    }

    /** With one thread alone: what others append meanwhile would be cut off or not. */
    private void cut(WalWriter<String> log) {
      long[] end = {-1};
      calls.call(Kind.READ, () -> end[0] = log.lastAppendedId());
      for (String text : List.of("d1", "d2")) {
        String entry = entry(text, 10);
        Call unused =
            calls.call(
                Kind.APPEND_CUT_OFF,
                List.of(entry),
                () -> {
                  long unusedId = log.append(entry);
                  return 0L;
                });
      }
      if (end[0] >= 0) {
        Call cut = calls.call(Kind.TRUNCATE, () -> log.truncateAfter(end[0]));
        if (cut.thrown == null) {
          append(log, "d3", 10); // Else a crash may leave "d1" under its id: the cut is open.
        }
      }
      calls.call(Kind.TRUNCATE, () -> log.restartAt(log.lastAppendedId() + 1));
      append(log, "d4", 10);
    }

    @Override
    void close() throws IOException {
      log().close();
    }

    @Override
    Found find(Directory left) throws IOException {
      return recover(left);
    }

    private WalWriter<String> log() {
      return Objects.requireNonNull(opened);
    }

    /** Each call of the writer. */
    private void everything(WalWriter<String> log) {
      append(log, "a1", 10);
      append(log, "a2", 100);
      batch(log, entry("a3", 50), entry("a4", 200), entry("a5", 0));
      calls.call(Kind.FLUSH, log::flush);
      durable(log, "a6", 10);
      append(log, "a7", 3_000);
      calls.call(Kind.SYNC, log::sync);
      calls.call(Kind.MARK, () -> log.appendCheckpoint(log.lastDurableId(), ""));
      append(log, "a8", 10);
      calls.call(Kind.TRUNCATE, () -> log.truncate(log.lastDurableId()));
      append(log, "a9", 10);
      durable(log, "a10", 10);
    }

    private void futures(WalWriter<String> log) {
      for (int i = 1; i <= 4; i++) {
        async(log, "b" + i, 30);
      }
      append(log, "b5", 10);
      Call last = async(log, "b6", 900);
      if (last.future != null) {
        last.future.handle((id, failure) -> id).join();
      }
      append(log, "b7", 10);
      async(log, "b8", 10);
    }

    /** Waits for room, and for others. */
    private void large(WalWriter<String> log) {
      append(log, "c1", 2_000);
      append(log, "c2", 2_500);
      batch(log, entry("c3", 1_500), entry("c4", 1_500), entry("c5", 1_500));
      durable(log, "c6", 20);
      append(log, "c7", 2_000);
      durable(log, "c8", 20);
    }

    private String entry(String text, int filling) {
      return name + text + ":" + "x".repeat(filling);
    }

    private void append(WalWriter<String> log, String text, int filling) {
      String entry = entry(text, filling);
      calls.call(Kind.APPEND, List.of(entry), () -> log.append(entry));
    }

    private void batch(WalWriter<String> log, String... entries) {
      List<String> batch = List.of(entries);
      calls.call(Kind.APPEND, batch, () -> log.appendBatch(batch));
    }

    private void durable(WalWriter<String> log, String text, int filling) {
      String entry = entry(text, filling);
      calls.call(Kind.APPEND_DURABLE, List.of(entry), () -> log.appendDurable(entry));
    }

    private Call async(WalWriter<String> log, String text, int filling) {
      String entry = entry(text, filling);
      return calls.async(entry, () -> log.appendAsync(entry));
    }
  }
}
