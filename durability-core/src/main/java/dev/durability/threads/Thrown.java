package dev.durability.threads;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What becomes of something that was thrown where it cannot simply be passed on. */
public final class Thrown {
  private Thrown() {}

  /**
   * Throws what another thread, or an earlier step, has thrown.
   *
   * @param failure what was thrown, no checked exception but an IOException; null if nothing was
   * @throws IOException the failure; or the Error or RuntimeException that it is
   */
  public static void rethrow(@Nullable Throwable failure) throws IOException {
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }

  /**
   * Hands what nobody waits for to the current thread's handler, as if the thread ended by it.
   *
   * @param failure what was thrown
   */
  @SuppressWarnings("EmptyCatch")
  public static void report(Throwable failure) {
    try {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
    } catch (Throwable ofTheHandler) {
      // The virtual machine ignores what a handler throws; so does the log.
    }
  }
}
