package dev.durability.recordlog;

import static dev.durability.testkit.Fault.Operation.OPEN;
import static dev.durability.testkit.Fault.Operation.READ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.CodecException;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading a record log, also beside a writer. */
class RecordLogReaderTest extends RecordLogFixture {
  @Test
  void readerSeesWhatWasFlushedAndNothingElse() throws Exception {
    try (RecordLogWriter<String> writer = open()) {
      assertThat(read()).isEmpty();
      writer.append("one");
      assertThat(read()).isEmpty();
      writer.flush();
      assertThat(read()).containsExactly("one");
      writer.append("two");
      writer.sync();
      assertThat(read()).containsExactly("one", "two");
    }
    assertThatThrownBy(() -> RecordLogReader.of(disk, "logs/none", codec).list())
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void readErrorIsNeitherTheEndNorDamage() throws Exception {
    crashed("one", "two");
    for (int nth = 1; nth <= 2; nth++) {
      directory.inject(Fault.of(READ).nth(nth));
      assertThatThrownBy(() -> RecordLogReader.of(directory, PATH, codec).list())
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(DurabilityException.class);
      directory.heal();
    }
  }

  @Test
  void recordThatTheCodecRefusesIsNamedAndReadingIsNoDamage() throws Exception {
    crashed("one", "two");
    Codec<String> refusing =
        new Codec<>() {
          @Override
          public void encode(String value, OutputStream out) {}

          @Override
          public String decode(ByteBuffer bytes) throws IOException {
            String value = codec.decode(bytes);
            if (value.equals("two")) {
              throw new CodecException("not mine");
            }
            return value;
          }
        };
    RecordLogReader<String> reader = RecordLogReader.of(disk, PATH, refusing);
    assertThatThrownBy(reader::list)
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("record 2")
        .hasMessageContaining(PATH)
        .hasMessageContaining("not mine");
  }

  @Test
  void recordsThatWereReadAndThenCutAreAnErrorWhenThePromiseIsLookedFor() throws Exception {
    byte[] whole = crashed("one", "two", "three");
    byte[] halfWay = whole.clone();
    Arrays.fill(halfWay, 64 + 24 + 32, 64 + 24 + 32 + 8, (byte) 0);
    for (boolean promised : new boolean[] {false, true}) {
      put(disk, halfWay);
      // Record 1 was read when a writer cuts it off: with all that promised it, or not.
      byte[] cut = promised ? whole.clone() : Arrays.copyOf(whole, 64);
      if (promised) {
        cut[64 + 16] ^= 1;
      }
      FaultDirectory changing = new FaultDirectory(disk);
      int[] opened = {0};
      changing.before(
          (operation, path) -> {
            if (operation == OPEN && ++opened[0] == 2) {
              try {
                put(disk, cut);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }
          });
      assertThatThrownBy(() -> RecordLogReader.of(changing, PATH, codec).list())
          .isInstanceOf(promised ? CorruptLogException.class : DurabilityException.class)
          .hasMessageContaining(promised ? "promises them up to" : "read the log again");
    }
  }

  @Test
  void frameThatWasWrittenBetweenTwoReadsIsNotTakenForDamage() throws Exception {
    byte[] whole = crashed("one", "two", "three");
    byte[] halfWay = whole.clone();
    Arrays.fill(halfWay, 64 + 24 + 32, 64 + 24 + 32 + 8, (byte) 0);
    // The reader sees record 2 not yet written, then the MARK behind it that promises it.
    put(disk, halfWay);
    FaultDirectory changing = new FaultDirectory(disk);
    int[] reads = {0};
    changing.before(
        (operation, path) -> {
          if (operation == READ && ++reads[0] == 4) {
            try (AppendFile file = disk.resume(PATH, 0)) {
              file.write(ByteBuffer.wrap(whole));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        });
    List<String> found;
    try {
      found = RecordLogReader.of(changing, PATH, codec).list();
    } finally {
      assertThat(reads[0]).isGreaterThanOrEqualTo(4);
    }
    assertThat(found).containsExactly("one", "two", "three");
  }

  @Tag("slow")
  @Test
  void readerBesideAWriterThatReopensSeesAGrowingPrefix(@TempDir Path folder) throws Exception {
    Directory files = FsDirectory.open(folder);
    int records = 3000;
    Codec<Long> longs = Codecs.longs();
    RecordLogWriter.open(files, PATH, longs).close();
    AtomicLong acknowledged = new AtomicLong();
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      Future<?> writing =
          pool.submit(
              () -> {
                long next = 1;
                while (next <= records) {
                  try (var writer = RecordLogWriter.open(files, PATH, longs)) {
                    for (int i = 0; i < 100; i++) {
                      writer.append(next++);
                      if (i % 9 == 0) {
                        acknowledged.set(writer.sync());
                      }
                    }
                  }
                }
                return null;
              });
      RecordLogReader<Long> reader = RecordLogReader.of(files, PATH, longs);
      boolean done = false;
      while (!done) {
        done = writing.isDone();
        long atLeast = acknowledged.get();
        long last = reader.replay((id, value) -> assertThat(value).isEqualTo(id));
        assertThat(last).isGreaterThanOrEqualTo(atLeast);
      }
      writing.get();
      assertThat(reader.strict().list()).hasSize(records);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void whateverTheCodecThrowsNamesTheRecordAndItsPlace() throws IOException {
    MemoryDirectory directory = new MemoryDirectory();
    try (RecordLogWriter<String> log =
        RecordLogWriter.open(directory, "events.log", Codecs.utf8())) {
      log.append("one");
      log.append("two");
      log.sync();
    }
    for (Exception thrown :
        List.of(new EOFException(), new IllegalStateException("odd"), new CodecException("bad"))) {
      Codec<String> picky =
          new Codec<>() {
            @Override
            public void encode(String value, OutputStream out) {}

            @Override
            public String decode(ByteBuffer in) throws IOException {
              if (in.get(in.position()) != 't') {
                return "";
              }
              if (thrown instanceof IOException e) {
                throw e;
              }
              throw (RuntimeException) thrown;
            }
          };
      String what = thrown instanceof CodecException ? "(bad)" : "(" + thrown + ")";
      assertThatExceptionOfType(CodecException.class)
          .isThrownBy(() -> RecordLogReader.of(directory, "events.log", picky).list())
          .withMessageContaining("the record 2 of events.log, which ends at offset ")
          .withMessageContaining(what)
          .withCause(thrown);
    }
  }
}
