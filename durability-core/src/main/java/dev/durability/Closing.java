package dev.durability;

import dev.durability.threads.StackSafeLock;
import dev.durability.wal.WalWriter;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Closes a state once: refuses updates, waits for the background checkpoint, makes everything
 * durable and applied, writes the last checkpoint, and gives up the log.
 */
final class Closing {
  private static final int ATTEMPTS = 3;

  private final CheckpointPolicy policy;
  private final WalWriter<?> log;
  private final AppliedState<?, ?> applied;
  private final Updates<?, ?> updates;
  private final Publishing<?> publishing;
  private final BackgroundCheckpoints background;
  private final StackSafeLock lock = new StackSafeLock();
  private boolean settling;
  private boolean ended;

  Closing(
      CheckpointPolicy policy,
      WalWriter<?> log,
      AppliedState<?, ?> applied,
      Updates<?, ?> updates,
      Publishing<?> publishing,
      BackgroundCheckpoints background) {
    this.policy = policy;
    this.log = log;
    this.applied = applied;
    this.updates = updates;
    this.publishing = publishing;
    this.background = background;
  }

  void close() throws IOException {
    if (lock.isHeldByCurrentThread()) {
      return;
    }
    updates.refuseWithinCallback();
    publishing.refuseWithin("close");
    if (background.isOnItsThread()) {
      throw new IllegalStateException(
          "this thread is writing a checkpoint, and close would wait for it: call close from"
              + " another thread");
    }
    if (lock.tryLock()) {
      try {
        closeOnce();
      } finally {
        lock.unlock();
      }
    }
  }

  private void closeOnce() throws IOException {
    Throwable failure = null;
    // Repeated if an Error broke it off: each step skips what it did before.
    for (int left = ATTEMPTS; !ended && left > 0; left--) {
      try {
        closeLog();
      } catch (Throwable e) {
        failure = failure == null ? e : failure;
      }
    }
    rethrow(failure);
  }

  private void closeLog() throws IOException {
    updates.end();
    background.close();
    // With no lock that others wait for: what depends on the last updates may run here.
    Closeable last = this::giveUpLog;
    Closeable checkpoints = () -> publishing.end(() -> false);
    try (last;
        checkpoints) {
      settleOnce();
    }
  }

  /** The log is given up even after an Error here. After that there is nothing left to do. */
  private void settleOnce() throws IOException {
    if (!settling) {
      settling = true;
      settleAll();
    }
  }

  private void giveUpLog() throws IOException {
    try {
      log.close();
      ended = true;
    } catch (IOException | RuntimeException e) {
      ended = true; // It is given up anyway.
      throw e;
    }
  }

  /** Makes everything durable and applied, and writes the last checkpoint. */
  private void settleAll() throws IOException {
    updates.settleAll();
    publishing.end(this::isLastDue);
  }

  private boolean isLastDue() {
    return policy.isOnClose()
        && applied.failure() == null
        && applied.appliedId() > background.checkpointId();
  }

  private static void rethrow(@Nullable Throwable failure) throws IOException {
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
}
