package dev.durability.spring.boot;

import dev.durability.DurableState;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Contexts with the starter, a codec and a state machine that add numbers, and a user of both. */
abstract class StarterFixture {
  @TempDir Path temp;

  ApplicationContextRunner bare;

  ApplicationContextRunner runner;

  @BeforeEach
  void runners() {
    bare =
        new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(DurabilityAutoConfiguration.class));
    runner = bare.withPropertyValues("durability.directory=" + temp.resolve("sums"));
  }

  @Configuration(proxyBeanMethods = false)
  static class Sums {
    @Bean
    Codec<Long> numbers() {
      return Codecs.longs();
    }

    @Bean
    Totals totals() {
      return new Totals();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Texts {
    @Bean
    Codec<String> texts() {
      return Codecs.utf8();
    }
  }

  /** What an application does: it names the types. */
  static final class Adder {
    private final DurableState<Long, Long> sums;

    Adder(DurableState<Long, Long> sums) {
      this.sums = sums;
    }

    long add(long number) throws IOException {
      sums.update(number);
      return sums.read(total -> total);
    }
  }
}
