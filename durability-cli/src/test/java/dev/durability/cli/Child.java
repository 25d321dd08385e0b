package dev.durability.cli;

import static org.junit.jupiter.api.Assumptions.abort;

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
import java.util.stream.Stream;

/** A command in a process of its own. Its standard error goes to a file. */
final class Child implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 300;
  private static final int SIGINT = 2;

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

  /**
   * Starts a command that SIGINT ends, even if the tests were started so that it is ignored, as
   * under {@code nohup} or with {@code &} in a script: children inherit that, and Java leaves it
   * so.
   */
  static Child startInterruptible(Path tmp, Object... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    if (isInterruptIgnored()) {
      command.addAll(List.of("env", "--default-signal=INT"));
      if (!works(Stream.concat(command.stream(), Stream.of("true")).toList())) {
        System.out.println("skipped: SIGINT is ignored here, and env cannot restore it");
        abort("SIGINT is ignored here, and env cannot restore it");
      }
    }
    command.addAll(command(args));
    Path err = Files.createTempFile(tmp, "err", ".txt");
    return new Child(new ProcessBuilder(command).redirectError(err.toFile()).start(), err);
  }

  private static boolean isInterruptIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false; // Not Linux: nobody tells.
    }
    for (String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
      if (line.startsWith("SigIgn:")) {
        long ignored = Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16);
        return (ignored & (1L << (SIGINT - 1))) != 0;
      }
    }
    return false;
  }

  private static boolean works(List<String> command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException noSuchProgram) {
      return false;
    }
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
