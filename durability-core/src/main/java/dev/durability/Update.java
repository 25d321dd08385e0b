package dev.durability;

import dev.durability.AppliedState.Expected;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An update that is encoded and not yet appended; or one that was read from the log.
 *
 * @param entry what {@code apply} gets
 * @param bytes its bytes for the log, from the start of this array; unused once it is appended
 * @param size how many bytes it takes
 * @param toExpect what the state expects once it has its place; null if it was read
 */
@SuppressWarnings("ArrayRecordComponent") // Updates are never compared.
record Update<E>(E entry, byte[] bytes, int size, @Nullable Expected<E> toExpect) {

  /** What the state expects once it has its place. */
  Expected<E> expected() {
    return Objects.requireNonNull(toExpect);
  }
}
