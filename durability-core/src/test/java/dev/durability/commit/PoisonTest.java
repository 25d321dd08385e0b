package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What those who wait are told if there is no memory to say it. */
class PoisonTest {
  private final Poison poison = new Poison();

  private static final class NoMemory extends WaitingFuture {
    NoMemory() {
      super(1);
    }

    @Override
    public long entryId() {
      throw new OutOfMemoryError("planted");
    }
  }

  @Test
  void whoWaitsIsToldThatTheOutcomeIsOpenEvenWithoutMemoryForMore() {
    assertThat(poison.whyNot(new NoMemory(), new IOException("full")))
        .isInstanceOf(OutcomeOpenException.class)
        .hasMessageContaining("no memory to tell which");
  }

  @Test
  void whoWaitsIsToldThatTheWriterFailedEvenWithoutMemoryForMore() {
    poison.addUnlessOpen(
        new IOException("lost") {
          @Override
          public String getMessage() {
            throw new OutOfMemoryError("planted");
          }
        });
    assertThat(poison.whyNot(new WaitingFuture(1), null))
        .isInstanceOf(WriterPoisonedException.class)
        .hasMessageContaining("no memory to tell why");
  }
}
