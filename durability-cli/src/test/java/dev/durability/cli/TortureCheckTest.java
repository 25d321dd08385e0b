package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.cli.TortureLife.Acknowledgement;
import dev.durability.codec.Codecs;
import dev.durability.log.Verdict;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.Recovery;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That the torture finds what it looks for: logs on which each promise is broken. */
class TortureCheckTest {
  private static final int WRITERS = 2;
  private static final int OUTSTANDING_MAX = 3;
  private static final TortureEntry.Bytes CODEC = new TortureEntry.Bytes();

  private final List<Acknowledgement> acknowledged = new ArrayList<>();
  private final MemoryDirectory directory = new MemoryDirectory();
  private final TortureCheck check = new TortureCheck(directory, WRITERS, OUTSTANDING_MAX);

  /** Life 1: writer 0 wrote 1 to 3, writer 1 wrote an entry and a batch; all acknowledged. */
  @BeforeEach
  void writeALife() throws IOException {
    try (WalWriter<TortureEntry> log = open()) {
      for (int n = 1; n <= 3; n++) {
        acknowledge(0, n, log.append(entry(1, 0, n)), 1);
      }
      acknowledge(1, 1, log.append(entry(1, 1, 1)), 1);
      acknowledge(1, 2, log.appendBatch(batch(1, 1, 2, 3)), 3);
    }
  }

  private WalWriter<TortureEntry> open() throws IOException {
    return WalWriter.open(directory, CODEC, WalOptions.defaults());
  }

  private static TortureEntry entry(int life, int writer, long n) {
    return new TortureEntry(life, writer, n, 0, 1, 20);
  }

