package dev.durability.wal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.codec.Codecs;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.segment.LogListing;
import dev.durability.storage.CountedDisk;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One random life of a log, decided by a seed: generations of a writer, each of which ends with
 * close, the death of the process or the loss of power, some of them in the middle of opening. What
 * is recovered is compared with what the calls returned.
 *
 * <p>Each entry's text is unique and tells its batch: {@code <name>.<index>/<size>:<filling>}.
 */
final class WalHistory {
  private static final int GENERATIONS = 4;

  private final long seed;
  private final Random random;
  private final Set<String> attempted = ConcurrentHashMap.newKeySet();
  private final Map<Long, String> known = new ConcurrentHashMap<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong flushed = new AtomicLong();
  private final AtomicLong covered = new AtomicLong();
  private final AtomicInteger names = new AtomicInteger();
  private CountedDisk disk;

  WalHistory(long seed) {
    this.seed = seed;
    this.random = new Random(seed);
    this.disk = new CountedDisk(seed);
  }

  void run() {
    try {
      for (int generation = 1; generation <= GENERATIONS; generation++) {
        live();
        crashWhileOpening();
      }
      try (WalWriter<String> last = open(WalOptions.defaults())) {
        check(last.appendDurable(text(1, 1, 0)) > 0, "append at the end");
      }
      LogReport report = WalMaintenance.verify(disk);
      check(report.verdict() == Verdict.CLEAN, "closed and not clean: " + report);
    } catch (Throwable e) {
      throw new AssertionError(
          "run again with -Ddurability.seed=" + seed + ": " + e.getMessage(), e);
    }
  }

  private WalOptions options() {
    WalOptions.Builder options =
        WalOptions.builder()
            .segmentBytes(4096 + random.nextInt(3) * 2048L)
            .bufferBytes(4096 + random.nextInt(2) * 4096);
    options.flushPolicy(
        switch (random.nextInt(4)) {
          case 0 -> FlushPolicy.every(3);
          case 1 -> FlushPolicy.manual();
          case 2 -> FlushPolicy.interval(Duration.ofMillis(1));
          default -> FlushPolicy.perAppend();
        });
    if (random.nextInt(4) == 0) {
      options.syncInterval(Duration.ofMillis(1));
    }
    if (random.nextInt(3) == 0) {
      options.preallocatedBytesMax(0);
    }
    return options.build();
  }

