package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Figures;
import dev.durability.benchmarks.Report;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Settings;
import dev.durability.benchmarks.Standing;
import dev.durability.benchmarks.Target;
import dev.durability.benchmarks.Trees;
import dev.durability.codec.Codecs;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.SegmentRange;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Durable appends of 4 KiB to segments of 1 MiB. A rotation lasts from the start of the sync that
 * ends a segment to the end of the first sync in the next; the figure is the slowest commit that
 * overlaps one, in median commits that overlap none.
 */
final class Rotation implements Scenario.Measurement {
  private static final int PAYLOAD_BYTES = 4096;
  private static final long SEGMENT_BYTES = 1 << 20;
  private static final int COMMITS_A_SECOND = 2000;

  @Override
  public List<Report> run(Settings settings, Path directory, PrintStream log) throws Exception {
    List<Report> reports = new ArrayList<>();
    for (int threads : new int[] {1, 16}) {
      String part = threads == 1 ? "1 thread" : threads + " threads";
      List<Double> figures = new ArrayList<>();
      Histogram plain = new Histogram(TimeUnit.MINUTES.toNanos(2), 3);
      int commits =
          (int) Math.max(1500, COMMITS_A_SECOND * settings.seconds() * Math.min(threads, 4));
      for (int round = 0; round <= settings.rounds(); round++) {
        Run run = new Run(threads, commits / threads);
        run.append(directory);
        Trees.empty(directory);
        if (round > 0) { // The one before warms up.
          figures.add(run.figure(plain));
          log.printf(Locale.ROOT, "  %s: round %d of %d%n", part, round, settings.rounds());
        }
      }
      Standing ours =
          new Standing(
              "durability, segments of 1 MiB",
              Role.OURS,
              "durable on return",
              figures,
              List.of(),
              plain,
              null);
      reports.add(
          new Report(
              part,
              "an append of 4 KiB, durable on return, beside a rotation",
              "slowest commit at a rotation ÷ plain commit",
              "",
              Target.atMost("≤ 3 plain commits", 3),
              List.of(ours),
              List.of("The latencies are those of the commits that overlap no rotation.")));
    }
    return reports;
  }

  /** One log, and the times of all that happened to it. */
  private static final class Run implements WalObserver {
    private final int threads;
    private final int commitsEach;
    private final long[] starts;
    private final long[] ends;

    // Written on the threads that sync, one at a time; read when all of them ended.
    private final List<long[]> rotations = new ArrayList<>();
    private long syncStart;
    private long openRotation;

    Run(int threads, int commitsEach) {
      this.threads = threads;
      this.commitsEach = commitsEach;
      this.starts = new long[threads * commitsEach];
      this.ends = new long[threads * commitsEach];
    }

    @Override
    public void onSync(long lastId, long durationNanos) {
      long now = System.nanoTime();
      syncStart = now - durationNanos;
      if (openRotation != 0) {
        rotations.add(new long[] {openRotation, now});
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
          int first = i * commitsEach;
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
      for (int i = first; i < first + commitsEach; i++) {
        starts[i] = System.nanoTime();
        writer.appendDurable(payload);
        ends[i] = System.nanoTime();
      }
    }

    double figure(Histogram plain) {
      long[] slowest = new long[rotations.size()];
      List<Double> others = new ArrayList<>();
      for (int i = 0; i < starts.length; i++) {
        long took = ends[i] - starts[i];
        boolean overlaps = false;
        for (int r = 0; r < slowest.length; r++) {
          if (starts[i] < rotations.get(r)[1] && ends[i] > rotations.get(r)[0]) {
            slowest[r] = Math.max(slowest[r], took);
            overlaps = true;
          }
        }
        if (!overlaps) {
          others.add((double) took);
          plain.recordValue(Math.min(took, plain.getHighestTrackableValue()));
        }
      }
      List<Double> worst =
          Arrays.stream(slowest).filter(t -> t > 0).mapToObj(t -> (double) t).toList();
      return Figures.median(worst) / Figures.median(others);
    }
  }
}
