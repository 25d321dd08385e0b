package dev.durability.frame;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Closes what is of no more use because something failed. Holds no state. */
public final class AfterFailure {
  private AfterFailure() {}

  /**
   * Loads this class. That needs more stack than to use it, and an Error may have left little.
   * Called before what has to be closed in any case is opened.
   */
  public static void prepare() {}

  /**
   * Closes what was opened before a failure. That this fails, too, is noted in the failure.
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
