package dev.durability.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One of those that are measured side by side. Used by one thread, whatever it starts itself. */
public abstract class Contestant implements AutoCloseable {
  private final String name;
  private final Role role;
  private final String guarantee;

  /**
   * Describes a contestant.
   *
   * @param name its name in the table
   * @param role what it stands for
   * @param guarantee what is promised when its operation returned
   */
  protected Contestant(String name, Role role, String guarantee) {
    this.name = name;
    this.role = role;
    this.guarantee = guarantee;
  }

  /** {@return its name in the table} */
  public final String name() {
    return name;
  }

  /** {@return what it stands for} */
  public final Role role() {
    return role;
  }

  /** {@return what is promised when its operation returned} */
  public final String guarantee() {
    return guarantee;
  }

  /** {@return a name for its directory} */
  public final String slug() {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }

  /**
   * Gets ready, in an empty directory of its own.
   *
   * @param directory the directory, which exists
   * @throws Exception if it cannot run here: it is then left out, and the message says why
   */
  public abstract void open(Path directory) throws Exception;

  /**
   * Does a fixed amount of work.
   *
   * @param operations how many operations, a multiple of {@link #operationsMultiple}
   * @param latencies takes the nanoseconds of each operation, where they mean something; null while
   *     warming up
   * @return how long the work took, in nanoseconds
   * @throws Exception if it fails: the whole scenario fails then
   */
  public abstract long run(long operations, @Nullable Histogram latencies) throws Exception;

  /**
   * Brings everything to rest after a slice, outside of the measured time, so that the next
   * contestant does not pay for what this one left behind.
   *
   * @throws Exception if that fails
   */
  public void settle() throws Exception {}

  /** {@return the operations that make one slice, or 0 to fit them to the time} */
  public long fixedOperations() {
    return 0;
  }

  /** {@return what the number of operations has to be a multiple of} */
  public int operationsMultiple() {
    return 1;
  }

  /** {@return the most operations that a slice may have, so that the disk does not fill} */
  public long operationsMax() {
    return Long.MAX_VALUE;
  }

  /** {@return how many units of the table one operation is} */
  public double unitsPerOperation() {
    return 1;
  }

  @Override
  public abstract void close() throws IOException;
}
