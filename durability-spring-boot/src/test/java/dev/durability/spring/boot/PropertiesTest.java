package dev.durability.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.LiveEntries;
import dev.durability.StateOptions;
import dev.durability.log.OpenMode;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

/** What the properties say reaches the options, or is refused by its name. */
final class PropertiesTest extends StarterFixture {
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
            "durability.directory=file:///var/lib/orders",
            "durability.directory=file:orders",
            "durability.directory=classpath:orders",
            "durability.directory= S3://bucket/orders",
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
  void itCanBeSwitchedOffAsSpringBootReadsThat() {
    for (String no : List.of("false", "off", "NO", "0")) {
      runner
          .withPropertyValues("durability.enabled=" + no)
          .withUserConfiguration(Sums.class)
          .run(
              context ->
                  assertThat(context)
                      .as(no)
                      .hasNotFailed()
                      .doesNotHaveBean(DurableState.class)
                      .doesNotHaveBean(DurabilityProperties.class));
    }
    assertThat(temp.resolve("sums")).doesNotExist();
    for (String yes : List.of("true", "on", "YES", "1")) {
      runner
          .withPropertyValues("durability.enabled=" + yes)
          .withUserConfiguration(Sums.class)
          .run(context -> assertThat(context).as(yes).hasSingleBean(DurableState.class));
    }
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
    assertThat(nameOf("durability.directory=a:b/orders:2026")).isEqualTo("orders:2026");
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
}
