package dev.durability.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.DurableState;
import dev.durability.StateOptions;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.micrometer.DurabilityMetrics;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.MapPropertySource;

/** What is shown and said if the application has beans of its own instead of the starter's. */
final class OwnBeansTest {
  @TempDir Path temp;

  private final MeterRegistry registry = new SimpleMeterRegistry();

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(DurabilityAutoConfiguration.class))
          .withBean("numbers", Codec.class, Codecs::longs)
          .withBean(Totals.class)
          .withBean(MeterRegistry.class, () -> registry);

  @Test
  void thePropertyIsNotTheDiskOfADirectoryOfTheApplication() {
    runner
        .withPropertyValues("durability.directory=" + temp.resolve("nowhere"))
        .withBean(Directory.class, MemoryDirectory::new)
        .run(
            context -> {
              assertThat(details(context, "durableState"))
                  .containsKey("appliedId")
                  .doesNotContainKeys("diskFree", "diskTotal");
              assertThat(registry.find("durability.disk.free").gauge()).isNull();
              assertThat(registry.find("durability.wal.pending").tag("log", "nowhere").gauge())
                  .isNotNull();
            });
  }

  @Test
  void aSpaceAfterTheDirectoryIsNoPartOfItsName() {
    runner
        .withInitializer( // withPropertyValues would strip it.
            context ->
                context
                    .getEnvironment()
                    .getPropertySources()
                    .addFirst(
                        new MapPropertySource(
                            "file", Map.of("durability.directory", temp.resolve("sums") + " "))))
        .run(context -> assertThat(context).hasNotFailed());
    assertThat(temp.resolve("sums/wal")).exists();
    assertThat(temp.resolve("sums ")).doesNotExist();
  }

  @Test
  void theDiskOfTheStartersLogIsNotThatOfAnother() {
    runner
        .withPropertyValues("durability.directory=" + temp.resolve("sums"))
        .withBean("own", WalWriter.class, OwnBeansTest::inMemory)
        .run(
            context -> {
              assertThat(details(context, "durableState")).containsKey("diskFree");
              assertThat(details(context, "own"))
                  .containsKey("durableId")
                  .doesNotContainKey("diskFree");
            });
  }

  @Test
  void severalStatesHaveMetricsOfTheirOwn() {
    runner
        .withBean("own", DurableState.class, OwnBeansTest::stateInMemory)
        .withBean("two", DurableState.class, OwnBeansTest::stateInMemory)
        .withBean("ones", DurabilityMetrics.class, () -> new DurabilityMetrics("one"))
        .withBean("twos", DurabilityMetrics.class, () -> new DurabilityMetrics("two"))
        .run(context -> assertThat(context).hasNotFailed());
  }

  private static Map<String, Object> details(ApplicationContext context, String name) {
    return Objects.requireNonNull(context.getBean(OpenLogs.class).health().get(name))
        .get()
        .details();
  }

  private static WalWriter<Long> inMemory() {
    try {
      return WalWriter.open(new MemoryDirectory(), Codecs.longs(), WalOptions.defaults());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aStateBesideOneOfTheApplicationIsOneThatItHasToDefineItself() {
    runner
        .withPropertyValues("durability.directory=" + temp.resolve("sums"))
        .withBean("own", DurableState.class, OwnBeansTest::stateInMemory)
        .run(
            context -> {
              NoSuchBeanDefinitionException missing =
                  new NoSuchBeanDefinitionException(
                      ResolvableType.forClassWithGenerics(
                          DurableState.class, String.class, Long.class));
              FailureAnalysis analysis =
                  new MissingBeanFailureAnalyzer(context.getBeanFactory(), context.getEnvironment())
                      .analyze(missing);

              assertThat(Objects.requireNonNull(analysis).getAction())
                  .contains("'own'", "define this one too");
            });
  }

  private static DurableState<Long, Long> stateInMemory() {
    try {
      return DurableState.open(
          new MemoryDirectory(), Codecs.longs(), new Totals(), StateOptions.defaults());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aFailureAfterOpeningIsNotTakenForOneOfOpening() throws IOException {
    FaultDirectory disk = new FaultDirectory(new MemoryDirectory());
    DurableState<Long, Long> state =
        DurableState.open(disk, Codecs.longs(), new Totals(), StateOptions.defaults());
    disk.inject(Fault.of(Fault.Operation.SYNC_FILE).always());
    assertThatThrownBy(() -> state.update(5L)).isInstanceOf(IOException.class);
    disk.heal();
    assertThatThrownBy(() -> state.update(6L))
        .isInstanceOf(WriterPoisonedException.class)
        .satisfies(
            failed -> {
              assertThat(analysis(new IllegalStateException("a runner failed", failed))).isNull();
              assertThat(analysis(new BeanCreationException("bean", "failed", failed))).isNull();
            });
    assertThatThrownBy(state::close).isInstanceOf(WriterPoisonedException.class);
  }

  private static @Nullable FailureAnalysis analysis(Throwable failure) {
    return new OpeningFailureAnalyzer().analyze(failure);
  }

  @Test
  void aLogThatTheApplicationCannotOpenIsAFailureOfOpening() throws IOException {
    FsDirectory directory = FsDirectory.open(temp);
    WalOptions options = WalOptions.defaults();
    try (WalWriter<Long> log = WalWriter.open(directory, Codecs.longs(), options)) {
      assertThat(log.lastAppendedId()).isZero();
      assertThatThrownBy(
              () -> {
                try (WalWriter<Long> second = WalWriter.open(directory, Codecs.longs(), options)) {
                  throw new AssertionError(second);
                }
              })
          .satisfies(
              failed ->
                  assertThat(analysis(new BeanCreationException("bean", "failed", failed)))
                      .isNotNull()
                      .extracting(FailureAnalysis::getAction)
                      .asString()
                      .contains("one writer"));
    }
  }
}
