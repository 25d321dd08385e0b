package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.log.LogReport;
import dev.durability.log.ReplayMode;
import dev.durability.log.Verdict;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.wal.LogBuilder;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalTail;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How many bytes of checkpoints are read, and that no verdict changes where none are. */
class CheckpointReadsTest extends DurableStateFixture {
  private static final String TEXT = "x".repeat(30_000);

  /** Counts what is read of each checkpoint. */
  private static final class Counting extends ForwardingDirectory {
    private final Map<String, Long> read = new HashMap<>();

    Counting(Directory directory) {
      super(directory);
    }

    @Override
    public ReadFile open(String path) throws IOException {
      ReadFile file = super.open(path);
      if (!path.startsWith("checkpoints/")) {
        return file;
      }
      return new ReadFile() {
        @Override
        public int read(ByteBuffer target, long position) throws IOException {
          int count = file.read(target, position);
          read.merge(path, (long) Math.max(0, count), Long::sum);
          return count;
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

    long bytes() {
      return read.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  private final Counting counting = new Counting(disk);

  private static String path(long id) {
    return String.format("checkpoints/%020d.ckpt", id);
  }

  private long size(String path) throws IOException {
    try (ReadFile file = disk.open(path)) {
      return file.size();
    }
  }

  /** A state with checkpoints after ten and after twenty entries, and one entry after those. */
  private List<Long> writeState() throws IOException {
    List<Long> checkpoints = new ArrayList<>();
    try (DurableState<List<String>, String> state = open()) {
      for (int i = 0; i < 20; i++) {
        state.update(i + TEXT);
        if (i % 10 == 9) {
          checkpoints.add(state.lastAppliedId());
          state.checkpoint();
        }
      }
      state.update("last");
    }
    assertThat(size(path(checkpoints.get(0)))).isGreaterThan(300_000);
    return checkpoints;
  }

  private DurableState<List<String>, String> openCounting() throws IOException {
    return open(counting, CheckpointPolicy.manual());
  }

  /** A header is read by itself, and then again with what follows it. */
  private void assertReadOnce(long checkpoint) throws IOException {
    long size = size(path(checkpoint));
    assertThat(counting.read.get(path(checkpoint))).isBetween(size, size + 64);
  }

  @Test
  void openingAStateReadsItsNewestCheckpointOnceAndNoOther() throws IOException {
    long newest = writeState().get(1);
    try (DurableState<List<String>, String> state = openCounting()) {
      assertThat(state.<Integer>read(List::size)).isEqualTo(21);
      assertThat(state.recovered().covered()).isEqualTo(newest);
    }
    assertThat(counting.read).containsOnlyKeys(path(newest));
    assertReadOnce(newest);
  }

  @Test
  void openingAStateThatHasToUseAnOlderCheckpointReadsThatOneOnce() throws IOException {
    List<Long> checkpoints = writeState();
    damage(path(checkpoints.get(1)));
    try (DurableState<List<String>, String> state = openCounting()) {
      assertThat(state.<Integer>read(List::size)).isEqualTo(21);
      assertThat(state.recovered().covered()).isEqualTo(checkpoints.get(0));
    }
    assertReadOnce(checkpoints.get(0));
  }

  private void damage(String path) throws IOException {
    ByteBuffer content = ByteBuffer.allocate((int) size(path));
    try (ReadFile file = disk.open(path)) {
      while (content.hasRemaining()) {
        assertThat(file.read(content, content.position())).isPositive();
      }
    }
    content.put(200_000, (byte) (content.get(200_000) ^ 1));
    disk.delete(path);
    LogBuilder.put(disk, path, content.flip());
  }

  @Test
  void recoveringReadsTheCheckpointOnce() throws IOException {
    long newest = writeState().get(1);
    assertThat(
            Recoverer.of(counting, Codecs.utf8(), machine)
                .recover(RecoveryOptions.latest())
                .state())
        .hasSize(21);
    assertThat(counting.read).containsOnlyKeys(path(newest));
    assertReadOnce(newest);
  }

  @Test
  void recoveringUpToAnEntryReadsNoCheckpointAfterIt() throws IOException {
    List<Long> checkpoints = writeState();
    assertThat(
            Recoverer.of(counting, Codecs.utf8(), machine)
                .recover(RecoveryOptions.upToEntry(checkpoints.get(1) - 1))
                .state())
        .hasSize(19);
    assertThat(counting.read).containsOnlyKeys(path(checkpoints.get(0)));
    assertReadOnce(checkpoints.get(0));
  }

  @Test
  void openingALogReadsTheCheckpointThatNobodyReadBefore() throws IOException {
    long newest = writeState().get(1);
    try (WalWriter<byte[]> log = WalWriter.open(counting, Codecs.bytes(), WalOptions.defaults())) {
      assertThat(log.recovered().covered()).isEqualTo(newest);
    }
    assertReadOnce(newest);
  }

  @Test
  void whereAReplayStartsSaysNothingAboutCheckpoints() throws IOException {
    long newest = writeState().get(1);
    WalReplay<byte[]> replay =
        new WalReplay<>() {
          @Override
          public long fromId() {
            return newest + 1;
          }

          @Override
          public void entry(long id, byte[] entry) {
            assertThat(id).isGreaterThan(newest);
          }
        };
    try (WalWriter<byte[]> log =
        WalWriter.open(counting, Codecs.bytes(), WalOptions.defaults(), replay)) {
      assertThat(log.recovered().covered()).isEqualTo(newest);
    }
    assertReadOnce(newest);
  }

  /** Three segments: 1 to 4, 5 to 8, and from 9 on; a checkpoint covers some. */
  private LogBuilder writeLog(long covered) throws IOException {
    LogBuilder log = new LogBuilder(disk);
    log.segment(1).entries(4).end(4).write();
    log.segment(2).entries(4).end(8).write();
    log.segment(3).entries(4).mark(12).write();
    return log.checkpointFile(path(covered), LogBuilder.LOG_ID, covered);
  }

  private List<Long> replay(long fromId, ReplayMode mode) throws IOException {
    List<Long> ids = new ArrayList<>();
    WalReader.of(counting, Codecs.utf8(), mode)
        .replay(fromId, Long.MAX_VALUE, (id, entry) -> ids.add(id));
    return ids;
  }

  @Test
  void readingFromAnEntryOnReadsNoCheckpoint() throws IOException {
    LogBuilder log = writeLog(12);
    assertThat(replay(3, ReplayMode.STRICT)).hasSize(10).startsWith(3L);
    assertThat(replay(12, ReplayMode.PREFIX)).containsExactly(12L);
    WalReader<String> reader = WalReader.of(counting, Codecs.utf8());
    try (Stream<WalRecord<String>> stream = reader.stream(7)) {
      assertThat(stream).hasSize(6);
    }
    try (WalTail<String> tail = reader.follow(7)) {
      for (long id = 7; id <= 12; id++) {
        assertThat(tail.poll(Duration.ZERO)).extracting(WalRecord::id).isEqualTo(id);
      }
      log.part("torn").write();
      for (int look = 0; look < 40; look++) {
        assertThat(tail.poll(Duration.ZERO)).isNull();
      }
    }
    assertThat(WalMaintenance.find(counting, 7)).isPresent();
    assertThat(counting.bytes()).isZero();
  }

  @Test
  void strictReadingOfATornLogTellsWhatIsCoveredAndNeedsNoCheckpointForTheVerdict()
      throws IOException {
    writeLog(11).part("torn").write();
    assertThat(replay(3, ReplayMode.PREFIX)).hasSize(10);
    assertThat(counting.bytes()).isZero();
    assertThatThrownBy(() -> replay(3, ReplayMode.STRICT))
        .isInstanceOf(DurabilityException.class)
        .isNotInstanceOf(CorruptLogException.class)
        .hasMessageContaining("(intact up to entry 12, promised 12, covered 11)");
  }

  @Test
  void checkpointThatCoversMoreThanIsIntactIsReadAndMakesTheLogCorrupt() throws IOException {
    writeLog(20);
    assertThatThrownBy(() -> replay(6, ReplayMode.PREFIX))
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining(
            "the log is CORRUPT: entries 13 to 20 are in a checkpoint, but the log ends before them"
                + " (intact up to entry 12, promised 12, covered 20). Nothing was changed.");
    assertThat(counting.bytes()).isPositive();
    LogReport report = WalMaintenance.verify(disk);
    assertThat(report.verdict()).isEqualTo(Verdict.CORRUPT);
    assertThat(report.covered()).isEqualTo(20);
  }

  @Test
  void damagedCheckpointThatClaimsMoreThanIsIntactMakesNothingCorrupt() throws IOException {
    LogBuilder log = writeLog(7);
    ByteBuffer damaged = log.checkpointBytes(LogBuilder.LOG_ID, 20);
    damaged.put(82, (byte) 99);
    LogBuilder.put(disk, path(20), damaged);
    assertThat(replay(6, ReplayMode.STRICT)).hasSize(7);
    assertThat(counting.read).containsOnlyKeys(path(20));
  }

  @Test
  void lostPromiseIsToldWithWhatIsCovered() throws IOException {
    writeLog(7).flip(80).write();
    assertThatThrownBy(() -> replay(1, ReplayMode.PREFIX))
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining("entries 9 to 12 were promised to be durable")
        .hasMessageContaining("(intact up to entry 8, promised 12, covered 7)");
  }

  @Test
  void whatIsBeforeTheStartCountsAsCovered() throws IOException {
    // It looks again from the segment of entry 8 on, to see that the next one continues it.
    writeLog(3).flip(80).write();
    assertThatThrownBy(() -> replay(10, ReplayMode.PREFIX))
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining("(intact up to entry 8, promised 12)");
    assertThat(counting.bytes()).isZero();
  }
}