  private static List<TortureEntry> batch(int life, int writer, long n, int parts) {
    List<TortureEntry> batch = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      batch.add(new TortureEntry(life, writer, n, part, parts, 10 * part));
    }
    return batch;
  }

  private void acknowledge(int writer, long n, long lastId, int entries) {
    acknowledged.add(new Acknowledgement(writer, n, lastId, entries));
  }

  private TortureCheck.Finding afterLife() throws IOException {
    TortureCheck.Finding found = check.check(acknowledged, true);
    acknowledged.clear();
    return found;
  }

  private TortureCheck.Finding afterWriting(TortureEntry... entries) throws IOException {
    try (WalWriter<TortureEntry> log = open()) {
      for (TortureEntry entry : entries) {
        log.append(entry);
      }
    }
    return afterLife();
  }

  @Test
  void everythingAcknowledgedIsFound() throws IOException {
    assertThat(afterLife()).isEqualTo(new TortureCheck.Finding(Verdict.CLEAN, 0, ""));
    assertThat(check.check(List.of(), false))
        .isEqualTo(new TortureCheck.Finding(Verdict.CLEAN, 0, ""));
  }

  @Test
  void whatWasOnItsWayMaySurviveAndThenHasToStay() throws IOException {
    assertThat(afterWriting(entry(1, 0, 4), entry(1, 0, 5)))
        .isEqualTo(new TortureCheck.Finding(Verdict.CLEAN, 2, ""));
    for (String name : directory.list("wal")) {
      directory.delete("wal/" + name);
    }
    writeALife();
    acknowledged.clear();
    assertThat(afterLife().violation()).contains("lost: writer 0 had 5");
  }

  @Test
  void anAcknowledgedEntryThatIsMissingIsLost() throws IOException {
    acknowledge(0, 4, 8, 1);
    assertThat(afterLife().violation()).contains("lost", "writer 0");
  }

  @Test
  void aLogThatIsGoneIsLost() throws IOException {
    afterLife();
    TortureCheck other = new TortureCheck(new MemoryDirectory(), WRITERS, OUTSTANDING_MAX);
    assertThat(other.check(List.of(), false).violation()).isEmpty();
    assertThat(other.check(List.of(), true).violation()).contains("gone");
    assertThat(other.check(List.of(new Acknowledgement(0, 1, 1, 1)), false).violation())
        .contains("gone");
  }

  @Test
  void anEntryUnderAnotherIdIsFound() throws IOException {
    acknowledged.set(0, new Acknowledgement(0, 1, 2, 1));
    acknowledged.set(1, new Acknowledgement(0, 2, 1, 1));
    assertThat(afterLife().violation()).contains("was acknowledged as");
  }

  @Test
  void anIdThatIsGivenAgainIsFound() throws IOException {
    afterLife();
    try (WalWriter<TortureEntry> log = open()) {
      log.append(entry(2, 0, 4));
    }
    acknowledge(0, 4, 7, 1);
    assertThat(afterLife().violation()).contains("given again");
  }

  @Test
  void entriesThatAreMissingDoubledOrOutOfOrderAreFound() throws IOException {
    assertThat(afterWriting(entry(1, 0, 5)).violation()).contains("missing, doubled");
  }

  @Test
  void aDoubledEntryIsFound() throws IOException {
    assertThat(afterWriting(entry(1, 0, 3)).violation()).contains("missing, doubled");
  }

  @Test
  void aBatchWithoutItsEndIsFound() throws IOException {
    assertThat(afterWriting(batch(1, 0, 4, 3).get(0)).violation()).contains("end of a batch");
  }

  @Test
  void aBatchWithAHoleIsFound() throws IOException {
    List<TortureEntry> batch = batch(1, 0, 4, 3);
    assertThat(afterWriting(batch.get(0), batch.get(2)).violation()).contains("not whole");
  }

  @Test
  void aBatchWithoutItsBeginIsFound() throws IOException {
    assertThat(afterWriting(batch(1, 0, 4, 2).get(1)).violation()).contains("beginning of a batch");
  }

  @Test
  void whatWasCutOffAndComesBackIsFound() throws IOException {
    afterLife();
    assertThat(afterWriting(entry(2, 0, 4), entry(1, 0, 5)).violation()).contains("come back");
  }

  @Test
  void entriesThatNobodyCanHaveWrittenYetAreFound() throws IOException {
    assertThat(
            afterWriting(entry(1, 0, 4), entry(1, 0, 5), entry(1, 0, 6), entry(1, 0, 7))
                .violation())
        .contains("cannot have written number 7 yet");
  }

  @Test
  void aProcessThatDidNotOpenTheLogMustNotChangeIt() throws IOException {
    afterLife();
    try (WalWriter<TortureEntry> log = open()) {
      log.append(entry(2, 0, 4));
    }
    assertThat(check.check(List.of(), false).violation()).contains("failed to open the log");
  }

  @Test
  void whatACheckpointCoversGoesOnBeingAccountedFor() throws IOException {
    TortureState.Machine machine = new TortureState.Machine(WRITERS);
    try (WalWriter<TortureEntry> log = open()) {
      Recovery<TortureState> state =
          Recoverer.of(directory, CODEC, machine).recover(RecoveryOptions.latest());
      CheckpointPublisher.of(directory, Clock.systemUTC(), log)
          .keeping(1)
          .publish(state.lastEntryId(), out -> machine.write(state.state(), out));
      acknowledge(0, 4, log.append(entry(1, 0, 4)), 1);
    }
    assertThat(afterLife()).isEqualTo(new TortureCheck.Finding(Verdict.CLEAN, 0, ""));
    acknowledge(1, 3, 20, 1);
    assertThat(afterLife().violation()).contains("lost", "writer 1");
  }

  @Test
  void aCheckpointWithAnotherStateIsFound() throws IOException {
    TortureState.Machine machine = new TortureState.Machine(WRITERS);
    try (WalWriter<TortureEntry> log = open()) {
      CheckpointPublisher.of(directory, Clock.systemUTC(), log)
          .keeping(1)
          .publish(7, out -> machine.write(machine.initial(), out));
    }
    assertThat(afterLife().violation()).contains("lost", "writer 0");
  }

  @Test
  void bytesThatNobodyWroteAreFound() throws IOException {
    try (WalWriter<byte[]> log = WalWriter.open(directory, Codecs.bytes(), WalOptions.defaults())) {
      log.append(new byte[30]);
    }
    assertThat(afterLife().violation()).contains("entry");
  }
}
