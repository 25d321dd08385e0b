package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is told of what poisons a writer. */
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
}
