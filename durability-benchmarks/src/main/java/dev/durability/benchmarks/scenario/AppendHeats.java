package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.CannotRunException;
import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Heat;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Target;
import dev.durability.benchmarks.probe.BareCuts;
import dev.durability.benchmarks.probe.BareWrites;
import dev.durability.benchmarks.probe.GrowingWrites;
import dev.durability.benchmarks.probe.SyncedWrites;
import dev.durability.benchmarks.store.ArtemisStore;
import dev.durability.benchmarks.store.HandOvers;
import dev.durability.benchmarks.store.OwnLog;
import dev.durability.benchmarks.store.OwnWriter;
import dev.durability.benchmarks.store.Promise;
import dev.durability.benchmarks.store.Store;
import dev.durability.benchmarks.store.StoreWithEnd;
import dev.durability.benchmarks.store.Stores;
import dev.durability.frame.FrameFormat;
import java.util.ArrayList;
import java.util.List;

/** The heats of appending. */
final class AppendHeats {
  static final int SMALL = 128;
  private static final int PAGE = 4096;

  /** The most that a slice may write, so that rounds of all contestants fit on the disk. */
  static final long SLICE_BYTES_MAX = 48L << 20;

  private static final String SHARED =
      "A peer with one writer at a time (SQLite, Zeebe) is shared by the threads behind a lock.";

  private static final String ONLY_ARTEMIS =
      "RocksDB, H2, SQLite and Zeebe have no call that returns before the entry is durable and"
          + " tells"
          + " when it is. Artemis gathers writes only with its buffer timeout; without, each"
          + " entry is"
          + " a sync.";

  private AppendHeats() {}

  static Heat durable(int threads, Target target) {
    List<Contestant> contestants = durable(Appends.Threads.platform(threads));
    if (threads == 1) {
      byte[] payload = Entries.payload(SMALL);
      contestants.add(
          2, durable(OwnLog.newlyOpened(), Role.VARIANT, Appends.Threads.platform(1), payload));
    }
    return new Heat("", "an append of 128 B, durable on return", "appends", target, contestants)
        .note(
            "The log, like the probe, writes over zeros: as it does from its second segment on."
                + (threads == 1 ? " Its first segment is a row of its own." : ""))
        .note(SHARED);
  }

  static Heat virtual(int threads, double bound) throws CannotRunException {
    if (Runtime.version().feature() < 21) {
      throw new CannotRunException(Appends.Threads.virtualMissing());
    }
    return new Heat(
            "",
            "an append of 128 B, durable on return",
            "appends",
            Target.atLeast("≥ 70 × probe", bound, 0),
            durable(Appends.Threads.virtual(threads)))
        .note(SHARED)
        .note("A call into native code (RocksDB, SQLite) keeps the carrier thread of its caller.");
  }

  private static List<Contestant> durable(Appends.Threads threads) {
    byte[] payload = Entries.payload(SMALL);
    List<Contestant> contestants = new ArrayList<>();
    contestants.add(SyncedWrites.of(FrameFormat.frameBytes(SMALL)));
    if (threads.count() > 1) {
      contestants.add(durable(new HandOvers(), Role.BARE, threads, payload));
    }
    contestants.add(durable(OwnLog.byDefault(), Role.OURS, threads, payload));
    for (Store peer : threads.count() == 1 ? Stores.peersOfOneThread() : Stores.peers()) {
      Role role = peer.gives(Promise.DURABLE) ? Role.PEER : Role.LESSER_PEER;
      contestants.add(durable(peer, role, threads, payload));
    }
    return contestants;
  }

  private static Contestant durable(
      Store store, Role role, Appends.Threads threads, byte[] payload) {
    return new Appends(
        store, role, Promise.DURABLE, threads, payload, SLICE_BYTES_MAX / 8 / payload.length);
  }

  static Heat ahead() {
    byte[] payload = Entries.payload(SMALL);
    List<Contestant> contestants = new ArrayList<>();
    contestants.add(SyncedWrites.of(FrameFormat.frameBytes(SMALL)));
    addAhead(contestants, OwnLog.byDefault(), Role.OURS, 1024, payload, 1);
    addAhead(contestants, ArtemisStore.withBufferTimeout(), Role.PEER, 1024, payload, 1);
    return new Heat(
            "",
            "an append of 128 B, durable when its future completes",
            "appends",
            Target.atLeast("≥ 350 × probe", 350, 0),
            contestants)
        .note(ONLY_ARTEMIS);
  }

