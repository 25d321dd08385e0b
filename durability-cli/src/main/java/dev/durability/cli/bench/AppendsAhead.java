package dev.durability.cli.bench;

import dev.durability.wal.AppendFuture;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** One thread that appends ahead of what is durable, up to a number of entries. */
final class AppendsAhead implements Subject {
  private static final int OUTSTANDING = 1024;

  /** Measuring every entry would cost more than appending it. */
  private static final int BETWEEN_LATENCIES = 61;

  private final PreparedLog log;
  private final byte[] payload;
  private final long operationsMax;

  /**
   * Makes the subject.
   *
   * @param log where to; it is not closed here
   * @param payload an entry
   * @param operationsMax how many are appended in a turn at most
   */
  AppendsAhead(PreparedLog log, byte[] payload, long operationsMax) {
    this.log = log;
    this.payload = payload.clone();
    this.operationsMax = operationsMax;
  }

  @Override
  public String name() {
    return "append-async-" + OUTSTANDING;
  }

  @Override
  public String title() {
    return "appendAsync, 1,024 outstanding";
  }

  @Override
  public Work run(Slice slice) throws IOException {
    @Nullable AppendFuture[] outstanding = new AppendFuture[OUTSTANDING];
    long start = System.nanoTime();
    long operations = 0;
    do {
      int at = (int) (operations % OUTSTANDING);
      join(outstanding[at]);
      outstanding[at] = append(slice, operations % BETWEEN_LATENCIES == 0);
      operations++;
    } while (operations < operationsMax && !slice.isOver());
    for (AppendFuture each : outstanding) {
      join(each);
    }
    return new Work(operations, System.nanoTime() - start);
  }

  private AppendFuture append(Slice slice, boolean measured) throws IOException {
    if (!measured) {
      return log.writer().appendAsync(payload);
    }
    long before = System.nanoTime();
    AppendFuture future = log.writer().appendAsync(payload);
    var unused = future.thenRun(() -> slice.record(System.nanoTime() - before));
    return future;
  }

  private static void join(@Nullable AppendFuture future) throws IOException {
    try {
      if (future != null) {
        Long unused = future.join();
      }
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Override
  public void settle() throws IOException {
    log.settle();
  }

  @Override
  public void close() {}
}
