package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.codec.Codecs;
import dev.durability.errors.CodecException;
import dev.durability.errors.CorruptLogException;
import dev.durability.log.SegmentRange;
import dev.durability.storage.AppendFile;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Entries of an open log by their ids. */
class ReadByIdTest {
  private final MemoryDirectory directory = new MemoryDirectory();
  private final WalOptions options =
      WalOptions.builder().segmentBytes(100_000).preallocatedBytesMax(0).build();

  private WalWriter<String> open() throws IOException {
    return WalWriter.open(directory, Codecs.utf8(), options);
  }

  private static String entry(long id) {
    return id + "-" + "x".repeat((int) (id * 37 % 500));
  }

  private static void append(WalWriter<String> log, long toId) throws IOException {
    while (log.lastAppendedId() < toId) {
      long next = log.lastAppendedId() + 1;
      if (next % 10 == 3 && next + 2 <= toId) {
        long unused = log.appendBatch(List.of(entry(next), entry(next + 1), entry(next + 2)));
      } else {
        long unused = log.append(entry(next));
      }
    }
  }

  private static @Nullable String text(@Nullable WalRecord<String> found) {
    return found == null ? null : found.entry();
  }

  @Test
  void eachEntryIsFoundByItsIdInAnyOrder() throws IOException {
    try (WalWriter<String> log = open()) {
      append(log, 2_000);
      log.sync();
      assertThat(log.segments()).hasSizeGreaterThan(4);
      Random random = new Random(7);
      for (int i = 0; i < 3_000; i++) {
        long id = 1L + random.nextInt(2_000);
        WalRecord<String> found = Objects.requireNonNull(log.read(id));
        assertThat(found.id()).isEqualTo(id);
        assertThat(found.entry()).isEqualTo(entry(id));
      }
      assertThat(log.read(0)).isNull();
      assertThat(log.read(-1)).isNull();
      assertThat(log.read(2_001)).isNull();
      assertThat(log.read(Long.MAX_VALUE)).isNull();
    }
  }

  @Test
  void aLogThatWasOpenedAgainIsReadTheSame() throws IOException {
    try (WalWriter<String> log = open()) {
      append(log, 700);
    }
    try (WalWriter<String> log = open()) {
      append(log, 1_000);
      log.sync();
      for (long id = 1_000; id > 0; id -= 7) {
        assertThat(text(log.read(id))).isEqualTo(entry(id));
      }
    }
  }

