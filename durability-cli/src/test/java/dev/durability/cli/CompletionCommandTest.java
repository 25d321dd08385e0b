package dev.durability.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts, read by the shells that they are for. */
@Timeout(600)
final class CompletionCommandTest {
  /** A command line, whose last word is completed, and what is offered for it. */
  private static final String CASES =
      """
      durability ver            | verify
      durability st             | stats
      durability --debug ver    | verify
      durability comp           | completion
      durability completion z   | zsh
      durability help ver       | verify
      durability verify --js    | --json
      durability cat --fr       | --from
      durability cat log --fr   | --from
      durability verify --fr    |
      """;

  @TempDir private Path tmp;

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = CASES)
  void bash(String line, String offered) throws Exception {
    assertThat(inBash(line)).containsExactlyElementsOf(words(offered));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = CASES)
  void fish(String line, String offered) throws Exception {
    assertThat(inFish(line)).containsExactlyElementsOf(words(offered));
  }

  @ParameterizedTest
  @ValueSource(strings = {"autoload", "source"})
  void zsh(String way) throws Exception {
    requires("zsh");
    Files.writeString(tmp.resolve("_durability"), script("zsh"));
    Files.createFile(tmp.resolve("mylog"));
    String read = way.equals("source") ? "; source ./_durability" : "";

    // Each read waits until that is shown.
    String shown =
        run(
            "zsh",
            "-f",
            "-c",
            """
            zmodload zsh/zpty
            zpty z zsh -f -i
            zpty -w z 'PS1=; fpath=($PWD $fpath); autoload -U compinit; compinit -u -D'
            zpty -w z 'durability() { print -r -- "got:$*:" }%s; print re${:-ad}y'
            zpty -r z shown '*ready*'
            zpty -w -n z $'durability verify --js\t\n'
            zpty -r z shown '*got:verify --json:*' && print -r -- option
            zpty -w -n z $'durability qua\t\n'
            zpty -r z shown '*got:quarantine:*' && print -r -- command
            zpty -w -n z $'durability verify myl\t\n'
            zpty -r z shown '*got:verify mylog:*' && print -r -- file
            zpty -d z
            """
                .formatted(read));

    assertThat(shown).isEqualTo("option\ncommand\nfile\n");
  }

  @Test
  void eachCommandIsOffered() throws Exception {
    TreeSet<String> expected = new TreeSet<>();
    Run.of("help")
        .out()
        .replaceAll("(?s).*\nCommands:\n", "")
        .replaceAll("(?s)\n\n.*", "")
        .lines()
        .filter(line -> line.matches("  [a-z].*"))
        .forEach(line -> expected.add(line.strip().split(" ", 2)[0]));
    expected.add("help");
    assertThat(expected).contains("append", "completion").hasSizeGreaterThan(10);

    assertThat(inBash("durability ")).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(inFish("durability ")).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void filesAreOfferedForOperandsAndNotForCommands() throws Exception {
    Files.createFile(tmp.resolve("mylog"));

    assertThat(inBash("durability verify my")).containsExactly("mylog");
    assertThat(inBash("durability append log my")).containsExactly("mylog");
    assertThat(inBash("durability restore --from my")).containsExactly("mylog");
    assertThat(inBash("durability my")).isEmpty();

    assertThat(inFish("durability verify my")).containsExactly("mylog");
    assertThat(inFish("durability my")).isEmpty();
    assertThat(inFish("durability completion my")).isEmpty();
  }

  @Test
  void anotherShellIsRefused() {
    Run run = Run.of("completion", "tcsh");

    assertThat(run.status()).isEqualTo(3);
    assertThat(run.out()).isEmpty();
    assertThat(run.errLines().get(0))
        .isEqualTo("durability completion: there is no script for tcsh: take bash, zsh or fish");
  }

  private static List<String> words(String offered) {
    return offered == null ? List.of() : List.of(offered.split(" ", -1));
  }

  private static String script(String shell) {
    Run run = Run.of("completion", shell);
    assertThat(run.status()).as(run.err()).isZero();
    return run.out();
  }

  private List<String> inBash(String line) throws Exception {
    requires("bash");
    Files.writeString(tmp.resolve("script"), script("bash"));
    return run(
            "bash",
            "--norc",
            "-c",
            """
            source ./script
            compopt() { :; } # Works only while a line is completed.
            read -r -a COMP_WORDS <<<"$1"
            [[ $1 != *' ' ]] || COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            COMP_LINE=$1 COMP_POINT=${#1}
            complete_it=$(complete -p durability | sed 's/.* -F \\([^ ]*\\) .*/\\1/')
            "$complete_it" durability "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """,
            "bash",
            line)
        .lines()
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .toList();
  }

  private List<String> inFish(String line) throws Exception {
    requires("fish");
    Files.writeString(tmp.resolve("script"), script("fish"));
    return run("fish", "--no-config", "-c", "source ./script; complete -C \"$argv[1]\"", line)
        .lines()
        .map(each -> each.split("\t", 2)[0])
        .toList();
  }

  private static void requires(String shell) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(shell, "-c", "exit 0").redirectErrorStream(true).start();
      process.getOutputStream().close();
      assertThat(process.waitFor()).isZero();
    } catch (IOException notThere) {
      System.out.println("skipped: needs " + shell);
      abort("needs " + shell);
    }
  }

  private String run(String... command) throws Exception {
    Path said = tmp.resolve("said");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(tmp.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    builder.environment().put("HOME", tmp.toString());
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(300, TimeUnit.SECONDS);
    if (!ended) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    String output = Files.readString(said, UTF_8);
    assertThat(ended).as(output).isTrue();
    return output;
  }
}
