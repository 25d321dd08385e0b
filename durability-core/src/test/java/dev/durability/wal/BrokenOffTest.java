package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.checkpoint.CheckpointReader;
import dev.durability.checkpoint.CheckpointWriter;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.DurabilityException;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Errors in the middle of calls, in the simplest cases. The testkit tries them at each point of the
 * library.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BrokenOffTest {
  private static final int STACK_BYTES = 160 * 1024;
  private static final int ACKNOWLEDGED = 5;

  private final MemoryDirectory directory = new MemoryDirectory();

  /** Throws where it is told to. */
  private static final class Texts implements Codec<String> {
    @Nullable Error error;

    @Override
    public void encode(String value, OutputStream out) throws IOException {
      Codecs.utf8().encode(value, out);
      throwIfTold();
    }

    @Override
    public String decode(ByteBuffer payload) throws IOException {
      String value = Codecs.utf8().decode(payload);
      throwIfTold();
      return value;
    }

    private void throwIfTold() {
      Error now = error;
      error = null;
      if (now != null) {
        throw now;
      }
    }
  }

  /** A call of the writer. */
  @FunctionalInterface
  private interface Call {
    void run(WalWriter<String> log) throws IOException;
  }

  @Test
  void callInWhichTheCodecThrowsAnErrorHasNotHappened() throws IOException {
    List<Call> calls =
        List.of(
            log -> log.append("never"),
            log -> log.appendDurable("never"),
            log -> log.appendAsync("never").join(),
            log -> log.appendBatch(List.of("never", "ever")));
    Texts codec = new Texts();
    try (WalWriter<String> log = WalWriter.open(directory, codec, Logs.SMALL)) {
      for (Call call : calls) {
        Error error = new StackOverflowError("planted");
        codec.error = error;
        assertThatThrownBy(() -> call.run(log)).isSameAs(error);
        log.appendDurable("there");
      }
    }
    assertThat(Logs.verdict(directory)).isEqualTo(Verdict.CLEAN);
    assertThat(Logs.entries(directory)).containsExactly("there", "there", "there", "there");
  }

  @Test
  void tailThatWasBrokenOffGivesEachEntryOnce() throws IOException {
    try (WalWriter<String> log = Logs.open(directory)) {
      for (int i = 1; i <= 200; i++) {
        log.append("entry " + i);
      }
    }
    Texts codec = new Texts();
    List<Long> ids = new ArrayList<>();
    try (WalTail<String> tail = WalReader.of(directory, codec).follow(0)) {
      for (int turn = 0; ids.size() < 200; turn++) {
        if (turn % 3 == 0) {
          codec.error = new OutOfMemoryError("planted");
          assertThatThrownBy(() -> tail.poll(Duration.ZERO)).isInstanceOf(OutOfMemoryError.class);
        }
        WalRecord<String> record = tail.poll(Duration.ofMinutes(5));
        assertThat(record).isNotNull();
        assertThat(record.entry()).isEqualTo("entry " + record.id());
        ids.add(record.id());
      }
    }
    assertThat(ids).isSorted().doesNotHaveDuplicates();
  }

  /** Reading throws an Error where it is told to. */
  private static final class ErrorsInReading extends ForwardingDirectory {
    private volatile @Nullable Error error;

    ErrorsInReading(Directory under) {
      super(under);
    }

    @Override
    public ReadFile open(String path) throws IOException {
      ReadFile file = super.open(path);
      return new ReadFile() {
        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
          Error now = error;
          if (now != null) {
            throw now;
          }
          return file.read(target, offset);
        }

        @Override
        public long size() throws IOException {
          return file.size();
        }

        @Override
        public void close() throws IOException {
          file.close();
        }
      };
    }
  }

  @Test
  void readerOfACheckpointThatWasBrokenOffRefusesToGoOn() throws IOException {
    try (CheckpointWriter writer =
        CheckpointWriter.create(directory, "some.ckpt", new UUID(1, 2), 1, Clock.systemUTC())) {
      writer.write(new byte[3 << 20]);
      writer.commit();
    }
    ErrorsInReading under = new ErrorsInReading(directory);
    byte[] some = new byte[1 << 20];
    for (boolean single : List.of(true, false)) {
      under.error = null;
      try (CheckpointReader reader = CheckpointReader.open(under, "some.ckpt")) {
        assertThat(reader.readNBytes(some, 0, some.length)).isEqualTo(some.length);
        Error error = new OutOfMemoryError("planted");
        under.error = error;
        assertThatThrownBy(() -> readOn(reader, some, single)).isSameAs(error);
        under.error = null;
        assertThatThrownBy(() -> readOn(reader, some, single))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("some.ckpt")
            .hasCause(error);
      }
      under.error = new OutOfMemoryError("planted");
      assertThatThrownBy(() -> CheckpointReader.open(under, "some.ckpt")).isSameAs(under.error);
    }
  }

  private static void readOn(CheckpointReader reader, byte[] some, boolean single)
      throws IOException {
    while ((single ? reader.read() : reader.read(some)) >= 0) {
      // To the end, or to what is thrown.
    }
  }

  @Test
  void recursionThatAppendsAtEachLevelLosesNothingThatWasAcknowledged() throws Exception {
    for (FlushPolicy policy : List.of(FlushPolicy.every(1_000_000), FlushPolicy.every(1))) {
      MemoryDirectory memory = new MemoryDirectory();
      WalOptions options = WalOptions.builder().flushPolicy(policy).build();
      List<String> acknowledged = new ArrayList<>();
      try (WalWriter<String> log = WalWriter.open(memory, Codecs.utf8(), options)) {
        onThinStack(() -> appendAtEachLevel(log, 0));
        for (int i = 0; i < ACKNOWLEDGED; i++) {
          log.appendDurable("acknowledged " + i);
          acknowledged.add("acknowledged " + i);
        }
      } catch (DurabilityException poisoned) {
        assertThat(poisoned).hasRootCauseInstanceOf(StackOverflowError.class);
      }
      assertThat(Logs.verdict(memory)).isNotEqualTo(Verdict.CORRUPT);
      assertThat(Logs.entries(memory)).containsAll(acknowledged);
    }
  }

  @SuppressWarnings("InfiniteRecursion") // The end of the stack is what is wanted.
  private static void appendAtEachLevel(WalWriter<String> log, int depth) throws IOException {
    log.append("at level " + depth);
    appendAtEachLevel(log, depth + 1);
  }

  /** What is to be run to the end of the stack. */
  @FunctionalInterface
  private interface Recursion {
    void run() throws IOException;
  }

  private static void onThinStack(Recursion recursion) throws InterruptedException {
    AtomicReference<@Nullable Throwable> end = new AtomicReference<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                recursion.run();
              } catch (Throwable e) {
                end.set(e);
              }
            },
            "thin stack",
            STACK_BYTES);
    thread.start();
    thread.join();
    assertThat(end.get()).isInstanceOfAny(StackOverflowError.class, DurabilityException.class);
  }
}
