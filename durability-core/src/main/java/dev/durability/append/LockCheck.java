package dev.durability.append;

import dev.durability.storage.DirectoryLock;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether the log's lock is still held: asked before something is written, and before a round is
 * acknowledged. The second question may be asked as soon as the round's bytes are written: a later
 * holder of the lock reads them. So a thread that spins while the round syncs asks it, and the
 * round does not wait for the answer. If no thread did, the leader asks after the sync.
 *
 * <p>The leader calls all methods but {@link #askForLeader}, which any thread may call.
 */
public final class LockCheck {
  /** How old the knowledge may be, when something is written, that the lock is held. */
  public static final long HELD_FOR_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final DirectoryLock lock;

  /** How many rounds have written all their bytes. */
  private volatile long written;

  /** The last of them that a thread has asked for, or is about to. */
  private final AtomicLong claimed = new AtomicLong();

  /** One of them after whose bytes were written the lock was found held. */
  private volatile long answered;

  private long writtenNanos;
  private long heldAtNanos;

  LockCheck(DirectoryLock lock) {
    this.lock = lock;
  }

  /** Throws if the lock was lost; any thread. */
  public void require() throws IOException {
    lock.requireHeld();
  }

  /** Throws if the lock was lost; asks now. */
  void requireNow() throws IOException {
    long now = System.nanoTime();
    require();
    heldAtNanos = now;
  }

  /**
   * Before something is written: that would damage what another writer has acknowledged. A round
   * that follows the one before at once relies on what was asked for that one.
   */
  void requireToWrite() throws IOException {
    if (System.nanoTime() - heldAtNanos > HELD_FOR_NANOS) {
      requireNow();
    }
  }

  /** All bytes of a round are written, and it is about to sync. */
  void roundWritten() {
    writtenNanos = System.nanoTime();
    long rounds = written + 1; // Only the leader adds to it.
    written = rounds;
  }

  /** Asks for the round that syncs, if nobody has. What fails meets the leader, who asks again. */
  @SuppressWarnings("EmptyCatch")
  public void askForLeader() {
    long round = written;
    long before = claimed.get();
    if (before >= round || !claimed.compareAndSet(before, round)) {
      return;
    }
    try {
      lock.requireHeld();
      answered = round;
    } catch (Throwable leftToLeader) {
      // It has no answer then.
    }
  }

  /** Before a round is acknowledged, after its sync. */
  void requireToAcknowledge() throws IOException {
    if (answered < written) {
      requireNow();
    } else {
      heldAtNanos = writtenNanos;
    }
  }
}
