package dev.durability.commit;

import org.jspecify.annotations.Nullable;

/**
 * A thread that waits for one future: see {@link Askers}. Those of a future are a list, which is
 * changed with the lock and read without it.
 */
public final class Asker {
  final Thread thread = Thread.currentThread();
  volatile @Nullable Asker next;

  Asker() {}
}
