package dev.durability.bookkeeper.proof;

import dev.durability.bookkeeper.BookKeeperDirectory;
import dev.durability.bookkeeper.BookKeeperOptions;
import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.storage.Directory;
import dev.durability.wal.AppendFuture;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Opens a log and writes to it. It reports in lines on its standard output, each of which is one
 * system call: {@code opened LAST}, {@code ack N} for all entries up to N that it wrote, {@code
 * cutting N} and {@code cut N}, {@code at POINT} before it is stopped, {@code points COUNT}, {@code
 * warning TEXT}, and at the end {@code done} or {@code failed WHY}.
 */
final class WriterProcess {
  static final int SEGMENT_BYTES = 16 << 10;

  private static final int STREAM_SEGMENT_BYTES = 64 << 10;
  private static final int OUTSTANDING = 64;
  private static final int FILLER_BYTES = 200;

  private final OutputStream out = new FileOutputStream(FileDescriptor.out);
  private final ReentrantLock reporting = new ReentrantLock();
  private final int life;

  private WriterProcess(int life) {
    this.life = life;
  }

  /**
   * Writes.
   *
   * @param args the address of the log, the number of this life, the scenario, the point at which
   *     to stop, and the signal
   */
  public static void main(String[] args) throws IOException {
    WriterProcess process = new WriterProcess(Integer.parseInt(args[1]));
    int status = 0;
    try {
      process.run(args[0], Scenario.valueOf(args[2]), Integer.parseInt(args[3]), args[4]);
      process.report("done");
    } catch (IOException | RuntimeException e) {
      process.report("failed " + chain(e));
      status = 1;
    }
    Runtime.getRuntime().halt(status);
  }

  private static String chain(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable each = failure; each != null; each = each.getCause()) {
      text.append(each.toString().replaceAll("\\R", " ")).append(" <- ");
    }
    return text.toString();
  }

  private void report(String line) {
    reporting.lock();
    try {
      out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException nobodyReads) {
      Runtime.getRuntime().halt(2);
    } finally {
      reporting.unlock();
    }
  }

  static WalOptions options() {
    return options(SEGMENT_BYTES);
  }

  private static WalOptions options(long segmentBytes) {
    return WalOptions.builder()
        .segmentBytes(segmentBytes)
        .flushPolicy(FlushPolicy.manual())
        .build();
  }

  static ProofState recover(Directory directory) throws IOException {
    return Recoverer.of(directory, new ProofEntry.Bytes(), new ProofState.Machine())
        .recover(RecoveryOptions.latest())
        .state();
  }

  private void run(String address, Scenario scenario, int stopAt, String signal)
      throws IOException {
    BookKeeperOptions options =
        BookKeeperOptions.parse(address).toBuilder()
            .warnings(warning -> report("warning " + warning.replaceAll("\\R", " ")))
            .build();
    try (BookKeeperDirectory opened = BookKeeperDirectory.open(options)) {
      StoppingDirectory directory =
          new StoppingDirectory(opened, stopAt, signal, point -> report("at " + point));
      if (scenario == Scenario.OPEN) {
        directory.arm();
      }
      try (WalWriter<ProofEntry> log =
          WalWriter.open(
              directory,
              new ProofEntry.Bytes(),
              options(scenario == Scenario.STREAM ? STREAM_SEGMENT_BYTES : SEGMENT_BYTES))) {
        if (scenario == Scenario.OPEN) {
          report("points " + directory.disarm());
        }
        report("opened " + log.lastAppendedId());
        new Writer(directory, log).run(scenario);
      }
    }
  }

  /** The scenarios. */
  private final class Writer {
    private final StoppingDirectory directory;
    private final WalWriter<ProofEntry> log;
    private long n;

    Writer(StoppingDirectory directory, WalWriter<ProofEntry> log) {
      this.directory = directory;
      this.log = log;
      this.n = log.lastAppendedId();
    }

    void run(Scenario scenario) throws IOException {
      switch (scenario) {
        case APPEND -> {
          durable(3);
          points(() -> durable(3));
          durable(3);
        }
        case ROTATE -> {
          durable(3);
          points(() -> outstanding(2 * SEGMENT_BYTES / FILLER_BYTES));
          durable(3);
        }
        case CHECKPOINT -> {
          outstanding(3 * SEGMENT_BYTES / FILLER_BYTES);
          points(this::checkpoint);
          durable(3);
        }
        case TRUNCATE -> {
          outstanding(3 * SEGMENT_BYTES / FILLER_BYTES);
          checkpoint();
          outstanding(3 * SEGMENT_BYTES / FILLER_BYTES);
          checkpoint();
          outstanding(3 * SEGMENT_BYTES / FILLER_BYTES);
          points(this::checkpoint);
          durable(3);
        }
        case CUT -> {
          outstanding(SEGMENT_BYTES / FILLER_BYTES);
          points(() -> cut(n - 10));
          durable(3);
        }
        case OPEN -> durable(3);
        case STREAM -> outstanding(Long.MAX_VALUE);
      }
    }

    private interface Work {
      void run() throws IOException;
    }

    private void points(Work work) throws IOException {
      directory.arm();
      work.run();
      report("points " + directory.disarm());
    }

    private ProofEntry next() {
      return new ProofEntry(life, ++n, FILLER_BYTES);
    }

    private void durable(int count) throws IOException {
      for (int i = 0; i < count; i++) {
        acknowledged(log.appendDurable(next()));
      }
    }

    private void outstanding(long count) throws IOException {
      Deque<AppendFuture> futures = new ArrayDeque<>();
      for (long i = 0; i < count; i++) {
        futures.add(log.appendAsync(next()));
        if (futures.size() == OUTSTANDING) {
          acknowledged(futures.remove().join());
        }
      }
      while (!futures.isEmpty()) {
        acknowledged(futures.remove().join());
      }
    }

    private void acknowledged(long id) {
      report("ack " + id);
    }

    private void checkpoint() throws IOException {
      ProofState state = recover(directory);
      CheckpointPublisher.of(directory, Clock.systemUTC(), log)
          .keeping(1)
          .publish(state.last(), bytes -> new ProofState.Machine().write(state, bytes));
    }

    private void cut(long lastId) throws IOException {
      report("cutting " + lastId);
      log.truncateAfter(lastId);
      n = lastId;
      report("cut " + lastId);
    }
  }
}
