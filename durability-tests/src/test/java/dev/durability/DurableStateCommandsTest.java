package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.CodecException;
import dev.durability.errors.DurabilityException;
import dev.durability.recovery.History;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.wal.WalOptions;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Commands, which decide when they are applied, and their results. */
class DurableStateCommandsTest extends DurableStateFixture {

  /** What may be done with an account. */
  private interface BankCommand {
    long cents();
  }

  private record Deposit(long cents) implements BankCommand, Command<Map<String, Long>, Long> {
    @Override
    public Applied<Map<String, Long>, Long> applyTo(Map<String, Long> bank, long entryId) {
      return new Applied<>(bank, bank.merge("balance", cents, Long::sum));
    }
  }

  /** Answers with its entry id, or 0 if the balance does not cover it. */
  private record Withdraw(long cents) implements BankCommand, Command<Map<String, Long>, Long> {
    @Override
    public Applied<Map<String, Long>, Long> applyTo(Map<String, Long> bank, long entryId) {
      long balance = bank.getOrDefault("balance", 0L);
      if (balance < cents) {
        return new Applied<>(bank, 0L);
      }
      bank.put("balance", balance - cents);
      bank.put("last withdrawal", entryId);
      return new Applied<>(bank, entryId);
    }
  }

  private record Nothing(long cents)
      implements BankCommand, Command<Map<String, Long>, @Nullable String> {
    @Override
    public Applied<Map<String, Long>, @Nullable String> applyTo(
        Map<String, Long> bank, long entryId) {
      return new Applied<>(bank, null);
    }
  }

  private record Broken(long cents) implements BankCommand, Command<Map<String, Long>, String> {
    @Override
    public Applied<Map<String, Long>, String> applyTo(Map<String, Long> bank, long entryId) {
      throw new IllegalStateException("broken");
    }
  }

  private record NoCommand(long cents) implements BankCommand {}

  private static final List<Function<Long, BankCommand>> KINDS =
      List.of(Deposit::new, Withdraw::new, Nothing::new, Broken::new, NoCommand::new);

  private static final class BankCodec implements Codec<BankCommand> {
    @Override
    public void encode(BankCommand command, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      int kind = 0;
      while (!KINDS.get(kind).apply(0L).getClass().equals(command.getClass())) {
        kind++;
      }
      data.writeByte(kind);
      data.writeLong(command.cents());
    }

    @Override
    public BankCommand decode(ByteBuffer in) {
      int kind = in.get();
      return KINDS.get(kind).apply(Long.reverseBytes(in.getLong()));
    }
  }

  private static final class Bank<C> extends CommandMachine<Map<String, Long>, C> {
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

  private DurableState<Map<String, Long>, BankCommand> openBank() throws IOException {
    return DurableState.open(
        directory,
        new BankCodec(),
        new Bank<BankCommand>(),
        CheckpointPolicy.manual(),
        WalOptions.defaults());
  }

  private static Map<String, Long> bankOf(DurableState<Map<String, Long>, BankCommand> state)
      throws IOException {
    return state.read(TreeMap::new);
  }

  @Test
  void resultsAreOfTheStateWithAllEarlierCommandsAndRefusalsChangeNothing() throws Exception {
    Map<String, Long> before;
    try (var state = openBank()) {
      long balance = state.execute(new Deposit(100));
      assertThat(balance).isEqualTo(100);
      assertThat(state.execute(new Withdraw(70))).isEqualTo(2);
      assertThat(state.execute(new Withdraw(70))).isZero();
      assertThat(state.execute(new Nothing(1))).isNull();
      assertThat(state.update(new Withdraw(30))).isEqualTo(5);
      before = bankOf(state);
      assertThat(before).isEqualTo(Map.of("balance", 0L, "last withdrawal", 5L));
    }
    try (var state = openBank()) {
      assertThat(bankOf(state)).isEqualTo(before);
      assertThat(state.lastAppliedId()).isEqualTo(5);
      var unused = state.checkpoint();
      assertThat(state.execute(new Deposit(1))).isEqualTo(1);
    }
    try (var state = openBank()) {
      assertThat(bankOf(state)).containsEntry("balance", 1L).containsEntry("last withdrawal", 5L);
    }
  }

  @Test
  void resultsAreInTheOrderOfTheCallsAlsoIfFewMayBePending() throws Exception {
    StateOptions few = StateOptions.builder().pendingUpdatesMax(3).build();
    try (var state = DurableState.open(directory, new BankCodec(), new Bank<BankCommand>(), few)) {
      List<CompletableFuture<Long>> balances = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        balances.add(state.executeAsync(new Deposit(1)));
      }
      for (int i = 0; i < 100; i++) {
        assertThat(balances.get(i).join()).isEqualTo(i + 1);
      }
    }
  }

