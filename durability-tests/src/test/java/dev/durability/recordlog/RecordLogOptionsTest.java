package dev.durability.recordlog;

import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static dev.durability.testkit.Fault.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.testkit.Fault;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** When a record log writes its buffer, and how large that is. */
class RecordLogOptionsTest extends RecordLogFixture {
  private RecordLogWriter<String> open(RecordLogOptions.Builder options) throws IOException {
    return RecordLogWriter.open(directory, PATH, codec, options.build());
  }

  private static RecordLogOptions.Builder options() {
    return RecordLogOptions.builder();
  }

  @Test
  void everyNthAppendIsWrittenAndReadersSeeIt() throws IOException {
    try (RecordLogWriter<String> log = open(options().flushEvery(3))) {
      log.append("one");
      log.append("two");
      assertThat(read()).isEmpty();
      log.append("three");
      assertThat(read()).containsExactly("one", "two", "three");
      log.append("four");
      log.flush(); // Counts anew from here.
      log.append("five");
      log.append("six");
      assertThat(read()).hasSize(4);
      log.append("seven");
      assertThat(read()).hasSize(7);
      assertThat(log.syncedId()).isZero();
    }
  }

  @Test
  void eachAppendIsWrittenAndByDefaultNone() throws IOException {
    try (RecordLogWriter<String> log = open(options().flushEvery(1))) {
      log.append("one");
      assertThat(read()).containsExactly("one");
    }
    try (RecordLogWriter<String> log = open(options())) {
      for (int i = 0; i < 100; i++) {
        log.append("more");
      }
      assertThat(read()).containsExactly("one");
    }
    assertThat(read()).hasSize(101);
  }

  @Test
  void fullBufferIsWrittenAndALargerRecordToo() throws IOException {
    for (int bytes : new int[] {4096, 1 << 20}) {
      long writes = directory.count(WRITE);
      try (RecordLogWriter<String> log =
          RecordLogWriter.open(
              directory, "of " + bytes, codec, options().bufferBytes(bytes).build())) {
        assertThat(directory.count(WRITE) - writes).isEqualTo(1); // The header.
        for (int i = 0; i < 100; i++) {
          log.append("x".repeat(100));
        }
        // 100 frames of 120 bytes: a buffer has room for 33 of them and a promise, or for all.
        assertThat(directory.count(WRITE) - writes).isEqualTo(bytes == 4096 ? 4 : 1);
        log.append("y".repeat(3 << 20));
        log.append("z");
      }
      assertThat(RecordLogReader.of(disk, "of " + bytes, codec).strict().list())
          .hasSize(102)
          .endsWith("z");
    }
  }

  @Test
  void appendThatHadToFlushAndCouldNotHasItsIdAndGoesFirst() throws IOException {
    try (RecordLogWriter<String> log = open(options().flushEvery(2))) {
      log.append("one");
      directory.inject(Fault.of(WRITE).shortWrite(10).noSpace());
      assertThatThrownBy(() -> log.append("two")).isInstanceOf(OutcomeOpenException.class);
      assertThat(log.lastId()).isEqualTo(2);
      assertThat(read()).isEmpty();
      assertThat(log.append("three")).isEqualTo(3);
      assertThat(read()).containsExactly("one", "two", "three");
    }
    assertThat(readStrictly()).containsExactly("one", "two", "three");
  }

  @Test
  void fullDiskMeansNoMoreThanTheBufferAndOneRecordInMemory() throws IOException {
    try (RecordLogWriter<String> log = open(options().bufferBytes(4096).flushEvery(1))) {
      directory.fillUpAfter(0);
      int refused = 0;
      for (int i = 0; i < 200; i++) {
        long last = log.lastId();
        assertThatThrownBy(() -> log.append("x".repeat(100)))
            .isInstanceOf(OutcomeOpenException.class);
        refused += log.lastId() == last ? 1 : 0;
      }
      assertThat(refused).isBetween(160, 170);
      long appended = log.lastId();
      directory.makeRoom();
      assertThat(log.append("last")).isEqualTo(appended + 1);
    }
    assertThat(readStrictly()).hasSizeBetween(31, 41).endsWith("last");
  }

  @Test
  void failedSyncPoisonsWithEachPolicy() throws IOException {
    RecordLogWriter<String> log = open(options().flushEvery(1));
    log.append("one");
    directory.inject(Fault.of(SYNC_FILE));
    assertThatThrownBy(log::sync).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(() -> log.append("two")).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(log::close).isInstanceOf(WriterPoisonedException.class);
  }

  @Test
  void errorInTheFlushOfAnAppendEndsTheWriterAndReopeningHelps() throws IOException {
    AtomicBoolean armed = new AtomicBoolean();
    directory.before(
        (operation, path) -> {
          if (operation == WRITE && armed.getAndSet(false)) {
            throw new OutOfMemoryError("for a test");
          }
        });
    RecordLogWriter<String> log = open(options().flushEvery(1));
    log.append("one");
    armed.set(true);
    assertThatThrownBy(() -> log.append("two")).isInstanceOf(OutOfMemoryError.class);
    assertThatThrownBy(() -> log.append("three"))
        .isInstanceOf(WriterPoisonedException.class)
        .rootCause()
        .isInstanceOf(OutOfMemoryError.class);
    assertThatThrownBy(log::close).isInstanceOf(WriterPoisonedException.class);
    try (RecordLogWriter<String> again = open()) {
      assertThat(again.append("three")).isEqualTo(2);
    }
    assertThat(read()).containsExactly("one", "three");
  }

  @Test
  void valuesOutsideOfTheirRangeAreRefused() {
    Map<String, ThrowingCallable> refused =
        Map.of(
            "bufferBytes is 4095", () -> options().bufferBytes(4095),
            "bufferBytes is 1073741825", () -> options().bufferBytes((1 << 30) + 1),
            "flushEvery is -1", () -> options().flushEvery(-1),
            "recordBytesMax is 0", () -> options().recordBytesMax(0),
            "recordBytesMax is 268435456", () -> options().recordBytesMax(1 << 28),
            "quarantineBytesMax is -1", () -> options().quarantineBytesMax(-1));
    refused.forEach(
        (message, call) ->
            assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(message));
    RecordLogOptions defaults = RecordLogOptions.defaults();
    assertThat(defaults.bufferBytes()).isEqualTo(64 << 10);
    assertThat(defaults.flushEvery()).isZero();
    assertThat(defaults.recordBytesMax()).isEqualTo(16 << 20);
  }
}
