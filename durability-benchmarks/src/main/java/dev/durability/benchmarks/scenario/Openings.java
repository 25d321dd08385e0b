package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.store.Kept;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Opens what is kept; filling and closing it is not measured. */
final class Openings extends Contestant {
  private final Kept kept;
  private final int count;
  private @Nullable Path directory;

  Openings(Kept kept, Role role, int count) {
    super(kept.name(), role, kept.opening());
    this.kept = kept;
    this.count = count;
  }

  @Override
  public void open(Path own) throws Exception {
    directory = own;
    kept.fill(own, count);
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    long start = System.nanoTime();
    Kept.Opened opened = kept.open(Objects.requireNonNull(directory));
    long nanos = System.nanoTime() - start;
    try (opened) {
      long found = opened.count();
      if (found != count) {
        throw new IOException(name() + " opened with " + found + ", not " + count);
      }
    }
    return nanos;
  }

  /** What was opened is garbage now, and not the next one's. */
  @Override
  public void settle() {
    System.gc();
  }

  @Override
  public long fixedOperations() {
    return count;
  }

  @Override
  public void close() {}
}
