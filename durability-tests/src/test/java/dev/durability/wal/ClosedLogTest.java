package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameFormat;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What opening does to a log that ends with END. */
final class ClosedLogTest {
  @Test
  void endIsWrittenAgainAndSyncedBeforeThereIsASuccessor() throws IOException {
    FaultDirectory directory = new FaultDirectory(new MemoryDirectory());
    try (WalWriter<String> log = Logs.open(directory)) {
      log.appendDurable("a");
    }
    String closed = "wal/" + Logs.segments(directory).get(0);
    byte[] before = Logs.bytes(directory, closed);
    List<String> done = new ArrayList<>();
    directory.before(
        (operation, path) -> {
          boolean changes =
              operation == Operation.WRITE
                  || operation == Operation.SYNC_FILE
                  || operation == Operation.RENAME;
          if (changes) {
            done.add(operation + (path.equals(closed) ? " closed" : " other"));
          }
        });

    try (WalWriter<String> log = Logs.open(directory)) {
      assertThat(log.lastDurableId()).isEqualTo(1);
    }

    assertThat(done).containsSubsequence("WRITE closed", "SYNC_FILE closed", "RENAME other");
    assertThat(Logs.bytes(directory, closed)).hasSameSizeAs(before);
  }

  @Test
  void openingThatFailsOnFullDiskLeavesEndAsItIs() throws IOException {
    FaultDirectory directory = new FaultDirectory(new MemoryDirectory());
    try (WalWriter<String> log = Logs.open(directory)) {
      log.appendDurable("a");
    }
    String closed = "wal/" + Logs.segments(directory).get(0);
    byte[] before = Logs.bytes(directory, closed);

    directory.fillUpAfter(0);
    assertThatThrownBy(() -> Logs.open(directory)).isInstanceOf(IOException.class);

    assertThat(Logs.bytes(directory, closed)).isEqualTo(before);
  }

  /** What opening writes: the end of the last segment, its END, and the header of the next. */
  private static long written(MemoryDirectory memory) throws IOException {
    FaultDirectory directory = new FaultDirectory(memory);
    Logs.open(directory).close();
    return directory.bytesWritten()
        - FrameFormat.PROMISE_FRAME_BYTES // END of the new segment, at closing.
        - FrameFormat.PROMISE_FRAME_BYTES
        - FileHeader.BYTES;
  }

  @Test
  void openingWritesAgainWhatIsBehindTheLastPromisedEntryAndNothingBeforeIt() throws IOException {
    MemoryDirectory marked = new MemoryDirectory();
    LogBuilder log = new LogBuilder(marked).segment(1).entries(3);
    int promised = log.offset();
    log.mark(3).entries(2).write();
    assertThat(written(marked)).isEqualTo(log.offset() - promised);
    assertThat(Logs.entries(marked)).hasSize(5);

    MemoryDirectory late = new MemoryDirectory();
    log = new LogBuilder(late).segment(1).entries(3).end(3).write().segment(2).entries(2);
    promised = log.offset();
    log.entries(1).mark(5).write();
    assertThat(written(late)).isEqualTo(log.offset() - promised);
    assertThat(Logs.entries(late)).hasSize(6);
  }

  @Test
  void openingReadsTheLastSegmentOnce() throws IOException {
    FaultDirectory directory = new FaultDirectory(new MemoryDirectory());
    WalOptions options = WalOptions.builder().preallocatedBytesMax(0).build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      for (int i = 0; i < 16; i++) {
        log.append("x".repeat(1 << 19));
      }
      log.sync();
    }
    String closed = "wal/" + Logs.segments(directory).get(0);
    AtomicInteger reads = new AtomicInteger();
    directory.before(
        (operation, path) -> {
          if (operation == Operation.READ && path.equals(closed)) {
            reads.incrementAndGet();
          }
        });

    List<String> entries = new ArrayList<>();
    Logs.verdict(directory);
    int once = reads.getAndSet(0);
    WalWriter.open(directory, Codecs.utf8(), options, (id, entry) -> entries.add(entry)).close();

    assertThat(entries).hasSize(16);
    assertThat(once).isGreaterThan(8);
    assertThat(reads.get()).isLessThan(once + once / 2);
  }
}
