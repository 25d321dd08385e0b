package dev.durability.recordlog;

import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static dev.durability.testkit.Fault.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.LockHeldException;
import dev.durability.format.Vectors;
import dev.durability.testkit.Fault;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Appending to a record log, syncing and closing it, and what comes back. */
class RecordLogTest extends RecordLogFixture {
  @Test
  void recordsComeBackInOrderWithIdsFromOneAlsoAfterReopening() throws Exception {
    List<String> expected = new ArrayList<>();
    for (int round = 0; round < 20; round++) {
      try (RecordLogWriter<String> writer = open()) {
        assertThat(writer.lastId()).isEqualTo(expected.size());
        assertThat(writer.syncedId()).isEqualTo(expected.size());
        for (int i = 0; i < round; i++) {
          expected.add("round " + round + " " + i);
          assertThat(writer.append(expected.get(expected.size() - 1))).isEqualTo(expected.size());
        }
        if (round % 3 == 0) {
          assertThat(writer.sync()).isEqualTo(expected.size());
        }
      }
      assertThat(readStrictly()).isEqualTo(expected);
    }
    assertThat(disk.list("logs")).containsExactly("a.rlog", "a.rlog.lock");
    List<Long> ids = new ArrayList<>();
    assertThat(RecordLogReader.of(disk, PATH, codec).replay((id, value) -> ids.add(id)))
        .isEqualTo(expected.size());
    assertThat(ids).first().isEqualTo(1L);
    assertThat(ids).isSorted().doesNotHaveDuplicates().hasSize(expected.size());
    try (Stream<String> stream = RecordLogReader.of(disk, PATH, codec).stream()) {
      assertThat(stream.toList()).isEqualTo(expected);
    }
  }

  @Test
  void emptyAndAllZeroAndLargeRecordsRoundTrip() throws Exception {
    Codec<byte[]> bytes = Codecs.bytes();
    byte[] large = new byte[3 << 20];
    Arrays.fill(large, (byte) 5);
    List<byte[]> records = List.of(new byte[0], new byte[8], new byte[100_000], large, new byte[0]);
    try (var writer = RecordLogWriter.open(directory, PATH, bytes)) {
      for (byte[] record : records) {
        writer.append(record);
      }
    }
    assertThat(RecordLogReader.of(disk, PATH, bytes).strict().list())
        .usingElementComparator(Arrays::compare)
        .isEqualTo(records);
  }

