package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.Ledger.Act;
import dev.durability.Ledger.Audit;
import dev.durability.Ledger.Deposit;
import dev.durability.Ledger.Receipt;
import dev.durability.Ledger.Release;
import dev.durability.Ledger.Reserve;
import dev.durability.Ledger.Withdraw;
import dev.durability.codec.Codec;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.testkit.Fault.Operation;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which result a command has, when its caller gets it, and what it leaves in the log. */
class DurableStateResultsTest extends DurableStateFixture {

  private DurableState<Ledger, Act> openLedger() throws IOException {
    return DurableState.open(
        directory,
        Ledger.Machine.CODEC,
        new Ledger.Machine(),
        CheckpointPolicy.manual(),
        WalOptions.defaults());
  }

  private static Deposit deposit(int number, long cents) {
    return new Deposit(number, 0, cents, "");
  }

  private static Withdraw withdraw(int number, long cents) {
    return new Withdraw(number, 0, cents, "");
  }

  /** Holds up the next sync of a file; what waits for it is counted down. */
  private CountDownLatch holdUpNextSync(CountDownLatch syncing) {
    CountDownLatch go = new CountDownLatch(1);
    AtomicBoolean armed = new AtomicBoolean(true);
    directory.before(
        (operation, path) -> {
          if (operation == Operation.SYNC_FILE && armed.compareAndSet(true, false)) {
            syncing.countDown();
            await(go);
          }
        });
    return go;
  }

  @Test
  void commandsOfOneThreadAreAppliedInTheOrderOfTheCallsAmongItsUpdates() throws Exception {
    try (var state = openLedger()) {
      CompletableFuture<Object> first = state.executeAsync(deposit(1, 10));
      CompletableFuture<Long> second = state.updateAsync(deposit(2, 20));
      CompletableFuture<Object> third = state.executeAsync(withdraw(3, 31));
      CompletableFuture<Object> fourth = state.executeAsync(withdraw(4, 30));
      assertThat(state.execute(new Audit(5))).isEqualTo("0 0 0 {} @4 before 5");
      assertThat(first.join()).isEqualTo(10L);
      assertThat(second.join()).isEqualTo(2L);
      assertThat(third.join()).isEqualTo(new Receipt(3, false, 30));
      assertThat(fourth.join()).isEqualTo(new Receipt(4, true, 0));
    }
  }

