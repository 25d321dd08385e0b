package dev.durability.pekko;

import static dev.durability.pekko.Events.numbers;
import static dev.durability.pekko.Events.replay;
import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.CrashExplorer;
import dev.durability.testkit.CrashTest;
import dev.durability.testkit.History;
import dev.durability.testkit.Step;
import dev.durability.testkit.junit.CrashTests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Crashes after each operation of the disk, of the journal and of the snapshot store. */
class CrashExplorationTest {
  @TestFactory
  Stream<DynamicTest> acknowledgedStaysAndDeletedStaysAway() {
    return Stream.of(explored("journal", JournalLife::new), explored("snapshots", Snapshots::new));
  }

  private static DynamicTest explored(String name, Supplier<? extends CrashTest<Note>> test) {
    return CrashTests.of(
        name,
        CrashExplorer.of(test).seed(37).statesPerCrash(6).statesInRecovery(1),
        report -> {
          assertThat(report.crashPoints()).isGreaterThan(20);
          System.out.println(report);
        });
  }

  /**
   * What was done.
   *
   * @param what save, write or delete
   * @param id of whom
   * @param number up to which event, or of which snapshot
   * @param isDone whether it was acknowledged; else a crash may leave it or not
   */
  private record Note(String what, String id, long number, boolean isDone) {}

  private static void attempt(History<Note> history, String what, String id, long number) {
    history.attempt(new Note(what, id, number, false));
  }

  private static void promise(History<Note> history, String what, String id, long number) {
    history.promise(new Note(what, id, number, true));
  }

  /** Events of two ids, deletions, and checkpoints that carry old events and free segments. */
  private static final class JournalLife implements CrashTest<Note> {
    private @Nullable EventLog open;

    @Override
    public List<Step<Note>> steps() {
      return List.of(
          new Step<>("open", (disk, history) -> open = Events.open(disk)),
          new Step<>("write idle 1", (disk, history) -> write(history, "idle", 1, 1)),
          new Step<>("write busy 40", (disk, history) -> write(history, "busy", 1, 40)),
          new Step<>("write busy 80", (disk, history) -> write(history, "busy", 41, 80)),
          new Step<>("delete busy 60", (disk, history) -> delete(history, "busy", 60)),
          new Step<>("tidy", (disk, history) -> log().tidy()),
          new Step<>("write busy 83", (disk, history) -> write(history, "busy", 81, 83)),
          new Step<>("delete busy 82", (disk, history) -> delete(history, "busy", 82)),
          new Step<>("tidy again", (disk, history) -> log().tidy()),
          new Step<>("write idle 2", (disk, history) -> write(history, "idle", 2, 2)),
          new Step<>("close", (disk, history) -> log().close()));
    }

    private EventLog log() {
      if (open == null) {
        throw new IllegalStateException("not open");
      }
      return open;
    }

    private void write(History<Note> history, String id, long first, long last) throws IOException {
      attempt(history, "write", id, last);
      Events.persist(log(), id, first, last);
      promise(history, "write", id, last);
    }

    private void delete(History<Note> history, String id, long to) throws IOException {
      attempt(history, "delete", id, to);
      Events.delete(log(), id, to);
      promise(history, "delete", id, to);
    }

    @Override
    public void restart(CrashDirectory disk, History<Note> history) throws IOException {
      open = Events.open(disk);
      for (String id : List.of("idle", "busy")) {
        long highest = log().index().highest(id);
        assertThat(highest).as(id).isIn(allowed(history, "write", id));
        List<List<Long>> left = new ArrayList<>();
        for (long deleted : allowed(history, "delete", id)) {
          left.add(numbers(deleted + 1, highest));
        }
        assertThat(replay(log(), id)).as(id).isIn(left);
      }
      long next = log().index().highest("idle") + 1;
      write(history, "idle", next, next);
      log().tidy();
    }

