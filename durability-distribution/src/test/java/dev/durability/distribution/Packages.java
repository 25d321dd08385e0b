package dev.durability.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The packages that this build made, and programs that are run with them. */
final class Packages {
  static final String VERSION = System.getProperty("project.version", "");
  static final Path TARGET = Path.of("target").toAbsolutePath();

  private static final int MINUTES_MAX = 5;

  private Packages() {}

  /**
   * What a program did.
   *
   * @param status its exit status
   * @param out its standard output
   * @param err its standard error
   */
  record Done(int status, String out, String err) {
    /** The standard output, if the program succeeded. */
    String outOfSuccess() {
      assertThat(status).as("%s%s", out, err).isZero();
      return out;
    }
  }

  /** The package for any system like this one. */
  static Path tar() throws IOException {
    return one("durability-" + VERSION + "-*.tar.gz");
  }

  /** The package for Debian; skips the test if the build could make none. */
  static Path deb() throws IOException {
    if (!isProgram("dpkg-deb")) {
      throw skip("needs dpkg-deb");
    }
    return one("durability_*.deb");
  }

  private static Path one(String pattern) throws IOException {
    try (var found = Files.newDirectoryStream(TARGET, pattern)) {
      Path one = found.iterator().next();
      assertThat(Files.size(one)).isPositive();
      return one;
    }
  }

  /** Skips the test, and prints why. The caller throws what this returns, which it never does. */
  static AssertionError skip(String reason) {
    System.out.println("skipped: " + reason);
    abort(reason);
    return new AssertionError(reason);
  }

  static boolean isProgram(String name) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
  }

  /** Runs a program in a directory, with nothing in its environment but the system's programs. */
  static Done run(Path directory, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("out", ".txt");
    Path err = Files.createTempFile("err", ".txt");
    try {
      Process process =
          start(directory, environment, command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      process.getOutputStream().close();
      boolean ended = process.waitFor(MINUTES_MAX, TimeUnit.MINUTES);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      Done done = new Done(ended ? process.exitValue() : -1, Files.readString(out), read(err));
      assertThat(ended).as("%s ends; it printed %s", command, done).isTrue();
      return done;
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), UTF_8);
  }

  static ProcessBuilder start(
      Path directory, Map<String, String> environment, List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().putAll(environment);
    return builder;
  }
}
