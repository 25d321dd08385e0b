package dev.durability.testkit.errors;

import dev.durability.recordlog.RecordLogOptions;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.storage.Directory;
import dev.durability.testkit.errors.Calls.Kind;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A record log, written by two threads, with records that are larger than its buffer. In its second
 * life every other append is flushed.
 */
final class RecordLogScenario extends Lives {
  private static final String PATH = "records/log.rec";

  RecordLogScenario() {
    super(2);
  }

  @Override
  Life life(int number, Found before) {
    return new OneLog(number, before);
  }

  private static final class OneLog extends Life {
    private final String name;
    private final RecordLogOptions options;
    private @Nullable RecordLogWriter<String> opened;

    OneLog(int number, Found before) {
      super(before);
      this.name = "" + number;
      this.options =
          RecordLogOptions.builder().recordBytesMax(1 << 20).flushEvery(2 * number).build();
    }

    @Override
    void open(Directory directory) throws IOException {
      opened = RecordLogWriter.open(directory, PATH, new UserCode.Texts(), options);
    }

    @Override
    void use() throws Exception {
      RecordLogWriter<String> log = Objects.requireNonNull(opened);
      crew.startAndAwait(() -> small(log), () -> large(log));
      calls.call(Kind.FLUSH, log::flush);
    }

    @Override
    void close() throws IOException {
      Objects.requireNonNull(opened).close();
    }

    @Override
    boolean closesFiles() {
      return true;
    }

    private void small(RecordLogWriter<String> log) {
      append(log, "a1", 10);
      append(log, "a2", 100);
      calls.call(Kind.FLUSH, log::flush);
      append(log, "a3", 100);
      calls.call(Kind.SYNC, log::sync);
      append(log, "a4", 10);
      calls.call(Kind.FLUSH, log::flush);
      append(log, "a5", 10);
    }

    private void large(RecordLogWriter<String> log) {
      append(log, "b1", 66_000);
      append(log, "b2", 40_000);
      append(log, "b3", 30_000);
      calls.call(Kind.SYNC, log::sync);
      append(log, "b4", 10);
    }

    private void append(RecordLogWriter<String> log, String text, int filling) {
      String record = name + text + ":" + "x".repeat(filling);
      calls.call(Kind.APPEND, List.of(record), () -> log.append(record));
    }

    @Override
    Found find(Directory left) throws IOException {
      try (RecordLogWriter<String> again = RecordLogWriter.open(left, PATH, new UserCode.Texts())) {
        Calls.require(again.syncedId() == again.lastId(), () -> "opened, and not durable");
      }
      Map<Long, String> records = new HashMap<>();
      long last =
          RecordLogReader.of(left, PATH, new UserCode.Texts())
              .strict()
              .replay((id, record) -> records.put(id, record));
      return new Found(records, 1, last);
    }
  }
}
