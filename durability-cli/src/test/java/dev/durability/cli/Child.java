package dev.durability.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command in a process of its own. Its standard error goes to a file. */
final class Child implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final Path err;

  private Child(Process process, Path err) {
    this.process = process;
    this.err = err;
  }

  /** Starts a command; its input and output are pipes to here. */
  static Child start(Path tmp, Object... args) throws IOException {
    Path err = Files.createTempFile(tmp, "err", ".txt");
    return new Child(new ProcessBuilder(command(args)).redirectError(err.toFile()).start(), err);
  }

  /** Starts a shell command, in which {@code "$@"} is the program. */
  static Child startInShell(Path tmp, String script) throws IOException {
    Path err = Files.createTempFile(tmp, "err", ".txt");
    List<String> shell = new ArrayList<>(List.of("bash", "-c", script, "bash"));
    shell.addAll(command());
    return new Child(new ProcessBuilder(shell).redirectError(err.toFile()).start(), err);
  }

  private static List<String> command(Object... args) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    Arrays.stream(args).map(String::valueOf).forEach(command::add);
    return command;
  }

  Process process() {
    return process;
  }

  BufferedReader out() {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.ISO_8859_1));
  }

  /** Writes to the standard input, which stays open. */
  void write(byte[] bytes) throws IOException {
    process.getOutputStream().write(bytes);
    process.getOutputStream().flush();
  }

  /** Waits for the end and returns the exit status. */
  int status() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the process does not end");
    }
    return process.exitValue();
  }

  /** What it has written to the standard error. */
  String err() throws IOException {
    return Files.readString(err);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
