package dev.durability.callbacks;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Makes one call, in the first callback of a kind from a step on. */
final class Hook {
  private final String wanted;
  private final int fromStep;
  final AtomicBoolean fired = new AtomicBoolean();
  volatile int step = -1;
  volatile boolean ended;
  volatile @Nullable Throwable thrown;
  volatile @Nullable Throwable refused;
  Runnable call = () -> {};

  Hook(String wanted, int fromStep) {
    this.wanted = wanted;
    this.fromStep = fromStep;
  }

  boolean wants(String callbacks) {
    return wanted.startsWith(callbacks);
  }

  void at(String callback) {
    if (callback.equals(wanted) && step >= fromStep && fired.compareAndSet(false, true)) {
      call.run();
      ended = true;
    }
  }
}