  static Heat bandwidth() {
    byte[] payload = Entries.payload(PAGE);
    double megabytes = PAGE / 1e6;
    int outstanding = 16_384;
    List<Contestant> contestants = new ArrayList<>();
    contestants.add(SyncedWrites.ofBandwidth());
    contestants.add(new GrowingWrites());
    addAhead(contestants, OwnLog.byDefault(), Role.OURS, outstanding, payload, megabytes);
    addAhead(
        contestants, OwnLog.withBuffers(8 << 20), Role.VARIANT, outstanding, payload, megabytes);
    addAhead(
        contestants, ArtemisStore.withBufferTimeout(), Role.PEER, outstanding, payload, megabytes);
    return new Heat(
            "",
            "an append of 4 KiB, durable when its future completes",
            "MB",
            Target.atLeast("≥ 0.8 × the device's bandwidth", 0.8, 0),
            contestants)
        .anewEachRound()
        .note(ONLY_ARTEMIS)
        .note(
            "Buffers of 1 MiB, the default, hold 255 entries each: appendAsync waits while both are"
                + " full, whatever may be outstanding.");
  }

  private static void addAhead(
      List<Contestant> contestants,
      Store store,
      Role role,
      int outstanding,
      byte[] payload,
      double units) {
    long most = Math.max(2L * outstanding, SLICE_BYTES_MAX / payload.length);
    contestants.add(new AppendsAhead(store, role, outstanding, payload, units, most));
  }

  static Heat cuts() {
    byte[] payload = Entries.payload(SMALL);
    List<Contestant> contestants = new ArrayList<>();
    contestants.add(SyncedWrites.of(FrameFormat.frameBytes(SMALL)));
    contestants.add(new BareCuts());
    contestants.add(new Cuts(new OwnWriter(), Role.OURS, payload));
    for (StoreWithEnd peer : Stores.peersWithEnd()) {
      contestants.add(new Cuts(peer, Role.PEER, payload));
    }
    return new Heat(
            "",
            "a cut of the last " + Cuts.CUT + " entries, durable on return",
            "cuts",
            Target.atMost("≤ 10 × probe", 10),
            contestants)
        .anewEachRound()
        .note(
            "Before each cut "
                + Cuts.APPENDED
                + " entries of 128 B are appended, each of them durable; that is not timed. After"
                + " each slice the entries that are left are read and checked.")
        .note(
            "RocksDB, H2, SQLite and Zeebe write over, or mark, what is removed, in a file that"
                + " exists. Our log never changes what is written: a cut ends a segment and begins"
                + " the next.")
        .note(
            "Artemis deletes record by record and keeps no order of them; Chronicle Queue deletes"
                + " nothing, and nothing in it is durable.");
  }

  static Heat unsynced(int payloadBytes) {
    byte[] payload = Entries.payload(payloadBytes);
    long most = SLICE_BYTES_MAX / payloadBytes;
    Appends.Threads one = Appends.Threads.platform(1);
    List<Contestant> contestants = new ArrayList<>();
    contestants.add(BareWrites.intoOneFile(payload, most));
    contestants.add(BareWrites.inSegments(payload, most));
    contestants.add(
        new Appends(OwnLog.byDefault(), Role.OURS, Promise.UNSYNCED, one, payload, most));
    contestants.add(
        new Appends(
            OwnLog.withSegments(1 << 30), Role.VARIANT, Promise.UNSYNCED, one, payload, most));
    for (Store peer : Stores.peersOfOneThread()) {
      contestants.add(new Appends(peer, Role.PEER, Promise.UNSYNCED, one, payload, most));
    }
    return new Heat(
            "",
            "an append of " + payloadBytes + " B without a sync",
            "appends",
            Target.atLeast("≥ 0.9 × the bare loop, ≥ 1.5 × every peer", 0.9, 1.5),
            contestants)
        .anewEachRound()
        .note("Each slice ends with a flush: everything is in the page cache, nothing is synced.")
        .note("The log syncs each segment of 64 MiB where it ends, which the bare loop does not.")
        .note(
            "Everything is synced between slices, outside of the measured time, so that the system"
                + " does not write one contestant's pages during another's turn.");
  }
}
