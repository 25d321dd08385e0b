package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sessions in README.md and the guide, run by a shell: each command prints what they say. */
final class DocumentedSessionsTest {
  private static final Pattern SESSION = Pattern.compile("(?ms)^```console\\n(.*?)^```$");

  // Both differ from run to run: time, and how many MARKs stand between entries.
  private static final Pattern RATE = Pattern.compile("in [0-9.]+ s, [0-9,.]+ entr(?:y|ies)/s");
  private static final Pattern OFFSET = Pattern.compile("(offset\\W+|wal@)\\d+");

  private static final Pattern STATUS = Pattern.compile("(?m)^\\| ([0-9, ]+) \\|");

  @Test
  void commandsPrintWhatThePageSays(@TempDir Path temp) throws Exception {
    program(temp.resolve("durability"));
    List<Step> steps = steps();

    assertThat(steps).isNotEmpty();
    for (Step step : steps) {
      assertThat(comparable(run(temp, step.command())))
          .as(step.command())
          .isEqualTo(comparable(step.output()));
    }
  }

  @Test
  void theGuideTellsTheExitStatusesThatTheProgramTells() throws IOException {
    String guide = Files.readString(root().resolve("docs/guide.md"));
    String program = Run.of("help").out();
    List<String> told = new ArrayList<>();
    Matcher status = STATUS.matcher(guide.substring(guide.indexOf("| status |")));
    while (status.find()) {
      told.add(status.group(1));
    }

    assertThat(told).hasSize(6);
    for (String each : told) {
      assertThat(program).containsPattern("(?m)^ +" + each + " ");
    }
  }

  private record Step(String command, String output) {}

  private static List<Step> steps() throws IOException {
    List<Step> steps = new ArrayList<>();
    for (String document : List.of("README.md", "docs/guide.md")) {
      Matcher session = SESSION.matcher(Files.readString(root().resolve(document)));
      while (session.find()) {
        for (String step : session.group(1).split("(?m)^\\$ ", -1)) {
          int end = step.indexOf('\n');
          if (end > 0) {
            steps.add(new Step(step.substring(0, end), step.substring(end + 1)));
          }
        }
      }
    }
    return steps;
  }

  private static Path root() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isDirectory(at.resolve(".mvn"))) {
        return at;
      }
    }
    throw new AssertionError("no directory above this one holds .mvn: run from the project");
  }

  /** Stands for the launcher, which would build the program first. */
  private static void program(Path launcher) throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Files.writeString(
        launcher,
        "#!/bin/sh\nexec '%s' -cp '%s' dev.durability.cli.Main \"$@\"\n"
            .formatted(java, System.getProperty("java.class.path")));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
  }

  private static String run(Path directory, String command) throws Exception {
    Process shell =
        new ProcessBuilder("bash", "-c", command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    shell.getOutputStream().close();
    String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return output;
  }

  private static String comparable(String output) {
    String sameRate = RATE.matcher(output).replaceAll("in N s, N entries/s");
    return OFFSET.matcher(sameRate).replaceAll("$1N");
  }
}
