package dev.durability.storage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the holder of a lock noted of itself: see {@link FsDirectory#holderOf}.
 *
 * @param process the id of its process
 * @param host the name of its machine; empty if it did not know it
 * @param program the class or the jar that it runs; empty if it did not know that
 * @param since when it took the lock, by its clock; null if the note does not say that
 * @param state whether it still runs
 */
public record LockHolding(
    long process, String host, String program, @Nullable Instant since, State state) {

  /** Whether the process that took a lock still runs. */
  public enum State {
    /** A process with that id runs on this machine since before the lock was taken. */
    RUNNING,
    /** It ran on this machine, and has ended without giving up the lock: the lock is free. */
    ENDED,
    /** It is on another machine or in another container, or this system does not tell. */
    UNKNOWN
  }
}
