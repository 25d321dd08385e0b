package dev.durability.testkit.errors;

import org.jspecify.annotations.Nullable;

/** Something that uses the library, and knows what has to be so whatever is thrown in it. */
public interface Scenario {

  /** Runs it once. {@return what is wrong, or null} */
  @Nullable String run();
}
