package dev.durability.bookkeeper.benchmark;

import dev.durability.bookkeeper.BookKeeperOptions;
import dev.durability.bookkeeper.cluster.LocalCluster;
import dev.durability.bookkeeper.cluster.LocalClusterOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures a log beside BookKeeper's own client, in turns on one cluster of three bookies, each in
 * a process of its own on this machine. Only the ratios count.
 *
 * <p>Arguments: the seconds of a slice, and how many rounds.
 */
public final class BookKeeperBenchmark {
  private static final int ENTRY_BYTES = 128;
  private static final int OUTSTANDING = 1024;
  private static final int READ_BYTES = 32 << 20;
  private static final int BLOCK_BYTES = 64 << 10;

  private final LocalCluster cluster;
  private final long sliceNanos;
  private final Map<String, List<Double>> ratios = new LinkedHashMap<>();
  private int logs;

  private BookKeeperBenchmark(LocalCluster cluster, double seconds) {
    this.cluster = cluster;
    this.sliceNanos = (long) (seconds * TimeUnit.SECONDS.toNanos(1));
  }

  /** One slice with a subject: how many a second. */
  private interface Measurement {
    double of(Subject subject) throws Exception;
  }

  private interface Maker {
    Subject make(BookKeeperOptions options) throws Exception;
  }

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    double seconds = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 5;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10;
    Path place = Files.createTempDirectory("bookkeeper-benchmark-");
    try (LocalCluster cluster =
        LocalCluster.start(place, LocalClusterOptions.ofProcesses().zooKeepers(1).bookies(3))) {
      BookKeeperBenchmark benchmark = new BookKeeperBenchmark(cluster, seconds);
      benchmark.round(-1); // Warms up.
      benchmark.ratios.clear();
      for (int i = 0; i < rounds; i++) {
        benchmark.round(i);
      }
      benchmark.report();
    } finally {
      System.out.println("remove " + place + " when you have seen enough of it");
    }
  }

  private void round(int number) throws Exception {
    boolean oursFirst = number % 2 == 0;
    compare("1 thread", oursFirst, subject -> appends(subject, 1));
    compare("64 threads", oursFirst, subject -> appends(subject, 64));
    compare("1,024 outstanding", oursFirst, this::sends);
    compare("reading", oursFirst, subject -> reads(subject, ENTRY_BYTES));
    compare(
        "reading, beside entries of 64 KiB",
        oursFirst,
        subject -> reads(subject, subject instanceof OurLog ? ENTRY_BYTES : BLOCK_BYTES));
  }

  private void compare(String name, boolean oursFirst, Measurement measurement) throws Exception {
    double first = measure(oursFirst ? OurLog::new : BareLedger::new, measurement);
    double second = measure(oursFirst ? BareLedger::new : OurLog::new, measurement);
    double ours = oursFirst ? first : second;
    double bare = oursFirst ? second : first;
    System.out.println(
        String.format(
            Locale.ROOT, "%-36s log %12.0f  client %12.0f  %6.2f", name, ours, bare, ours / bare));
    ratios.computeIfAbsent(name, unused -> new ArrayList<>()).add(ours / bare);
  }

  private double measure(Maker maker, Measurement measurement) throws Exception {
    String address = "bk://" + cluster.zooKeeperServers() + "/benchmark/" + ++logs;
    try (Subject subject = maker.make(BookKeeperOptions.parse(address))) {
      return measurement.of(subject);
    }
  }

  /** Threads that wait for each of their appends. Returns entries a second. */
  private double appends(Subject subject, int threads) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      long start = System.nanoTime();
      AtomicLong count = new AtomicLong();
      Callable<Void> work =
          () -> {
            byte[] entry = new byte[ENTRY_BYTES];
            while (System.nanoTime() - start < sliceNanos) {
              subject.append(entry);
              count.incrementAndGet();
            }
            return null;
          };
      for (Future<Void> each : pool.invokeAll(Collections.nCopies(threads, work))) {
        each.get();
      }
      return count.get() * 1e9 / (System.nanoTime() - start);
    } finally {
      pool.shutdown();
    }
  }

  private double sends(Subject subject) throws Exception {
    Semaphore room = new Semaphore(OUTSTANDING);
    byte[] entry = new byte[ENTRY_BYTES];
    long count = 0;
    long start = System.nanoTime();
    while (System.nanoTime() - start < sliceNanos) {
      room.acquire();
      var unused = subject.send(entry, room);
      count++;
    }
    room.acquire(OUTSTANDING);
    return count * 1e9 / (System.nanoTime() - start);
  }

  /** Writes, and reads it all. Returns bytes a second, of the reading alone. */
  private double reads(Subject subject, int entryBytes) throws Exception {
    Semaphore room = new Semaphore(Math.max(16, OUTSTANDING * ENTRY_BYTES / entryBytes));
    int permits = room.availablePermits();
    byte[] entry = new byte[entryBytes];
    for (int sent = 0; sent < READ_BYTES; sent += entryBytes) {
      room.acquire();
      var unused = subject.send(entry, room);
    }
    room.acquire(permits);
    long start = System.nanoTime();
    long bytes = subject.read();
    double rate = bytes * 1e9 / (System.nanoTime() - start);
    if (bytes < READ_BYTES) {
      throw new IllegalStateException("read only " + bytes + " bytes of " + READ_BYTES);
    }
    return rate;
  }

  private void report() {
    System.out.println("\nratio of the log to the client: median (least to most)");
    ratios.forEach(
        (name, all) -> {
          Collections.sort(all);
          System.out.println(
              String.format(
                  Locale.ROOT,
                  "%-36s %6.2f (%.2f to %.2f)",
                  name,
                  (all.get((all.size() - 1) / 2) + all.get(all.size() / 2)) / 2,
                  all.get(0),
                  all.get(all.size() - 1)));
        });
  }
}
