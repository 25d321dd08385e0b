package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Heat;
import dev.durability.benchmarks.Target;
import java.util.List;

/** All scenarios, with their targets. */
public final class Scenarios {

  private Scenarios() {}

  /** {@return all scenarios, in the order of the index} */
  public static List<Scenario> all() {
    return List.of(
        durable("durable-1", 1, "≥ 0.95 × probe, ahead of every durable peer", 0.95, 1),
        durable("durable-16", 16, "≥ 8 × probe", 8, 0),
        durable("durable-64", 64, "≥ 18 × probe, ≥ 1.5 × the best durable peer", 18, 1.5),
        durable("durable-256", 256, "≥ 22 × probe", 22, 0),
        new Scenario(
            "durable-virtual-256",
            "durable append, 256 virtual threads, 128 B",
            (settings, directory, log) ->
                List.of(AppendHeats.virtual(256, 70).run(settings, directory, log))),
        new Scenario(
            "scaling", "durable append by 1 to 1,024 threads, and of 16 B to 1 MiB", new Scaling()),
        new Scenario(
            "many-logs",
            "durable append to 1 to 1,000 logs in one process, and what an idle log keeps",
            new ManyLogsHeats()),
        of("async-1024", "appendAsync, 1,024 outstanding, one producer, 128 B", AppendHeats::ahead),
        of(
            "async-4k",
            "appendAsync, 16,384 outstanding, one producer, 4 KiB",
            AppendHeats::bandwidth),
        new Scenario(
            "state-1",
            "state: check and write by execute, update, updateIf, 1 thread, 128 B",
            StateHeats.byOneThread()),
        new Scenario(
            "state-64",
            "state: check and write by execute, update, updateIf, 64 platform threads, 128 B",
            StateHeats.by64Threads()),
        new Scenario(
            "state-virtual-256",
            "state: check and write by execute, update, updateIf, 256 virtual threads, 128 B",
            StateHeats.by256VirtualThreads()),
        new Scenario(
            "state-1024",
            "state: executeAsync, updateAsync, 1,024 outstanding, one producer, 128 B",
            StateHeats.ahead()),
        new Scenario(
            "state-read",
            "state: reading by 4 threads, alone and beside 16 writers",
            StateHeats.reads()),
        new Scenario(
            "state-open",
            "state: opening from 10 million entries, and from a checkpoint of 1 GiB",
            new StateOpenings(1)),
        new Scenario(
            "state-checkpoint",
            "state: the longest update while a checkpoint is taken, 100,000 values of 100 B",
            new CheckpointStops(100_000, 10, 200)),
        of("unsynced-128", "unsynced append, 1 thread, 128 B", () -> AppendHeats.unsynced(128)),
        of("unsynced-4k", "unsynced append, 1 thread, 4 KiB", () -> AppendHeats.unsynced(4096)),
        new Scenario(
            "replay-128",
            "replay of 128 MiB, 128 B an entry, page cache warm",
            ReadHeats.replay(128)),
        new Scenario(
            "replay-4k",
            "replay of 256 MiB, 4 KiB an entry, page cache warm",
            ReadHeats.replay(4096)),
        new Scenario(
            "recovery-1g",
            "opening a log of 1 GiB, 128 B an entry, for writing",
            ReadHeats.recovery()),
        new Scenario(
            "read-by-id",
            "reading entries by their ids, log of 1 GiB, 128 B an entry, page cache warm",
            ReadHeats.byId()),
        of("truncate-after", "truncateAfter beside durable appends, 128 B", AppendHeats::cuts),
        new Scenario("rotation", "durable append while segments of 1 MiB end", new Rotation()),
        new Scenario("codecs", "encoding and decoding a record of four fields", new CodecHeats()),
        of(
            "metrics-unsynced",
            "unsynced append with metrics, beside the same without, 1 thread, 128 B",
            MetricsHeats::unsynced),
        of(
            "metrics-durable",
            "durable append with metrics, beside the same without, 16 threads, 128 B",
            MetricsHeats::durable),
        of(
            "archive-64",
            "durable append while the log is archived, beside the same without, 64 threads, 128 B",
            ArchiveHeats::archiving),
        new Scenario(
            "restore-512m",
            "restoring a log of 512 MiB from an archive in a directory",
            ArchiveHeats.restoring()),
        new Scenario("allocation", "heap bytes allocated an operation", new Allocation()),
        new Scenario("replay-8g", "replay of 8 GiB in a JVM with -Xmx64m", new SmallHeap()),
        new Scenario(
            "checkpoint-1g", "writing and reading a checkpoint of 1 GiB", ReadHeats.checkpoint()));
  }

  private static Scenario durable(
      String name, int threads, String target, double bound, double timesBestPeer) {
    return of(
        name,
        "durable append, " + threads + (threads == 1 ? " thread" : " platform threads") + ", 128 B",
        () -> AppendHeats.durable(threads, Target.atLeast(target, bound, timesBestPeer)));
  }

  private static Scenario of(String name, String title, HeatSource heat) {
    return new Scenario(
        name,
        title,
        (settings, directory, log) -> List.of(heat.make().run(settings, directory, log)));
  }

  @FunctionalInterface
  private interface HeatSource {
    Heat make();
  }
}
