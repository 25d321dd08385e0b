package dev.durability.testkit.errors;

import dev.durability.storage.Directory;
import dev.durability.testkit.CrashDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Opens, uses and closes something, several times on one disk. After each life compares what its
 * calls said with what is recovered: as if the process was killed before the close, or the power
 * lost before the close or after it; and on the disk itself.
 */
abstract class Lives implements Scenario {
  private static final int CRASHES = 3;
  private static final boolean THOROUGH =
      Long.getLong("durability.soak.minutes", 0) > 0
          || System.getProperty("durability.errors.point") != null;

  private final int count;
  private int runs;

  Lives(int count) {
    this.count = count;
  }

  /** Where all happens. Opened anew for each life. */
  interface Disk extends Closeable {
    Directory open() throws IOException;

    /** All is done. */
    @Override
    default void close() throws IOException {}
  }

  /**
   * What was recovered.
   *
   * @param entries those that the log has, by id
   * @param firstId the first id that the log has
   * @param lastId the last id that was used, 0 if there is none
   */
  record Found(Map<Long, String> entries, long firstId, long lastId) {
    static final Found NOTHING = new Found(Map.of(), 1, 0);
  }

  /** From an opening to the close. All but {@link #find} runs on a thread of the crew. */
  abstract static class Life {
    final Crew crew = new Crew();
    final Calls calls;

    Life(Found before) {
      this.calls = new Calls(before);
    }

    /** Opens it. Called again where that failed. */
    abstract void open(Directory directory) throws IOException;

    /** Calls it from several threads, waits for them, and calls it once more. */
    abstract void use() throws Exception;

    abstract void close() throws IOException;

    /** Whether a close that returned left no file open, whatever had been thrown. */
    boolean closesFiles() {
      return false;
    }

    /** Recovers what is left, and checks what only this kind of life knows. Leaves it in order. */
    abstract Found find(Directory left) throws IOException;
  }

  abstract Life life(int number, Found before);

  /** Where the lives are led; in memory, with all that may be lost at a crash. */
  Disk disk() throws IOException {
    CrashDirectory directory = new CrashDirectory();
    return () -> directory;
  }

  @Override
  public void run() {
    runs++;
    try (Disk disk = disk()) {
      Found found = Found.NOTHING;
      for (int number = 0; number < count; number++) {
        found = live(disk, number, found);
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("what was left cannot be opened", e);
    }
  }

  /**
   * Each of the crashes is looked at in every so-manieth run, or in each if time does not matter.
   */
  private boolean isDue(int crash) {
    return THOROUGH || runs % CRASHES == crash;
  }

  private Found live(Disk disk, int number, Found before) throws IOException, InterruptedException {
    Life life = life(number, before);
    Crashes crashes = new Crashes();
    life.crew.start("caller who opens", () -> lead(life, disk, crashes));
    life.crew.await();
    life.calls.check();
    requireClosed(life, crashes);
    CrashDirectory killed = crashes.beforeClose;
    long acknowledged = life.calls.acknowledgedThrough();
    Directory directory = disk.open();
    if (killed != null && isDue(0)) {
      look("killed before close", life, killed.copy(), crashes.acknowledged);
    }
    if (killed != null && isDue(1)) {
      look("power lost before close", life, killed.afterPowerLoss(number), crashes.acknowledged);
    }
    if (directory instanceof CrashDirectory crash && isDue(2)) {
      CrashDirectory lost = crash.copy().afterPowerLoss(number);
      look("power lost after close", life, lost, acknowledged);
    }
    return look("closed", life, directory, acknowledged);
  }

  private static void requireClosed(Life life, Crashes crashes) {
    try {
      crashes.files.forEach(life.closesFiles() ? OpenFiles::requireNone : OpenFiles::requireNoLock);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + life.calls, e);
    }
  }

  /** What a crash before the close would leave, and what is in it for certain. */
  private static final class Crashes {
    private volatile @Nullable CrashDirectory beforeClose;
    private volatile long acknowledged;
    private final List<OpenFiles> files = new CopyOnWriteArrayList<>();
  }

  private static void lead(Life life, Disk disk, Crashes crashes) throws Exception {
    Directory directory = open(life, disk, crashes);
    life.use();
    if (directory instanceof CrashDirectory crash) {
      crashes.acknowledged = life.calls.acknowledgedThrough();
      crashes.beforeClose = crash.copy();
    }
    if (!life.calls.close(life::close)) {
      life.calls.close(life::close); // It did not happen, or this does nothing.
    }
  }

  /** An opening that fails can be tried again. */
  private static Directory open(Life life, Disk disk, Crashes crashes) throws Exception {
    try {
      Directory directory = disk.open();
      OpenFiles watched = watched(directory, crashes);
      ThinStack.run(Calls.Kind.OPEN, () -> life.open(watched));
      return directory;
    } catch (Throwable e) {
      if (!Calls.isCausedByTheError(e)) {
        throw e;
      }
    }
    Directory directory = disk.open();
    life.open(watched(directory, crashes));
    return directory;
  }

  private static OpenFiles watched(Directory directory, Crashes crashes) {
    OpenFiles watched = new OpenFiles(directory);
    crashes.files.add(watched);
    return watched;
  }

  /** On a thread that is watched: what was left behind in memory may be locked. */
  private static Found look(String when, Life life, Directory left, long acknowledged)
      throws InterruptedException {
    AtomicReference<Found> result = new AtomicReference<>(Found.NOTHING);
    Crew judge = new Crew();
    Points.judge(true);
    try {
      judge.start("judge", () -> result.set(life.find(left)));
      judge.await();
      Found found = Objects.requireNonNull(result.get());
      life.calls.check(found, acknowledged);
      return found;
    } catch (AssertionError e) {
      throw new AssertionError(when + ": " + e.getMessage() + life.calls, e);
    } finally {
      Points.judge(false);
    }
  }
}
