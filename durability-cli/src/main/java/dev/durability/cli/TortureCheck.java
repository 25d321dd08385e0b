package dev.durability.cli;

import dev.durability.errors.DurabilityException;
import dev.durability.log.Verdict;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.Recovery;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.storage.Directory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares what is in the log after each death with what was acknowledged before it. What was there
 * after one death must be there after all later ones, acknowledged or not.
 */
final class TortureCheck {
  private final Directory directory;
  private final int writers;
  private final int outstandingMax;
  private final TortureState.Machine machine;
  private final long[] expected;
  private TortureState before;
  private long lastIdBefore;

  /**
   * What a check found.
   *
   * @param verdict what the files say, null if there is no log yet
   * @param survived how many entries are there that were not yet acknowledged when the process died
   * @param violation which promise is broken; empty if none is
   */
  record Finding(@Nullable Verdict verdict, long survived, String violation) {}

  /**
   * Prepares to check a log that does not exist yet.
   *
   * @param directory the log
   * @param writers how many threads write to it
   * @param outstandingMax how many writes each may have made without reporting them yet
   */
  TortureCheck(Directory directory, int writers, int outstandingMax) {
    this.directory = directory;
    this.writers = writers;
    this.outstandingMax = outstandingMax;
    this.machine = new TortureState.Machine(writers);
    this.expected = new long[writers];
    this.before = machine.initial();
  }

  /**
   * Checks the log. From now on, what it holds is expected.
   *
   * @param acknowledged what the life that has just ended said is durable
   * @param opened whether it had opened the log; if not, it cannot have added anything
   * @throws IOException if the storage fails
   */
  Finding check(List<TortureLife.Acknowledgement> acknowledged, boolean opened) throws IOException {
    Verdict verdict = null;
    try {
      verdict = WalMaintenance.verify(directory).verdict();
      if (verdict == Verdict.CORRUPT) {
        return new Finding(verdict, 0, "the log is corrupt after an honest crash");
      }
      Recovery<TortureState> recovered =
          Recoverer.of(directory, new TortureEntry.Bytes(), machine)
              .recover(RecoveryOptions.latest());
      return check(verdict, recovered, acknowledged, opened);
    } catch (NoSuchFileException noLog) {
      boolean mayBe = before.entries() == 0 && acknowledged.isEmpty() && !opened;
      return new Finding(null, 0, mayBe ? "" : "the log is gone: " + noLog.getMessage());
    } catch (DurabilityException e) {
      return new Finding(verdict, 0, Failures.line(e));
    }
  }

  private Finding check(
      Verdict verdict,
      Recovery<TortureState> recovered,
      List<TortureLife.Acknowledgement> acknowledged,
      boolean opened)
      throws IOException {
    TortureState state = recovered.state();
    long entries = 0;
    for (TortureLife.Acknowledgement each : acknowledged) {
      expected[each.writer()] = Math.max(expected[each.writer()], each.n());
      entries += each.entries();
    }
    String violation = state.violation();
    if (violation.isEmpty() && !opened && !state.isSameAs(before)) {
      violation = "a process that failed to open the log changed its entries";
    }
    if (violation.isEmpty()) {
      violation = ofWriters(state);
    }
    if (violation.isEmpty()) {
      violation = ofIds(recovered.lastEntryId(), acknowledged);
    }
    long survived = state.entries() - before.entries() - entries;
    for (int writer = 0; writer < writers; writer++) {
      expected[writer] = state.last(writer);
    }
    before = state;
    lastIdBefore = recovered.lastEntryId();
    return new Finding(verdict, survived, violation);
  }

  private String ofWriters(TortureState state) {
    for (int writer = 0; writer < writers; writer++) {
      long last = state.last(writer);
      if (last < expected[writer]) {
        return "lost: writer "
            + writer
            + " had "
            + expected[writer]
            + " acknowledged or recovered before, but only "
            + last
            + " are there";
      }
      if (last > expected[writer] + outstandingMax) {
        return "writer "
            + writer
            + " cannot have written number "
            + last
            + " yet, with "
            + expected[writer]
            + " acknowledged";
      }
    }
    return "";
  }

  /** Under the acknowledged id is the acknowledged entry, and no id is left out. */
  private String ofIds(long lastId, List<TortureLife.Acknowledgement> acknowledged)
      throws IOException {
    Ids ids = new Ids();
    for (TortureLife.Acknowledgement each : acknowledged) {
      if (each.lastId() <= lastIdBefore) {
        return "the id " + each.lastId() + " was given again after entry " + lastIdBefore;
      }
      ids.acknowledged.put(each.lastId(), each);
    }
    WalReader.of(directory, new TortureEntry.Bytes())
        .replay(WalReplay.START, Long.MAX_VALUE, ids::add);
    for (long id : ids.acknowledged.keySet()) {
      if (id >= ids.first || id > lastId) {
        return "lost: entry " + id + " was acknowledged, but is not there";
      }
    }
    return ids.violation;
  }

  /** What the remaining log holds, and under which ids. */
  private static final class Ids {
    private final Map<Long, TortureLife.Acknowledgement> acknowledged = new HashMap<>();
    private long first = Long.MAX_VALUE;
    private long next = -1;
    private String violation = "";

    void add(long id, TortureEntry entry) {
      first = Math.min(first, id);
      next = next < 0 ? id : next;
      if (next != id) {
        violation = "entry " + next + " is missing before entry " + id;
      }
      next = id + 1;
      TortureLife.Acknowledgement said = acknowledged.remove(id);
      if (said != null && (said.writer() != entry.writer() || said.n() != entry.n())) {
        violation = "entry " + id + " was acknowledged as " + said + ", but is " + entry;
      }
    }
  }
}
