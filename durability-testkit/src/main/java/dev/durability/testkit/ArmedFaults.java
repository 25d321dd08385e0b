package dev.durability.testkit;

import dev.durability.testkit.Fault.Operation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The faults of a {@link FaultDirectory}, and how many operations there were. */
final class ArmedFaults {
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Armed> armed = new ArrayList<>();
  private final Map<Operation, Long> counts = new EnumMap<>(Operation.class);
  private final List<BiConsumer<? super Operation, ? super String>> watchers =
      new CopyOnWriteArrayList<>();
  private long struck;

  /** A fault, and how many operations it has matched. */
  private static final class Armed {
    private final Fault fault;
    private long matched;

    Armed(Fault fault) {
      this.fault = fault;
    }
  }

  void arm(Fault fault) {
    lock.lock();
    try {
      armed.add(new Armed(fault));
    } finally {
      lock.unlock();
    }
  }

  void disarm() {
    lock.lock();
    try {
      armed.clear();
    } finally {
      lock.unlock();
    }
  }

  void watch(BiConsumer<? super Operation, ? super String> watcher) {
    watchers.add(watcher);
  }

  long count(Operation operation) {
    lock.lock();
    try {
      return counts.getOrDefault(operation, 0L);
    } finally {
      lock.unlock();
    }
  }

  /** How many operations a fault has struck. */
  long struck() {
    lock.lock();
    try {
      return struck;
    } finally {
      lock.unlock();
    }
  }

  /** Counts a call, tells the watchers, and returns the fault that strikes it, or null. */
  @Nullable Fault enter(Operation operation, String path, String otherPath) {
    lock.lock();
    try {
      counts.merge(operation, 1L, Long::sum);
    } finally {
      lock.unlock();
    }
    watchers.forEach(watcher -> watcher.accept(operation, path)); // They may block.
    Fault due = due(operation, path, otherPath);
    if (due != null && due.effect() == Fault.Effect.WAIT) {
      due.pause(); // Without the lock, so that other threads go on.
      return null;
    }
    return due;
  }

  private @Nullable Fault due(Operation operation, String path, String otherPath) {
    lock.lock();
    try {
      Fault due = null;
      for (Armed each : armed) {
        // Each fault counts, even if another one strikes already.
        boolean strikes =
            each.fault.matches(operation, path, otherPath) && each.fault.strikes(++each.matched);
        due = strikes && due == null ? each.fault : due;
      }
      struck += due == null ? 0 : 1;
      return due;
    } finally {
      lock.unlock();
    }
  }
}
