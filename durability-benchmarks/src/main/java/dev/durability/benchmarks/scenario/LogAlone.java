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
 * in a JVM of its own, with the loads and the library of the build that is measured. An older build
 * has an older version of this class, or none, and gets this one: so it uses only members of the
 * loads that such a build has ({@code LogAloneTest} lists them), nothing of the library but the
 * name of {@link WalWriter}, and has no nested class.
 */
public final class LogAlone {
  private static final int SLICES = 10;
  private static final int OUTSTANDING = 1024;

  /**
   * The bytes of a frame that holds a payload of {@link AppendHeats#SMALL} bytes. A constant, so
   * that the logs of both builds have the same number of entries, whatever their frames are.
   */
  static final int SMALL_FRAME_BYTES = 144;

  private LogAlone() {}

  /**
   * Measures, and prints a line with the operations, the nanoseconds that they took, and where the
   * library was loaded from.
   *
   * @param args the scenario, the seconds to warm up, the seconds to measure, what to divide the
   *     sizes of logs that are read by, and an empty directory
   * @throws Exception if that fails
   */
  public static void main(String[] args) throws Exception {
    double warmUpSeconds = Double.parseDouble(args[1]);
    double sliceSeconds = Double.parseDouble(args[2]) / SLICES;
    int divisor = Integer.parseInt(args[3]);
    Path directory = Path.of(args[4]);
    long operations = 0;
    long nanos = 0;
    try (Contestant log = contestant(args[0], divisor, directory)) {
      log.open(directory);
      double rate = warmUp(log, warmUpSeconds, sliceSeconds);
      long slice = sliceOperations(log, rate, sliceSeconds);
      for (int left = slices(log, rate, sliceSeconds); left > 0; left--) {
        nanos += log.run(slice, null);
        operations += slice;
        log.settle();
      }
    }
    System.out.printf(Locale.ROOT, "measured %d %d %s%n", operations, nanos, library());
  }

  private static Contestant contestant(String scenario, int divisor, Path directory) {
    return switch (scenario) {
      case "durable-1" -> durable(Appends.Threads.platform(1));
      case "durable-16" -> durable(Appends.Threads.platform(16));
      case "durable-64" -> durable(Appends.Threads.platform(64));
      case "virtual-256" -> durable(Appends.Threads.virtual(256));
      case "async-1024" ->
          new AppendsAhead(
              OwnLog.byDefault(),
              Role.OURS,
              OUTSTANDING,
              Entries.payload(AppendHeats.SMALL),
              1,
              AppendHeats.SLICE_BYTES_MAX / AppendHeats.SMALL);
      case "unsynced-128" ->
          appends(
              Promise.UNSYNCED,
              Appends.Threads.platform(1),
              AppendHeats.SLICE_BYTES_MAX / AppendHeats.SMALL);
      case "replay-128" ->
          new Replays(
              OwnLog.byDefault(),
              Role.OURS,
              "",
              AppendHeats.SMALL,
              (128L << 20) / divisor / AppendHeats.SMALL);
      case "recovery-1g" ->
          Recoveries.takingEntries(
              directory, AppendHeats.SMALL, (1L << 30) / divisor / SMALL_FRAME_BYTES);
      default -> throw new IllegalArgumentException("no scenario " + scenario);
    };
  }

  private static Contestant durable(Appends.Threads threads) {
    return appends(Promise.DURABLE, threads, AppendHeats.SLICE_BYTES_MAX / 8 / AppendHeats.SMALL);
  }

  private static Contestant appends(Promise promise, Appends.Threads threads, long operationsMax) {
    return new Appends(
        OwnLog.byDefault(),
        Role.OURS,
        promise,
        threads,
        Entries.payload(AppendHeats.SMALL),
        operationsMax);
  }

  /** Runs until the code is compiled; returns the operations per second of the last slice. */
  private static double warmUp(Contestant log, double seconds, double sliceSeconds)
      throws Exception {
    long until = System.nanoTime() + (long) (seconds * 1e9);
    long fixed = log.fixedOperations();
    long operations = fixed > 0 ? fixed : log.operationsMultiple();
    double rate;
    do {
      long nanos = Math.max(1, log.run(operations, null));
      log.settle();
      rate = operations * 1e9 / nanos;
      if (fixed == 0 && nanos < sliceSeconds * 1e9) {
        operations = fit(log, 2 * operations);
      }
    } while (System.nanoTime() < until);
    return rate;
  }

  private static long sliceOperations(Contestant log, double rate, double sliceSeconds) {
    long fixed = log.fixedOperations();
    return fixed > 0 ? fixed : fit(log, (long) (rate * sliceSeconds));
  }

  /** A log that is read is read whole, as often as fits into the time, and at least once. */
  private static int slices(Contestant log, double rate, double sliceSeconds) {
    long fixed = log.fixedOperations();
    return fixed == 0
        ? SLICES
        : (int) Math.max(1, Math.min(SLICES, rate * sliceSeconds * SLICES / fixed));
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
