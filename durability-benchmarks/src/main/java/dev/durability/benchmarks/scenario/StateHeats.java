package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.CannotRunException;
import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Heat;
import dev.durability.benchmarks.Report;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Target;
import dev.durability.benchmarks.probe.SyncedWrites;
import dev.durability.benchmarks.store.Accounts;
import dev.durability.benchmarks.store.OwnAccounts;
import dev.durability.benchmarks.store.OwnAccounts.Call;
import dev.durability.benchmarks.store.OwnLog;
import dev.durability.benchmarks.store.PlainAccounts;
import dev.durability.benchmarks.store.Promise;
import dev.durability.benchmarks.store.Store;
import dev.durability.benchmarks.store.Stores;
import dev.durability.frame.FrameFormat;
import java.util.ArrayList;
import java.util.List;

/** The heats of a state in memory: withdrawals from accounts, and reading balances. */
final class StateHeats {
  private static final int OUTSTANDING = 1024;
  private static final int WRITERS = 16;
  private static final String LOG_ALONE = "appendDurable of the log alone";
  private static final String LOG_ALONE_ASYNC = "appendAsync of the log alone";

  private StateHeats() {}

  /** The targets are of the issue that asked for the state, and older than the first run. */
  static Scenario.Measurement byOneThread() {
    return updates(Appends.Threads.platform(1), Target.atLeast("execute ≥ 0.95 × probe", 0.95, 0));
  }

  static Scenario.Measurement by64Threads() {
    return updates(
        Appends.Threads.platform(64),
        Target.atLeastOfReference(
            "execute ≥ 0.8 × appendDurable, ≥ 3 × the best durable peer", 0.8, 3));
  }

  static Scenario.Measurement by256VirtualThreads() {
    return (settings, directory, log) -> {
      if (Runtime.version().feature() < 21) {
        throw new CannotRunException(Appends.Threads.virtualMissing());
      }
      return updates(
              Appends.Threads.virtual(256),
              Target.atLeastOfReference("execute ≥ 0.8 × appendDurable", 0.8, 0))
          .run(settings, directory, log);
    };
  }

  private static Scenario.Measurement updates(Appends.Threads threads, Target target) {
    return (settings, directory, log) -> {
      Heat heat =
          new Heat(
                  "",
                  "a withdrawal: a balance is looked at, and written with a memo, 128 B, durable on"
                      + " return",
                  "withdrawals",
                  target,
                  updating(threads))
              .note(
                  "4,096 accounts, one of them at random each time; all withdrawals are covered, and"
                      + " the balances are added up after each slice. An entry of the state and one of"
                      + " the log alone take 144 bytes in the file, as the probe writes.")
              .note(
                  "The log, like the probe, writes over zeros: as it does from its second segment"
                      + " on. No checkpoint is written meanwhile.")
              .note("update takes the same command as execute; its answer goes to nobody.")
              .note(
                  "EclipseStore promises no durability when store returns. With O_DSYNC on its files"
                      + " it does; that is our doing, and takes two syncs for each store.");
      return List.of(withLogNamed(LOG_ALONE, heat.run(settings, directory, log)));
    };
  }

  /** The contestants of updates by some threads. */
  static List<Contestant> updating(Appends.Threads threads) {
    byte[] memo = Entries.payload(Accounts.MEMO_BYTES);
    List<Contestant> contestants = new ArrayList<>();
    contestants.add(SyncedWrites.of(FrameFormat.frameBytes(AppendHeats.SMALL)));
    contestants.add(
        updating(OwnLog.byDefault(), Role.REFERENCE, threads, Entries.payload(AppendHeats.SMALL)));
    contestants.add(updating(OwnAccounts.by(Call.EXECUTE), Role.OURS, threads, memo));
    contestants.add(updating(OwnAccounts.by(Call.UPDATE), Role.VARIANT, threads, memo));
    contestants.add(updating(OwnAccounts.by(Call.UPDATE_IF), Role.VARIANT, threads, memo));
    for (Accounts peer : Stores.peersWithAccounts()) {
      Role role = peer.gives(Promise.DURABLE) ? Role.PEER : Role.LESSER_PEER;
      contestants.add(updating(peer, role, threads, memo));
    }
    return contestants;
  }

