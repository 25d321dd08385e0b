package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is told of what poisons a writer, and what if there is no memory to say it. */
class PoisonTest {
  private final Poison poison = new Poison();
  private final List<Throwable> told = new ArrayList<>();
  private final IOException failure = new IOException("mine");

  @Test
  void firstFailureIsToldOnce() {
    poison.whenThere(told::add);
    poison.tell();
    assertThat(told).as("nothing failed").isEmpty();
    poison.addUnlessOpen(failure);
    poison.addUnlessOpen(new IOException("later"));
    poison.tell();
    poison.tell();
    assertThat(told).containsExactly(failure);
  }

  @Test
  void whatAnErrorKeptFromBeingToldIsToldTheNextTime() {
    StackOverflowError error = new StackOverflowError();
    poison.whenThere(
        cause -> {
          told.add(cause);
          if (told.size() == 1) {
            throw error;
          }
        });
    poison.addUnlessOpen(failure);
    assertThatThrownBy(poison::tell).isSameAs(error);
    poison.tell();
    poison.tell();
    assertThat(told).containsExactly(failure, failure);
  }

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
