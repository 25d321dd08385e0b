package dev.durability.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The commands of docs/beyond-one-machine.md, exactly as they stand there, in their order. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the page is written for a Unix shell")
final class BeyondOneMachineTest {
  private static final Pattern SESSION = Pattern.compile("(?ms)^```console\\n(.*?)^```$");
  private static final Pattern STARTED = Pattern.compile("process (\\d+)");

  /** Ports, processes, rates, and how far the writer came in three seconds. */
  private static final Pattern DIFFERS =
      Pattern.compile(
          "127\\.0\\.0\\.1:\\d+ *|process \\d+|entry: \\d{2,}|in [0-9.]+ s, [0-9,.]+ entr(?:y|ies)/s");

  /** What a shell that is not interactive says of a pipeline that was killed. */
  private static final Pattern KILLED =
      Pattern.compile("(?ms)^bash: line \\d+: +\\d+ .*?Killed.*?\\n");

  /** Newer virtual machines warn of what the libraries of BookKeeper's client do. */
  private static final Pattern OF_THE_JVM = Pattern.compile("(?m)^(?:WARNING: .*\\n)+\\n?");

  private record Step(String command, String output) {}

  @Test
  void aMachineThatDiesLosesNothing(@TempDir Path temp) throws Exception {
    program(temp.resolve("durability"));
    List<Step> steps = steps();
    Step cluster = steps.get(0);
    assertThat(cluster.command()).isEqualTo("./durability cluster mycluster");

    Process running =
        new ProcessBuilder("bash", "-c", "exec " + cluster.command())
            .directory(temp.toFile())
            .redirectErrorStream(true)
            .start();
    List<ProcessHandle> nodes = new ArrayList<>();
    try (BufferedReader out = running.inputReader(UTF_8)) {
      StringBuilder said = new StringBuilder();
      String line = "";
      while (!line.startsWith("ready")) {
        line = out.readLine();
        assertThat(line).as("after " + said).isNotNull();
        said.append(line).append('\n');
        Matcher started = STARTED.matcher(line);
        if (started.find()) {
          ProcessHandle.of(Long.parseLong(started.group(1))).ifPresent(nodes::add);
        }
      }
      assertThat(comparable(said.toString())).isEqualTo(comparable(cluster.output()));
      assertThat(nodes).hasSize(7);
      runInOneShell(temp, steps.subList(1, steps.size()));
    } finally {
      running.destroy(); // SIGTERM
    }
    assertThat(running.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(nodes).noneMatch(ProcessHandle::isAlive);
  }

  /** In one shell, because later commands use what earlier ones have set. */
  private static void runInOneShell(Path directory, List<Step> steps) throws Exception {
    StringBuilder script = new StringBuilder();
    for (Step step : steps) {
      script.append("echo '@@'\n").append(step.command()).append('\n');
    }
    Process shell =
        new ProcessBuilder("bash", "-c", script.toString())
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    shell.getOutputStream().close();
    String output = new String(shell.getInputStream().readAllBytes(), UTF_8);
    assertThat(shell.waitFor(1, TimeUnit.MINUTES)).isTrue();
    String[] outputs = output.split("(?m)^@@\\n", -1);
    assertThat(outputs).as(output).hasSize(steps.size() + 1);
    for (int i = 0; i < steps.size(); i++) {
      String said = KILLED.matcher(outputs[i + 1]).replaceAll("");
      said = OF_THE_JVM.matcher(said).replaceAll("");
      assertThat(comparable(said))
          .as(steps.get(i).command() + " in " + output)
          .isEqualTo(comparable(steps.get(i).output()));
    }
  }

  private static List<Step> steps() throws IOException {
    List<Step> steps = new ArrayList<>();
    Matcher session =
        SESSION.matcher(Files.readString(Path.of("..", "docs", "beyond-one-machine.md")));
    while (session.find()) {
      for (String step : session.group(1).split("(?m)^\\$ ", -1)) {
        int end = step.indexOf('\n');
        if (end > 0) {
          steps.add(new Step(step.substring(0, end), step.substring(end + 1)));
        }
      }
    }
    return steps;
  }

  /** Stands for the launcher, which would build the program first. */
  private static void program(Path launcher) throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Files.writeString(
        launcher,
        ("#!/bin/sh\nexec '%s' -XX:TieredStopAtLevel=1 -Dslf4j.internal.verbosity=WARN"
                + " -Dslf4j.provider=org.slf4j.nop.NOPServiceProvider -cp '%s'"
                + " dev.durability.cli.Main \"$@\"\n")
            .formatted(java, System.getProperty("java.class.path")));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
  }

  private static String comparable(String output) {
    return DIFFERS.matcher(output).replaceAll("N");
  }
}
