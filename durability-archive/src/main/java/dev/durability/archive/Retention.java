package dev.durability.archive;

import java.time.Duration;
import java.util.Objects;

/**
 * What of a timeline is kept: from one checkpoint on everything, so that each later moment can be
 * restored. That checkpoint is the newest one that satisfies both: it is at least so old, and so
 * many that were archived are as new.
 *
 * @param checkpoints how many checkpoints are kept at least, 1 or more
 * @param age how far back each moment can be restored; not negative
 */
public record Retention(int checkpoints, Duration age) {

  /**
   * Checks the numbers.
   *
   * @param checkpoints how many checkpoints are kept at least
   * @param age how far back each moment can be restored
   * @throws IllegalArgumentException if there is no checkpoint, or the age is negative
   */
  public Retention {
    Objects.requireNonNull(age, "age");
    if (checkpoints < 1 || age.isNegative()) {
      throw new IllegalArgumentException(
          "cannot keep " + checkpoints + " checkpoints and " + age + ": keep at least 1");
    }
  }
}
