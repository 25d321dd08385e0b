package dev.durability.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.PublishResult;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.PostcardCodec;
import dev.durability.errors.DurabilityException;
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
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of README.md: {@code ReadmeTest} holds the two together. */
final class TourTest {
  // begin:change
  sealed interface Change permits Deposit, Withdrawal {}

  record Deposit(String account, long cents) implements Change {}

  record Withdrawal(String account, long cents) implements Change {}

  record Balances(Map<String, Long> byAccount) {}

  // end:change

  // begin:machine
  /** All accounts with what they hold, and how a change moves it. */
  static final class Bank implements StateMachine<SortedMap<String, Long>, Change> {
    static final Codec<Change> CHANGES = PostcardCodec.of(Change.class, MethodHandles.lookup());
    static final Codec<Balances> BALANCES =
        PostcardCodec.of(Balances.class, MethodHandles.lookup());

    @Override
    public SortedMap<String, Long> initial() {
      return new TreeMap<>();
    }

    @Override
    public SortedMap<String, Long> apply(SortedMap<String, Long> bank, Change change) {
      if (change instanceof Deposit deposit) {
        bank.merge(deposit.account(), deposit.cents(), Long::sum);
      } else if (change instanceof Withdrawal withdrawal) {
        bank.merge(withdrawal.account(), -withdrawal.cents(), Long::sum);
      }
      return bank;
    }

    @Override
    public SortedMap<String, Long> snapshot(SortedMap<String, Long> bank) {
      return new TreeMap<>(bank);
    }

    @Override
    public void write(SortedMap<String, Long> bank, OutputStream out) throws IOException {
      BALANCES.encode(new Balances(bank), out);
    }

    @Override
    public SortedMap<String, Long> read(InputStream in) throws IOException {
      return new TreeMap<>(BALANCES.decode(ByteBuffer.wrap(in.readAllBytes())).byAccount());
    }
  }

  // end:machine

  @Test
  void log(@TempDir Path path) throws IOException {
    // begin:log
    Directory directory = FsDirectory.open(path);
    try (var log = WalWriter.open(directory, Codecs.utf8(), WalOptions.defaults())) {
      long first = log.appendDurable("survives power loss"); // waits for the disk
      CompletableFuture<Long> second = log.appendAsync("completes when durable");
      log.append("durable after the next sync");
      log.appendBatch(List.of("recovered together", "or not at all"));
      log.sync(); // all of the above is acknowledged
      assertThat(List.of(first, second.join(), log.lastDurableId())).containsExactly(1L, 2L, 5L);
    }
    try (var records = WalReader.of(directory, Codecs.utf8()).stream(3)) {
      assertThat(records.map(record -> record.id() + " " + record.entry()))
          .containsExactly(
              "3 durable after the next sync", "4 recovered together", "5 or not at all");
    }
    // end:log
  }

  @Test
  void state(@TempDir Path path) throws IOException {
    Directory directory = FsDirectory.open(path);
    // begin:state
    var policy = CheckpointPolicy.defaults();
    var options = WalOptions.defaults();
    try (var bank = DurableState.open(directory, Bank.CHANGES, new Bank(), policy, options)) {
      bank.update(new Deposit("ada", 100)); // durable and applied when it returns
      bank.updateAsync(new Deposit("bob", 50)).join();
      OptionalLong refused = // decides on the state, safely among threads
          bank.updateIf(
              state ->
                  state.get("bob") >= 80
                      ? Optional.of(new Withdrawal("bob", 80))
                      : Optional.empty());
      assertThat(refused).isEmpty();
      assertThat(bank.<Long>read(state -> state.get("ada"))).isEqualTo(100);
    } // writes a checkpoint, because something changed

    try (var bank = DurableState.open(directory, Bank.CHANGES, new Bank(), policy, options)) {
      assertThat(bank.<Map<String, Long>>read(TreeMap::new))
          .isEqualTo(Map.of("ada", 100L, "bob", 50L));
    }
    // end:state
  }

  @Test
  void recordLog(@TempDir Path path) throws IOException {
    Directory directory = FsDirectory.open(path);
    // begin:recordlog
    try (var events = RecordLogWriter.open(directory, "audit/2026.log", Codecs.utf8())) {
      events.append("login ada");
      events.append("logout ada");
      events.sync();
    }
    assertThat(RecordLogReader.of(directory, "audit/2026.log", Codecs.utf8()).list())
        .containsExactly("login ada", "logout ada");
    // end:recordlog
  }

  @Test
  void checkpoints(@TempDir Path path) throws IOException {
    Directory directory = FsDirectory.open(path);
    // begin:checkpoints
    Bank machine = new Bank();
    SortedMap<String, Long> bank = machine.initial();
    try (var log = WalWriter.open(directory, Bank.CHANGES, WalOptions.defaults())) {
      long last = 0;
      for (Change change : List.of(new Deposit("ada", 100), new Withdrawal("ada", 30))) {
        last = log.appendDurable(change);
        bank = machine.apply(bank, change);
      }
      var publisher = CheckpointPublisher.of(directory, Clock.systemUTC(), log).keeping(1);
      SortedMap<String, Long> covered = bank;
      PublishResult published = publisher.publish(last, out -> machine.write(covered, out));
      assertThat(published.path()).isEqualTo("checkpoints/00000000000000000002.ckpt");
      log.appendDurable(new Deposit("bob", 50)); // not in the checkpoint
    }

    var recoverer = Recoverer.of(directory, Bank.CHANGES, machine);
    Recovery<SortedMap<String, Long>> recovered = recoverer.recover(RecoveryOptions.latest());
    assertThat(recovered.state()).isEqualTo(Map.of("ada", 70L, "bob", 50L));
    assertThat(recovered.checkpointId()).isEqualTo(2);
    assertThat(recovered.replayedEntries()).isEqualTo(1);
    // end:checkpoints
    assertThatThrownBy(() -> recoverer.recover(RecoveryOptions.upToEntry(1)))
        .isInstanceOf(DurabilityException.class);
  }
}
