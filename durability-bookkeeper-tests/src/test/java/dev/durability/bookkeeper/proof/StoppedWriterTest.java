package dev.durability.bookkeeper.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.bookkeeper.cluster.LocalCluster;
import dev.durability.bookkeeper.cluster.LocalClusterOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A writer is stopped (SIGSTOP) before or after each of its calls of the storage. Another opens its
 * log and goes on. Then the first is woken (SIGCONT): what is acknowledged to it must be what the
 * other has found, and nothing else of it may appear, no entry, no name. The same with SIGKILL. If
 * the first had not even taken the lock, it takes the log over when it is woken.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no signals")
final class StoppedWriterTest {
  private static final int ROUNDS = Integer.getInteger("proof.rounds", 0);

  /** With -Dproof.only, one scenario alone: all of them take long. */
  private static final String ONLY = System.getProperty("proof.only", "");

  /** A build waits for the end of none, and a slow machine must not lose one. */
  private static final String SESSION = ROUNDS == 0 ? "20s" : "4s";

  private static final int POINTS_MAX = 500;
  private static final int OLDEST = 3;
  private static final int OLD = 1;
  private static final int NEW = 2;
  private static final int NEWEST = 4;

  /** What is stopped in each build; a call in the middle of what the scenario does. */
  private static final List<Integer> FEW_POINTS = List.of(3);

  private static final Set<Scenario> FEW_STOPPED = Set.of(Scenario.ROTATE, Scenario.CUT);
  private static final Set<Scenario> FEW_KILLED = Set.of(Scenario.ROTATE);

  @TempDir private static Path directory;
  private static LocalCluster cluster;

  @BeforeAll
  static void startCluster() throws Exception {
    cluster = LocalCluster.start(directory, LocalClusterOptions.inThisJvm());
  }

  @AfterAll
  static void closeCluster() throws Exception {
    cluster.close();
  }

  private static String address(String name, String takeOver) {
    return "bk://"
        + cluster.zooKeeperServers()
        + "/proof/"
        + name
        + "?session="
        + SESSION
        + "&takeOver="
        + takeOver;
  }

  @ParameterizedTest
  @EnumSource(value = Scenario.class, mode = EnumSource.Mode.EXCLUDE, names = "STREAM")
  void aWriterThatIsStoppedAndWokenAfterAnotherWentOnLosesAndAddsNothing(Scenario scenario)
      throws Exception {
    if (isWanted(scenario, FEW_STOPPED)) {
      run(scenario, "STOP");
    }
  }

  @ParameterizedTest
  @EnumSource(value = Scenario.class, mode = EnumSource.Mode.EXCLUDE, names = "STREAM")
  void aWriterThatIsKilledLosesNothing(Scenario scenario) throws Exception {
    if (isWanted(scenario, FEW_KILLED)) {
      run(scenario, "KILL");
    }
  }

  private static boolean isWanted(Scenario scenario, Set<Scenario> few) {
    return ROUNDS == 0 ? few.contains(scenario) : ONLY.isEmpty() || ONLY.equals(scenario.name());
  }

  private static void run(Scenario scenario, String signal) throws Exception {
    Tally tally = new Tally(scenario + " " + signal);
    Set<String> reached = new TreeSet<>();
    if (ROUNDS == 0) {
      for (int point : FEW_POINTS) {
        assertThat(stopAt(scenario, point, signal, tally, reached)).isTrue();
      }
    } else {
      int point = 0;
      while (stopAt(scenario, point, signal, tally, reached)) {
        point++;
        assertThat(point).isLessThan(POINTS_MAX);
      }
    }
    tally.report();
    if (ROUNDS > 0) {
      System.out.println("  points: " + reached);
    }
  }

  /** Whether the writer came to that point. */
  private static boolean stopAt(
      Scenario scenario, int point, String signal, Tally tally, Set<String> reached)
      throws Exception {
    String name = (scenario + "-" + signal + "-" + point).toLowerCase(Locale.ROOT);
    // Every fifth waits for the end of the session, as it is without an option.
    String takeOver = point % 5 == 4 ? "after-session" : "at-once";
    try (WriterChild dead = scenario == Scenario.OPEN ? killed(address(name, takeOver)) : null;
        WriterChild old =
            WriterChild.start(address(name, "at-once"), OLD, scenario, point, signal)) {
      if (!old.awaitPoint()) {
        assertThat(old.end()).as(old.toString()).isEqualTo("done");
        return false;
      }
      reached.add(old.point());
      tally.begins();
      if (signal.equals("STOP")) {
        old.awaitStopped();
      } else {
        old.awaitEnd();
      }
      if (signal.equals("STOP") && hasNoLock(old.point())) {
        wakeBeforeItsLock(old, address(name, takeOver), tally);
        return true;
      }
      long start = System.nanoTime();
      try (Takeover taken = Takeover.of(address(name, takeOver), NEW)) {
        tally.takenOver(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        List<String> names = new ArrayList<>(taken.names());
        if (signal.equals("STOP")) {
          old.signal("CONT");
          old.awaitEnd();
        }
        check(old, taken, tally);
        if (dead != null) {
          tally.check(dead, taken.found());
        }
        assertThat(taken.names()).as(old + " then " + taken).isEqualTo(names);
        taken.append(1);
        taken.end();
      } catch (Exception | AssertionError e) {
        throw new AssertionError(name + ": " + old, e);
      }
      return true;
    }
  }

  private static boolean hasNoLock(String point) {
    return point.endsWith("createDirectories wal") || point.startsWith("before lock");
  }

  /** It opens the log only after the other one did, so it is the one that takes over. */
  private static void wakeBeforeItsLock(WriterChild old, String address, Tally tally)
      throws Exception {
    Takeover other = Takeover.of(address, NEW);
    long last = other.last();
    old.signal("CONT");
    old.awaitEnd();
    assertThat(old.end()).as(old.toString()).isEqualTo("done");
    assertThatThrownBy(() -> other.append(1)).isInstanceOf(IOException.class);
    assertThatThrownBy(other::close).isInstanceOf(IOException.class);
    try (Takeover after = Takeover.of(address, NEWEST)) {
      tally.check(NEW, other.found().last() + 1, last, after.found());
      tally.check(OLD, old.firstAcknowledged(), old.acknowledged(), after.found());
      after.end();
    }
  }

  /** A writer that was killed while it made the second segment. */
  private static WriterChild killed(String address) throws Exception {
    WriterChild dead = WriterChild.start(address, OLDEST, Scenario.ROTATE, 3, "KILL");
    dead.awaitEnd();
    return dead;
  }

  private static void check(WriterChild old, Takeover taken, Tally tally) {
    ProofState found = taken.found();
    long last = old.acknowledged();
    if (old.cut() >= 0 && last == old.cut()) {
      assertThat(found.last()).as("cut, and that was acknowledged: " + old).isEqualTo(last);
    } else if (old.cut() < 0 && old.cutting() >= 0 && found.last() == old.cutting()) {
      last = old.cutting(); // The cut is there, and nobody was told.
    }
    tally.check(OLD, old.firstAcknowledged(), last, found);
  }
}