  private static Contestant updating(
      Store store, Role role, Appends.Threads threads, byte[] payload) {
    long most = AppendHeats.SLICE_BYTES_MAX / 8 / AppendHeats.SMALL;
    return new Appends(store, role, Promise.DURABLE, threads, payload, most);
  }

  static Scenario.Measurement ahead() {
    return (settings, directory, log) -> {
      byte[] memo = Entries.payload(Accounts.MEMO_BYTES);
      Heat heat =
          new Heat(
                  "",
                  "a withdrawal, durable and applied when its future completes",
                  "withdrawals",
                  Target.atLeast("≥ 100 × probe", 100, 0),
                  List.of(
                      SyncedWrites.of(FrameFormat.frameBytes(AppendHeats.SMALL)),
                      ahead(OwnLog.byDefault(), Role.REFERENCE, Entries.payload(AppendHeats.SMALL)),
                      ahead(OwnAccounts.by(Call.EXECUTE), Role.OURS, memo),
                      ahead(OwnAccounts.asPassedBy(Call.EXECUTE), Role.VARIANT, memo),
                      ahead(OwnAccounts.by(Call.UPDATE), Role.VARIANT, memo),
                      ahead(OwnAccounts.asPassedBy(Call.UPDATE), Role.VARIANT, memo)))
              .note(
                  "One producer; entries are records, the codec is PostcardCodec. No checkpoint is"
                      + " written meanwhile.")
              .note(
                  "No peer has a call that returns before a change is durable and tells when it"
                      + " is.");
      return List.of(withLogNamed(LOG_ALONE_ASYNC, heat.run(settings, directory, log)));
    };
  }

  private static Contestant ahead(Store store, Role role, byte[] payload) {
    long most = Math.max(2L * OUTSTANDING, AppendHeats.SLICE_BYTES_MAX / AppendHeats.SMALL);
    return new AppendsAhead(store, role, OUTSTANDING, payload, 1, most);
  }

  /** The log has its usual name while it is measured, which says nothing in this table. */
  private static Report withLogNamed(String name, Report report) {
    return new Report(
        report.part(),
        report.what(),
        report.figure(),
        report.unit(),
        report.target(),
        report.standings().stream()
            .map(s -> s.named(s.role() == Role.REFERENCE ? name : ""))
            .toList(),
        report.notes());
  }

  static Scenario.Measurement reads() {
    return (settings, directory, log) -> {
      List<Report> reports = new ArrayList<>();
      for (int writers : new int[] {0, WRITERS}) {
        reports.add(
            new Heat(
                    writers == 0 ? "alone" : "beside " + writers + " writers",
                    "a balance that is read at random, by one of "
                        + BalanceReads.READERS
                        + " reading threads",
                    "reads",
                    Target.atMost("median ≤ 1 µs", 1),
                    reading(writers))
                .byMedianLatency()
                .note(
                    "A latency includes taking the time and the random number, which is nearly all"
                        + " of the probe's.")
                .note(
                    writers == 0
                        ? "Nobody writes."
                        : "The writers withdraw all the time, each withdrawal durable, but not from"
                            + " the map of the probe.")
                .run(settings, directory, log));
      }
      return reports;
    };
  }

  /** The contestants of reading beside some writers. */
  static List<Contestant> reading(int writers) {
    List<Contestant> contestants = new ArrayList<>();
    contestants.add(new BalanceReads(new PlainAccounts(), Role.PROBE, 0));
    contestants.add(new BalanceReads(OwnAccounts.newlyOpenedBy(Call.EXECUTE), Role.OURS, writers));
    for (Accounts peer : Stores.peersWithAccounts()) {
      if (peer.gives(Promise.DURABLE)) {
        contestants.add(new BalanceReads(peer, Role.PEER, writers));
      }
    }
    return contestants;
  }
}
