package dev.durability.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.DurableState;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.wal.WalWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What an application says that lacks a bean or a property. */
final class MissingBeansTest extends FailureAnalysisFixture {
  @Test
  void aStateWithoutAnythingToMakeItOf() {
    FailureAnalysis analysis = analysis(UsesState.class, "durability.directory=");

    assertThat(analysis.getDescription()).contains("DurableState");
    assertThat(analysis.getAction())
        .contains("Set the property durability.directory")
        .contains("bean of type StateMachine")
        .contains("bean of type Codec<Change>", "PostcardCodec.of(Change.class)");
  }

  @Test
  void aStateWithoutAStateMachine() {
    assertThat(analysis(UsesStateWithCodec.class).getAction())
        .isEqualTo(
            "Define a bean of type StateMachine: what the state is, and how entries change it.");
  }

  @Test
  void aStateWithoutACodec() {
    FailureAnalysis analysis = analysis(MachineAlone.class);

    assertThat(analysis.getDescription()).contains("Codec", "there is no codec");
    assertThat(analysis.getAction()).contains("bean of type Codec<Long>");
  }

  @Test
  void aStateWithACodecOfOtherEntries() {
    FailureAnalysis analysis = analysis(OtherCodec.class);

    assertThat(analysis.getDescription()).contains("'texts' is one of", "String");
    assertThat(analysis.getAction()).contains("bean of type Codec<Long>");
  }

  @Test
  void aStateAlthoughTheStarterIsSwitchedOff() {
    for (String no : new String[] {"false", "off"}) {
      assertThat(analysis(UsesStateWithCodec.class, "durability.enabled=" + no).getAction())
          .contains("Remove durability.enabled=" + no + ": it switches the starter off");
    }
  }

  @Test
  void aSwitchThatSaysNeitherYesNorNo() {
    assertThat(analysis(UsesStateWithCodec.class, "durability.enabled=maybe").getDescription())
        .contains("durability.enabled", "maybe");
  }

  @Test
  void aStateOfOtherTypesThanTheMachine() {
    FailureAnalysis analysis = analysis(UsesStateOfTexts.class);

    assertThat(analysis.getDescription())
        .contains("DurableState<java.lang.Long, java.lang.String>");
    assertThat(analysis.getAction())
        .isEqualTo(
            "There is 'durableState', a dev.durability.DurableState<java.lang.Long,"
                + " java.lang.Long>, as its beans say: inject it with these types.");
  }

  @Test
  void aLogOfOtherEntriesThanTheCodec() {
    assertThat(analysis(UsesLogOfTexts.class).getAction())
        .contains("'walWriter', a dev.durability.wal.WalWriter<java.lang.Long>");
  }

  @Test
  void aLogWithoutACodec() {
    assertThat(analysis(UsesLog.class).getAction()).contains("bean of type Codec<Entry>");
  }

  @Test
  void aLogAmongSeveralCodecs() {
    assertThat(analysis(UsesLogOfTwoCodecs.class).getAction()).contains("@Primary");
  }

  @Test
  void aLogWhereThereIsAState() {
    assertThat(analysis(UsesLogBesideState.class).getAction())
        .contains("a DurableState instead of a WalWriter");
  }

  @Test
  void otherFailuresAreLeftToSpringBoot() {
    FailureAnalysis analysis = analysis(UsesPath.class);

    assertThat(analysis.getDescription()).contains("java.nio.file.Path");
    assertThat(analysis.getAction()).doesNotContain("durability");
    FailureAnalysis two = analysis(TwoMachines.class);
    assertThat(two.getDescription()).contains("one", "two", "2");
  }

  @Configuration(proxyBeanMethods = false)
  static class MachineAlone {
    @Bean
    Totals totals() {
      return new Totals();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class OtherCodec {
    @Bean
    Totals totals() {
      return new Totals();
    }

    @Bean
    Codec<String> texts() {
      return Codecs.utf8();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class UsesState {
    @Bean
    String user(DurableState<Long, Long> state) {
      return String.valueOf(state.lastAppliedId());
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class UsesStateWithCodec {
    @Bean
    Codec<Long> numbers() {
      return Codecs.longs();
    }

    @Bean
    String user(DurableState<Long, Long> state) {
      return String.valueOf(state.lastAppliedId());
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class UsesLog {
    @Bean
    String user(WalWriter<Long> log) {
      return String.valueOf(log.lastAppendedId());
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class UsesLogOfTwoCodecs {
    @Bean
    Codec<Long> numbers() {
      return Codecs.longs();
    }

    @Bean
    Codec<String> texts() {
      return Codecs.utf8();
    }

    @Bean
    String user(WalWriter<Long> log) {
      return String.valueOf(log.lastAppendedId());
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class UsesLogBesideState extends Sums {
    @Bean
    String user(WalWriter<Long> log) {
      return String.valueOf(log.lastAppendedId());
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class UsesPath {
    @Bean
    String user(Path path) {
      return path.toString();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class TwoMachines {
    @Bean
    Codec<Long> numbers() {
      return Codecs.longs();
    }

    @Bean
    Totals one() {
      return new Totals();
    }

    @Bean
    Totals two() {
      return new Totals();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class UsesStateOfTexts extends Sums {
    @Bean
    String user(DurableState<Long, String> state) {
      return String.valueOf(state.lastAppliedId());
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class UsesLogOfTexts {
    @Bean
    Codec<Long> numbers() {
      return Codecs.longs();
    }

    @Bean
    String user(WalWriter<String> log) {
      return String.valueOf(log.lastAppendedId());
    }
  }
}
