package dev.durability.cli;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A terminal of some width, made by {@code script} of util-linux. */
final class Terminal {
  private static final Path SCRIPT = Path.of("/usr/bin/script");

  private Terminal() {}

  /**
   * Runs a shell command on a terminal, with an empty input.
   *
   * @param columns how wide the terminal is
   * @param command the command
   * @return all that was shown, with its control characters
   */
  static String show(int columns, String command) throws IOException, InterruptedException {
    if (!Files.isExecutable(SCRIPT) || !System.getProperty("os.name").equals("Linux")) {
      System.out.println("skipped: needs a terminal, by script of util-linux");
      abort("needs a terminal, by script of util-linux");
    }
    Process script =
        new ProcessBuilder(
                SCRIPT.toString(),
                "-qfec",
                "stty cols " + columns + " rows 40; " + command,
                "/dev/null")
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .start();
    String shown = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!script.waitFor(300, TimeUnit.SECONDS)) {
      script.destroyForcibly();
      throw new AssertionError("the command does not end: " + command);
    }
    return shown;
  }
}
