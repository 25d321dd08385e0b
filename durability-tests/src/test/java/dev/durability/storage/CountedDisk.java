package dev.durability.storage;

import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A {@link CrashDirectory} on which the nth change of any kind fails, or the process dies in it. A
 * seed decides what such a change leaves, and what a loss of power does.
 *
 * <pre>{@code
 * var disk = new CountedDisk(seed);
 * disk.failAt(7);                   // the 7th change from now on fails
 * disk.dieAt(7);                    // ... and everything after it: the process is dead
 * disk = disk.afterPowerLoss();     // what a machine may find that starts again
 * disk = disk.afterDeath();         // what a process finds that starts again
 * }</pre>
 *
 * <p>Creating, resuming, renaming, deleting, writing, cutting and syncing are changes. Those that
 * fail may have taken place or not; of a write, any first bytes. Thread-safe.
 */
public final class CountedDisk extends ForwardingDirectory {
  private static final Set<Operation> CHANGES =
      EnumSet.of(
          Operation.CREATE,
          Operation.RESUME,
          Operation.RENAME,
          Operation.DELETE,
          Operation.CREATE_DIRECTORIES,
          Operation.SYNC_DIRECTORY,
          Operation.WRITE,
          Operation.SYNC_FILE,
          Operation.TRUNCATE);
  private static final int WRITTEN_BYTES_MAX = 10_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final CrashDirectory disk;
  private final FaultDirectory faults;
  private final Random random;
  private long changes;
  private long failAt = Long.MAX_VALUE;
  private long dieAt = Long.MAX_VALUE;

  /** An empty disk. */
  public CountedDisk(long seed) {
    this(new CrashDirectory(), seed);
  }

  private CountedDisk(CrashDirectory disk, long seed) {
    // The first numbers of a Random are alike for small seeds.
    this(disk, new FaultDirectory(disk), new Random(new SplittableRandom(seed).nextLong()));
  }

  private CountedDisk(CrashDirectory disk, FaultDirectory faults, Random random) {
    super(faults);
    this.disk = disk;
    this.faults = faults;
    this.random = random;
    faults.before((operation, path) -> enter(operation));
  }

  private void enter(Operation operation) {
    lock.lock();
    try {
      if (changes >= dieAt) {
        disk.kill();
      }
      if (CHANGES.contains(operation)) {
        changes++;
        if (changes == failAt || changes == dieAt) {
          faults.heal().inject(fault(operation));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private Fault fault(Operation operation) {
    Fault fault = Fault.of(operation);
    if (operation == Operation.WRITE) {
      return fault.shortWrite(
          random.nextBoolean() ? random.nextInt(100) : random.nextInt(WRITTEN_BYTES_MAX));
    }
    // A sync that fails loses what a device loses, which is more than none and all.
    boolean sync = operation == Operation.SYNC_FILE || operation == Operation.SYNC_DIRECTORY;
    return sync || random.nextBoolean() ? fault : fault.afterEffect();
  }

  /** The nth change from now on fails. */
  public void failAt(long nth) {
    lock.lock();
    try {
      failAt = changes + nth;
    } finally {
      lock.unlock();
    }
  }

  /** The nth change from now on fails, and all that is tried after it. */
  public void dieAt(long nth) {
    lock.lock();
    try {
      dieAt = changes + nth;
    } finally {
      lock.unlock();
    }
  }

  /** No failure is to come any more. */
  public void heal() {
    lock.lock();
    try {
      failAt = Long.MAX_VALUE;
      dieAt = Long.MAX_VALUE;
    } finally {
      lock.unlock();
    }
    faults.heal();
  }

  /** How many changes were tried. */
  public long changes() {
    lock.lock();
    try {
      return changes;
    } finally {
      lock.unlock();
    }
  }

  /** What is there after the process died: all that was written. This disk is dead from now on. */
  public CountedDisk afterDeath() {
    return new CountedDisk(disk.afterKill(), random.nextLong());
  }

  /** What is there after the power went. This disk is dead from now on. */
  public CountedDisk afterPowerLoss() {
    return new CountedDisk(disk.afterPowerLoss(random.nextLong()), random.nextLong());
  }
}
