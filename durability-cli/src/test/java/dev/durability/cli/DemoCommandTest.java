package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
@DisabledOnOs(
    value = OS.WINDOWS,
    disabledReason = "only Unix tells by the exit status that a signal killed a process")
class DemoCommandTest {
  @TempDir private Path tmp;

  @Test
  void aStoreThatIsKilledLosesNothingAcknowledged() {
    Path store = tmp.resolve("store");
    Run run = Run.of("demo", "--rounds", 2, "--writers", 4, store);
    assertThat(run.status()).as(run.out() + run.err()).isZero();
    assertThat(run.errLines()).hasSize(4);
    assertThat(run.err()).contains("round 1 of 2: ", "round 2 of 2: ");
    assertThat(run.out())
        .contains("acknowledged", "found", "lost", "extra", "recovery")
        .containsPattern("(?m)^1 +(\\d+) +\\1 +0 +[0-4] +\\d+ ms$")
        .containsPattern("(?m)^2 +(\\d+) +\\1 +0 +[0-4] +\\d+ ms$")
        .containsPattern("(?m)^all +(\\d+) +\\1 +0 +[0-8] +<= \\d+ ms$")
        .contains("Every acknowledged write was found");
    assertThat(run.out().lines().filter(line -> line.contains("  ")))
        .allMatch(line -> line.length() < 50);
    assertThat(Run.of("verify", store).status()).isZero();
  }

  @Test
  void anExistingDirectoryIsRefused() {
    Run run = Run.of("demo", tmp);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).contains(tmp + ": it exists");
    assertThat(tmp).isEmptyDirectory();
  }

  @Test
  void countsBelowOneAreRefused() {
    assertThat(Run.of("demo", "--rounds", 0).status()).isEqualTo(3);
    assertThat(Run.of("demo", "--writers", -1).err()).contains("--writers must be at least 1");
  }
}
