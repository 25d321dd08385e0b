package dev.durability.testkit.examples;

import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import dev.durability.examples.CommandsExampleTest.Bank;
import dev.durability.examples.CommandsExampleTest.BankCommand;
import dev.durability.examples.CommandsExampleTest.Deposit;
import dev.durability.examples.CommandsExampleTest.Withdraw;
import dev.durability.recovery.StateMachine;
import dev.durability.testkit.DeterminismCheck;
import dev.durability.testkit.MachineFactory;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The bank of the commands in two JVMs, as the documents show it. */
class BankDeterminismTest {

  // begin:determinism
  /** Makes the bank, here and in the other JVMs. */
  static final class BankFactory implements MachineFactory<Map<String, Long>, BankCommand<?>> {
    @Override
    public StateMachine<Map<String, Long>, BankCommand<?>> machine() {
      return new Bank();
    }

    @Override
    public Codec<BankCommand<?>> codec() {
      return PostcardCodec.of(BankCommand.class).parameterized();
    }
  }

  @Test
  void commandsDoTheSameInAnyJvm() throws IOException {
    DeterminismCheck.of(BankFactory.class)
        .throughCheckpoints()
        .check(List.of(new Deposit("mine", 100), new Withdraw("mine", 70), new Withdraw("x", 1)));
  }

  // end:determinism
}
