package dev.durability.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.DurableState;
import dev.durability.StateOptions;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.storage.FsDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

/** Applications that cannot start, and the analyzers in the order of Spring Boot. */
abstract class FailureAnalysisFixture {
  @TempDir Path temp;

  DurableState<Long, Long> open() throws IOException {
    return DurableState.open(
        FsDirectory.open(temp), Codecs.longs(), new Totals(), StateOptions.defaults());
  }

  void start(
      AnnotationConfigApplicationContext context, Class<?> configuration, String... properties) {
    TestPropertyValues.of("durability.directory=" + temp).and(properties).applyTo(context);
    context.register(configuration, DurabilityAutoConfiguration.class);
    context.refresh();
  }

  FailureAnalysis analysis(Class<?> configuration, String... properties) {
    try (var context = new AnnotationConfigApplicationContext()) {
      Throwable[] failure = new Throwable[1];
      assertThatThrownBy(() -> start(context, configuration, properties))
          .satisfies(thrown -> failure[0] = thrown);
      List<FailureAnalyzer> analyzers =
          SpringFactoriesLoader.forDefaultResourceLocation()
              .load(
                  FailureAnalyzer.class,
                  ArgumentResolver.of(BeanFactory.class, context.getBeanFactory())
                      .and(Environment.class, context.getEnvironment()),
                  FailureHandler.logging(
                      org.apache.commons.logging.LogFactory.getLog(FailureAnalysisFixture.class)));
      assertThat(analyzers).hasSizeGreaterThan(5);
      return analyzers.stream()
          .map(analyzer -> analysis(analyzer, failure[0]))
          .filter(Objects::nonNull)
          .findFirst()
          .orElseThrow(() -> new AssertionError("no analysis", failure[0]));
    }
  }

  /** As Spring Boot does it: an analyzer for classes that are not there says nothing. */
  private static @Nullable FailureAnalysis analysis(FailureAnalyzer analyzer, Throwable failure) {
    try {
      return analyzer.analyze(failure);
    } catch (NoClassDefFoundError e) {
      return null;
    }
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
}
