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

/** The commands of a page of docs/ and what it says that they print, and a shell to run them. */
final class PageSession {
  private static final Pattern SESSION = Pattern.compile("(?ms)^```console\\n(.*?)^```$");

  /** A command, and what it prints according to the page. */
  record Step(String command, String output) {}

  private PageSession() {}

  /** The steps of a page, in their order. */
  static List<Step> steps(String page) throws IOException {
    List<Step> steps = new ArrayList<>();
    Matcher session = SESSION.matcher(Files.readString(Path.of("..", "docs", page)));
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

  /** Puts a program where the page has the launcher, which would build it first. */
  static void program(Path directory) throws IOException {
    Path launcher = directory.resolve("durability");
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Files.writeString(
        launcher,
        ("#!/bin/sh\nexec '%s' -XX:TieredStopAtLevel=1 -Dslf4j.internal.verbosity=WARN"
                + " -Dslf4j.provider=org.slf4j.nop.NOPServiceProvider -cp '%s'"
                + " dev.durability.cli.Main \"$@\"\n")
            .formatted(java, System.getProperty("java.class.path")));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
  }

  /**
   * Runs the steps in one shell, because later commands use what earlier ones have set.
   *
   * @return what each of them printed
   */
  static List<String> run(Path directory, List<Step> steps) throws Exception {
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
    assertThat(shell.waitFor(5, TimeUnit.MINUTES)).isTrue();
    List<String> outputs = List.of(output.split("(?m)^@@\\n", -1));
    assertThat(outputs).as(output).hasSize(steps.size() + 1);
    return outputs.subList(1, outputs.size());
  }
}
