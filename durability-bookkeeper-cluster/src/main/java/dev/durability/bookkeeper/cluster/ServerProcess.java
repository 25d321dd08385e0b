package dev.durability.bookkeeper.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A node in a process of its own, which ends when this one does. What it logs goes to the file
 * {@code log} in the directory of the node, its process id into {@code pid}.
 */
final class ServerProcess implements NodeServer {
  private static final long STOP_SECONDS_MAX = 15;
  private static final int LOG_LINES_SHOWN = 15;

  private final Role role;
  private final Path configuration;
  private final Path log;
  private @Nullable Process process;
  private boolean ready;

  ServerProcess(Role role, Path configuration) {
    this.role = role;
    this.configuration = configuration;
    this.log = configuration.resolveSibling("log");
  }

  @Override
  public void start() throws IOException {
    ready = false;
    Process started =
        new ProcessBuilder(command())
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    process = started;
    Files.writeString(configuration.resolveSibling("pid"), started.pid() + "\n");
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    if (File.separatorChar == '/') {
      // Ctrl-C in a terminal goes to all processes; this one is to end after its parent asked it
      // to. Java leaves a signal ignored if it was ignored at the start.
      command.addAll(List.of("/bin/sh", "-c", "trap '' INT; exec \"$0\" \"$@\""));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            role == Role.ZOOKEEPER ? "-Xmx96m" : "-Xmx192m",
            "-XX:MaxDirectMemorySize=128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-UsePerfData",
            "-Xshare:auto",
            // As BookKeeper's own script has them: it looks for file descriptors.
            "--add-opens=java.base/java.io=ALL-UNNAMED",
            "--add-opens=java.base/java.util.zip=ALL-UNNAMED",
            "-Dslf4j.internal.verbosity=WARN",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
            "-Dorg.slf4j.simpleLogger.showThreadName=false"));
    if (hasSimpleLogger()) {
      command.add("-Dslf4j.provider=org.slf4j.simple.SimpleServiceProvider");
    }
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            NodeProcess.class.getName(),
            role.name(),
            configuration.toString()));
    return command;
  }

  /** Programs choose their own logger for SLF4J; this one writes to the standard error. */
  private static boolean hasSimpleLogger() {
    return ServerProcess.class.getResource("/org/slf4j/simple/SimpleServiceProvider.class") != null;
  }

  @Override
  public boolean isReady() throws IOException {
    Process started = process;
    if (started == null) {
      return false;
    }
    while (!ready && started.getInputStream().available() > 0) {
      ready = started.getInputStream().read() == NodeProcess.READY;
    }
    if (!started.isAlive()) {
      throw new IOException("its process ended with status " + started.exitValue() + endOfLog());
    }
    return ready;
  }

  /** The last lines of its log, to end a message with. */
  private String endOfLog() throws IOException {
    if (!Files.exists(log)) {
      return "";
    }
    List<String> lines = Files.readAllLines(log);
    if (lines.isEmpty()) {
      return "; its log, " + log + ", is empty";
    }
    List<String> last = lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size());
    return "; the end of its log, " + log + ":\n  " + String.join("\n  ", last);
  }

  @Override
  public boolean isRunning() {
    Process started = process;
    return started != null && started.isAlive();
  }

  @Override
  public void stop() throws IOException {
    Process started = process;
    if (started == null) {
      return;
    }
    if (started.isAlive()) {
      signal("CONT"); // One that is paused could not end.
    }
    try {
      started.getOutputStream().close(); // That asks it to end.
    } catch (IOException alreadyClosed) {
      // It is ending.
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS_MAX);
    if (!Waiting.until(deadline, () -> !started.isAlive())) {
      kill();
    }
  }

  @Override
  public void kill() {
    Process started = process;
    if (started != null) {
      started.destroyForcibly();
      Waiting.uninterruptibly(started::waitFor);
    }
  }

  @Override
  public void signal(String name) throws IOException {
    Process started = process;
    if (started == null || !started.isAlive()) {
      throw new IOException("it does not run, so it takes no signal " + name);
    }
    if (File.separatorChar != '/') {
      throw new UnsupportedOperationException(
          "only systems with /bin/kill can send the signal " + name);
    }
    Process kill =
        new ProcessBuilder("/bin/kill", "-" + name, Long.toString(started.pid()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Waiting.uninterruptibly(kill::waitFor);
    if (kill.exitValue() != 0 && started.isAlive()) {
      throw new IOException("process " + started.pid() + " takes no signal " + name);
    }
  }

  @Override
  public OptionalLong pid() {
    Process started = process;
    return started == null || !started.isAlive()
        ? OptionalLong.empty()
        : OptionalLong.of(started.pid());
  }
}
