package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.errors.PathNotExpressibleException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramTest {
  private static Stream<String> commands() {
    return Stream.of(
        "append",
        "cat",
        "verify",
        "stats",
        "report",
        "quarantine",
        "schema",
        "truncate",
        "backup",
        "archive",
        "restore",
        "sweep",
        "import",
        "export",
        "demo",
        "bench",
        "torture",
        "cluster",
        "completion");
  }

  @Test
  void withoutArgumentsTheHelpIsShownAsAUsageError() {
    Run run = Run.of();
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err()).contains("Usage: durability", "append", "cat", "verify");
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void theHelpOfEveryCommandHasExamplesAndExitStatuses(String command) {
    Run run = Run.of(command, "--help");
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains("Usage: durability " + command, "Examples:", "Exit status:")
        .contains(command.equals("completion") ? "SHELL" : "DIR")
        .contains("durability " + command);
    assertThat(run.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {50, 80, 200})
  void theHelpFitsTheTerminal(int columns) {
    for (String command : Stream.concat(commands(), Stream.of("help")).toList()) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      CommandIo io =
          new CommandIo(
              new ByteArrayInputStream(new byte[0]),
              out,
              new PrintStream(OutputStream.nullOutputStream()),
              columns,
              new Termination());
      assertThat(Program.run(io, "help", command)).isZero();
      assertThat(out.toString(StandardCharsets.UTF_8).lines())
          .isNotEmpty()
          .allMatch(line -> line.length() <= columns);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {50, 80, 200})
  void theHelpFitsTheTerminalAlsoWhereItHasColors(int columns) throws Exception {
    String program =
        String.format(
            "'%s' -Ddurability.columns=%d -cp '%s' dev.durability.cli.Main ",
            Path.of(System.getProperty("java.home"), "bin", "java"),
            columns,
            System.getProperty("java.class.path"));
    String shown =
        Terminal.show(columns, program + "help append; " + program)
            .replaceAll("\033\\[[0-9;]*m", "")
            .replace("\r", "");
    assertThat(shown.lines()).allMatch(line -> line.length() <= columns);
    assertThat(shown)
        .contains(
            "Usage: durability append [-0hV] [--acks] [--debug]",
            "Usage: durability [-hV] [--debug] [COMMAND]\n",
            "      --debug");
  }

  @Test
  void theHelpListsTheCommands() {
    Run run = Run.of("--help");
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains(commands().map(command -> command + " ").toList())
        .contains("Examples:", "Exit status:");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpOfACommandIsItsHelp(String command) {
    assertThat(Run.of("help", command)).isEqualTo(Run.of(command, "--help"));
  }

  @Test
  void helpAloneIsTheHelpOfAll() {
    assertThat(Run.of("help")).isEqualTo(Run.of("--help"));
    assertThat(Run.of("help", "help")).isEqualTo(Run.of("--help"));
    assertThat(Run.of("help", "--help")).isEqualTo(Run.of("--help"));
    assertUsage(Run.of("help", "nonsense"), "nonsense");
    assertUsage(Run.of("help", "cat", "verify"), "one command");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void anEmptyArgumentIsRefusedAndNothingIsMade(String command) throws IOException {
    Path here = Path.of("").toAbsolutePath();
    var before = here.toFile().list();
    Run run = Run.withInput("x\n".getBytes(StandardCharsets.UTF_8), command, "");
    assertUsage(run, "argument 2 is empty");
    assertThat(here.toFile().list()).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void anArgumentThatJavaHasGarbledIsRefused(String command) {
    assertUsage(Run.of(command, "pr\uFFFDf"), "'pr?f' has ");
    assertUsage(Run.of(command, "--from=\uFFFD", "log"), "'--from=?' has ");
    assertUsage(Run.of(command, "nul\0"), "'nul?' has ");
  }

  @Test
  void aCauseThatTheMessageTellsIsNotToldAgain() {
    Throwable cause = new IllegalStateException("refused");
    assertThat(Failures.line(new IOException("no answer: refused", cause)))
        .isEqualTo("no answer: refused");
    assertThat(Failures.line(new IOException("no answer", cause))).contains("(internal error: ");
    assertThat(Failures.line(new IOException("cannot read x", new NoSuchFileException("x"))))
        .isEqualTo("cannot read x (x: no such file or directory)");
  }

  @Test
  void aPathThatJavaCannotExpressIsNeverAnInternalError() {
    InvalidPathException failure = new InvalidPathException("pr\u00fcf\uFFFD", "unmappable");
    assertThat(Failures.line(new UncheckedIOException(new IOException("x", failure))))
        .doesNotContain("internal");
    PathNotExpressibleException ofCore = new PathNotExpressibleException("what and why", failure);
    assertThat(Failures.line(ofCore)).isEqualTo("what and why");
    assertThat(Failures.exitStatus(ofCore)).isEqualTo(3);
    assertThat(Failures.line(failure)).contains("'pr\u00fcf?' has ", "LC_ALL");
    assertThat(Failures.exitStatus(failure)).isEqualTo(3);
  }

  @Test
  void withoutMemoryOrThreadsItIsSaidWhatToRaiseWhateverItIsWrappedIn() {
    for (String message : new String[] {"Java heap space", "Direct buffer memory"}) {
      OutOfMemoryError failure = new OutOfMemoryError(message);
      assertThat(Failures.line(new IOException("x", new IllegalStateException(failure))))
          .isEqualTo(Failures.line(failure))
          .startsWith("out of memory (" + message + ")")
          .contains("DURABILITY_JAVA_OPTS=-Xmx");
    }
    assertThat(Failures.line(new OutOfMemoryError("unable to create native thread: ...")))
        .startsWith("no thread can be started")
        .contains("ulimit -u");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "--version", "cat --help", "help", "help cat", "bench -h"})
  void anOutputThatCannotBeWrittenIsAFailure(String args) {
    Run full = Run.to(new Failing("No space left on device"), (Object[]) args.split(" ", -1));
    assertThat(full.status()).isEqualTo(3);
    assertThat(full.err())
        .startsWith("durability: cannot write to the standard output: No space left")
        .hasLineCount(1);
    Run broken = Run.to(new Failing("Broken pipe"), (Object[]) args.split(" ", -1));
    assertThat(broken.status()).isEqualTo(141);
    assertThat(broken.err()).isEmpty();
  }

  @Test
  void anErrorOutputThatCannotBeWrittenIsAFailure(@TempDir Path tmp) {
    PrintStream err = new PrintStream(new Failing("No space left on device"), true);
    CommandIo io =
        new CommandIo(
            new ByteArrayInputStream("a\n".getBytes(StandardCharsets.UTF_8)),
            OutputStream.nullOutputStream(),
            err,
            0,
            new Termination());
    assertThat(Program.run(io, "append", tmp.resolve("log").toString())).isEqualTo(3);
    assertThat(Run.of("cat", tmp.resolve("log")).out()).isEqualTo("a\n");
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
