package dev.durability.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.checkpoint.PublishResult;
import dev.durability.codec.Codecs;
import dev.durability.log.SegmentRange;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.Recovery;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log that stays small, published and truncated by hand, as the guide shows it. */
class PublishAndTruncateExampleTest {
  @TempDir Path path;

  @Test
  void logStaysSmallAndItsStateComesBack() throws IOException {
    int removed = 0;
    // begin:publish-and-truncate
    Directory directory = FsDirectory.open(path);
    WalOptions options = WalOptions.builder().segmentBytes(16 << 10).build();
    try (WalWriter<Long> log = WalWriter.open(directory, Codecs.longs(), options)) {
      CheckpointPublisher publisher =
          CheckpointPublisher.of(directory, Clock.systemUTC(), log).keeping(1);
      long sum = 0;
      for (long number = 1; number <= 5_000; number++) {
        long id = log.append(number);
        sum += number;
        if (id % 2_000 == 0) { // Syncs the log first, and removes segments last.
          PublishResult done = publisher.publish(id, Checkpoints.content(Codecs.longs(), sum));
          removed += done.removedSegments().size();
        }
      }
    }
    // end:publish-and-truncate
    assertThat(removed).isGreaterThan(1);
    assertThat(WalMaintenance.firstEntryId(directory)).isBetween(3_000L, 4_001L);

    // begin:reopen-from-a-checkpoint
    Recoverer<Long, Long> recoverer =
        Recoverer.of(
            directory,
            Codecs.longs(),
            () -> 0L,
            Checkpoints.parser(Codecs.longs()), // Reads what Checkpoints.content wrote.
            (Long sum, Long number, long id) -> sum + number);
    try (WalWriter<Long> log = WalWriter.open(directory, Codecs.longs(), options)) {
      // The log is open, so nobody else appends: the state is that of its end.
      Recovery<Long> found = recoverer.recover(RecoveryOptions.latest());
      long sum = found.state(); // Of the checkpoint up to 4000, and of 1,000 entries after it.
      long id = log.appendDurable(7L); // Entry 5001.
      // end:reopen-from-a-checkpoint
      assertThat(sum).isEqualTo(5_000L * 5_001 / 2);
      assertThat(found.checkpointId()).isEqualTo(4_000);
      assertThat(found.replayedEntries()).isEqualTo(1_000);
      assertThat(id).isEqualTo(5_001);
    }
  }

  @Test
  void logForgetsWhatIsKeptElsewhere() throws IOException {
    WalOptions options = WalOptions.builder().segmentBytes(16 << 10).build();
    Directory directory = FsDirectory.open(path);
    try (WalWriter<Long> log = WalWriter.open(directory, Codecs.longs(), options)) {
      for (long number = 1; number <= 2_000; number++) {
        long unused = log.append(number);
      }
      // begin:truncate-by-hand
      log.sync();
      // A database has all entries up to 1500 now, durably, and says so when it is asked.
      List<SegmentRange> removed = log.truncate(1_500); // Whole segments, up to that entry at most.
      // end:truncate-by-hand
      assertThat(removed).isNotEmpty();
      assertThat(removed.get(removed.size() - 1).lastEntryId()).isLessThanOrEqualTo(1_500);
      assertThat(log.extent().firstEntryId()).isBetween(2L, 1_501L);
    }
  }
}
