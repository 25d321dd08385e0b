package dev.durability.benchmarks.store;

import dev.durability.DurableState;
import dev.durability.LiveEntries;
import dev.durability.benchmarks.Trees;
import dev.durability.benchmarks.store.Ledger.Change;
import dev.durability.benchmarks.store.Ledger.Withdraw;
import dev.durability.codec.PostcardCodec;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Accounts in a {@link DurableState} of this project. No checkpoint is written. */
public final class OwnAccounts extends Accounts {
  private static final int FILL_ENTRY_BYTES = 128 << 10;
  private static final long PREPARING_SECONDS_MAX = 5;

  /** By which call an account is changed. */
  public enum Call {
    /** The command decides when it is applied, and answers. */
    EXECUTE("execute"),
    /** The same command, whose answer goes to nobody. */
    UPDATE("update"),
    /** The caller looks at the state and decides; nothing comes between that and the update. */
    UPDATE_IF("updateIf");

    private final String method;

    Call(String method) {
      this.method = method;
    }
  }

  private final Call call;
  private final LiveEntries live;
  private final boolean isSettled;
  private @Nullable DurableState<Map<Integer, Account>, Change> state;

  private OwnAccounts(Call call, LiveEntries live, boolean isSettled) {
    this.call = call;
    this.live = live;
    this.isSettled = isSettled;
  }

  /**
   * Makes accounts in a state with the default options, whose log is in its second segment.
   *
   * @param call by which call they are changed
   * @return the accounts
   */
  public static OwnAccounts by(Call call) {
    return new OwnAccounts(call, LiveEntries.DECODED, true);
  }

  /**
   * Makes the same with entries that are applied as they are passed.
   *
   * @param call by which call they are changed
   * @return the accounts
   */
  public static OwnAccounts asPassedBy(Call call) {
    return new OwnAccounts(call, LiveEntries.AS_PASSED, true);
  }

  /**
   * Makes accounts in a state that was opened a moment ago: its first segment was not zero-filled.
   *
   * @param call by which call they are changed
   * @return the accounts
   */
  public static OwnAccounts newlyOpenedBy(Call call) {
    return new OwnAccounts(call, LiveEntries.DECODED, false);
  }

  @Override
  public String name() {
    return "durability, "
        + call.method
        + (live == LiveEntries.AS_PASSED ? ", entries as passed" : "");
  }

  @Override
  public String guarantee(Promise wanted) {
    return "durable and applied when it returns or the future completes: "
        + switch (call) {
          case EXECUTE -> "the command decides, and answers";
          case UPDATE -> "the command decides, and nobody is answered";
          case UPDATE_IF -> "decided on a state with all earlier updates in it";
        };
  }

  @Override
  public String reading() {
    return "DurableState.read: all that is seen is durable";
  }

  @Override
  void open(Path where) throws Exception {
    DurableState<Map<Integer, Account>, Change> opened =
        OwnState.open(FsDirectory.open(where), PostcardCodec.of(Change.class), new Ledger(), live);
    state = opened;
    int unused = opened.execute(new Ledger.OpenAccounts(COUNT, BALANCE));
    if (isSettled) {
      reachPreparedSegment(where);
    }
  }

  /** Brings the log to where that of a state that runs for a while is, as {@link OwnLog} does. */
  private void reachPreparedSegment(Path where) throws Exception {
    Ledger.Filler filler = new Ledger.Filler(new byte[FILL_ENTRY_BYTES]);
    long segment = WalOptions.defaults().segmentBytes();
    long appended = 0;
    for (; appended < segment * 3 / 4; appended += FILL_ENTRY_BYTES) {
      int unused = state().execute(filler); // A log that syncs rarely fills nothing with zeros.
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PREPARING_SECONDS_MAX);
    while (Trees.bytes(where) < segment && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
    for (; appended <= segment; appended += FILL_ENTRY_BYTES) { // The frames take more than that.
      int unused = state().execute(filler);
    }
  }

  @Override
  boolean withdraw(int account, long amount, byte[] memo) throws IOException {
    Withdraw withdraw = new Withdraw(account, amount, memo);
    return switch (call) {
      case EXECUTE -> state().execute(withdraw);
      case UPDATE -> state().update(withdraw) > 0;
      case UPDATE_IF ->
          state()
              .updateIf(
                  accounts ->
                      withdraw.isCoveredIn(accounts) ? Optional.of(withdraw) : Optional.empty())
              .isPresent();
    };
  }

  @Override
  public AsyncAppends appendAsync(int outstanding) {
    DurableState<Map<Integer, Account>, Change> target = state();
    @Nullable CompletableFuture<?>[] ring = new CompletableFuture<?>[outstanding];
    return new AsyncAppends() {
      private int next;

      @Override
      public void append(byte[] payload) throws IOException {
        settle(next);
        Withdraw withdraw = new Withdraw(someAccount(), 1, payload);
        ring[next] =
            call == Call.EXECUTE ? target.executeAsync(withdraw) : target.updateAsync(withdraw);
        next = next + 1 == ring.length ? 0 : next + 1;
      }

      @Override
      public void drain() throws IOException {
        for (int i = 0; i < ring.length; i++) {
          settle(i);
        }
      }

      private void settle(int at) throws IOException {
        CompletableFuture<?> future = ring[at];
        if (future == null) {
          return;
        }
        if (Boolean.FALSE.equals(future.join())) {
          throw new IOException(name() + " refused to withdraw 1");
        }
        ring[at] = null;
        withdrawn();
      }
    };
  }

  @Override
  public long balance(int account) throws IOException {
    return state().<Long>read(accounts -> Objects.requireNonNull(accounts.get(account)).balance());
  }

  private DurableState<Map<Integer, Account>, Change> state() {
    return Objects.requireNonNull(state, "opened");
  }

  @Override
  public void close() throws IOException {
    state().close();
  }
}
