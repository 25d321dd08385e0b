package dev.durability.benchmarks.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.benchmarks.CannotRunException;
import dev.durability.benchmarks.store.OwnAccounts.Call;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AccountsTest {
  private static final byte[] MEMO = new byte[Accounts.MEMO_BYTES];

  @TempDir private Path directory;

  static Stream<Accounts> accounts() {
    Stream<Accounts> own = Stream.of(Call.values()).map(OwnAccounts::newlyOpenedBy);
    return Stream.concat(own, Stores.peersWithAccounts().stream());
  }

  @ParameterizedTest
  @MethodSource("accounts")
  void withdrawalsAreMadeOnceAndNoBalanceIsOverdrawn(Accounts accounts) throws Exception {
    try (accounts) {
      accounts.open(directory, Promise.DURABLE);
      for (int i = 0; i < 20; i++) {
        accounts.append(MEMO);
      }
      accounts.settle();
      long before = accounts.balance(7);
      assertThat(accounts.withdraw(7, before - 3, MEMO)).isTrue();
      assertThat(accounts.balance(7)).isEqualTo(3);
      // An update has no answer: what matters is that nothing is withdrawn.
      boolean answers = !accounts.name().equals("durability, update");
      assertThat(accounts.withdraw(7, 4, MEMO)).isEqualTo(!answers);
      assertThat(accounts.balance(7)).isEqualTo(3);
      assertThat(accounts.withdraw(7, 3, MEMO)).isTrue();
      assertThat(accounts.balance(7)).isZero();
    }
  }

  @Test
  void withdrawalsAheadAreAllMadeOnceTheyAreDrained() throws Exception {
    for (Call call : new Call[] {Call.EXECUTE, Call.UPDATE}) {
      try (OwnAccounts accounts = OwnAccounts.newlyOpenedBy(call)) {
        accounts.open(directory.resolve(call.name()), Promise.DURABLE);
        Store.AsyncAppends ahead = accounts.appendAsync(4);
        for (int i = 0; i < 10; i++) {
          ahead.append(MEMO);
        }
        ahead.drain();
        accounts.settle();
        long left = 0;
        for (int account = 0; account < Accounts.COUNT; account++) {
          left += accounts.balance(account);
        }
        assertThat(left).isEqualTo(Accounts.COUNT * Accounts.BALANCE - 10);
      }
    }
  }

  @Test
  void aWithdrawalThatIsLostIsFound() throws Exception {
    Accounts forgetful =
        new Forgetful() {
          @Override
          boolean withdraw(int account, long amount, byte[] memo) {
            return true;
          }
        };
    forgetful.open(directory, Promise.DURABLE);
    forgetful.settle();
    forgetful.append(MEMO);
    assertThatThrownBy(forgetful::settle)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has balances of " + Accounts.COUNT * Accounts.BALANCE);
  }

  @Test
  void aWithdrawalThatIsRefusedFails() throws Exception {
    Accounts stingy = new Forgetful();
    stingy.open(directory, Promise.DURABLE);
    assertThatThrownBy(() -> stingy.append(MEMO)).hasMessageContaining("refused to withdraw 1");
  }

  @Test
  void withdrawalsThatAreNotDurableAreNotMeasured() {
    assertThatThrownBy(() -> new Forgetful().open(directory, Promise.UNSYNCED))
        .isInstanceOf(CannotRunException.class);
  }

  @Test
  void aValueHas128BytesAndItsBalanceIsFirst() {
    byte[] value = Accounts.value(42, MEMO);
    assertThat(value).hasSize(128);
    assertThat(Accounts.balanceIn(value)).isEqualTo(42);
  }

  /** Refuses everything. */
  private static class Forgetful extends Accounts {
    @Override
    public String name() {
      return "forgetful";
    }

    @Override
    public String guarantee(Promise promise) {
      return "";
    }

    @Override
    public String reading() {
      return "";
    }

    @Override
    void open(Path where) {}

    @Override
    boolean withdraw(int account, long amount, byte[] memo) {
      return false;
    }

    @Override
    public long balance(int account) {
      return BALANCE;
    }

    @Override
    public void close() {}
  }
}
