package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramTest {

  @Test
  void withoutArgumentsTheHelpIsShownAsAUsageError() {
    Run run = Run.of();
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err()).contains("Usage: durability", "append", "cat", "verify");
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"append", "cat", "verify", "demo", "bench", "torture"})
  void theHelpOfEveryCommandHasExamplesAndExitStatuses(String command) {
    Run run = Run.of(command, "--help");
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains("Usage: durability " + command, "DIR", "Examples:", "Exit status:")
        .contains("durability " + command);
    assertThat(run.err()).isEmpty();
  }

  @Test
  void theHelpListsTheCommands() {
    Run run = Run.of("--help");
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains("append ", "cat ", "verify ", "demo ", "bench ", "torture ")
        .contains("Examples:", "Exit status:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "-V"})
  void theVersionIsTold(String option) {
    Run run = Run.of(option);
    assertThat(run.status()).isZero();
    assertThat(run.out()).startsWith("durability ").contains(System.getProperty("java.version"));
    assertThat(Run.of("cat", option).out()).isEqualTo(run.out());
  }

  @Test
  void wrongUsageIsTwoLinesAndStatus3() {
    assertUsage(Run.of("apend", "x"), "apend");
    assertUsage(Run.of("append"), "DIR");
    assertUsage(Run.of("cat", "--nonsense", "x"), "--nonsense");
    assertUsage(Run.of("cat", "--from", "abc", "x"), "abc");
    assertUsage(Run.of("cat", "--from", "0", "x"), "--from");
    assertUsage(Run.of("cat", "--from", "5", "--to", "4", "x"), "--to");
    assertUsage(Run.of("verify", "x", "y"), "y");
    assertUsage(Run.of("--debug"), "no command");
  }

  private static void assertUsage(Run run, String what) {
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(what).contains("--help");
  }

  @Test
  void aFailureIsOneLineAndWithDebugAStackTraceToo(@TempDir Path tmp) {
    Path missing = tmp.resolve("missing");
    Run run = Run.of("verify", missing);
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).startsWith("durability verify: " + missing + ": no such file");
    for (Run debug :
        new Run[] {Run.of("verify", "--debug", missing), Run.of("--debug", "verify", missing)}) {
      assertThat(debug.status()).isEqualTo(3);
      assertThat(debug.err()).startsWith(run.err()).contains("NoSuchFileException", "\tat ");
    }
  }
}
