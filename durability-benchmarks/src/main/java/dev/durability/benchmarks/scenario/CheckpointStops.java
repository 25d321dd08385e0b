package dev.durability.benchmarks.scenario;

import dev.durability.DurableState;
import dev.durability.LiveEntries;
import dev.durability.benchmarks.Figures;
import dev.durability.benchmarks.Report;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Settings;
import dev.durability.benchmarks.Standing;
import dev.durability.benchmarks.Target;
import dev.durability.benchmarks.Trees;
import dev.durability.benchmarks.scenario.Values.Put;
import dev.durability.benchmarks.store.OwnState;
import dev.durability.codec.PostcardCodec;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * One thread updates a state all the time, each update durable, and another takes a checkpoint. The
 * figure is the longest update that overlaps the checkpoint. Beside it: how long the snapshot alone
 * took, and the longest update in as long a time before, without a checkpoint. With the log in
 * memory there is no disk to wait for, neither for the updates nor for the checkpoint.
 */
final class CheckpointStops implements Scenario.Measurement {
  private static final double TARGET = 1.5;
  private static final int UPDATES_MAX = 1 << 21;
  private static final int VALUE_BYTES = 100;

  private final int values;
  private final int warmUps;
  private final long beforeMillis;

  /**
   * Prepares to measure.
   *
   * @param values how many values of 100 bytes the state has
   * @param warmUps how many checkpoints are taken that do not count
   * @param beforeMillis how long updates go on before each checkpoint
   */
  CheckpointStops(int values, int warmUps, long beforeMillis) {
    this.values = values;
    this.warmUps = warmUps;
    this.beforeMillis = beforeMillis;
  }

  @Override
  public List<Report> run(Settings settings, Path directory, PrintStream log) throws Exception {
    return List.of(
        report("a HashMap that is copied", false, settings, directory, log),
        report("a persistent map", true, settings, directory, log));
  }

  private Report report(
      String part, boolean isPersistent, Settings settings, Path directory, PrintStream log)
      throws Exception {
    Values<? extends Map<Integer, byte[]>> machine =
        isPersistent ? Values.persistent(VALUE_BYTES, values) : Values.copied(VALUE_BYTES, values);
    Stops onDisk = measure(machine, FsDirectory.open(directory), settings);
    log.printf(Locale.ROOT, "  %s: measured on the disk%n", part);
    Trees.empty(directory);
    Stops inMemory = measure(machine, new MemoryDirectory(), settings);
    log.printf(Locale.ROOT, "  %s: measured in memory%n", part);
    double bound = TARGET * (Figures.median(onDisk.snapshots) + Figures.median(onDisk.before));
    List<Standing> rows = new ArrayList<>();
    rows.add(row("update, while a checkpoint is taken", Role.OURS, "durable", onDisk.during));
    rows.add(row("the snapshot in it, alone", Role.BARE, "", onDisk.snapshots));
    rows.add(row("update, before the checkpoint", Role.BARE, "durable", onDisk.before));
    rows.add(
        row("pauses of the garbage collector, before and in it", Role.BARE, "", onDisk.pauses));
    rows.add(
        row(
            "update, while one is taken, in memory",
            Role.VARIANT,
            "none: no disk",
            inMemory.during));
    rows.add(row("the snapshot in it, alone, in memory", Role.BARE, "", inMemory.snapshots));
    rows.add(row("update, before it, in memory", Role.BARE, "none: no disk", inMemory.before));
    rows.add(row("pauses of the garbage collector, in memory", Role.BARE, "", inMemory.pauses));
    return new Report(
        part,
        "an update by one thread, one after the other",
        "longest, ms",
        "",
        Target.atMost(
            "≤ 1.5 × (the snapshot alone + the longest update before the checkpoint)", bound),
        rows,
        List.of(
            String.format(
                Locale.ROOT,
                "%,d values of %d bytes. The first %d checkpoints do not count.",
                values,
                VALUE_BYTES,
                warmUps),
            "The time before the checkpoint is as long as the checkpoint took.",
            "In memory: the log and the checkpoints are in a MemoryDirectory, so that what is left"
                + " is the snapshot, the library's own work and the garbage collector."));
  }

  private static Standing row(String name, Role role, String guarantee, List<Double> figures) {
    return new Standing(name, role, guarantee, figures, List.of(), null, null);
  }

  private <M extends Map<Integer, byte[]>> Stops measure(
      Values<M> machine, Directory directory, Settings settings) throws Exception {
    Stops stops = new Stops();
    try (DurableState<M, Put> state =
        OwnState.open(directory, PostcardCodec.of(Put.class), machine, LiveEntries.DECODED)) {
      for (int round = -warmUps; round < settings.rounds(); round++) {
        Updating<M> updating = new Updating<>(state, values);
        System.gc(); // What the round before left.
        FutureTask<@Nullable Void> updates = new FutureTask<>(updating, null);
        new Thread(updates, "updates").start();
        long pauses = pausedMillis();
        Thread.sleep(beforeMillis);
        long start = System.nanoTime();
        state.checkpoint();
        long end = System.nanoTime();
        pauses = pausedMillis() - pauses;
        updating.stop();
        updates.get();
        if (round >= 0) {
          stops.during.add(updating.longest(start, end, Long.MAX_VALUE));
          stops.before.add(updating.longest(start - (end - start), start, start));
          stops.snapshots.add(machine.snapshotNanos() / 1e6);
          stops.pauses.add((double) pauses);
        }
      }
    }
    return stops;
  }

  /** By the JVM's own count: of the collections that stop all threads. */
  private static long pausedMillis() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .filter(collector -> !collector.getName().contains("Concurrent"))
        .mapToLong(GarbageCollectorMXBean::getCollectionTime)
        .sum();
  }

  /** In milliseconds, a figure for each round. */
  private static final class Stops {
    private final List<Double> during = new ArrayList<>();
    private final List<Double> before = new ArrayList<>();
    private final List<Double> snapshots = new ArrayList<>();
    private final List<Double> pauses = new ArrayList<>();
  }

  /** Updates until it is told to stop, and notes when each update began and ended. */
  private static final class Updating<M> implements Runnable {
    private final DurableState<M, Put> state;
    private final int values;
    private final long[] times = new long[UPDATES_MAX];
    private int updates;
    private volatile boolean stopped;

    Updating(DurableState<M, Put> state, int values) {
      this.state = state;
      this.values = values;
    }

    void stop() {
      stopped = true;
    }

    @Override
    public void run() {
      byte[] value = Entries.payload(VALUE_BYTES);
      SplittableRandom random = new SplittableRandom();
      times[0] = System.nanoTime();
      try {
        while (!stopped && updates + 1 < UPDATES_MAX) {
          state.update(new Put(random.nextInt(values), value));
          updates++;
          times[updates] = System.nanoTime();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /**
     * The longest update, in milliseconds, that overlaps a time, and has ended by another. To be
     * asked once it has stopped.
     */
    double longest(long from, long to, long ended) {
      if (updates + 1 == UPDATES_MAX) {
        throw new IllegalStateException("more updates than can be noted");
      }
      long longest = 0;
      for (int i = 0; i < updates; i++) {
        if (times[i] < to && times[i + 1] > from && times[i + 1] <= ended) {
          longest = Math.max(longest, times[i + 1] - times[i]);
        }
      }
      return longest / 1e6;
    }
  }
}
