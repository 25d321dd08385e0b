package dev.durability.frame;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Closes what is no longer needed after a failure. Holds no state. */
public final class AfterFailure {
  private AfterFailure() {}

  /**
   * Loads this class. Loading it needs more stack than using it, and an Error may leave little.
   * Call this before you open what has to be closed in any case.
   */
  public static void prepare() {}

  /**
   * Closes what was opened before a failure. If closing fails, too, that is added to the failure as
   * suppressed.
   *
   * @param failure what failed; the caller throws it
   * @param open what is closed, null if it was not opened yet
   */
  public static void close(Throwable failure, @Nullable Closeable open) {
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException second) {
      failure.addSuppressed(second);
    }
  }
}
