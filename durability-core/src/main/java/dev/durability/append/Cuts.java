package dev.durability.append;

import dev.durability.frame.FileHeader;
import dev.durability.segment.StartingOver;
import org.jspecify.annotations.Nullable;

/**
 * How often, and where, the log started over while it is open. The thread that writes changes it;
 * any thread that reads entries asks whether what it looked for may have become void meanwhile.
 */
final class Cuts {
  private volatile @Nullable StartingOver due;
  private volatile int count;
  private volatile long beginning;

  /** What is to be made durable, or null. */
  @Nullable StartingOver due() {
    return due;
  }

  /** The log is going to start over. */
  void begin(StartingOver itsDue) {
    due = itsDue;
  }

  /** It did, durably. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes.
  void end(StartingOver done) {
    if ((done.plan().flags() & FileHeader.COVERED) != 0) {
      beginning = done.plan().name().firstEntryId();
    }
    count++;
    due = null;
  }

  /** How often the log started over. */
  int count() {
    return count;
  }

  /** The entry at which the log was begun anew last, 0 if it was not. */
  long beginning() {
    return beginning;
  }
}
