package dev.durability.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.DurableState;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** What is shown, and what is left, when the disk fails. */
final class FaultsTest {
  private final FaultDirectory disk = new FaultDirectory(new MemoryDirectory());

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(DurabilityAutoConfiguration.class))
          .withBean(Directory.class, () -> disk)
          .withBean("numbers", Codec.class, Codecs::longs)
          .withBean(Totals.class);

  @Test
  void aDiskThatIsFullWhenItClosesKeepsNeitherTheContextNorTheLock() {
    runner.run(
        context -> {
          state(context).update(5L);
          disk.inject(Fault.of(Fault.Operation.CREATE).noSpace().always());
        });
    disk.heal();
    runner.run(context -> assertThat(sum(context)).isEqualTo(5));
  }

  @Test
  void aFailedCheckpointIsShownWhileUpdatesGoOn() {
    runner.run(
        context -> {
          state(context).update(5L);
          disk.inject(Fault.of(Fault.Operation.CREATE).noSpace().always());
          assertThatThrownBy(() -> state(context).checkpoint()).isInstanceOf(IOException.class);

          LogHealth health = health(context);
          assertThat(health.up()).isTrue();
          assertThat(health.details())
              .containsKey("checkpointFailure")
              .containsEntry("poisoned", false);
          disk.heal();
          state(context).update(6L);
          state(context).checkpoint();
          assertThat(health(context).details())
              .doesNotContainKey("checkpointFailure")
              .containsEntry("checkpointId", 2L);
        });
  }

  @Test
  void aFailedSyncIsDownUntilTheContextIsStartedAgain() {
    runner.run(
        context -> {
          state(context).update(5L);
          disk.inject(Fault.of(Fault.Operation.SYNC_FILE).always());
          assertThatThrownBy(() -> state(context).update(6L)).isInstanceOf(IOException.class);
          disk.heal();

          LogHealth health = health(context);
          assertThat(health.up()).isFalse();
          assertThat(health.details())
              .containsEntry("poisoned", true)
              .containsEntry("lockLost", false)
              .containsKey("failure");
          assertThatThrownBy(() -> state(context).update(7L))
              .isInstanceOf(WriterPoisonedException.class);
        });
    runner.run(
        context -> {
          assertThat(health(context).up()).isTrue();
          assertThat(sum(context)).isIn(5L, 11L); // Nobody was told what became of the second.
        });
  }

  @SuppressWarnings("unchecked")
  private static DurableState<Long, Long> state(ApplicationContext context) {
    return context.getBean(DurableState.class);
  }

  private static long sum(ApplicationContext context) throws IOException {
    return state(context).read(total -> total);
  }

  private static LogHealth health(ApplicationContext context) {
    return context.getBean(OpenLogs.class).health().values().iterator().next().get();
  }
}
