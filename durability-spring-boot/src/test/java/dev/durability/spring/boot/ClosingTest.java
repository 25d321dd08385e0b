package dev.durability.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.DurableState;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.LockHeldException;
import dev.durability.micrometer.DurabilityMetrics;
import dev.durability.recovery.StateMachine;
import dev.durability.wal.WalWriter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.support.AbstractRefreshableApplicationContext;

/** Whatever ends a context, its log is closed and another one can open it. */
final class ClosingTest {
  private static final int THREADS = 8;

  @TempDir Path temp;

  private ApplicationContextRunner runner;

  @BeforeEach
  void runner() {
    runner =
        new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(DurabilityAutoConfiguration.class))
            .withPropertyValues("durability.directory=" + temp.resolve("sums"))
            .withBean("numbers", Codec.class, Codecs::longs);
  }

  @Test
  void metersThatCannotBeRegisteredLeaveNoStateOpen() {
    runner
        .withBean(Totals.class)
        .withBean(DurabilityMetrics.class, ClosingTest::metricsThatRefuseAState)
        .run(context -> assertThat(context.getStartupFailure()).hasStackTraceContaining("refused"));
    runner.withBean(Totals.class).run(context -> assertThat(context).hasNotFailed());
  }

  /** They are bound already: those of a state come when it is watched. */
  private static DurabilityMetrics metricsThatRefuseAState() {
    MeterRegistry registry = new SimpleMeterRegistry();
    registry
        .config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public Meter.Id map(Meter.Id id) {
                if (id.getName().startsWith("durability.state")) {
                  throw new IllegalStateException("refused");
                }
                return id;
              }
            });
    DurabilityMetrics metrics = new DurabilityMetrics("sums");
    metrics.bindTo(registry);
    return metrics;
  }

  @Test
  void aWatcherThatFailsLeavesNoLogOpen() {
    runner
        .withBean(LogWatcher.class, Refusing::new)
        .run(context -> assertThat(context.getStartupFailure()).hasStackTraceContaining("refused"));
    runner.run(context -> assertThat(context).hasNotFailed());
  }

  @Test
  void aStateMachineThatFailsWhileItIsOpenedLeavesNoLogOpen() {
    runner.withBean(Totals.class).run(context -> state(context).update(5L));
    runner
        .withBean(RefusingTotals.class)
        .run(context -> assertThat(context.getStartupFailure()).hasStackTraceContaining("refused"));
    runner.withBean(Totals.class).run(context -> assertThat(sum(context)).isEqualTo(5));
  }

  @Test
  void aSecondContextOfThisProcessIsRefusedByWhateverPath() throws IOException {
    Path link = temp.resolve("link");
    Files.createDirectories(temp.resolve("sums"));
    Files.createSymbolicLink(link, temp.resolve("sums"));
    runner
        .withBean(Totals.class)
        .run(
            first -> {
              state(first).update(5L);
              for (Path path : List.of(temp.resolve("sums"), temp.resolve("sums/../sums"), link)) {
                runner
                    .withPropertyValues("durability.directory=" + path)
                    .withBean(Totals.class)
                    .run(
                        second ->
                            assertThat(second.getStartupFailure())
                                .rootCause()
                                .isInstanceOf(LockHeldException.class));
              }
              state(first).update(6L);
            });
  }

  @Test
  void aContextThatIsRefreshedOpensItsLogAgain() throws IOException {
    Refreshable context = new Refreshable();
    DurableState<Long, Long> last;
    try (context) {
      TestPropertyValues.of("durability.directory=" + temp.resolve("sums")).applyTo(context);
      long sum = 0;
      for (int refresh = 0; refresh < 3; refresh++) {
        context.refresh();
        assertThat(sum(context)).isEqualTo(sum);
        state(context).update(5L);
        sum += 5;
      }
      last = state(context);
    }
    closed(context, last);
  }

  private static void closed(Refreshable context, DurableState<Long, Long> last) {
    context.close(); // Once more.
    assertThatThrownBy(() -> last.update(1L)).isInstanceOf(IOException.class);
  }

  @Test
  void whatWasAcknowledgedWhileTheContextClosedIsThere() {
    AtomicLong acknowledged = new AtomicLong();
    Queue<Throwable> others = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    runner
        .withBean(Totals.class)
        .run(
            context -> {
              DurableState<Long, Long> state = state(context);
              CountDownLatch under = new CountDownLatch(10 * THREADS);
              for (int n = 0; n < THREADS; n++) {
                Thread thread =
                    new Thread(
                        () -> {
                          try {
                            while (true) {
                              state.update(1L);
                              acknowledged.incrementAndGet();
                              under.countDown();
                            }
                          } catch (IOException closed) {
                            // Refused, and nothing is half done.
                          } catch (RuntimeException | Error e) {
                            others.add(e);
                          }
                        });
                thread.start();
                threads.add(thread);
              }
              under.await();
              context.getSourceApplicationContext().close();
              for (Thread thread : threads) {
                thread.join();
              }
            });
    assertThat(others).isEmpty();
    runner
        .withBean(Totals.class)
        .run(context -> assertThat(sum(context)).isEqualTo(acknowledged.get()));
  }

  private static long sum(ApplicationContext context) throws IOException {
    return state(context).read(total -> total);
  }

  @SuppressWarnings("unchecked")
  private static DurableState<Long, Long> state(ApplicationContext context) {
    return context.getBean(DurableState.class);
  }

  private static final class Refusing implements LogWatcher {
    @Override
    public void opened(DurableState<?, ?> state) {
      throw new IllegalStateException("refused");
    }

    @Override
    public void opened(WalWriter<?> log) {
      throw new IllegalStateException("refused");
    }
  }

  /** It cannot read its checkpoints. */
  static final class RefusingTotals implements StateMachine<Long, Long> {
    private final Totals totals = new Totals();

    @Override
    public Long initial() {
      return totals.initial();
    }

    @Override
    public Long apply(Long total, Long number) {
      return totals.apply(total, number);
    }

    @Override
    public Long snapshot(Long total) {
      return totals.snapshot(total);
    }

    @Override
    public void write(Long total, OutputStream out) throws IOException {
      totals.write(total, out);
    }

    @Override
    public Long read(InputStream in) {
      throw new IllegalStateException("refused");
    }
  }

  private static final class Refreshable extends AbstractRefreshableApplicationContext {
    @Override
    protected void loadBeanDefinitions(DefaultListableBeanFactory beans) {
      AnnotatedBeanDefinitionReader reader =
          new AnnotatedBeanDefinitionReader(beans, getEnvironment());
      reader.registerBean(Codec.class, "numbers", Codecs::longs);
      reader.registerBean(Totals.class);
      reader.register(DurabilityAutoConfiguration.class);
    }
  }
}