  @Test
  void manyThreadsNeverWithdrawMoreThanThereIs() throws Exception {
    try (var state = openBank()) {
      long balance = state.execute(new Deposit(50));
      List<Future<Long>> withdrawals = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        withdrawals.add(
            threads.submit(
                () -> {
                  long granted = 0;
                  for (int i = 0; i < 10; i++) {
                    boolean now = i % 2 == 0;
                    long id =
                        now
                            ? state.execute(new Withdraw(1))
                            : state.executeAsync(new Withdraw(1)).join();
                    granted += id > 0 ? 1 : 0;
                  }
                  return granted;
                }));
      }
      for (Future<Long> each : withdrawals) {
        balance -= each.get();
      }
      assertThat(balance).isZero();
      assertThat(bankOf(state)).containsEntry("balance", 0L);
      assertThat(state.lastAppliedId()).isEqualTo(81);
    }
  }

  @Test
  void aResultIsGivenOnlyOnceTheCommandIsDurable() throws Exception {
    try (var state = openBank()) {
      CountDownLatch syncing = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      AtomicBoolean armed = new AtomicBoolean(true);
      directory.before(
          (operation, path) -> {
            if (operation == Operation.SYNC_FILE && armed.compareAndSet(true, false)) {
              syncing.countDown();
              await(go);
            }
          });
      CompletableFuture<Long> first = state.executeAsync(new Deposit(5));
      Future<Long> second = threads.submit(() -> state.execute(new Deposit(5)));
      await(syncing);
      assertThat(first).isNotDone();
      assertThat(second.isDone()).isFalse();
      assertThat(bankOf(state)).isEmpty();
      go.countDown();
      assertThat(first.join() + second.get()).isEqualTo(15);
    }
  }

  @Test
  void aCommandThatIsNotDurableHasNoResult() throws Exception {
    try (var state = openBank()) {
      long balance = state.execute(new Deposit(1));
      directory.inject(Fault.of(Operation.SYNC_FILE).always());
      CompletableFuture<Long> future = state.executeAsync(new Deposit(1));
      assertThatExceptionOfType(DurabilityException.class)
          .isThrownBy(() -> state.execute(new Deposit(1)));
      assertThatExceptionOfType(CompletionException.class).isThrownBy(future::join);
      assertThat(bankOf(state)).containsEntry("balance", balance);
      directory.heal();
      assertThatExceptionOfType(DurabilityException.class).isThrownBy(state::close);
    }
  }

  @Test
  void aCommandThatThrowsFailsTheStateWithItsEntry() throws Exception {
    try (var state = openBank()) {
      assertThatExceptionOfType(DurabilityException.class)
          .isThrownBy(() -> state.execute(new Broken(1)))
          .withMessageContaining("applying entry 1")
          .havingCause()
          .withMessage("broken");
      assertThatExceptionOfType(DurabilityException.class)
          .isThrownBy(() -> state.execute(new Deposit(1)));
    }
  }

  @Test
  void onlyTheMachineOfCommandsExecutesThem() throws Exception {
    try (var state = open()) {
      BiFunction<List<String>, Long, Applied<List<String>, String>> added =
          (texts, id) -> new Applied<>(new History().apply(texts, "x"), "x");
      assertThatIllegalStateException()
          .isThrownBy(() -> state.execute(added::apply))
          .withMessageContaining("CommandMachine");
      assertThatIllegalStateException().isThrownBy(() -> state.executeAsync(added::apply));
      assertThat(state.update("a")).isEqualTo(1);
    }
  }

  @Test
  void aCommandOfAnotherStateIsRefusedAndNothingIsAppended() throws Exception {
    try (var state = openBank()) {
      Command<Map<String, Long>, String> foreign = (bank, id) -> new Applied<>(bank, "");
      assertThatExceptionOfType(ClassCastException.class).isThrownBy(() -> state.execute(foreign));
      assertThat(state.execute(new Deposit(3))).isEqualTo(3);
      assertThat(state.lastAppliedId()).isEqualTo(1);
    }
  }

  @Test
  void anEntryThatIsNoCommandIsRefusedAndNothingIsAppended() throws Exception {
    try (var state = openBank()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> state.update(new NoCommand(1)))
          .withMessageContaining("NoCommand");
      assertThatIllegalArgumentException().isThrownBy(() -> state.updateAsync(new NoCommand(1)));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> state.updateIf(bank -> Optional.of(new NoCommand(1))));
      assertThat(state.execute(new Deposit(3))).isEqualTo(3);
      assertThat(state.lastAppliedId()).isEqualTo(1);
    }
  }

  @Test
  void aMachineOfCommandsCannotBeGivenOneWithoutItsId() {
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> new Bank<BankCommand>().apply(new TreeMap<>(), new Deposit(1)));
  }

  @Test
  void withinACommandTheStateRefusesWhatWouldWaitForIt() throws Exception {
    List<Throwable> refused = new ArrayList<>();
    Codec<Command<Map<String, Long>, String>> neverRead =
        new Codec<>() {
          @Override
          public void encode(Command<Map<String, Long>, String> command, OutputStream out)
              throws IOException {
            Codecs.utf8().encode("c", out);
          }

          @Override
          public Command<Map<String, Long>, String> decode(ByteBuffer in) throws IOException {
            throw new CodecException("never read");
          }
        };
    try (var state =
        DurableState.open(
            directory,
            neverRead,
            new Bank<Command<Map<String, Long>, String>>(),
            StateOptions.builder().liveEntries(LiveEntries.AS_PASSED).build())) {
      Command<Map<String, Long>, String> inner = (bank, id) -> new Applied<>(bank, "inner");
      String result =
          state.execute(
              (bank, id) -> {
                try {
                  return new Applied<>(bank, state.execute(inner));
                } catch (IllegalStateException e) {
                  refused.add(e);
                  return new Applied<>(bank, "refused");
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      assertThat(result).isEqualTo("refused");
      assertThat(refused).hasSize(1);
      assertThat(state.execute(inner)).isEqualTo("inner");
    }
  }
}
