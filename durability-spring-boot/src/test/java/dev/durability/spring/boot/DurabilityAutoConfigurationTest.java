package dev.durability.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.LiveEntries;
import dev.durability.StateOptions;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.PostcardCodec;
import dev.durability.log.OpenMode;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/** Which beans there are, what they are made of, and when they are closed. */
final class DurabilityAutoConfigurationTest {
  @TempDir Path temp;

  private ApplicationContextRunner bare;
  private ApplicationContextRunner runner;

  @BeforeEach
  void runners() {
    bare =
        new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(DurabilityAutoConfiguration.class));
    runner = bare.withPropertyValues("durability.directory=" + temp.resolve("sums"));
  }

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
  void itCanBeSwitchedOff() {
    runner
        .withPropertyValues("durability.enabled=false")
        .withUserConfiguration(Sums.class)
        .run(
            context ->
                assertThat(context)
                    .hasNotFailed()
                    .doesNotHaveBean(DurableState.class)
                    .doesNotHaveBean(DurabilityProperties.class));
    assertThat(temp.resolve("sums")).doesNotExist();
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
  void withoutPropertiesTheOptionsAreThoseOfTheLibrary() {
    runner
        .withUserConfiguration(Sums.class)
        .run(
            context -> {
              WalOptions wal = context.getBean(WalOptions.class);
              assertThat(wal)
                  .usingRecursiveComparison()
                  .ignoringFields("observer", "clock", "flushPolicy")
                  .isEqualTo(WalOptions.defaults());
              assertThat(wal.flushPolicy()).hasToString(FlushPolicy.perAppend().toString());
              assertThat(context.getBean(StateOptions.class))
                  .usingRecursiveComparison()
                  .ignoringFields("walOptions")
                  .isEqualTo(StateOptions.defaults());
            });
    assertThat(posix(temp.resolve("sums/wal"))).isEqualTo("rwx------");
  }

  @Test
  void eachPropertyReachesItsOption() throws IOException {
    runner
        .withPropertyValues(
            "durability.files.mode=rw-rw----",
            "durability.files.directory-mode=rwxrwx---",
            "durability.files.group=" + Files.getAttribute(temp, "unix:gid"),
            "durability.wal.open-mode=create-only",
            "durability.wal.segment-size=1MB",
            "durability.wal.segment-age=1h",
            "durability.wal.buffer-size=64KB",
            "durability.wal.flush=manual",
            "durability.wal.sync-interval=100ms",
            "durability.wal.preallocated-size-max=0",
            "durability.wal.entry-size-max=1KB",
            "durability.wal.quarantine-size-max=2MB",
            "durability.checkpoint.every-entries=1000",
            "durability.checkpoint.every-size=3MB",
            "durability.checkpoint.on-close=false",
            "durability.checkpoint.kept=4",
            "durability.state.live-entries=as-passed",
            "durability.state.pending-updates-max=17",
            "durability.state.pending-size-max=5MB")
        .withUserConfiguration(Sums.class)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              WalOptions wal = context.getBean(WalOptions.class);
              assertThat(wal.openMode()).isEqualTo(OpenMode.CREATE_ONLY);
              assertThat(wal.segmentBytes()).isEqualTo(1 << 20);
              assertThat(wal.segmentAge()).isEqualTo(Duration.ofHours(1));
              assertThat(wal.bufferBytes()).isEqualTo(64 << 10);
              assertThat(wal.flushPolicy()).hasToString(FlushPolicy.manual().toString());
              assertThat(wal.syncInterval()).isEqualTo(Duration.ofMillis(100));
              assertThat(wal.preallocatedBytesMax()).isZero();
              assertThat(wal.entryBytesMax()).isEqualTo(1 << 10);
              assertThat(wal.quarantineBytesMax()).isEqualTo(2 << 20);
              StateOptions state = context.getBean(StateOptions.class);
              assertThat(state.walOptions()).isSameAs(wal);
              assertThat(state.checkpointPolicy())
                  .hasToString(
                      CheckpointPolicy.manual().everyEntries(1000).everyBytes(3 << 20).toString());
              assertThat(state.checkpointsKept()).isEqualTo(4);
              assertThat(state.liveEntries()).isEqualTo(LiveEntries.AS_PASSED);
              assertThat(state.pendingUpdatesMax()).isEqualTo(17);
              assertThat(state.pendingBytesMax()).isEqualTo(5 << 20);
            });
    assertThat(posix(temp.resolve("sums/wal"))).isEqualTo("rwxrwx---");
    assertThat(posix(temp.resolve("sums/wal/.lock"))).isEqualTo("rw-rw----");
  }

  @Test
  void aCheckpointByNoLimitIsWrittenOnCloseAlone() {
    runner
        .withPropertyValues("durability.checkpoint.every-size=0")
        .run(
            context ->
                assertThat(context.getBean(StateOptions.class).checkpointPolicy())
                    .hasToString(CheckpointPolicy.manual().onClose().toString()));
  }

  @Test
  void aValueThatTheLibraryRefusesIsReportedWithItsProperty() {
    for (String property :
        List.of(
            "durability.files.mode=r--------",
            "durability.files.directory-mode=everybody",
            "durability.wal.segment-size=5",
            "durability.wal.segment-age=0s",
            "durability.wal.buffer-size=2GB",
            "durability.wal.sync-interval=1ns",
            "durability.wal.preallocated-size-max=-1",
            "durability.wal.entry-size-max=4GB",
            "durability.wal.quarantine-size-max=-1",
            "durability.checkpoint.every-entries=-1",
            "durability.checkpoint.every-size=-1",
            "durability.checkpoint.kept=0",
            "durability.state.pending-updates-max=0",
            "durability.state.pending-size-max=0")) {
      runner
          .withPropertyValues(property)
          .withUserConfiguration(Sums.class)
          .run(
              context ->
                  assertThat(context.getStartupFailure())
                      .as(property)
                      .rootCause()
                      .isInstanceOfSatisfying(
                          InvalidConfigurationPropertyValueException.class,
                          e ->
                              assertThat(e.getName())
                                  .isEqualTo(property.substring(0, property.indexOf('=')))));
    }
  }

  @Test
  void customizersChangeWhatThePropertiesSayAndObserversAreAllTold() {
    Counting first = new Counting();
    Counting second = new Counting();
    runner
        .withPropertyValues("durability.checkpoint.kept=3", "durability.wal.segment-size=1MB")
        .withUserConfiguration(Sums.class, Adder.class)
        .withBean(WalOptionsCustomizer.class, () -> options -> options.segmentBytes(1 << 16))
        .withBean(StateOptionsCustomizer.class, () -> options -> options.checkpointsKept(7))
        .withBean("first", WalObserver.class, () -> first)
        .withBean("second", WalObserver.class, () -> second)
        .run(
            context -> {
              context.getBean(Adder.class).add(1);
              assertThat(context.getBean(WalOptions.class).segmentBytes()).isEqualTo(1 << 16);
              assertThat(context.getBean(StateOptions.class).checkpointsKept()).isEqualTo(7);
            });
    assertThat(first.syncs).hasPositiveValue();
    assertThat(second.syncs).hasValue(first.syncs.get());
  }

  @Test
  void itIsOpenedAtTheStartEvenIfBeansAreLazy() {
    runner
        .withBean(LazyInitializationBeanFactoryPostProcessor.class)
        .withUserConfiguration(Sums.class)
        .run(context -> assertThat(temp.resolve("sums/wal/.lock")).exists());
    Path log = temp.resolve("log");
    bare.withPropertyValues("durability.directory=" + log)
        .withBean(LazyInitializationBeanFactoryPostProcessor.class)
        .withBean("text", Codec.class, Codecs::utf8)
        .run(context -> assertThat(log.resolve("wal/.lock")).exists());
  }

  @Test
  void aChildContextUsesTheStateOfItsParent() {
    runner
        .withUserConfiguration(Sums.class)
        .run(
            parent ->
                runner
                    .withParent(parent)
                    .run(
                        child ->
                            assertThat(child)
                                .hasNotFailed()
                                .getBean(DurableState.class)
                                .isSameAs(parent.getBean(DurableState.class))));
  }

  @Test
  void theStateStaysOpenWhenTheContextIsStoppedStartedOrRefreshedOnceMore() {
    runner
        .withUserConfiguration(Sums.class, Adder.class)
        .run(
            context -> {
              ConfigurableApplicationContext source = context.getSourceApplicationContext();
              Adder adder = context.getBean(Adder.class);
              source.stop();
              assertThat(adder.add(1)).isEqualTo(1);
              source.start();
              assertThat(adder.add(1)).isEqualTo(2);
              assertThatThrownBy(source::refresh).isInstanceOf(IllegalStateException.class);
              assertThat(adder.add(1)).isEqualTo(3);
            });
  }

  @Test
  void aContextThatFailsAfterOpeningGivesTheLogUp() {
    runner
        .withUserConfiguration(Sums.class, Adder.class, FailsAfterOpening.class)
        .run(context -> assertThat(context).hasFailed());
    runner
        .withUserConfiguration(Sums.class, Adder.class)
        .run(context -> assertThat(context.getBean(Adder.class).add(0)).isEqualTo(13));
  }

  @Test
  void whoUsesTheStateMayDoSoUntilItIsDestroyedItself() {
    runner
        .withUserConfiguration(Sums.class, LastWords.class)
        .run(context -> assertThat(context).hasNotFailed());
    runner
        .withUserConfiguration(Sums.class, Adder.class)
        .run(context -> assertThat(context.getBean(Adder.class).add(0)).isEqualTo(99));
  }

  @Test
  void aRelativeDirectoryIsOneOfTheProcessAndNotOfTheClassPath() {
    // A property of type Path would find META-INF on the class path.
    runner
        .withPropertyValues("durability.directory=META-INF")
        .run(
            context ->
                assertThat(context.getBean(DurabilityProperties.class).path())
                    .isEqualTo(Path.of("META-INF")));
  }

  @Test
  void theNameOfTheLogIsThatOfItsDirectoryUnlessItIsSet() {
    assertThat(nameOf("durability.directory=/var/lib/orders")).isEqualTo("orders");
    assertThat(nameOf("durability.directory=/var/lib/orders/.")).isEqualTo("orders");
    assertThat(nameOf("durability.directory=/", "durability.enabled=true")).isEqualTo("durability");
    assertThat(nameOf("durability.name=shop")).isEqualTo("shop");
    assertThat(nameOf("a=b")).isEqualTo("durability");
  }

  private String nameOf(String... properties) {
    List<String> names = new ArrayList<>();
    new ApplicationContextRunner()
        .withUserConfiguration(PropertiesAlone.class)
        .withPropertyValues(properties)
        .run(context -> names.add(context.getBean(DurabilityProperties.class).logName()));
    return names.get(0);
  }

  private static String posix(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
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

  private static final class Counting implements WalObserver {
    final AtomicInteger syncs = new AtomicInteger();

    @Override
    public void onSync(long lastId, long durationNanos) {
      syncs.incrementAndGet();
    }
  }

  @Configuration(proxyBeanMethods = false)
  @org.springframework.boot.context.properties.EnableConfigurationProperties(
      DurabilityProperties.class)
  static class PropertiesAlone {}

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

  @Configuration(proxyBeanMethods = false)
  static class OwnState {
    @Bean
    DurableState<Long, Long> own(Totals totals) throws IOException {
      return DurableState.open(
          new MemoryDirectory(), Codecs.longs(), totals, StateOptions.defaults());
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

  @Order(1)
  static final class FailsAfterOpening {
    FailsAfterOpening(Adder adder) throws IOException {
      adder.add(13);
      throw new IllegalStateException("the next bean fails");
    }
  }

  static final class LastWords implements DisposableBean {
    private final DurableState<Long, Long> sums;

    LastWords(DurableState<Long, Long> sums) {
      this.sums = sums;
    }

    @Override
    public void destroy() throws IOException {
      sums.update(99L);
    }
  }

  @Test
  void theDirectoryOfThePropertyIsOneOfTheFileSystem() {
    runner.run(
        context -> assertThat(context.getBean(Directory.class)).isInstanceOf(FsDirectory.class));
  }
}
