package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Heat;
import dev.durability.benchmarks.Report;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Settings;
import dev.durability.benchmarks.Standing;
import dev.durability.benchmarks.Target;
import dev.durability.benchmarks.Trees;
import dev.durability.benchmarks.probe.SyncedWrites;
import dev.durability.benchmarks.store.ManyLogs;
import dev.durability.benchmarks.store.OwnLog;
import dev.durability.benchmarks.store.Promise;
import dev.durability.frame.FrameFormat;
import java.io.PrintStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Many logs in one process: their rate beside that of one log, and what an idle one keeps. */
final class ManyLogsHeats implements Scenario.Measurement {
  private static final int[] COUNTS = {1, 16, 256, 1000};
  private static final int IDLE = 1000;
  private static final double KIB = 1024;

  /** Longer than threads in the background wait for more to do. */
  private static final long BACKGROUND_MILLIS = 5000;

  @Override
  public List<Report> run(Settings settings, Path directory, PrintStream log) throws Exception {
    List<Report> reports = new ArrayList<>();
    for (int count : COUNTS) {
      reports.add(appending(count).run(settings, directory, log));
    }
    reports.addAll(idle(directory, settings.smoke() ? IDLE / 16 : IDLE));
    return reports;
  }

  private static Heat appending(int count) {
    byte[] payload = Entries.payload(AppendHeats.SMALL);
    Appends.Threads threads = Appends.Threads.platform(count);
    long most = AppendHeats.SLICE_BYTES_MAX / 8 / payload.length;
    return new Heat(
            count + (count == 1 ? " log" : " logs"),
            "an append of 128 B, durable on return, one thread per log",
            "appends",
            Target.NONE,
            List.of(
                SyncedWrites.of(FrameFormat.frameBytes(AppendHeats.SMALL)),
                new Appends(
                    OwnLog.newlyOpened(), Role.REFERENCE, Promise.DURABLE, threads, payload, most),
                new Appends(
                    new ManyLogs(count), Role.OURS, Promise.DURABLE, threads, payload, most)))
        .note("The log beside them has as many threads, which share its syncs.")
        .note("All segments are the first of their logs: their syncs have metadata to write.");
  }

  /** What an open log keeps after it was appended to once, and then left alone. */
  private static List<Report> idle(Path directory, int count) throws Exception {
    ManyLogs logs = new ManyLogs(count);
    Held before = Held.now();
    logs.open(directory, Promise.DURABLE);
    try {
      for (int i = 0; i < count; i++) {
        Thread once = new Thread(() -> appendOnce(logs), "appender");
        once.start();
        once.join();
      }
      Thread.sleep(BACKGROUND_MILLIS);
      Held now = Held.now();
      return List.of(
          report("idle, heap", "KiB per log", 64, (now.heap - before.heap) / KIB / count),
          report("idle, threads", "threads per log", 0.01, (now.threads - before.threads) / count),
          report("idle, files", "open files per log", 3, (now.files - before.files) / count),
          report(
              "idle, buffers",
              "KiB outside the heap per log",
              64,
              (now.direct - before.direct) / KIB / count));
    } finally {
      logs.close();
      Trees.empty(directory);
    }
  }

  private static void appendOnce(ManyLogs logs) {
    try {
      logs.append(Entries.payload(AppendHeats.SMALL));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Report report(String part, String figure, double most, double value) {
    Standing ours =
        new Standing(
            "durability", Role.OURS, "an open log, idle", List.of(value), List.of(), null, null);
    return new Report(
        part,
        "a log that was opened, appended to once, and left alone; " + IDLE + " of them",
        figure,
        "",
        Target.atMost("≤ " + (most < 1 ? "0" : (int) most), most),
        List.of(ours),
        List.of());
  }

  /** What the process holds. */
  private record Held(double heap, double direct, double threads, double files) {
    static Held now() throws Exception {
      for (int i = 0; i < 4; i++) {
        System.gc(); // Until what cleaners and references hold is gone.
        Thread.sleep(100);
      }
      double direct = 0;
      for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
        direct += pool.getMemoryUsed();
      }
      try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
        return new Held(
            ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
            direct,
            ManagementFactory.getThreadMXBean().getThreadCount(),
            files.count());
      }
    }
  }
}
