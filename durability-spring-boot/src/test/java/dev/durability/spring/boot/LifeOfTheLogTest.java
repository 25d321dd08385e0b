package dev.durability.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.DurableState;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.annotation.Order;

/** When the log is opened, and when it is closed. */
final class LifeOfTheLogTest extends StarterFixture {
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
}
