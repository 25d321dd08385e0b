package dev.durability.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.DurableState;
import dev.durability.StateOptions;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.PostcardCodec;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Which beans there are, and what they are made of. */
final class DurabilityAutoConfigurationTest extends StarterFixture {
  @Test
  void aCodecAndAStateMachineGiveAStateThatOutlivesTheContext() {
    runner
        .withUserConfiguration(Sums.class, Adder.class)
        .run(
            context -> {
              context.getBean(Adder.class).add(40);
              assertThat(context.getBean(Adder.class).add(2)).isEqualTo(42);
              assertThat(context).doesNotHaveBean(WalWriter.class);
            });
    runner
        .withUserConfiguration(Sums.class, Adder.class)
        .run(context -> assertThat(context.getBean(Adder.class).add(0)).isEqualTo(42));
  }

  @Test
  void aCodecAloneGivesALog() {
    runner
        .withBean("text", Codec.class, Codecs::utf8)
        .run(
            context -> {
              @SuppressWarnings("unchecked")
              WalWriter<String> log = context.getBean(WalWriter.class);
              assertThat(log.appendDurable("a")).isEqualTo(1);
              assertThat(context).doesNotHaveBean(DurableState.class);
            });
  }

  @Test
  void withoutADirectoryNothingIsOpened() {
    for (String property : List.of("a=b", "durability.directory=", "durability.directory=  ")) {
      bare.withPropertyValues(property)
          .withUserConfiguration(Sums.class)
          .run(
              context ->
                  assertThat(context)
                      .hasNotFailed()
                      .doesNotHaveBean(Directory.class)
                      .doesNotHaveBean(DurableState.class)
                      .doesNotHaveBean(WalWriter.class));
    }
  }

  @Test
  void severalCodecsWithoutAStateMachineAreAQuestionToTheApplication() {
    runner
        .withBean("text", Codec.class, Codecs::utf8)
        .withBean("numbers", Codec.class, Codecs::longs)
        .run(
            context ->
                assertThat(context.getStartupFailure())
                    .rootCause()
                    .isInstanceOf(NoUniqueBeanDefinitionException.class));
  }

  @Test
  void itGivesWayToAStateOfTheApplication() {
    runner
        .withUserConfiguration(Sums.class, OwnState.class)
        .run(
            context -> {
              assertThat(context).hasSingleBean(DurableState.class).hasBean("own");
            });
    assertThat(temp.resolve("sums/wal")).doesNotExist();
  }

  @Test
  void aDirectoryOfTheApplicationNeedsNoProperty() {
    MemoryDirectory memory = new MemoryDirectory();
    for (long expected : new long[] {5, 10}) {
      bare.withBean(Directory.class, () -> memory)
          .withUserConfiguration(Sums.class, Adder.class)
          .run(context -> assertThat(context.getBean(Adder.class).add(5)).isEqualTo(expected));
    }
  }

  @Test
  void optionsOfTheApplicationAreTakenAsTheyAre() {
    WalOptions wal = WalOptions.builder().segmentBytes(8192).build();
    StateOptions state = StateOptions.builder().walOptions(wal).checkpointsKept(5).build();
    runner
        .withUserConfiguration(Sums.class)
        .withBean(WalOptions.class, () -> wal)
        .withBean(StateOptions.class, () -> state)
        .run(
            context -> {
              assertThat(context.getBean(WalOptions.class)).isSameAs(wal);
              assertThat(context.getBean(StateOptions.class)).isSameAs(state);
            });
  }

  @Test
  void theCodecOfTheEntriesIsTakenAmongSeveral() {
    runner
        .withUserConfiguration(Texts.class, Sums.class, Adder.class)
        .run(context -> assertThat(context.getBean(Adder.class).add(7)).isEqualTo(7));
  }

  @Test
  void aCodecOfUnknownEntriesIsTakenIfThereIsNoOther() {
    runner
        .withBean("unknown", Codec.class, Codecs::longs)
        .withUserConfiguration(Texts.class, Adder.class)
        .withBean(Totals.class)
        .run(context -> assertThat(context.getBean(Adder.class).add(7)).isEqualTo(7));
  }

  @Test
  void amongCodecsOfUnknownEntriesThePrimaryOneIsTaken() {
    runner
        .withBean("one", Codec.class, Codecs::utf8)
        .withBean("two", Codec.class, Codecs::longs, d -> d.setPrimary(true))
        .withUserConfiguration(Adder.class)
        .withBean(Totals.class)
        .run(context -> assertThat(context.getBean(Adder.class).add(7)).isEqualTo(7));
  }

  @Test
  void aStateMachineThatDoesNotSayItsEntriesTakesTheOnlyCodec() {
    StateMachine<Object, Object> erased = erased(new Totals());
    runner
        .withBean("machine", StateMachine.class, () -> erased)
        .withBean("numbers", Codec.class, Codecs::longs)
        .withUserConfiguration(Adder.class)
        .run(context -> assertThat(context.getBean(Adder.class).add(7)).isEqualTo(7));
  }

  @Test
  void aCodecThatIsNoDefinitionIsFound() {
    Codec<Long> numbers = PostcardCodec.of(Long.class);
    runner
        .withInitializer(context -> context.getBeanFactory().registerSingleton("n", numbers))
        .withUserConfiguration(Texts.class, Adder.class)
        .withBean(Totals.class)
        .run(context -> assertThat(context.getBean(Adder.class).add(7)).isEqualTo(7));
  }

  @Test
  void theDirectoryOfThePropertyIsOneOfTheFileSystem() {
    runner.run(
        context -> assertThat(context.getBean(Directory.class)).isInstanceOf(FsDirectory.class));
  }

  /** The same machine, without the types that its class says. */
  @SuppressWarnings("unchecked")
  private static <S, E> StateMachine<S, E> erased(StateMachine<?, ?> machine) {
    StateMachine<S, E> known = (StateMachine<S, E>) machine;
    return new Erased<>(known);
  }

  private record Erased<S, E>(StateMachine<S, E> machine) implements StateMachine<S, E> {
    @Override
    public S initial() {
      return machine.initial();
    }

    @Override
    public S apply(S state, E entry) {
      return machine.apply(state, entry);
    }

    @Override
    public S snapshot(S state) {
      return machine.snapshot(state);
    }

    @Override
    public void write(S state, java.io.OutputStream out) throws IOException {
      machine.write(state, out);
    }

    @Override
    public S read(java.io.InputStream in) throws IOException {
      return machine.read(in);
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class OwnState {
    @Bean
    DurableState<Long, Long> own(Totals totals) throws IOException {
      return DurableState.open(
          new MemoryDirectory(), Codecs.longs(), totals, StateOptions.defaults());
    }
  }
}
