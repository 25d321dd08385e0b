package dev.durability.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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

/** The commands of docs/backup.md, exactly as they stand there, in their order and in one shell. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the page is written for a Unix shell")
final class BackupPageTest {
  private static final Pattern SESSION = Pattern.compile("(?ms)^```console\\n(.*?)^```$");

  /** Rates, and the names of timelines. */
  private static final Pattern DIFFERS =
      Pattern.compile("in [0-9.]+ s, [0-9,.]+ entr(?:y|ies)/s|timeline [0-9TZ.a-f-]+");

  private record Step(String command, String output) {}

  @Test
  void eachCommandOfThePagePrintsWhatThePageSays(@TempDir Path temp) throws Exception {
    program(temp.resolve("durability"));
    List<Step> steps = steps();
    assertThat(steps).hasSizeGreaterThan(12);
    StringBuilder script = new StringBuilder();
    for (Step step : steps) {
      script.append("echo '@@'\n").append(step.command()).append('\n');
    }
    Process shell =
        new ProcessBuilder("bash", "-c", script.toString())
            .directory(temp.toFile())
            .redirectErrorStream(true)
            .start();
    shell.getOutputStream().close();
    String output = new String(shell.getInputStream().readAllBytes(), UTF_8);
    assertThat(shell.waitFor(1, TimeUnit.MINUTES)).isTrue();
    String[] outputs = output.split("(?m)^@@\\n", -1);
    assertThat(outputs).as(output).hasSize(steps.size() + 1);
    for (int i = 0; i < steps.size(); i++) {
      assertThat(comparable(outputs[i + 1]))
          .as(steps.get(i).command() + " in " + output)
          .isEqualTo(comparable(steps.get(i).output()));
    }
  }

  private static List<Step> steps() throws IOException {
    List<Step> steps = new ArrayList<>();
    Matcher session = SESSION.matcher(Files.readString(Path.of("..", "docs", "backup.md")));
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
