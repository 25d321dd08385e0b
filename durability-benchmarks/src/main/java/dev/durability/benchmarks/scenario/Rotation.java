package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Report;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Settings;
import dev.durability.benchmarks.Standing;
import dev.durability.benchmarks.Target;
import dev.durability.benchmarks.Trees;
import dev.durability.codec.Codecs;
import dev.durability.log.SegmentRange;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Durable appends of 4 KiB to segments of 1 MiB. A rotation lasts from the start of the sync that
 * ends a segment to the end of the first sync in the next; the figure is the time of the slowest
 * commit that overlaps one, divided by the median time of the commits that overlap none.
 */
final class Rotation implements Scenario.Measurement {
  private static final int PAYLOAD_BYTES = 4096;
  private static final long SEGMENT_BYTES = 1 << 20;
  private static final int COMMITS_A_SECOND = 2000;
  private static final String OURS = "durability, segments of 1 MiB";
  private static final String BARE = "bare loop: one step after the other, files made ahead";

  @Override
  public List<Report> run(Settings settings, Path directory, PrintStream log) throws Exception {
    List<Report> reports = new ArrayList<>();
    for (int threads : new int[] {1, 16}) {
      String part = threads == 1 ? "1 thread" : threads + " threads";
      int commits =
          (int) Math.max(1500, COMMITS_A_SECOND * settings.seconds() * Math.min(threads, 4));
      List<Standing> standings = new ArrayList<>();
      standings.add(
          measured(
              OURS,
              Role.OURS,
              settings,
              log,
              times -> {
                new Run(threads, times).append(directory);
                Trees.empty(directory);
              },
              commits / threads * threads));
      if (threads == 1) {
        standings.add(
            measured(
                BARE,
                Role.BARE,
                settings,
                log,
                times -> {
                  BareRotations.run(directory, SEGMENT_BYTES, PAYLOAD_BYTES, times);
                  Trees.empty(directory);
                },
                commits));
      }
      reports.add(
          new Report(
              part,
              "an append of 4 KiB, durable on return, beside a rotation",
              "slowest commit at a rotation ÷ plain commit",
              "",
              Target.atMost("≤ 3 plain commits", 3),
              standings,
              List.of("The latencies are those of the commits that overlap no rotation.")));
    }
    return reports;
  }

  private interface Appending {
    void run(RotationTimes times) throws Exception;
  }

  private static Standing measured(
      String name, Role role, Settings settings, PrintStream log, Appending appending, int commits)
      throws Exception {
    List<Double> figures = new ArrayList<>();
    Histogram plain = new Histogram(TimeUnit.MINUTES.toNanos(2), 3);
    for (int round = 0; round <= settings.rounds(); round++) {
      RotationTimes times = new RotationTimes(commits);
      appending.run(times);
      if (round > 0) { // The first round warms up.
        figures.add(times.figure(plain));
        log.printf(Locale.ROOT, "  %s: round %d of %d%n", name, round, settings.rounds());
      }
    }
    return new Standing(name, role, "durable on return", figures, List.of(), plain, null);
  }

  /** Appends to a log, and notes when its segments end. */
  private static final class Run implements WalObserver {
    private final int threads;
    private final RotationTimes times;
    private long syncStart;
    private long openRotation;

    Run(int threads, RotationTimes times) {
      this.threads = threads;
      this.times = times;
    }

    @Override
    public void onSync(long lastId, long durationNanos) {
      long now = System.nanoTime();
      syncStart = now - durationNanos;
      if (openRotation != 0) {
        times.rotated(openRotation, now);
        openRotation = 0;
      }
    }

    @Override
    public void onRotate(SegmentRange ended) {
      openRotation = syncStart;
    }

    void append(Path directory) throws Exception {
      WalOptions options = WalOptions.builder().segmentBytes(SEGMENT_BYTES).observer(this).build();
      byte[] payload = Entries.payload(PAYLOAD_BYTES);
      try (WalWriter<byte[]> writer =
          WalWriter.open(FsDirectory.open(directory), Codecs.bytes(), options)) {
        CountDownLatch done = new CountDownLatch(threads);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        for (int i = 0; i < threads; i++) {
          int first = i * (times.commits() / threads);
          Runnable appends =
              () -> {
                try {
                  append(writer, payload, first);
                } catch (Throwable e) {
                  failure.compareAndSet(null, e);
                } finally {
                  done.countDown();
                }
              };
          new Thread(appends, "appender").start();
        }
        done.await();
        Throwable first = failure.get();
        if (first != null) {
          throw new IllegalStateException("appending failed: " + first.getMessage(), first);
        }
      }
    }

    private void append(WalWriter<byte[]> writer, byte[] payload, int first) throws Exception {
      int end = first + times.commits() / threads;
      for (int i = first; i < end; i++) {
        times.begins(i);
        writer.appendDurable(payload);
        times.ends(i);
      }
    }
  }
}
