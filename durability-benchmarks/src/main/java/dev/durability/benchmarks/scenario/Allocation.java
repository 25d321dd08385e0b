package dev.durability.benchmarks.scenario;

import com.sun.management.ThreadMXBean;
import dev.durability.benchmarks.CannotRunException;
import dev.durability.benchmarks.Report;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Settings;
import dev.durability.benchmarks.Standing;
import dev.durability.benchmarks.Target;
import dev.durability.benchmarks.Trees;
import dev.durability.benchmarks.store.OwnLog;
import dev.durability.benchmarks.store.Promise;
import dev.durability.benchmarks.store.Store;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What all threads together allocate on the heap while they append or replay, by the JVM's own
 * count. The codecs allocate nothing.
 */
final class Allocation implements Scenario.Measurement {
  private static final int PAYLOAD_BYTES = 128;
  private static final int OUTSTANDING = 1024;

  /** A future of the JDK with an id in it, and the boxed id that it completes with. */
  private static final double FUTURE_BYTES = 32 + 24;

  /** Opening, ending a segment and the JVM's own threads are not part of the steady state. */
  private static final double NOTHING = 1;

  @Override
  public List<Report> run(Settings settings, Path directory, PrintStream log) throws Exception {
    if (!(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads)
        || !threads.isThreadAllocatedMemorySupported()) {
      throw new CannotRunException("this JVM does not count what threads allocate");
    }
    int durable = (int) Math.max(500, 2000 * settings.seconds());
    int many = (int) settings.size(1 << 21);
    List<Report> reports = new ArrayList<>();
    byte[] payload = Entries.payload(PAYLOAD_BYTES);
    Run appends =
        (store, count) -> {
          for (int i = 0; i < count; i++) {
            store.append(payload);
          }
        };
    reports.add(
        measure(new Part("append", Promise.UNSYNCED, many, 0, appends), settings, directory));
    reports.add(
        measure(
            new Part("appendDurable", Promise.DURABLE, durable, 0, appends), settings, directory));
    Run ahead =
        (store, count) -> {
          Store.AsyncAppends async = store.appendAsync(OUTSTANDING);
          for (int i = 0; i < count; i++) {
            async.append(payload);
          }
          async.drain();
        };
    reports.add(
        measure(
            new Part("appendAsync", Promise.DURABLE, many, FUTURE_BYTES, ahead),
            settings,
            directory));
    reports.add(
        measure(
            new Part("replay", Promise.UNSYNCED, many, 0, Allocation::replay),
            settings,
            directory));
    for (Report report : reports) {
      log.printf(Locale.ROOT, "  %s measured%n", report.part());
    }
    return reports;
  }

  private static void replay(Store store, int count) throws Exception {
    if (store.replay() == Entries.sum(count)) {
      return;
    }
    // The first run fills the log; the later ones read it.
    Entries.fill(store, PAYLOAD_BYTES, count);
  }

  private static Report measure(Part part, Settings settings, Path directory) throws Exception {
    List<Double> figures = new ArrayList<>();
    try (OwnLog store = OwnLog.byDefault()) {
      store.open(directory, part.promise);
      part.run.of(store, part.count);
      part.run.of(store, part.count);
      for (int round = 0; round < settings.rounds(); round++) {
        Map<Long, Long> before = allocated();
        part.run.of(store, part.count);
        figures.add((double) since(before) / part.count);
      }
    }
    Trees.empty(directory);
    String promised =
        part.allowed == 0
            ? "0 bytes (less than 1 in the mean)"
            : "the future and its boxed id alone, 56 bytes";
    Standing ours = new Standing("durability", Role.OURS, "", figures, List.of(), null, null);
    return new Report(
        part.name,
        "an entry of 128 B",
        "bytes allocated an operation",
        "",
        Target.atMost(promised, part.allowed + NOTHING),
        List.of(ours),
        List.of());
  }

  /** What each live thread allocated since it started. */
  private static Map<Long, Long> allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] ids = threads.getAllThreadIds();
    long[] bytes = threads.getThreadAllocatedBytes(ids);
    Map<Long, Long> byThread = new HashMap<>();
    for (int i = 0; i < ids.length; i++) {
      byThread.put(ids[i], Math.max(0, bytes[i]));
    }
    return byThread;
  }

  private static long since(Map<Long, Long> before) {
    long bytes = 0;
    for (Map.Entry<Long, Long> thread : allocated().entrySet()) {
      bytes += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
    }
    return bytes;
  }

  private record Part(String name, Promise promise, int count, double allowed, Run run) {}

  @FunctionalInterface
  private interface Run {
    void of(Store store, int count) throws Exception;
  }
}
