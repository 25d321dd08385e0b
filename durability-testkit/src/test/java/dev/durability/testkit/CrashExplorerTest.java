package dev.durability.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.durability.storage.AppendFile;
import dev.durability.testkit.CrashReport.Origin;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** What is explored, and what is found. */
class CrashExplorerTest {

  /** What a start after a crash does. */
  interface Restart {
    void run(CrashDirectory disk, History<String> history) throws Exception;
  }

  /** A test of given steps. */
  private record Given(List<Step<String>> steps, Restart start) implements CrashTest<String> {
    @Override
    public void restart(CrashDirectory disk, History<String> history) throws Exception {
      start.run(disk, history);
    }
  }

  private static CrashExplorer<String> explorer(Restart restart, Step.Action<String> action) {
    return CrashExplorer.of(() -> new Given(List.of(new Step<>("step", action)), restart));
  }

  private static void create(CrashDirectory disk, String name, int bytes) throws IOException {
    try (AppendFile file = disk.create(name, 0)) {
      file.write(ByteBuffer.wrap("x".repeat(bytes).getBytes(UTF_8)));
      file.sync();
    }
    disk.sync("");
  }

  @Test
  void allStatesAreExploredWhileTheyAreFew() {
    Set<List<String>> found = ConcurrentHashMap.newKeySet();
    CrashReport report =
        explorer(
                (disk, history) -> found.add(disk.list("")),
                (disk, history) -> {
                  for (String name : List.of("a", "b", "c")) {
                    disk.create(name, 0).close();
                  }
                })
            .explore();
    assertThat(found).hasSize(8);
    assertThat(report.distinct()).isEqualTo(8);
    assertThat(report.crashPoints()).isEqualTo(4);
  }

  @Test
  void beyondThatEachSingleSectorIsMissingOnce() {
    Set<Integer> missing = ConcurrentHashMap.newKeySet();
    explorer(
            (disk, history) -> {
              if (disk.exists("a")) {
                byte[] all = new byte[20 * 512];
                disk.open("a").read(ByteBuffer.wrap(all), 0);
                int zeros = 0;
                int last = -1;
                for (int sector = 0; sector < 20; sector++) {
                  if (all[sector * 512] == 0) {
                    zeros++;
                    last = sector;
                  }
                }
                if (zeros == 1) {
                  missing.add(last);
                }
              }
            },
            (disk, history) -> {
              try (AppendFile file = disk.create("a", 20 * 512)) {
                disk.sync("");
                file.write(ByteBuffer.wrap("x".repeat(20 * 512).getBytes(UTF_8)));
              }
            })
        .statesPerCrash(200)
        .explore();
    assertThat(missing).hasSize(20);
  }

  @Test
  void whatOnlyCrashInsideRecoveryBreaksIsFound() {
    Restart restart =
        (disk, history) -> {
          assertThat(disk.exists("a") || !history.events().contains("made")).isTrue();
          if (disk.exists("a")) {
            disk.rename("a", "b"); // For a moment there is none.
            disk.sync("");
            disk.rename("b", "a");
            disk.sync("");
          }
        };
    Step.Action<String> make =
        (disk, history) -> {
          create(disk, "a", 1);
          history.promise("made");
        };
    assertThat(explorer(restart, make).statesInRecovery().explore().violations()).isZero();
    CrashFailure failure =
        catchThrowableOfType(
            CrashFailure.class, () -> explorer(restart, make).statesInRecovery(50).explore());
    assertThat(failure).hasMessageContaining("in the start after the last");
  }

  @Test
  void crashesGoAsDeepAsTheyAreToldTo() {
    Set<Integer> depths = ConcurrentHashMap.newKeySet();
    explorer(
            (disk, history) -> {
              depths.add(history.crashes());
              create(disk, "r" + history.crashes(), 3);
            },
            (disk, history) -> create(disk, "a", 3))
        .statesInRecovery(20, 5, 1)
        .explore();
    assertThat(depths).containsExactlyInAnyOrder(1, 2, 3, 4);
  }

  @Test
  void killedProcessLosesNothingThatItWrote() {
    CrashReport report =
        explorer(
                (disk, history) -> {
                  boolean killed = history.lastPowerLoss() == 0;
                  assertThat(disk.exists("a") || !killed || history.events().isEmpty()).isTrue();
                },
                (disk, history) -> {
                  disk.create("a", 0).close();
                  history.promise("created");
                })
            .explore();
    assertThat(report.distinct(Origin.KILL)).isPositive();
  }

  @Test
  void boundsEndTheExploration() {
    Restart nothing = (disk, history) -> create(disk, "r" + history.crashes(), 600);
    Step.Action<String> create = (disk, history) -> create(disk, "a", 5_000);
    assertThat(explorer(nothing, create).timeMax(Duration.ZERO).explore().explored()).isZero();
    Duration huge = Duration.ofSeconds(Long.MAX_VALUE);
    assertThat(explorer(nothing, create).timeMax(huge).shrinkingMax(huge).explore().explored())
        .isPositive();
    assertThat(explorer(nothing, create).threads(1).statesMax(3).explore().explored()).isEqualTo(3);
  }

  @Test
  void stepThatFailsWithoutCrashIsNoCrashFailure() {
    assertThatThrownBy(
            () ->
                explorer(
                        (disk, history) -> {},
                        (disk, history) -> {
                          throw new IOException("planned");
                        })
                    .explore())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("step");
  }

  @Test
  void startThatThrowsIsReportedWithItsCause() {
    assertThatThrownBy(
            () ->
                explorer(
                        (disk, history) -> {
                          throw new IOException("does not open");
                        },
                        (disk, history) -> create(disk, "a", 3))
                    .explore())
        .isInstanceOf(CrashFailure.class)
        .hasMessageContaining("does not open")
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void reportsAddUpWithoutCountingStatesTwice() {
    CrashExplorer<String> explorer =
        explorer((disk, history) -> history.label("some"), (disk, h) -> create(disk, "a", 3));
    CrashReport one = explorer.explore();
    CrashReport sum = new CrashReport();
    sum.add(one);
    sum.add(explorer.explore());
    assertThat(sum.explored()).isEqualTo(2 * one.explored());
    assertThat(sum.distinct()).isEqualTo(one.distinct());
    assertThat(sum.distinct("some")).isEqualTo(one.distinct());
    assertThat(sum.toString()).contains("some", "in recovery");
  }
}
