package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Heat;
import dev.durability.benchmarks.Report;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Settings;
import dev.durability.benchmarks.Standing;
import dev.durability.benchmarks.Target;
import dev.durability.benchmarks.probe.SyncedWrites;
import dev.durability.benchmarks.store.HandOvers;
import dev.durability.benchmarks.store.OwnLog;
import dev.durability.benchmarks.store.Promise;
import dev.durability.benchmarks.store.Store;
import dev.durability.frame.FrameFormat;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Durable appends by more and more threads, and of larger and larger entries. */
final class Scaling implements Scenario.Measurement {
  private static final int[] THREADS = {1, 4, 16, 64, 256, 1024};
  private static final int[] SIZES = {16, 128, 1 << 10, 16 << 10, 128 << 10, 1 << 20};
  private static final int THREADS_OF_SIZES = 16;
  private static final int MIDDLE = 3;

  @Override
  public List<Report> run(Settings settings, Path directory, PrintStream log) throws Exception {
    List<Standing> logs = new ArrayList<>();
    List<Standing> bounds = new ArrayList<>();
    for (int i = 0; i < THREADS.length; i++) {
      String name = THREADS[i] == 1 ? "1 thread" : THREADS[i] + " threads";
      Report heat = heat(name, THREADS[i], AppendHeats.SMALL).run(settings, directory, log);
      logs.add(renamed(heat.ours(), name, i == MIDDLE ? Role.OURS : Role.VARIANT));
      heat.standings().stream()
          .filter(standing -> standing.role() == Role.BARE)
          .forEach(bare -> bounds.add(renamed(bare, name + ", no disk", Role.BARE)));
    }
    logs.addAll(bounds);
    List<Standing> sizes = new ArrayList<>();
    for (int i = 0; i < SIZES.length; i++) {
      String name = SIZES[i] < 1024 ? SIZES[i] + " B" : (SIZES[i] >> 10) + " KiB";
      Report heat = heat(name, THREADS_OF_SIZES, SIZES[i]).run(settings, directory, log);
      sizes.add(renamed(heat.ours(), name, i == MIDDLE ? Role.OURS : Role.VARIANT));
    }
    return List.of(
        report(
            "threads",
            "an append of 128 B, durable on return",
            logs,
            "No disk: the threads hand a request to one thread, which wakes them."),
        report(
            "sizes",
            "an append by " + THREADS_OF_SIZES + " threads, durable on return",
            sizes,
            "The probe writes and syncs one entry of the same size."));
  }

  private static Report report(String part, String what, List<Standing> standings, String note) {
    return new Report(part, what, "rate ÷ probe", "appends", Target.NONE, standings, List.of(note));
  }

  private static Standing renamed(Standing standing, String name, Role role) {
    return new Standing(
        name,
        role,
        standing.guarantee(),
        standing.figures(),
        standing.rates(),
        standing.latencies(),
        standing.skipped());
  }

  private static Heat heat(String part, int threads, int payloadBytes) {
    List<Contestant> contestants = new ArrayList<>();
    contestants.add(SyncedWrites.of(FrameFormat.frameBytes(payloadBytes)));
    contestants.add(appends(OwnLog.byDefault(), Role.OURS, threads, payloadBytes));
    if (threads > 1 && payloadBytes == AppendHeats.SMALL) {
      contestants.add(appends(new HandOvers(), Role.BARE, threads, payloadBytes));
    }
    return new Heat(part, "an append", "appends", Target.NONE, contestants).anewEachRound();
  }

  private static Appends appends(Store store, Role role, int threads, int payloadBytes) {
    return new Appends(
        store,
        role,
        Promise.DURABLE,
        Appends.Threads.platform(threads),
        Entries.payload(payloadBytes),
        AppendHeats.SLICE_BYTES_MAX / 8 / payloadBytes);
  }
}
