package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Heat;
import dev.durability.benchmarks.Report;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Target;
import dev.durability.benchmarks.probe.BareCopy;
import dev.durability.benchmarks.probe.BareReads;
import dev.durability.benchmarks.probe.BareScan;
import dev.durability.benchmarks.store.OwnLog;
import dev.durability.benchmarks.store.OwnWriter;
import dev.durability.benchmarks.store.Promise;
import dev.durability.benchmarks.store.Store;
import dev.durability.benchmarks.store.StoreById;
import dev.durability.benchmarks.store.Stores;
import dev.durability.frame.FrameFormat;
import dev.durability.segment.EntryIndex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The heats of reading, and of checkpoints. */
final class ReadHeats {
  private static final int MEBIBYTE = 1 << 20;

  private ReadHeats() {}

  static Scenario.Measurement replay(int payloadBytes) {
    return (settings, directory, log) -> {
      long entries = settings.size((payloadBytes < 1024 ? 128L : 256L) * MEBIBYTE) / payloadBytes;
      OwnLog own = OwnLog.byDefault();
      Contestant ours = new Replays(own, Role.OURS, "checks each checksum", payloadBytes, entries);
      Path ownLog = directory.resolve(ours.slug());
      List<Contestant> contestants = new ArrayList<>();
      contestants.add(ours);
      contestants.add(
          new Replays(
              OwnLog.mapped(), Role.VARIANT, "checks each checksum", payloadBytes, entries));
      contestants.add(BareScan.mapping(ownLog, entries, Entries.sum(entries)));
      contestants.add(BareScan.reading(ownLog, entries, Entries.sum(entries)));
      for (Store peer : Stores.peersOfOneThread()) {
        String guarantee = "filled with " + peer.guarantee(Promise.UNSYNCED);
        contestants.add(new Replays(peer, Role.PEER, guarantee, payloadBytes, entries));
      }
      return List.of(
          new Heat(
                  "",
                  "an entry of " + payloadBytes + " B that is read again",
                  "entries",
                  Target.atLeast("≥ 0.85 × the bare scan, ≥ 1.3 × every peer", 0.85, 1.3),
                  contestants)
              .note(
                  "Everyone looks at every byte of an entry. Chronicle Queue, H2 and SQLite have no"
                      + " checksum of an entry to check; the others check theirs where the data is"
                      + " read from a file, not from their own caches.")
              .run(settings, directory, log));
    };
  }

  static Scenario.Measurement byId() {
    return (settings, directory, log) -> {
      int frameBytes = FrameFormat.frameBytes(NumberedEntries.BYTES);
      long entries = settings.size(1024L * MEBIBYTE) / frameBytes;
      Contestant ours = new ReadsById(new OwnWriter(), Role.OURS, entries);
      Path ownLog = directory.resolve(ours.slug());
      List<Contestant> contestants = new ArrayList<>();
      contestants.add(ours);
      contestants.add(BareReads.ofFrame(ownLog, frameBytes));
      contestants.add(BareReads.ofStep(ownLog, EntryIndex.STEP_BYTES));
      for (StoreById peer : Stores.peersById()) {
        contestants.add(new ReadsById(peer, Role.PEER, entries));
      }
      Report one =
          new Heat(
                  "one entry",
                  "an entry of 128 B that is read at random, by its id",
                  "reads",
                  Target.atMost("median ≤ 20 µs", 20),
                  contestants)
              .byMedianLatency()
              .note(
                  "Everyone read all entries once before, gives each one in an array of its own, and"
                      + " has all of its bytes checked.")
              .note(
                  "The log and its peers read from the page cache; RocksDB also from a cache of its"
                      + " own. The bare loops know the place, and check nothing.")
              .run(settings, directory, log);
      Path path = directory.resolve("durability");
      Report range =
          new Heat(
                  "range",
                  "an entry of 128 B of all that are read in order",
                  "entries",
                  Target.atLeast("≥ 0.95 × a replay", 0.95, 0),
                  List.of(
                      RangeReads.byId(path, NumberedEntries.BYTES, entries),
                      RangeReads.replay(path, NumberedEntries.BYTES, entries),
                      BareScan.alsoMapping(path, entries, Entries.sum(entries))))
              .note("The probe is a replay of the same log, which the writer keeps open meanwhile.")
              .run(settings, directory, log);
      return List.of(one, range);
    };
  }

  static Scenario.Measurement recovery() {
    return (settings, directory, log) -> {
      int payloadBytes = 128;
      long entries = settings.size(1024L * MEBIBYTE) / FrameFormat.frameBytes(payloadBytes);
      Path path = directory.resolve("durability");
      return List.of(
          new Heat(
                  "",
                  "an entry that is recovered, until the writer is open",
                  "entries",
                  Target.atMost("≤ 1.2 × one bare scan", 1.2),
                  List.of(
                      Recoveries.takingEntries(path, payloadBytes, entries),
                      Recoveries.mapped(path, payloadBytes, entries),
                      Recoveries.takingNone(path, payloadBytes, entries),
                      BareScan.mapping(path, entries, Entries.sum(entries))))
              .run(settings, directory, log));
    };
  }

  static Scenario.Measurement checkpoint() {
    return (settings, directory, log) -> {
      byte[] content = Entries.payload(MEBIBYTE);
      long mebibytes = settings.size(1024);
      Target target = Target.atLeast("≥ 0.85 × a bare checksummed copy", 0.85, 0);
      Heat write =
          new Heat(
              "write",
              "a MiB, all of them durable at the end",
              "MB",
              target,
              List.of(
                  BareCopy.writing(content, mebibytes),
                  new CheckpointCopies(true, content, mebibytes)));
      Heat read =
          new Heat(
              "read",
              "a MiB, page cache warm",
              "MB",
              target,
              List.of(
                  BareCopy.reading(content, mebibytes),
                  new CheckpointCopies(false, content, mebibytes)));
      return List.of(write.run(settings, directory, log), read.run(settings, directory, log));
    };
  }
}
