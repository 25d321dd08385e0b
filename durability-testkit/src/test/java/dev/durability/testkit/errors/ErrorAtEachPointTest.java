package dev.durability.testkit.errors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.testkit.errors.Points.By;
import dev.durability.testkit.errors.Points.Site;
import dev.durability.testkit.errors.Sweep.Scope;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is thrown at whatever instruction of the library: a call has not happened, or the writer
 * is poisoned and says so. {@code -Ddurability.errors.point=commit.Rounds.lead:12@CALLER} tries one
 * point, {@code =commit.Rounds} all whose names start so, {@code -Ddurability.soak.minutes=…} tries
 * all of them in each scenario, also at later times.
 */
class ErrorAtEachPointTest {
  private static final Set<By> ALL = EnumSet.complementOf(EnumSet.of(By.JUDGE));
  private static final Set<By> READERS = EnumSet.of(By.CALLER, By.AHEAD);

  /** Where each point is tried at least: a point that an earlier scenario tries is not repeated. */
  private static final List<Scope> SCOPES =
      List.of(
          new Scope("LogScenario", "wal|append|commit|segment|frame|threads|testkit", ALL),
          new Scope("FullDiskScenario", "wal|append|commit|segment|frame", ALL),
          new Scope("RecordLogScenario", "recordlog|frame\\.FrameEncoder", ALL),
          new Scope("CheckpointScenario", "checkpoint|frame", ALL),
          new Scope(
              "StateScenario",
              "[A-Z]|commit\\.(Askers|Dependents)|checkpoint|recovery|threads\\.LockHold|testkit",
              ALL),
          new Scope("ReaderScenario", "wal|segment|recordlog|checkpoint|recovery|frame", READERS),
          new Scope("FileScenario", "storage", ALL));

  private static final String CHOSEN = System.getProperty("durability.errors.point", "");
  private static final long SOAK_MINUTES = Long.getLong("durability.soak.minutes", 0);
  private static final long SEED =
      Long.getLong("durability.seed", SOAK_MINUTES == 0 ? 1 : System.nanoTime());
  private static final long SECONDS = Long.getLong("durability.errors.seconds", 12);
  private static final long SOAK_NANOS = TimeUnit.MINUTES.toNanos(SOAK_MINUTES) / 2 / SCOPES.size();

  private static final Set<Site> TRIED = new HashSet<>();
  private static final Set<Site> EXCLUDED = new HashSet<>();
  private static Thread.@Nullable UncaughtExceptionHandler before;

  static List<Scope> scopes() {
    return SCOPES;
  }

  /** What ends a thread of the library is judged by what it leaves behind. */
  @BeforeAll
  static void ignoreWhatFailsInBackground() {
    before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {});
  }

  @AfterAll
  static void restore() {
    Thread.setDefaultUncaughtExceptionHandler(before);
    assertThat(TRIED).as("points that are called " + CHOSEN).isNotEmpty();
    if (CHOSEN.isEmpty()) {
      assertThat(OutOfScope.without(EXCLUDED)).as("exclusions that exclude nothing").isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("scopes")
  void aCallThatThrowsAnErrorHasNotHappenedOrTheWriterSaysSo(Scope scope) {
    Sweep sweep = new Sweep(scope.scenarioName(), SEED);
    Set<Site> sites =
        sweep.reach(site -> isChosen(site, scope), ErrorAtEachPointTest::isOutOfScope);
    if (SOAK_MINUTES > 0) {
      sweep.tryFirst(Long.MAX_VALUE);
      sweep.tryLater(SOAK_NANOS);
    } else {
      sweep.tryFirst(CHOSEN.isEmpty() ? share(scope) : Long.MAX_VALUE);
    }
    TRIED.addAll(sites);
    EXCLUDED.addAll(sweep.excluded());
    if (!CHOSEN.isEmpty() && sites.isEmpty()) {
      return; // They are of another scenario.
    }
    System.out.println(sweep.report() + "; seed=" + SEED);
    if (!CHOSEN.isEmpty()) {
      sweep.violations().forEach((site, wrong) -> System.out.println("\n" + site + ": " + wrong));
    }
    assertThat(sweep.tried()).as("Errors thrown").isPositive();
    assertThat(sweep.violations().keySet()).as("with -Ddurability.errors.point=…").isEmpty();
  }

  private static boolean isChosen(Site site, Scope scope) {
    if (!CHOSEN.isEmpty()) {
      return scope.contains(site) && site.name().startsWith(CHOSEN);
    }
    boolean repeated = TRIED.contains(site) && !scope.threads().equals(READERS);
    return scope.contains(site) && (SOAK_MINUTES > 0 || !repeated);
  }

  private static boolean isOutOfScope(Site site) {
    return OutOfScope.isExcluded(site);
  }

  /** How long a scenario takes at most: a third of the time is the log's. */
  private static long share(Scope scope) {
    boolean isLog = scope.equals(SCOPES.get(0));
    return TimeUnit.SECONDS.toNanos(SECONDS) * (isLog ? 5 : 2) / (5 + 2 * (SCOPES.size() - 1));
  }
}