  @Test
  void whatIsNotDurableYetIsReadOnRequestAlone() throws IOException {
    WalOptions lazy = WalOptions.builder().flushPolicy(FlushPolicy.manual()).build();
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), lazy)) {
      append(log, 20);
      assertThat(log.read(20)).isNull();
      for (long id = 1; id <= 20; id++) {
        assertThat(text(log.readAppended(id))).isEqualTo(entry(id));
      }
      assertThat(log.readAppended(21)).isNull();
      log.flush();
      append(log, 25);
      assertThat(log.read(1)).isNull();
      for (long id = 1; id <= 25; id++) {
        assertThat(text(log.readAppended(id))).isEqualTo(entry(id));
      }
      log.sync();
      assertThat(text(log.read(25))).isEqualTo(entry(25));
    }
  }

  @Test
  void aRangeIsReadInOrderAcrossSegments() throws IOException {
    try (WalWriter<String> log = open()) {
      append(log, 2_000);
      log.sync();
      List<Long> ids = new ArrayList<>();
      long next =
          log.read(
              555,
              1_555,
              (id, entry) -> {
                assertThat(entry).isEqualTo(entry(id));
                ids.add(id);
              });
      assertThat(next).isEqualTo(1_556);
      assertThat(ids).hasSize(1_001).startsWith(555L).endsWith(1_555L);
      assertThat(log.read(1_999, Long.MAX_VALUE, (id, entry) -> ids.add(id))).isEqualTo(2_001);
      assertThat(ids).endsWith(1_999L, 2_000L);
      assertThat(log.read(3_000, 4_000, (id, entry) -> ids.add(id))).isEqualTo(3_000);
    }
  }

  @Test
  void whatWasTruncatedOrCutOffIsNotFoundAndWhatTookItsPlaceIs() throws IOException {
    try (WalWriter<String> log = open()) {
      append(log, 2_000);
      log.sync();
      List<SegmentRange> removed = log.truncate(1_000);
      long first = removed.get(removed.size() - 1).lastEntryId() + 1;
      assertThat(log.read(first - 1)).isNull();
      assertThat(log.readAppended(1)).isNull();
      assertThat(text(log.read(first))).isEqualTo(entry(first));
      assertThat(text(log.read(1_500))).isEqualTo(entry(1_500));
      log.truncateAfter(1_400);
      assertThat(log.read(1_500)).isNull();
      assertThat(text(log.read(1_400))).isEqualTo(entry(1_400));
      assertThat(log.appendDurable("new")).isEqualTo(1_401);
      assertThat(text(log.read(1_401))).isEqualTo("new");
      log.restartAt(5_000);
      assertThat(log.appendDurable("newer")).isEqualTo(5_000);
      assertThat(text(log.read(5_000))).isEqualTo("newer");
      assertThat(log.read(4_999)).isNull();
      assertThat(log.read(1_401)).as("what is before a new beginning is kept elsewhere").isNull();
    }
  }

  @Test
  void damageIsToldAndNotTakenForAnEntryThatIsNotThere() throws IOException {
    try (WalWriter<String> log = open()) {
      append(log, 1_000);
      log.sync();
      String file = log.segments().get(0).file();
      long size;
      byte[] bytes;
      try (ReadFile segment = directory.open(file)) {
        size = segment.size();
        bytes = new byte[(int) size];
        assertThat(segment.read(ByteBuffer.wrap(bytes), 0)).isEqualTo(bytes.length);
      }
      bytes[bytes.length / 2] ^= 1;
      directory.delete(file);
      try (AppendFile again = directory.create(file, 0)) {
        again.write(ByteBuffer.wrap(bytes));
      }
      long last = log.segments().get(0).lastEntryId();
      assertThatExceptionOfType(CorruptLogException.class)
          .isThrownBy(() -> log.read(1, last, (id, entry) -> {}))
          .matches(e -> e.file().equals(file));
    }
  }

  @Test
  void anEntryThatTheCodecRefusesIsNamed() throws IOException {
    try (WalWriter<byte[]> log = WalWriter.open(directory, Codecs.bytes(), options)) {
      long unused = log.appendDurable(new byte[3]);
    }
    try (WalWriter<Long> log = WalWriter.open(directory, Codecs.longs(), options)) {
      assertThatExceptionOfType(CodecException.class)
          .isThrownBy(() -> log.read(1))
          .withMessageContaining("decoding entry 1, which ends at offset");
    }
  }

  @Test
  void aClosedWriterReadsNothing() throws IOException {
    WalWriter<String> log = open();
    append(log, 3);
    log.close();
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> log.read(1))
        .withMessageContaining("closed");
  }

  @Test
  void manyThreadsReadWhileOthersAppend() throws Exception {
    try (WalWriter<String> log = open()) {
      append(log, 100);
      log.sync();
      List<Throwable> failures = new java.util.concurrent.CopyOnWriteArrayList<>();
      List<Thread> readers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int seed = i;
        Thread reader =
            new Thread(
                () -> {
                  Random random = new Random(seed);
                  try {
                    for (int each = 0; each < 500; each++) {
                      long id = 1L + random.nextInt((int) log.lastAppendedId());
                      assertThat(text(log.readAppended(id))).isEqualTo(entry(id));
                    }
                  } catch (Throwable e) {
                    failures.add(e);
                  }
                });
        reader.start();
        readers.add(reader);
      }
      append(log, 3_000);
      for (Thread reader : readers) {
        reader.join();
      }
      assertThat(failures).isEmpty();
    }
  }
}
