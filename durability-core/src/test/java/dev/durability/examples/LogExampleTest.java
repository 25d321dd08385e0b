package dev.durability.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.recordlog.RecordLogOptions;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.Recovery;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log, the record log, and checkpoints without DurableState, as the documents show them. */
public class LogExampleTest {
  @TempDir Path path;

  @Test
  void logGivesBackWhatWasAppended() throws IOException {
    // begin:log
    Directory directory = FsDirectory.open(path);
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), WalOptions.defaults())) {
      log.append("survives the death of the process");
      log.sync(); // Now it survives the loss of power, too.
      log.appendDurable("survives the loss of power when this returns");
      log.appendBatch(List.of("recovered both,", "or neither"));
      CompletableFuture<Long> durable = log.appendAsync("many of these share one sync");
      durable.join(); // The id of the entry, now that it is durable.
    }
    WalReader.of(directory, Codecs.utf8())
        .replay(
            WalReplay.START, Long.MAX_VALUE, (id, entry) -> System.out.println(id + " " + entry));
    // end:log
    assertThat(WalReader.of(directory, Codecs.utf8()).readAll()).hasSize(5);
  }

  @Test
  void oneValueIsACheckpointUnderAnyPath() throws IOException {
    Directory directory = FsDirectory.open(path);
    try (WalWriter<Long> log = WalWriter.open(directory, Codecs.longs(), WalOptions.defaults())) {
      log.append(3L);
      long last = log.appendDurable(4L);
      // begin:typed-checkpoint
      Checkpoints checkpoints = Checkpoints.in(directory, Clock.systemUTC());
      checkpoints.write("backup/sum", log.logId(), last, Checkpoints.content(Codecs.longs(), 7L));
      long sum = checkpoints.read("backup/sum", Checkpoints.parser(Codecs.longs()));
      // end:typed-checkpoint
      assertThat(sum).isEqualTo(7);
      assertThat(checkpoints.reference("backup/sum").lastEntryId()).isEqualTo(last);
      log.appendDurable(5L);
      // begin:publish-to
      CheckpointPublisher.of(directory, Clock.systemUTC(), log)
          .publishTo("states/a", last, Checkpoints.content(Codecs.longs(), 7L));
      // end:publish-to
    }
    // begin:recover-from
    Recoverer<Long, Long> recoverer =
        Recoverer.of(
            directory,
            Codecs.longs(),
            () -> 0L,
            Checkpoints.parser(Codecs.longs()),
            (Long sum, Long number, long id) -> sum + number);
    Recovery<Long> found = recoverer.recover(RecoveryOptions.latest()); // From states/a.
    Recovery<Long> chosen =
        recoverer.recover(RecoveryOptions.latest().fromCheckpoint("backup/sum"));
    // end:recover-from
    assertThat(found.state()).isEqualTo(12);
    assertThat(found.checkpointId()).isEqualTo(2);
    assertThat(chosen).isEqualTo(found);
  }

  @Test
  void stateIsRecoveredWithFunctions() throws IOException {
    try (WalWriter<Long> log =
        WalWriter.open(FsDirectory.open(path), Codecs.longs(), WalOptions.defaults())) {
      log.appendDurable(3L);
      log.appendDurable(4L);
    }
    // begin:recover-with-functions
    Recovery<Long> recovered =
        Recoverer.of(
                FsDirectory.openForReading(path),
                Codecs.longs(),
                () -> 0L, // The initial state, also if there is no log.
                in -> new DataInputStream(in).readLong(), // How to read a checkpoint.
                (Long sum, Long number, long id) -> sum + number) // How to apply an entry.
            .recover(RecoveryOptions.latest());
    System.out.println(recovered.replayedEntries() + " entries, the sum is " + recovered.state());
    // end:recover-with-functions
    assertThat(recovered.state()).isEqualTo(7);
    assertThat(recovered.replayedEntries()).isEqualTo(2);
  }

  @Test
  void recordLogIsWrittenAsItsOptionsSay() throws IOException {
    // begin:recordlog-options
    RecordLogOptions options =
        RecordLogOptions.builder()
            .flushEvery(1) // Each record survives the death of the process.
            .bufferBytes(256 << 10)
            .build();
    try (RecordLogWriter<String> log =
        RecordLogWriter.open(FsDirectory.open(path), "audit.log", Codecs.utf8(), options)) {
      log.append("in the file when this returns");
    }
    // end:recordlog-options
    assertThat(RecordLogReader.of(FsDirectory.open(path), "audit.log", Codecs.utf8()).list())
        .hasSize(1);
  }

  @Test
  void recordLogGivesBackWhatWasAppended() throws IOException {
    // begin:recordlog
    Directory directory = FsDirectory.open(path);
    try (RecordLogWriter<String> log =
        RecordLogWriter.open(directory, "events.log", Codecs.utf8())) {
      log.append("first");
      log.append("second");
      log.sync(); // Both survive the loss of power.
    }
    List<String> read = RecordLogReader.of(directory, "events.log", Codecs.utf8()).list();
    // end:recordlog
    assertThat(read).containsExactly("first", "second");
  }

  // begin:sum
  /** Adds numbers. */
  static final class Sum implements StateMachine<Long, Long> {
    @Override
    public Long initial() {
      return 0L;
    }

    @Override
    public Long apply(Long sum, Long number) {
      return sum + number;
    }

    @Override
    public Long snapshot(Long sum) {
      return sum; // Immutable: no copy needed.
    }

    @Override
    public void write(Long sum, OutputStream out) throws IOException {
      new DataOutputStream(out).writeLong(sum);
    }

    @Override
    public Long read(InputStream in) throws IOException {
      return new DataInputStream(in).readLong();
    }
  }

  // end:sum

  @Test
  void recoveryStartsFromTheCheckpoint() throws IOException {
    // begin:checkpoint
    Directory directory = FsDirectory.open(path);
    Sum machine = new Sum();
    try (WalWriter<Long> log = WalWriter.open(directory, Codecs.longs(), WalOptions.defaults())) {
      log.appendDurable(3L);
      long last = log.appendDurable(4L);
      // Durable, named in the log, and only then are segments removed that nobody needs.
      CheckpointPublisher.of(directory, Clock.systemUTC(), log)
          .publish(last, out -> machine.write(7L, out));
      log.appendDurable(5L);
    }
    Recoverer<Long, Long> recoverer = Recoverer.of(directory, Codecs.longs(), machine);
    Recovery<Long> all = recoverer.recover(RecoveryOptions.latest()); // The checkpoint, and 5.
    Recovery<Long> first = recoverer.recover(RecoveryOptions.upToEntry(1)); // Only 3.
    // end:checkpoint
    assertThat(all.state()).isEqualTo(12);
    assertThat(all.replayedEntries()).isEqualTo(1);
    assertThat(first.state()).isEqualTo(3);
  }
}