  @Test
  void eachOfManyCommandsThatShareASyncHasItsOwnResult() throws Exception {
    try (var state = openLedger()) {
      CountDownLatch syncing = new CountDownLatch(1);
      CountDownLatch go = holdUpNextSync(syncing);
      List<CompletableFuture<Object>> futures = new ArrayList<>();
      for (int i = 1; i <= 20; i++) {
        futures.add(state.executeAsync(deposit(i, 1)));
      }
      List<CompletableFuture<Object>> byThreads = new ArrayList<>();
      for (int i = 21; i <= 28; i++) {
        Withdraw withdraw = withdraw(i, 1);
        byThreads.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    return state.execute(withdraw);
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                },
                threads));
      }
      await(syncing);
      go.countDown();
      for (int i = 0; i < 20; i++) {
        assertThat(futures.get(i).join()).isEqualTo(i + 1L);
      }
      List<Long> balances = new ArrayList<>();
      for (CompletableFuture<Object> each : byThreads) {
        Receipt receipt = (Receipt) each.join();
        assertThat(receipt.balance()).isEqualTo(20 - (receipt.entryId() - 20));
        balances.add(receipt.balance());
      }
      assertThat(balances).containsExactlyInAnyOrder(12L, 13L, 14L, 15L, 16L, 17L, 18L, 19L);
    }
  }

  @Test
  void everyWayToWaitGivesTheResult() throws Exception {
    try (var state = openLedger()) {
      assertThat(state.executeAsync(deposit(1, 1)).join()).isEqualTo(1L);
      assertThat(state.executeAsync(deposit(2, 1)).get()).isEqualTo(2L);
      assertThat(state.executeAsync(deposit(3, 1)).get(300, TimeUnit.SECONDS)).isEqualTo(3L);
      assertThat(state.executeAsync(deposit(4, 1)).thenApply(each -> "got " + each).join())
          .isEqualTo("got 4");
      CompletableFuture<Object> synced = state.executeAsync(deposit(5, 1));
      state.sync();
      assertThat(synced.join()).isEqualTo(5L);
      assertThat(state.executeAsync(new Release(6, "a")).join()).isEqualTo(Optional.empty());
    }
  }

  @Test
  void whoHasAResultSeesTheCommandInTheState() throws Exception {
    try (var state = openLedger()) {
      CompletableFuture<String> seen =
          state.executeAsync(new Reserve(1, "a")).thenApply(owner -> shown(state));
      assertThat(seen.join()).isEqualTo("0 0 0 {a=1} @1");
      Object unused = state.execute(new Reserve(2, "b"));
      assertThat(shown(state)).isEqualTo("0 0 0 {a=1, b=2} @2");
    }
  }

  private static String shown(DurableState<Ledger, Act> state) {
    try {
      return state.read(Ledger::show);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aRefusedCommandIsInTheLogUnderAnIdOfItsOwnAndIsRefusedAgain() throws Exception {
    List<Act> acts =
        List.of(withdraw(1, 5), new Release(2, "a"), deposit(3, 9), new Reserve(4, "a"));
    String before;
    try (var state = openLedger()) {
      assertThat(state.execute(acts.get(0))).isEqualTo(new Receipt(1, false, 0));
      assertThat(state.execute(acts.get(1))).isEqualTo(Optional.empty());
      assertThat(state.execute(acts.get(2))).isEqualTo(9L);
      assertThat(state.execute(acts.get(3))).isEqualTo(4L);
      before = shown(state);
    }
    List<WalRecord<Act>> expected = new ArrayList<>();
    acts.forEach(act -> expected.add(new WalRecord<>(act.number(), act)));
    assertThat(WalReader.of(disk, Ledger.Machine.CODEC).readAll()).isEqualTo(expected);
    try (var state = openLedger()) {
      assertThat(shown(state)).isEqualTo(before).isEqualTo("9 0 0 {a=4} @4");
    }
  }

  @Test
  void idsGoOnAfterACheckpointAndAfterOpening() throws Exception {
    try (var state = openLedger()) {
      assertThat(state.execute(new Reserve(1, "a"))).isEqualTo(1L);
      var unused = state.checkpoint();
      assertThat(state.execute(new Reserve(2, "b"))).isEqualTo(2L);
    }
    try (var state = openLedger()) {
      assertThat(state.execute(new Reserve(3, "a"))).isEqualTo(1L);
      assertThat(state.execute(new Reserve(4, "c"))).isEqualTo(4L);
      assertThat(shown(state)).isEqualTo("0 0 0 {a=1, b=2, c=4} @4");
    }
  }

  @Test
  void onAFullDiskTheOutcomeIsOpenAndWithRoomTheCommandIsAppliedOnce() throws Exception {
    try (var state = openLedger()) {
      assertThat(state.execute(deposit(1, 10))).isEqualTo(10L);
      directory.fillUpAfter(5);
      assertThatExceptionOfType(OutcomeOpenException.class)
          .isThrownBy(() -> state.execute(withdraw(2, 4)));
      CompletableFuture<Object> async = state.executeAsync(withdraw(3, 4));
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> async.get(300, TimeUnit.SECONDS))
          .withCauseInstanceOf(OutcomeOpenException.class);
      assertThat(shown(state)).isEqualTo("10 0 0 {} @1");
      directory.makeRoom();
      assertThat(state.execute(withdraw(4, 4))).isEqualTo(new Receipt(4, false, 2));
      assertThat(shown(state)).isEqualTo("2 0 0 {} @3");
    }
    try (var state = openLedger()) {
      assertThat(shown(state)).isEqualTo("2 0 0 {} @3");
    }
  }

  @Test
  void aClosedStateExecutesNothing() throws Exception {
    DurableState<Ledger, Act> state = openLedger();
    CompletableFuture<Object> last = state.executeAsync(deposit(1, 7));
    state.close();
    assertThat(last.get(300, TimeUnit.SECONDS)).isEqualTo(7L);
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> state.execute(deposit(2, 7)))
        .withMessageContaining("closed");
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> state.executeAsync(deposit(3, 7)));
    assertThat(shown(state)).isEqualTo("7 0 0 {} @1");
  }

  /** A command that counts how often it is applied, and that its caller may change. */
  private static final class Counted implements Command<List<String>, @Nullable String> {
    private String text;
    private int times;

    Counted(String text) {
      this.text = text;
    }

    @Override
    public Applied<List<String>, @Nullable String> applyTo(List<String> texts, long entryId) {
      times++;
      if (text.equals("throw")) {
        throw new IllegalStateException("thrown");
      }
      texts.add(text);
      return new Applied<>(texts, text.isEmpty() ? null : text + entryId);
    }
  }

  private static final class CountedCodec implements Codec<Counted> {
    @Override
    public void encode(Counted counted, OutputStream out) throws IOException {
      new DataOutputStream(out).writeUTF(counted.text);
    }

    @Override
    public Counted decode(ByteBuffer in) throws IOException {
      byte[] bytes = new byte[in.remaining()];
      in.get(bytes);
      return new Counted(new DataInputStream(new ByteArrayInputStream(bytes)).readUTF());
    }
  }

  private static final class CountedMachine extends CommandMachine<List<String>, Counted> {
    @Override
    public List<String> initial() {
      return new ArrayList<>();
    }

    @Override
    public List<String> snapshot(List<String> texts) {
      return new ArrayList<>(texts);
    }

    @Override
    public void write(List<String> texts, OutputStream out) {}

    @Override
    public List<String> read(InputStream in) {
      return initial();
    }
  }

  private DurableState<List<String>, Counted> openCounted(LiveEntries live) throws IOException {
    return DurableState.open(
        directory,
        new CountedCodec(),
        new CountedMachine(),
        StateOptions.builder()
            .checkpointPolicy(CheckpointPolicy.manual())
            .liveEntries(live)
            .build());
  }

  @Test
  void eachCommandIsAppliedOnceInEachWayOfExecuting() throws Exception {
    try (var state = openCounted(LiveEntries.AS_PASSED)) {
      Counted executed = new Counted("a");
      Counted async = new Counted("b");
      Counted updated = new Counted("c");
      Counted decided = new Counted("d");
      assertThat(state.execute(executed)).isEqualTo("a1");
      CompletableFuture<@Nullable String> future = state.executeAsync(async);
      assertThat(future.join()).isEqualTo("b2");
      assertThat(future.get()).isEqualTo("b2");
      assertThat(state.update(updated)).isEqualTo(3);
      assertThat(state.updateIf(texts -> Optional.of(decided))).hasValue(4);
      state.sync();
      var unused = state.checkpoint();
      assertThat(List.of(executed.times, async.times, updated.times, decided.times))
          .containsOnly(1);
    }
  }

  @Test
  void aResultMayBeNullInEachWayOfWaiting() throws Exception {
    try (var state = openCounted(LiveEntries.DECODED)) {
      assertThat(state.execute(new Counted(""))).isNull();
      assertThat(state.executeAsync(new Counted("")).join()).isNull();
      assertThat(state.executeAsync(new Counted("")).get(300, TimeUnit.SECONDS)).isNull();
      assertThat(state.<Integer>read(List::size)).isEqualTo(3);
    }
  }

  @Test
  void whatTheCallerChangesAfterTheCallDoesNotChangeTheCommand() throws Exception {
    try (var state = openCounted(LiveEntries.DECODED)) {
      CountDownLatch syncing = new CountDownLatch(1);
      CountDownLatch go = holdUpNextSync(syncing);
      Counted command = new Counted("as it was");
      CompletableFuture<@Nullable String> future = state.executeAsync(command);
      await(syncing);
      command.text = "changed";
      go.countDown();
      assertThat(future.join()).isEqualTo("as it was1");
      assertThat(command.times).isZero();
    }
  }

  @Test
  void whatCameBeforeACommandThatThrowsHasItsResultAndWhatComesAfterFails() throws Exception {
    try (var state = openCounted(LiveEntries.DECODED)) {
      CountDownLatch syncing = new CountDownLatch(1);
      CountDownLatch go = holdUpNextSync(syncing);
      CompletableFuture<@Nullable String> first = state.executeAsync(new Counted("a"));
      await(syncing);
      CompletableFuture<@Nullable String> before = state.executeAsync(new Counted("b"));
      CompletableFuture<@Nullable String> thrower = state.executeAsync(new Counted("throw"));
      CompletableFuture<@Nullable String> after = state.executeAsync(new Counted("c"));
      go.countDown();
      assertThat(first.join()).isEqualTo("a1");
      assertThat(before.join()).isEqualTo("b2");
      for (CompletableFuture<@Nullable String> failed : List.of(thrower, after)) {
        assertThatExceptionOfType(ExecutionException.class)
            .isThrownBy(() -> failed.get(300, TimeUnit.SECONDS))
            .withCauseInstanceOf(DurabilityException.class)
            .withMessageContaining("applying entry 3");
      }
    }
  }
}
