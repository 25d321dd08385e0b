package dev.durability.spring.boot.starter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.DurableState;
import dev.durability.StateOptions;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalWriter;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Whose health there is, and when there is none. */
final class HealthTest {
  private static final String CONTRIBUTOR = "durabilityHealthContributor";

  private static final Pattern LEFT_OUT =
      Pattern.compile(
          "actuator|spring-boot-health|micrometer-core|micrometer-metrics|micrometer-registry");

  @Test
  void aLogHasOne() {
    try (ConfigurableApplicationContext context = start(LogAlone.class)) {
      assertThat(context.getBeansOfType(WalWriter.class)).hasSize(1);
      assertThat(context.containsBean(CONTRIBUTOR)).isTrue();
    }
  }

  @Test
  void severalAreOneWithParts() {
    try (ConfigurableApplicationContext context = start(TwoStates.class)) {
      assertThat(context.getBeansOfType(DurableState.class)).hasSize(2);
      Object contributor = context.getBean(CONTRIBUTOR);
      assertThat((Iterable<?>) parts(contributor)).hasSize(2);
    }
  }

  @Test
  void withoutALogThereIsNone() {
    try (ConfigurableApplicationContext context = start(Nothing.class)) {
      assertThat(context.containsBean(CONTRIBUTOR)).isFalse();
    }
  }

  @Test
  void oneOfTheApplicationIsTakenInstead() {
    try (ConfigurableApplicationContext context = start(OwnIndicator.class)) {
      assertThat(context.containsBean(CONTRIBUTOR)).isFalse();
    }
  }

  @Test
  void withoutTheActuatorTheLogWorksAlone() throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader without =
        new URLClassLoader(classPathWithoutActuator(), ClassLoader.getPlatformClassLoader())) {
      thread.setContextClassLoader(without);
      Object names =
          without.loadClass(WithoutActuator.class.getName()).getMethod("beanNames").invoke(null);

      assertThat((Iterable<?>) names)
          .map(String::valueOf)
          .contains("walWriter")
          .doesNotContain(CONTRIBUTOR, "durabilityMetrics");
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static URL[] classPathWithoutActuator() throws IOException {
    List<URL> urls = new ArrayList<>();
    int left = 0;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (LEFT_OUT.matcher(entry).find()) {
        left++;
      } else {
        urls.add(Path.of(entry).toUri().toURL());
      }
    }
    assertThat(left).isGreaterThan(2);
    return urls.toArray(URL[]::new);
  }

  /** Loaded once more, by a loader that knows no actuator. */
  public static final class WithoutActuator {
    private WithoutActuator() {}

    /** Starts an application with a log, and returns the names of its beans. */
    public static List<String> beanNames() {
      try (ConfigurableApplicationContext context = start(LogAlone.class)) {
        return List.of(context.getBeanDefinitionNames());
      }
    }
  }

  /** In both lines the composite is iterable, or has a stream. */
  private static Iterable<?> parts(Object composite) {
    if (composite instanceof Iterable<?> each) {
      return each;
    }
    throw new AssertionError(composite + " has no parts");
  }

  private static ConfigurableApplicationContext start(Class<?> configuration) {
    return new SpringApplicationBuilder(configuration)
        .web(WebApplicationType.NONE)
        .properties("logging.level.root=error", "spring.main.banner-mode=off")
        .run();
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Nothing {}

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class LogAlone {
    @Bean
    Directory directory() {
      return new MemoryDirectory();
    }

    @Bean
    Codec<Long> codec() {
      return Codecs.longs();
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class OwnIndicator {
    @Bean
    Directory directory() {
      return new MemoryDirectory();
    }

    @Bean
    Codec<Long> codec() {
      return Codecs.longs();
    }

    @Bean
    String durabilityHealthIndicator() {
      return "in the place of an indicator";
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class TwoStates {
    @Bean
    StateMachine<Long, Long> sum() {
      return new Counters().sum();
    }

    @Bean
    DurableState<Long, Long> one(StateMachine<Long, Long> sum, StateOptions options)
        throws IOException {
      return DurableState.open(new MemoryDirectory(), Codecs.longs(), sum, options);
    }

    @Bean
    DurableState<Long, Long> two(StateMachine<Long, Long> sum, StateOptions options)
        throws IOException {
      return DurableState.open(new MemoryDirectory(), Codecs.longs(), sum, options);
    }
  }
}
