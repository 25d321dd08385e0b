package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.store.OwnLog;
import dev.durability.benchmarks.store.Promise;
import dev.durability.wal.WalWriter;
import java.net.URI;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Locale;

/**
 * Measures the log of this project alone in one scenario, once. {@code compare} starts this class
 * in a JVM of its own, with the loads and the library of the build that is measured: an older build
 * does not have this class, so it uses nothing but loads that such a build has, and has no nested
 * class.
 */
public final class LogAlone {
  private static final int SLICES = 10;
  private static final int OUTSTANDING = 1024;

  private LogAlone() {}

  /**
   * Measures, and prints a line with the operations, the nanoseconds that they took, and where the
   * library was loaded from.
   *
   * @param args the scenario, the seconds to warm up, the seconds to measure, an empty directory
   * @throws Exception if that fails
   */
  public static void main(String[] args) throws Exception {
    double warmUpSeconds = Double.parseDouble(args[1]);
    double seconds = Double.parseDouble(args[2]);
    long operations = 0;
    long nanos = 0;
    try (Contestant log = contestant(args[0])) {
      log.open(Path.of(args[3]));
      long slice = warmUp(log, warmUpSeconds, seconds / SLICES);
      for (int i = 0; i < SLICES; i++) {
        nanos += log.run(slice, null);
        operations += slice;
        log.settle();
      }
    }
    System.out.printf(Locale.ROOT, "measured %d %d %s%n", operations, nanos, library());
  }

  private static Contestant contestant(String scenario) {
    return switch (scenario) {
      case "durable-1" -> durable(1);
      case "durable-64" -> durable(64);
      case "async-1024" ->
          new AppendsAhead(
              OwnLog.byDefault(),
              Role.OURS,
              OUTSTANDING,
              Entries.payload(AppendHeats.SMALL),
              1,
              AppendHeats.SLICE_BYTES_MAX / AppendHeats.SMALL);
      case "unsynced-128" ->
          appends(Promise.UNSYNCED, 1, AppendHeats.SLICE_BYTES_MAX / AppendHeats.SMALL);
      default -> throw new IllegalArgumentException("no scenario " + scenario);
    };
  }

  private static Contestant durable(int threads) {
    return appends(Promise.DURABLE, threads, AppendHeats.SLICE_BYTES_MAX / 8 / AppendHeats.SMALL);
  }

  private static Contestant appends(Promise promise, int threads, long operationsMax) {
    return new Appends(
        OwnLog.byDefault(),
        Role.OURS,
        promise,
        Appends.Threads.platform(threads),
        Entries.payload(AppendHeats.SMALL),
        operationsMax);
  }

  /** Runs until the code is compiled; returns how many operations fill a slice. */
  private static long warmUp(Contestant log, double seconds, double sliceSeconds) throws Exception {
    long until = System.nanoTime() + (long) (seconds * 1e9);
    long operations = log.operationsMultiple();
    double rate;
    do {
      long nanos = Math.max(1, log.run(operations, null));
      log.settle();
      rate = operations * 1e9 / nanos;
      if (nanos < sliceSeconds * 1e9) {
        operations = fit(log, 2 * operations);
      }
    } while (System.nanoTime() < until);
    return fit(log, (long) (rate * sliceSeconds));
  }

  private static long fit(Contestant log, long operations) {
    int multiple = log.operationsMultiple();
    return Math.max(2, Math.min(operations, log.operationsMax()) / multiple) * multiple;
  }

  private static URI library() throws Exception {
    CodeSource source = WalWriter.class.getProtectionDomain().getCodeSource();
    return source.getLocation().toURI();
  }
}
