package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Heat;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Target;
import dev.durability.benchmarks.store.ArchivedLog;
import dev.durability.benchmarks.store.Promise;
import java.util.List;

/** What archiving costs the writer, and how fast a log comes back. */
final class ArchiveHeats {
  private static final double ARCHIVED_LEAST = 0.97;
  private static final double RESTORED_LEAST = 0.8;
  private static final int MEBIBYTES = 512;

  private ArchiveHeats() {}

  /** The unit is the same log without an archiver. */
  static Heat archiving() {
    byte[] payload = Entries.payload(AppendHeats.SMALL);
    Appends.Threads threads = Appends.Threads.platform(64);
    long operationsMax = AppendHeats.SLICE_BYTES_MAX / 8 / AppendHeats.SMALL;
    return new Heat(
            "",
            "an append of 128 B, durable on return",
            "appends",
            Target.atLeast("≥ 0.97 × not archived", ARCHIVED_LEAST, 0),
            List.of(
                new Appends(
                    ArchivedLog.notAtAll(),
                    Role.PROBE,
                    Promise.DURABLE,
                    threads,
                    payload,
                    operationsMax),
                new Appends(
                    ArchivedLog.toNowhere(),
                    Role.OURS,
                    Promise.DURABLE,
                    threads,
                    payload,
                    operationsMax)))
        .anewEachRound()
        .note(
            "The archiver runs in the process of the writer, once per second, and stores into a"
                + " sink that discards what it reads.");
  }

  /** The unit is to read the same objects and to write them to files. */
  static Scenario.Measurement restoring() {
    return (settings, directory, log) -> {
      long mebibytes = settings.size(MEBIBYTES);
      Heat heat =
          new Heat(
              "",
              "a MiB of an archive in a directory, all of it durable at the end",
              "MB",
              Target.atLeast("≥ 0.8 × a bare copy of the objects", RESTORED_LEAST, 0),
              List.of(
                  ArchiveRestores.bare(mebibytes, AppendHeats.SMALL),
                  ArchiveRestores.checked(mebibytes, AppendHeats.SMALL)));
      return List.of(heat.run(settings, directory, log));
    };
  }
}