    /** The last number that was acknowledged, and what was attempted since. */
    private static List<Long> allowed(History<Note> history, String what, String id) {
      List<Long> allowed = new ArrayList<>(List.of(0L));
      for (Note note : history.events()) {
        if (note.what.equals(what) && note.id.equals(id)) {
          if (note.isDone) {
            allowed.clear();
          }
          allowed.add(note.number);
        }
      }
      return allowed;
    }

    @Override
    public void close() throws IOException {
      if (open != null) {
        open.close();
      }
    }
  }

  /** Snapshots of two ids, one of which is taken twice, and deletions. */
  private static final class Snapshots implements CrashTest<Note> {
    /** Whether a snapshot is there. */
    private enum There {
      SURE,
      MAYBE
    }

    @Override
    public List<Step<Note>> steps() {
      return List.of(
          save("a", 1),
          save("a", 2),
          save("b", 1),
          deleteTo("a", 1),
          save("a", 3),
          deleteTo("a", 2));
    }

    private static Step<Note> save(String id, long number) {
      return new Step<>(
          "save " + id + number,
          (disk, history) -> {
            try (SnapshotFiles files = SnapshotFiles.open(disk)) {
              save(files, history, id, number);
            }
          });
    }

    private static void save(SnapshotFiles files, History<Note> history, String id, long number)
        throws IOException {
      attempt(history, "save", id, number);
      files.save(
          new StoredSnapshot(
              id,
              new SnapshotName(number, 7),
              null,
              (id + number + " ").repeat(1_000).getBytes(StandardCharsets.UTF_8)));
      promise(history, "save", id, number);
    }

    private static Step<Note> deleteTo(String id, long number) {
      return new Step<>(
          "delete " + id + number,
          (disk, history) -> {
            try (SnapshotFiles files = SnapshotFiles.open(disk)) {
              attempt(history, "delete", id, number);
              files.delete(id, name -> name.sequenceNr() <= number);
              promise(history, "delete", id, number);
            }
          });
    }

    @Override
    public void restart(CrashDirectory disk, History<Note> history) throws IOException {
      try (SnapshotFiles files = SnapshotFiles.open(disk)) {
        for (String id : List.of("a", "b")) {
          NavigableMap<Long, There> there = there(history, id);
          for (long max = 1; max <= 4; max++) {
            assertThat(newest(files, id, max)).as(id).isIn(allowed(there, max));
          }
        }
        save(files, history, "b", 4);
      }
    }

    private static Optional<Long> newest(SnapshotFiles files, String id, long max)
        throws IOException {
      return files.newest(
          id,
          name -> name.sequenceNr() <= max,
          3,
          stored -> {
            String text = new String(stored.snapshot(), StandardCharsets.UTF_8);
            long number = stored.name().sequenceNr();
            assertThat(text).isEqualTo((id + number + " ").repeat(1_000));
            return number;
          },
          (name, failure) -> {
            throw new AssertionError(id + name.sequenceNr() + " cannot be loaded", failure);
          });
    }

    private static NavigableMap<Long, There> there(History<Note> history, String id) {
      NavigableMap<Long, There> there = new TreeMap<>();
      for (Note note : history.events()) {
        if (!note.id.equals(id)) {
          continue;
        }
        if (note.what.equals("save")) {
          if (note.isDone) {
            there.put(note.number, There.SURE);
          } else {
            there.putIfAbsent(note.number, There.MAYBE);
          }
        } else if (note.isDone) {
          there.headMap(note.number, true).clear();
        } else {
          there.headMap(note.number, true).replaceAll((number, before) -> There.MAYBE);
        }
      }
      return there;
    }

    /** From the newest on, down to the first that is there for sure. */
    private static List<Optional<Long>> allowed(NavigableMap<Long, There> there, long max) {
      List<Optional<Long>> allowed = new ArrayList<>();
      for (Map.Entry<Long, There> each : there.headMap(max, true).descendingMap().entrySet()) {
        allowed.add(Optional.of(each.getKey()));
        if (each.getValue() == There.SURE) {
          return allowed;
        }
      }
      allowed.add(Optional.empty());
      return allowed;
    }
  }
}
