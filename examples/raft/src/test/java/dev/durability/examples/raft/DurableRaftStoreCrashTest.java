package dev.durability.examples.raft;

import static dev.durability.examples.raft.StoreCalls.A;
import static dev.durability.examples.raft.StoreCalls.B;
import static dev.durability.examples.raft.StoreCalls.chunk;
import static dev.durability.examples.raft.StoreCalls.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.CrashExplorer;
import dev.durability.testkit.CrashTest;
import dev.durability.testkit.History;
import dev.durability.testkit.Step;
import dev.durability.testkit.junit.CrashTests;
import io.microraft.model.log.LogEntry;
import io.microraft.persistence.RestoredRaftState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Whatever crashes, at each operation of the disk: what the store restores is what it promised
 * last, or a state on the way from there. The calls are those that MicroRaft makes.
 */
final class DurableRaftStoreCrashTest {
  private static final String PROMISED = "promised: ";

  @TestFactory
  DynamicTest everyCrashLeavesWhatWasPromised() {
    return CrashTests.of(
        "store",
        CrashExplorer.of(Life::new)
            .seed(Long.getLong("raft.seed", 1))
            .statesPerCrash(12)
            .statesInRecovery(2, 1),
        System.out::println);
  }

  /** A store and what it should hold. Each call notes the states that a crash may leave. */
  private static final class Model {
    private final DurableRaftStore store;
    private final History<String> history;
    private final List<LogEntry> entries = new ArrayList<>();
    private boolean started;
    private int term;
    private @Nullable MemberId vote;
    private String snapshot = "none";
    private long snapshotIndex;

    Model(CrashDirectory disk, History<String> history) throws IOException {
      this.store = StoreCalls.open(disk);
      this.history = history;
      if (store.restored().isPresent()) {
        RestoredRaftState found = store.restored().get();
        started = true;
        term = found.getTermPersistentState().getTerm();
        vote = (MemberId) found.getTermPersistentState().getVotedFor();
        entries.addAll(found.getLogEntries());
        if (found.getSnapshotEntry() != null) {
          snapshotIndex = found.getSnapshotEntry().getIndex();
          snapshot = snapshotIndex + "@" + found.getSnapshotEntry().getTerm();
        }
      }
    }

    String words() {
      return started ? StoreCalls.words(term, vote, snapshot, entries) : "nothing";
    }

    /** A crash may leave what holds now. */
    void attempt() {
      history.attempt(words());
    }

    /** No crash may take back what holds now. */
    void promise() {
      history.promise(PROMISED + words());
    }

    long lastIndex() {
      return entries.isEmpty() ? snapshotIndex : entries.get(entries.size() - 1).getIndex();
    }

    void start() throws IOException {
      started = true;
      attempt();
      StoreCalls.start(store);
      promise();
    }

    void vote(int newTerm, MemberId candidate) throws IOException {
      flush(); // As MicroRaft does not; it makes the states on the way easy to tell.
      term = newTerm;
      vote = candidate;
      attempt();
      store.persistAndFlushTerm(StoreCalls.term(newTerm, candidate));
      promise();
    }

    void append(int count, int entryTerm) throws IOException {
      List<LogEntry> added = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        LogEntry next = entry(lastIndex() + 1, entryTerm);
        added.add(next);
        entries.add(next);
        attempt();
      }
      store.persistLogEntries(added);
    }

    void flush() throws IOException {
      store.flush();
      promise();
    }

    void cutFrom(long index) throws IOException {
      flush(); // As before a vote.
      entries.removeIf(entry -> entry.getIndex() >= index);
      attempt();
      store.truncateLogEntriesFrom(index);
      promise();
    }

    void snapshot(long index, int snapshotTerm, long givenUp) throws IOException {
      flush();
      store.persistSnapshotChunk(chunk(index, snapshotTerm, 1));
      store.persistSnapshotChunk(chunk(index, snapshotTerm, 0));
      snapshot = index + "@" + snapshotTerm;
      snapshotIndex = index;
      entries.removeIf(entry -> entry.getIndex() <= index);
      attempt();
      flush();
      store.truncateLogEntriesUntil(givenUp);
    }
  }

  /** A life with all that happens to a store. */
  private static final class Life implements CrashTest<String> {
    private @Nullable Model model;

    private Model model() {
      return Objects.requireNonNull(model, "a step was left out");
    }

    private Model started() {
      if (!model().started) {
        throw new IllegalStateException("a step was left out");
      }
      return model();
    }

    @Override
    public List<Step<String>> steps() {
      return List.of(
          new Step<>("open", (disk, history) -> model = new Model(disk, history)),
          new Step<>("start", (disk, history) -> model().start()),
          new Step<>("vote", (disk, history) -> started().vote(1, A)),
          new Step<>("append", (disk, history) -> started().append(6, 1)),
          new Step<>("flush", (disk, history) -> started().flush()),
          new Step<>("vote again", (disk, history) -> started().vote(2, B)),
          new Step<>("append more", (disk, history) -> started().append(3, 1)),
          new Step<>("cut", (disk, history) -> started().cutFrom(8)),
          new Step<>("append others", (disk, history) -> started().append(2, 2)),
          new Step<>("own snapshot", (disk, history) -> started().snapshot(6, 1, 5)),
          new Step<>("append after it", (disk, history) -> started().append(2, 2)),
          new Step<>("vote once more", (disk, history) -> started().vote(3, A)),
          new Step<>("snapshot of another", (disk, history) -> started().snapshot(40, 3, 40)),
          new Step<>("append after that", (disk, history) -> started().append(3, 3)),
          new Step<>("cut after that", (disk, history) -> started().cutFrom(42)),
          new Step<>("close", (disk, history) -> model().store.close()));
    }

    @Override
    public void restart(CrashDirectory disk, History<String> history) throws IOException {
      Set<String> allowed = new HashSet<>(Set.of("nothing"));
      for (String event : history.events()) {
        if (event.startsWith(PROMISED)) {
          allowed.clear();
          allowed.add(event.substring(PROMISED.length()));
        } else {
          allowed.add(event);
        }
      }
      model = new Model(disk, history);
      assertThat(model.words()).isIn(allowed);
      // What was found is durable now, and the store goes on from there.
      model.promise();
      if (!model.started) {
        model.start();
      }
      model.vote(model.term + 1, A);
      model.append(1, model.term);
      model.flush();
      history.label(history.crashes() > 1 ? "again" : "first");
    }

    @Override
    public void close() throws IOException {
      if (model != null) {
        model.store.close();
      }
    }
  }
}