  @Test
  void recordAboveTheLimitIsRefusedAndTheNextGetsItsId() throws Exception {
    try (var writer = RecordLogWriter.open(directory, PATH, codec, atMost(10))) {
      assertThat(writer.append("0123456789")).isEqualTo(1);
      assertThatThrownBy(() -> writer.append("0123456789x"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("10 bytes");
      assertThat(writer.append("next")).isEqualTo(2);
    }
    assertThat(read()).containsExactly("0123456789", "next");
    for (int limit : new int[] {0, -1, 1 << 28}) {
      assertThatThrownBy(() -> atMost(limit))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("recordBytesMax is " + limit);
    }
  }

  private static RecordLogOptions atMost(int recordBytes) {
    return RecordLogOptions.builder().recordBytesMax(recordBytes).build();
  }

  @Test
  void recordThatCannotBeEncodedIsNotAppended() throws Exception {
    try (RecordLogWriter<String> writer = open()) {
      writer.append("a");
      assertThatThrownBy(() -> writer.append("\ud800")).isInstanceOf(IOException.class);
      assertThat(writer.append("b")).isEqualTo(2);
    }
    assertThat(read()).containsExactly("a", "b");
  }

  @Test
  void vectorIsReadAndGoesOnWithTheSameSalt() throws Exception {
    byte[] vector = Vectors.recordLog();
    put(disk, vector);
    assertThat(readStrictly()).containsExactly("one", "東京");
    try (RecordLogWriter<String> writer = open()) {
      assertThat(writer.append("three")).isEqualTo(3);
    }
    assertThat(readStrictly()).containsExactly("one", "東京", "three");
    assertThat(Arrays.copyOf(bytes(PATH), vector.length)).isEqualTo(vector);
  }

  @Test
  void promisesStandAtTheHeadOfTheBlockAfterASyncAndSurviveReopening() throws Exception {
    byte[] whole = crashed("one", "two", "three");
    ByteBuffer in = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
    List<String> frames = new ArrayList<>();
    for (int at = 64; at < whole.length; ) {
      int kind = in.getInt(at + 4) >>> 28;
      frames.add(kind == 3 ? "MARK " + in.getLong(at + 16) : "ENTRY " + in.getLong(at + 8));
      at += (16 + (in.getInt(at + 4) & 0xfffffff) + 7) & -8;
    }
    assertThat(frames).containsExactly("ENTRY 1", "MARK 1", "ENTRY 2", "MARK 2", "ENTRY 3");
    int closed = bytes(PATH).length;
    RecordLogWriter<String> abandoned = open();
    assertThat(markOffset(bytes(PATH), 3)).as("END was cut, its promise stays").isPositive();
    abandoned.close();
    int again = bytes(PATH).length;
    open().close();
    assertThat(bytes(PATH)).as("marks do not pile up").hasSize(again);
    assertThat(again).isEqualTo(closed + 32);
  }

  @Test
  void endIsSyncedBeforeClosingReturns() throws Exception {
    RecordLogWriter<String> writer = open();
    writer.append("one");
    writer.sync(); // What END promises is durable already, so that only END needs a sync.
    List<Fault.Operation> steps = Collections.synchronizedList(new ArrayList<>());
    directory.before((operation, path) -> steps.add(operation));
    writer.close();
    assertThat(steps).containsSubsequence(WRITE, SYNC_FILE);
    assertThat(steps.lastIndexOf(SYNC_FILE)).isGreaterThan(steps.lastIndexOf(WRITE));
  }

  @Test
  void secondWriterIsRefusedUntilTheFirstCloses() throws Exception {
    RecordLogWriter<String> first = open();
    assertThatThrownBy(this::open).isInstanceOf(LockHeldException.class);
    first.append("one");
    first.close();
    first.close();
    assertThatThrownBy(() -> first.append("two"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(first::sync).isInstanceOf(IOException.class);
    open().close();
  }

  @Test
  void codecThatWritesByteByByteIsHeldToTheLimitToo() throws Exception {
    Codec<String> slow =
        new Codec<>() {
          @Override
          public void encode(String value, OutputStream out) throws IOException {
            for (byte each : value.getBytes(StandardCharsets.UTF_8)) {
              out.write(each);
            }
          }

          @Override
          public String decode(ByteBuffer bytes) throws IOException {
            return codec.decode(bytes);
          }
        };
    try (var writer = RecordLogWriter.open(directory, PATH, slow, atMost(1000))) {
      writer.append("x".repeat(1000));
      assertThatThrownBy(() -> writer.append("x".repeat(1001)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("1000 bytes");
    }
    assertThat(read()).containsExactly("x".repeat(1000));
  }

  @Test
  void threadsShareAWriterAndInterruptsDoNotHarmIt() throws Exception {
    int threads = 6;
    int each = 300;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    Set<Long> ids = Collections.synchronizedSet(new TreeSet<>());
    try (RecordLogWriter<String> writer = open()) {
      List<Future<?>> futures = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int thread = t;
        futures.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < each; i++) {
                    if (i % 17 == thread) {
                      Thread.currentThread().interrupt();
                    }
                    long id = writer.append(thread + " " + i);
                    ids.add(id);
                    if (i % 10 == 0) {
                      assertThat(writer.sync()).isGreaterThanOrEqualTo(id);
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(ids).hasSize(threads * each);
    List<String> found = readStrictly();
    assertThat(found).hasSize(threads * each);
    for (int t = 0; t < threads; t++) {
      String prefix = t + " ";
      assertThat(found.stream().filter(r -> r.startsWith(prefix)).toList())
          .isEqualTo(java.util.stream.IntStream.range(0, each).mapToObj(i -> prefix + i).toList());
    }
  }

  @Test
  void wallClockInTheFileNeverGoesBack() throws Exception {
    long[] now = {1_000_000};
    Clock clock =
        new Clock() {
          @Override
          public Instant instant() {
            now[0] -= 1_000;
            return Instant.ofEpochMilli(now[0]);
          }

          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }
        };
    for (int round = 0; round < 3; round++) {
      RecordLogOptions options = RecordLogOptions.builder().clock(clock).build();
      try (var writer = RecordLogWriter.open(directory, PATH, codec, options)) {
        writer.append("a");
        writer.sync();
        writer.append("b");
      }
    }
    ByteBuffer in = ByteBuffer.wrap(bytes(PATH)).order(ByteOrder.LITTLE_ENDIAN);
    long last = in.getLong(40);
    assertThat(last).isEqualTo(999_000_000L);
    int stamps = 0;
    for (int at = 64; at < in.limit(); ) {
      int kind = in.getInt(at + 4) >>> 28;
      if (kind == 3 || kind == 5) {
        assertThat(in.getLong(at + 24)).isGreaterThanOrEqualTo(last);
        last = in.getLong(at + 24);
        stamps++;
      }
      at += (16 + (in.getInt(at + 4) & 0xfffffff) + 7) & -8;
    }
    assertThat(stamps).isGreaterThan(4);
  }
}
