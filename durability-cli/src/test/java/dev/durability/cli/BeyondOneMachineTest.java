package dev.durability.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
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
@Timeout(value = 20, unit = TimeUnit.MINUTES)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the page is written for a Unix shell")
final class BeyondOneMachineTest {
  private static final Pattern STARTED = Pattern.compile("process (\\d+)");

  /** Ports, processes, rates, and how far the writer came in three seconds. */
  private static final Pattern DIFFERS =
      Pattern.compile(
          "127\\.0\\.0\\.1:\\d+ *|process \\d+|entry: \\d+(?= \\(1 entry)|in [0-9.]+ s, [0-9,.]+ entr(?:y|ies)/s");

  /** What a shell that is not interactive says of a pipeline that was killed. */
  private static final Pattern KILLED =
      Pattern.compile("(?ms)^bash: line \\d+: +\\d+ .*?Killed.*?\\n");

  /** Newer virtual machines warn of what the libraries of BookKeeper's client do. */
  private static final Pattern OF_THE_JVM = Pattern.compile("(?m)^(?:WARNING: .*\\n)+\\n?");

  @Test
  void aMachineThatDiesLosesNothing(@TempDir Path temp) throws Exception {
    PageSession.program(temp);
    List<PageSession.Step> steps = PageSession.steps("beyond-one-machine.md");
    PageSession.Step cluster = steps.get(0);
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
    assertThat(running.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(nodes).noneMatch(ProcessHandle::isAlive);
  }

  private static void runInOneShell(Path directory, List<PageSession.Step> steps) throws Exception {
    List<String> outputs = PageSession.run(directory, steps);
    for (int i = 0; i < steps.size(); i++) {
      String said = KILLED.matcher(outputs.get(i)).replaceAll("");
      said = OF_THE_JVM.matcher(said).replaceAll("");
      assertThat(comparable(said))
          .as(steps.get(i).command() + " in " + outputs)
          .isEqualTo(comparable(steps.get(i).output()));
    }
  }

  private static String comparable(String output) {
    return DIFFERS.matcher(output).replaceAll("N");
  }
}
