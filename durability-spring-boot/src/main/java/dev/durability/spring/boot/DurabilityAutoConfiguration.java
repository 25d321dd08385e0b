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
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
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
@Conditional(StarterIsEnabled.class)
@EnableConfigurationProperties(DurabilityProperties.class)
public final class DurabilityAutoConfiguration {
  private static final String DIRECTORY = "durabilityDirectory";

  /** For Spring. */
  public DurabilityAutoConfiguration() {}

  @Bean(DIRECTORY)
  @Conditional(DirectoryIsSet.class)
  @ConditionalOnMissingBean(Directory.class)
  FsDirectory durabilityDirectory(DurabilityProperties properties) {
    Path path = Objects.requireNonNull(properties.path());
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
      OpenLogs logs,
      ConfigurableListableBeanFactory beans,
      ObjectProvider<LogWatcher> watchers) {
    Codec<?> codec = EntryCodec.of(machine, beans);
    List<LogWatcher> all = watchers.stream().toList();
    DurableState<?, ?> state = open(directory, codec, machine, options);
    tell(all, watcher -> watcher.opened(state), state);
    logs.starterOpened(state);
    return state;
  }

  /** Closes the log if a watcher fails: it is no bean yet, so nobody else would. */
  private static void tell(List<LogWatcher> all, Consumer<LogWatcher> opened, Closeable log) {
    try {
      all.forEach(opened);
    } catch (RuntimeException | Error e) {
      try {
        log.close();
      } catch (IOException | RuntimeException | Error suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
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
      OpenLogs logs,
      ObjectProvider<LogWatcher> watchers) {
    List<LogWatcher> all = watchers.stream().toList();
    WalWriter<?> log = open(directory, codec, options);
    tell(all, watcher -> watcher.opened(log), log);
    logs.starterOpened(log);
    return log;
  }

  private static WalWriter<?> open(Directory directory, Codec<?> codec, WalOptions options) {
    try {
      return WalWriter.open(directory, codec, options);
    } catch (IOException e) {
      throw new LogOpeningException(directory, e);
    }
  }

  @Bean
  static BeanTypes durabilityBeanTypes() {
    return new BeanTypes();
  }

  @Bean
  @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
  OpenLogs durabilityOpenLogs(
      DurabilityProperties properties, ConfigurableListableBeanFactory beans) {
    return new OpenLogs(beans, disk(properties, beans));
  }

  /** Where the log is, or null if it is in a directory of the application. */
  private static @Nullable Path disk(
      DurabilityProperties properties, ConfigurableListableBeanFactory beans) {
    return beans.containsBean(DIRECTORY) ? properties.path() : null;
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({DurabilityMetrics.class, MeterRegistry.class})
  static class Metrics {
    /** For a registry that is a bean; without one nobody binds it. */
    @Bean
    @ConditionalOnMissingBean
    DurabilityMetrics durabilityMetrics(
        DurabilityProperties properties, ConfigurableListableBeanFactory beans) {
      Path disk = disk(properties, beans);
      return disk == null
          ? new DurabilityMetrics(properties.logName())
          : new DurabilityMetrics(properties.logName(), disk);
    }

    /** With several metrics the application has several logs, and knows which watches which. */
    @Bean
    @ConditionalOnSingleCandidate(DurabilityMetrics.class)
    MetricsWatcher durabilityMetricsWatcher(
        DurabilityMetrics metrics, ObjectProvider<MeterRegistry> registries) {
      return new MetricsWatcher(metrics, registries);
    }
  }
}
