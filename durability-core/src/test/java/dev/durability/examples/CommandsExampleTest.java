package dev.durability.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.Applied;
import dev.durability.CheckpointPolicy;
import dev.durability.Command;
import dev.durability.CommandMachine;
import dev.durability.DurableState;
import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Accounts whose owners cannot withdraw more than they have, as the documents show it. */
public class CommandsExampleTest {
  @TempDir Path path;

  // begin:commands
  /** What can be done with an account. */
  public sealed interface BankCommand<R> extends Command<Map<String, Long>, R> {}

  /** Answers with the new balance. */
  public record Deposit(String account, long cents) implements BankCommand<Long> {
    @Override
    public Applied<Map<String, Long>, Long> applyTo(Map<String, Long> bank, long entryId) {
      return new Applied<>(bank, bank.merge(account, cents, Long::sum));
    }
  }

  /** Answers whether the balance covered it. */
  public record Withdraw(String account, long cents) implements BankCommand<Boolean> {
    @Override
    public Applied<Map<String, Long>, Boolean> applyTo(Map<String, Long> bank, long entryId) {
      long balance = bank.getOrDefault(account, 0L);
      if (balance < cents) {
        return new Applied<>(bank, false); // Nothing changes.
      }
      bank.put(account, balance - cents);
      return new Applied<>(bank, true);
    }
  }

  // end:commands

  /** How the accounts begin, are copied, written and read. */
  public static final class Bank extends CommandMachine<Map<String, Long>, BankCommand<?>> {
    @Override
    public Map<String, Long> initial() {
      return new TreeMap<>();
    }

    @Override
    public Map<String, Long> snapshot(Map<String, Long> bank) {
      return new TreeMap<>(bank);
    }

    @Override
    public void write(Map<String, Long> bank, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      data.writeInt(bank.size());
      for (Map.Entry<String, Long> each : bank.entrySet()) {
        data.writeUTF(each.getKey());
        data.writeLong(each.getValue());
      }
    }

    @Override
    public Map<String, Long> read(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      Map<String, Long> bank = new TreeMap<>();
      for (int left = data.readInt(); left > 0; left--) {
        bank.put(data.readUTF(), data.readLong());
      }
      return bank;
    }
  }

  @Test
  void nobodyWithdrawsMoreThanThereIs() throws IOException {
    // begin:execute
    Codec<BankCommand<?>> codec = PostcardCodec.of(BankCommand.class).parameterized();
    try (var bank =
        DurableState.open(
            FsDirectory.open(path),
            codec,
            new Bank(),
            CheckpointPolicy.defaults(),
            WalOptions.defaults())) {

      long balance = bank.execute(new Deposit("mine", 100));
      boolean covered = bank.execute(new Withdraw("mine", 70)); // Durable when it answers.
      CompletableFuture<Boolean> again = bank.executeAsync(new Withdraw("mine", 70));
      // end:execute
      assertThat(balance).isEqualTo(100);
      assertThat(covered).isTrue();
      assertThat(again.join()).isFalse();
      assertThat(bank.<Long>read(accounts -> accounts.get("mine"))).isEqualTo(30);
    }
    try (var bank =
        DurableState.open(
            FsDirectory.open(path),
            codec,
            new Bank(),
            CheckpointPolicy.defaults(),
            WalOptions.defaults())) {
      assertThat(bank.<Long>read(accounts -> accounts.get("mine"))).isEqualTo(30);
    }
  }
}
