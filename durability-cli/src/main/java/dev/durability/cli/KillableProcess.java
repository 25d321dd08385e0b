package dev.durability.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Java process that reports in lines on its standard output, and that SIGKILL ends. Its reports
 * can be read to the end afterwards.
 */
final class KillableProcess {
  /** The exit status of a process that SIGKILL ended. */
  static final int KILLED = 128 + 9;

  private final Process process;
  private final BufferedReader reports;

  private KillableProcess(Process process) {
    this.process = process;
    this.reports =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
  }

  /**
   * Starts a process. Its standard error is that of this process.
   *
   * @param main the class whose main method runs
   * @param javaOptions options for the virtual machine
   * @param args the arguments
   */
  static KillableProcess start(Class<?> main, List<String> javaOptions, List<String> args)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xlog:disable", "-XX:-UsePerfData"));
    command.addAll(javaOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(args);
    return new KillableProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** The lines that it reports; they end after its death. */
  BufferedReader reports() {
    return reports;
  }

  /** Kills it if it still runs. Any thread may call this. */
  void kill() {
    process
        .toHandle()
        .destroyForcibly(); // By its handle: the pipe stays open, so that the rest can be read.
  }

  /** Waits for its death. */
  int status() throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the process that writes", e);
    }
  }
}