  /** One generation, from opening to its end. */
  private void live() throws Exception {
    WalOptions options = options();
    WalWriter<String> writer = open(options);
    int faults = random.nextInt(4);
    if (faults == 0) {
      disk.failAt(1 + random.nextInt(60));
    } else if (faults == 1) {
      disk.dieAt(1 + random.nextInt(120));
    }
    int threads = random.nextInt(3) == 0 ? 3 : 1;
    long seeds = random.nextLong();
    boolean perAppend = options.flushPolicy().appends() == 1;
    List<Thread> running = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Random own = new Random(seeds + i);
      Thread thread =
          new Thread(
              () -> {
                try {
                  work(writer, own, perAppend);
                } catch (Throwable e) {
                  synchronized (failures) {
                    failures.add(e);
                  }
                }
              });
      running.add(thread);
      thread.start();
    }
    for (Thread thread : running) {
      thread.join(300_000);
      check(!thread.isAlive(), "a thread hangs: " + Arrays.toString(thread.getStackTrace()));
    }
    if (!failures.isEmpty()) {
      throw new AssertionError("a call failed", failures.get(0));
    }
    end(writer);
  }

  private void end(WalWriter<String> writer) {
    int how = random.nextInt(4);
    if (how == 0) {
      long last = writer.lastAppendedId();
      try {
        writer.close();
        // Where it was poisoned and all was durable already, closing may find nothing wrong.
        acknowledge(last);
      } catch (IOException notDurable) {
        check(notDurable.getMessage() != null, "no message");
      }
      disk = disk.afterDeath();
      return;
    }
    disk = how == 1 ? disk.afterDeath() : disk.afterPowerLoss();
    if (how != 1) {
      flushed.set(0);
    }
    closeDead(writer);
  }

  /** Its disk is dead: only its threads and memory are given back. */
  private static void closeDead(WalWriter<String> writer) {
    try {
      writer.close();
    } catch (IOException expected) {
      check(expected.getMessage() != null, "no message");
    }
  }

  private void crashWhileOpening() {
    for (int attempt = random.nextInt(3); attempt > 0; attempt--) {
      if (random.nextBoolean()) {
        disk.failAt(1 + random.nextInt(15));
      } else {
        disk.dieAt(1 + random.nextInt(15));
      }
      try {
        closeDead(open(WalOptions.defaults()));
      } catch (IOException expected) {
        check(
            !(expected instanceof dev.durability.errors.CorruptLogException),
            "corrupt: " + expected.getMessage());
      }
      boolean power = random.nextBoolean();
      disk = power ? disk.afterPowerLoss() : disk.afterDeath();
      flushed.set(power ? 0 : flushed.get());
    }
  }

  private void work(WalWriter<String> writer, Random own, boolean perAppend) throws Exception {
    List<CompletableFuture<Long>> futures = new ArrayList<>();
    for (int i = own.nextInt(40); i > 0; i--) {
      try {
        step(writer, own, perAppend, futures);
      } catch (IOException e) {
        // Some outcomes are open; what was returned and acknowledged before still holds.
        check(e.getMessage() != null, "no message");
      }
    }
    for (CompletableFuture<Long> future : futures) {
      future
          .handle((id, failure) -> id == null ? 0 : id)
          .get(300, java.util.concurrent.TimeUnit.SECONDS);
    }
  }

  private void step(
      WalWriter<String> writer,
      Random own,
      boolean perAppend,
      List<CompletableFuture<Long>> futures)
      throws IOException {
    switch (own.nextInt(12)) {
      case 0, 1, 2 -> {
        String entry = text(1, 1, size(own));
        long id = writer.append(entry);
        know(id, entry);
        flush(perAppend ? id : 0);
      }
      case 3, 4 -> {
        List<String> batch = batch(own);
        long last = writer.appendBatch(batch);
        for (int i = 0; i < batch.size(); i++) {
          know(last - batch.size() + 1 + i, batch.get(i));
        }
        flush(perAppend ? last : 0);
      }
      case 5, 6 -> {
        String entry = text(1, 1, size(own));
        long id = writer.appendDurable(entry);
        know(id, entry);
        acknowledge(id);
      }
      case 7 -> {
        String entry = text(1, 1, size(own));
        futures.add(
            writer
                .appendAsync(entry)
                .thenApply(
                    id -> {
                      know(id, entry);
                      acknowledge(id);
                      return id;
                    }));
      }
      case 8 -> {
        long last = writer.lastAppendedId();
        writer.flush();
        flush(last);
      }
      case 9 -> {
        long last = writer.lastAppendedId();
        writer.sync();
        acknowledge(last);
      }
      case 10 -> {
        long durable = writer.lastDurableId();
        if (own.nextBoolean()) {
          cover(writer.truncate(durable).isEmpty() ? 0 : durable);
        } else {
          writer.appendCheckpoint(durable, "");
          cover(durable);
        }
      }
      default -> {
        long durable = writer.lastDurableId();
        acknowledge(durable);
      }
    }
  }

  private String text(int index, int size, int filling) {
    return text(Integer.toString(names.incrementAndGet()), index, size, filling);
  }

  private String text(String name, int index, int size, int filling) {
    String text = name + "." + index + "/" + size + ":" + "x".repeat(filling);
    attempted.add(text);
    return text;
  }

  private List<String> batch(Random own) {
    String name = Integer.toString(names.incrementAndGet());
    int size = 1 + own.nextInt(5);
    List<String> batch = new ArrayList<>();
    for (int i = 1; i <= size; i++) {
      batch.add(text(name, i, size, size(own)));
    }
    return batch;
  }

  private static int size(Random own) {
    return switch (own.nextInt(10)) {
      case 0 -> 0;
      case 1 -> 3000 + own.nextInt(6000);
      case 2 -> 400 + own.nextInt(800);
      default -> own.nextInt(100);
    };
  }

  private void know(long id, String entry) {
    String before = known.put(id, entry);
    check(before == null || before.equals(entry), "id " + id + " was given twice");
  }

  private void acknowledge(long id) {
    acknowledged.accumulateAndGet(id, Math::max);
  }

  private void cover(long id) {
    covered.accumulateAndGet(id, Math::max);
  }

  private void flush(long id) {
    flushed.accumulateAndGet(id, Math::max);
  }

  /** Opens, and compares what is handed over with what is known. */
  private WalWriter<String> open(WalOptions options) throws IOException {
    LogReport report = null;
    if (disk.exists("wal") && !LogListing.segments(disk).isEmpty()) {
      report = WalMaintenance.verify(disk);
      check(report.verdict() != Verdict.CORRUPT, "after a crash: " + report);
    }
    TreeMap<Long, String> found = new TreeMap<>();
    WalWriter<String> writer = WalWriter.open(disk, Codecs.utf8(), options, found::put);
    try {
      check(report == null || report.equals(writer.recovered()), "verify said otherwise");
      compare(found, writer.recovered());
    } catch (Throwable e) {
      closeDead(writer);
      throw e;
    }
    return writer;
  }

  private void compare(NavigableMap<Long, String> found, LogReport report) {
    long intact = report.intact();
    check(
        intact >= acknowledged.get(),
        "acknowledged up to " + acknowledged + ", recovered " + intact);
    check(intact >= flushed.get(), "flushed up to " + flushed + ", recovered " + intact);
    check(
        report.covered() >= covered.get(),
        "covered up to " + covered + ", recovered " + report.covered());
    long start = report.covered() + 1;
    long first = found.isEmpty() ? start : Math.min(start, found.firstKey());
    Set<String> unique = new HashSet<>();
    for (long id = first; id <= intact; id++) {
      String entry = found.get(id);
      check(entry != null, "entry " + id + " is missing: " + known.get(id));
      check(attempted.contains(entry), "entry " + id + " was never written");
      check(unique.add(entry), "entry " + id + " is there twice");
      String expected = known.get(id);
      check(expected == null || expected.equals(entry), "entry " + id + " is another");
    }
    checkBatches(found, first);
    forget(intact);
    for (Map.Entry<Long, String> each : found.entrySet()) {
      known.put(each.getKey(), each.getValue());
    }
    acknowledged.set(intact);
  }

  private static void checkBatches(NavigableMap<Long, String> found, long first) {
    Map<String, Integer> next = new HashMap<>();
    for (Map.Entry<Long, String> each : found.entrySet()) {
      String entry = each.getValue();
      String name = entry.substring(0, entry.indexOf('.'));
      int index = Integer.parseInt(entry.substring(name.length() + 1, entry.indexOf('/')));
      int size = Integer.parseInt(entry.substring(entry.indexOf('/') + 1, entry.indexOf(':')));
      check(
          next.getOrDefault(name, 1) == index && each.getKey() - index + 1 >= first,
          "a batch has lost its first entries: " + entry.getBytes(UTF_8).length);
      next.put(name, index + 1);
      check(
          index == size || found.containsKey(each.getKey() + 1),
          "a batch ends after " + index + " of " + size);
    }
  }

  /** What was appended behind the recovered end is gone for good. */
  private void forget(long intact) {
    known.keySet().removeIf(id -> id > intact);
    flushed.set(Math.min(flushed.get(), intact));
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
