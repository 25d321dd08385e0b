package dev.durability.cli.bench;

import java.io.IOException;

/** One thread that appends without a sync, and flushes at the end of its turn. */
final class UnsyncedAppends implements Subject {
  private static final int BETWEEN_LOOKS = 1000;

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
  UnsyncedAppends(PreparedLog log, byte[] payload, long operationsMax) {
    this.log = log;
    this.payload = payload.clone();
    this.operationsMax = operationsMax;
  }

  @Override
  public String name() {
    return "append-unsynced";
  }

  @Override
  public String title() {
    return "append, flushed, not synced";
  }

  @Override
  public Work run(Slice slice) throws IOException {
    long start = System.nanoTime();
    long operations = 0;
    do {
      for (int i = 0; i < BETWEEN_LOOKS; i++) {
        log.writer().append(payload);
      }
      operations += BETWEEN_LOOKS;
    } while (operations < operationsMax && !slice.isOver());
    log.writer().flush();
    return new Work(operations, System.nanoTime() - start);
  }

  @Override
  public void settle() throws IOException {
    log.settle();
  }

  @Override
  public void close() {}
}
