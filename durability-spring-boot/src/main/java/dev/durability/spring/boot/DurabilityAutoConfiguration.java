package dev.durability.spring.boot;

import dev.durability.DurableState;
import dev.durability.StateOptions;
import dev.durability.codec.Codec;
import dev.durability.micrometer.DurabilityMetrics;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/**
 * Makes a {@link DurableState} of the application's {@link StateMachine} and {@link Codec} beans,
 * or a {@link WalWriter} of its codec alone, in the directory that {@code durability.directory}
 * names. Each bean gives way to one that the application defines.
 *
 * <p><b>Life.</b> The log is opened when the context is refreshed, even if beans are lazy: so what
 * is wrong with it is said at the start. It is closed when the context destroys its beans, which is
 * after the web server answered the requests that it had taken.
 */
@AutoConfiguration
@ConditionalOnProperty(name = "durability.enabled", matchIfMissing = true)
@EnableConfigurationProperties(DurabilityProperties.class)
public final class DurabilityAutoConfiguration {
  /** For Spring. */
  public DurabilityAutoConfiguration() {}

  @Bean
  @Conditional(DirectoryIsSet.class)
  @ConditionalOnMissingBean(Directory.class)
  FsDirectory durabilityDirectory(DurabilityProperties properties) {
    Path path = Path.of(String.valueOf(properties.directory()));
    try {
      return FsDirectory.open(path, OptionsOfProperties.files(properties.files()));
    } catch (IOException e) {
      throw new LogOpeningException(path, e);
    }
  }

  @Bean
  @ConditionalOnMissingBean
  WalOptions durabilityWalOptions(
      DurabilityProperties properties,
      ObjectProvider<WalObserver> observers,
      ObjectProvider<WalOptionsCustomizer> customizers) {
    WalOptions.Builder options = OptionsOfProperties.wal(properties.wal());
    observers.orderedStream().reduce(WalObserver::andThen).ifPresent(options::observer);
    customizers.orderedStream().forEach(customizer -> customizer.customize(options));
    return options.build();
  }

  @Bean
  @ConditionalOnMissingBean
  StateOptions durabilityStateOptions(
      DurabilityProperties properties,
      WalOptions walOptions,
      ObjectProvider<StateOptionsCustomizer> customizers) {
    StateOptions.Builder options =
        OptionsOfProperties.state(properties.state(), properties.checkpoint())
            .walOptions(walOptions);
    customizers.orderedStream().forEach(customizer -> customizer.customize(options));
    return options.build();
  }

  @Bean
  @Lazy(false)
  @ConditionalOnBean({Directory.class, StateMachine.class})
  @ConditionalOnMissingBean(DurableState.class)
  DurableState<?, ?> durableState(
      Directory directory,
      StateMachine<?, ?> machine,
      StateOptions options,
      ConfigurableListableBeanFactory beans,
      ObjectProvider<LogWatcher> watchers) {
    Codec<?> codec = EntryCodec.of(machine, beans);
    List<LogWatcher> all = watchers.stream().toList(); // What fails in them leaves no log open.
    DurableState<?, ?> state = open(directory, codec, machine, options);
    all.forEach(watcher -> watcher.opened(state));
    return state;
  }

  @SuppressWarnings("unchecked") // The codec is one of the machine's entries, as far as is known.
  private static <E> DurableState<?, E> open(
      Directory directory, Codec<?> codec, StateMachine<?, E> machine, StateOptions options) {
    try {
      return DurableState.open(directory, (Codec<E>) codec, machine, options);
    } catch (IOException e) {
      throw new LogOpeningException(directory, e);
    }
  }

  @Bean
  @Lazy(false)
  @ConditionalOnBean({Directory.class, Codec.class})
  @ConditionalOnMissingBean({StateMachine.class, DurableState.class, WalWriter.class})
  WalWriter<?> walWriter(
      Directory directory,
      Codec<?> codec,
      WalOptions options,
      ObjectProvider<LogWatcher> watchers) {
    List<LogWatcher> all = watchers.stream().toList();
    try {
      WalWriter<?> log = WalWriter.open(directory, codec, options);
      all.forEach(watcher -> watcher.opened(log));
      return log;
    } catch (IOException e) {
      throw new LogOpeningException(directory, e);
    }
  }

  @Bean
  @ConditionalOnMissingBean
  OpenLogs durabilityOpenLogs(
      DurabilityProperties properties, ConfigurableListableBeanFactory beans) {
    return new OpenLogs(beans, properties.path());
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({DurabilityMetrics.class, MeterRegistry.class})
  static class Metrics {
    /** For a registry that is a bean; without one nobody binds it. */
    @Bean
    @ConditionalOnMissingBean
    DurabilityMetrics durabilityMetrics(DurabilityProperties properties) {
      Path path = properties.path();
      return path == null
          ? new DurabilityMetrics(properties.logName())
          : new DurabilityMetrics(properties.logName(), path);
    }

    @Bean
    MetricsWatcher durabilityMetricsWatcher(
        DurabilityMetrics metrics, ObjectProvider<MeterRegistry> registries) {
      return new MetricsWatcher(metrics, registries);
    }
  }
}
