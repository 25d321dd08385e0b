package dev.durability.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.testkit.Replay.Depth;
import dev.durability.testkit.Replay.Outcome;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM that applies a history, by {@link ReplayProcess}. It gets the history, and returns what
 * came of it, in files of a temporary directory. It has ended when a call returns or throws.
 */
final class OtherJvm {
  private static final int OUTPUT_BYTES_MAX = 8_192;
  private static final String HISTORY = "history";
  private static final String OUTCOME = "outcome";
  static final String UNFINISHED = ".unfinished";
  private static final String OUTPUT = "output";
  private static final String ARGUMENTS = "arguments";

  /** Options of this JVM that the other one needs as well, by how they begin. */
  private static final List<String> KEPT =
      List.of("--add-", "--patch-module", "--enable-", "-D", "-ea", "-esa", "-da", "-Xmx", "-Xss");

  private static final String NOT_KEPT = "-Dcom.sun.management";

  /** Default locales and time zones, a JVM each in turn: of other digits, letters and dates. */
  private static final List<List<String>> PLACES =
      List.of(
          List.of("-Duser.language=ar", "-Duser.country=EG", "-Duser.timezone=Pacific/Kiritimati"),
          List.of("-Duser.language=tr", "-Duser.country=TR", "-Duser.timezone=Pacific/Pago_Pago"));

  private final Class<?> factory;
  private final int number;
  private final long deadline;
  private final Duration timeMax;

  /**
   * What another JVM made of a history.
   *
   * @param outcome what came of it
   * @param said what the JVM printed, as an addition to a message; empty if it printed nothing
   */
  record Result(Outcome outcome, String said) {}

  /**
   * Starts nothing yet.
   *
   * @param factory makes the machine
   * @param number how many were started before it: decides its locale, time zone and hash codes
   * @param deadline when it is killed, as of {@link System#nanoTime}
   * @param timeMax what the user said, for the message
   */
  OtherJvm(Class<?> factory, int number, long deadline, Duration timeMax) {
    this.factory = factory;
    this.number = number;
    this.deadline = deadline;
    this.timeMax = timeMax;
  }

  /**
   * Applies a history there.
   *
   * @throws DeterminismFailure if the JVM takes too long, or ends without an outcome
   * @throws IOException if it cannot be started, or this thread is interrupted
   */
  Result apply(Replay.Entries entries, Depth depth, int checkpoints) throws IOException {
    Path files = Files.createTempDirectory("durability-replay");
    try {
      try (DataOutputStream out = output(files.resolve(HISTORY))) {
        entries.write(out);
      }
      Files.writeString(
          files.resolve(ARGUMENTS), argumentFile(arguments(files, depth, checkpoints)));
      int status = run(files);
      String said = said(files.resolve(OUTPUT));
      try (DataInputStream in = input(files.resolve(OUTCOME))) {
        return new Result(Outcome.read(in), said);
      } catch (NoSuchFileException none) {
        throw new DeterminismFailure(
            "another JVM ended with status " + status + " before it had applied the history" + said,
            0,
            null);
      }
    } finally {
      for (String name : List.of(HISTORY, OUTCOME, OUTCOME + UNFINISHED, OUTPUT, ARGUMENTS)) {
        boolean unused = Files.deleteIfExists(files.resolve(name));
      }
      Files.deleteIfExists(files);
    }
  }

  /** {@return the exit status} */
  private int run(Path files) throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process process =
        new ProcessBuilder(java.toString(), "@" + files.resolve(ARGUMENTS))
            .redirectErrorStream(true)
            .redirectOutput(files.resolve(OUTPUT).toFile())
            .start();
    // Its input stays open: it ends when that does, and so if this JVM is killed.
    try {
      long left = Math.max(1, deadline - System.nanoTime());
      if (!process.waitFor(left, TimeUnit.NANOSECONDS)) {
        kill(process);
        throw new DeterminismFailure(
            "other JVMs did not apply the history within " + timeMax + said(files.resolve(OUTPUT)),
            0,
            null);
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      kill(process);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while another JVM applied the history");
    } finally {
      kill(process);
      process.getOutputStream().close();
    }
  }

  /** Returns once it has ended, so that its files can be deleted. */
  private static void kill(Process process) {
    process.destroyForcibly();
    boolean interrupted = Thread.interrupted();
    while (process.isAlive()) {
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private List<String> arguments(Path files, Depth depth, int checkpoints) {
    List<String> all = new ArrayList<>();
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (KEPT.stream().anyMatch(option::startsWith) && !option.startsWith(NOT_KEPT)) {
        all.add(option);
      }
    }
    all.addAll(PLACES.get(number % PLACES.size()));
    all.add("-XX:+UseSerialGC"); // Starts fastest.
    String classPath = System.getProperty("java.class.path", "");
    if (!classPath.isEmpty()) {
      all.addAll(List.of("-cp", classPath));
    }
    Module testkit = OtherJvm.class.getModule();
    if (testkit.isNamed()) {
      all.addAll(List.of("--module-path", System.getProperty("jdk.module.path", "")));
      if (factory.getModule().isNamed()) {
        all.addAll(List.of("--add-modules", factory.getModule().getName()));
      }
      all.addAll(List.of("-m", testkit.getName() + "/" + ReplayProcess.class.getName()));
    } else {
      all.add(ReplayProcess.class.getName());
    }
    all.add(files.resolve(HISTORY).toString());
    all.add(files.resolve(OUTCOME).toString());
    all.add(factory.getName());
    all.add(depth.name());
    all.add(Integer.toString(checkpoints));
    all.add(Integer.toString(number));
    return all;
  }

  /** As {@code java} reads it: a class path may be longer than a command. */
  private static String argumentFile(List<String> arguments) {
    StringBuilder lines = new StringBuilder();
    for (String argument : arguments) {
      lines.append('"');
      lines.append(argument.replace("\\", "\\\\").replace("\"", "\\\""));
      lines.append("\"\n");
    }
    return lines.toString();
  }

  private static String said(Path output) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(output.toFile(), "r")) {
      long from = Math.max(0, file.length() - OUTPUT_BYTES_MAX);
      file.seek(from);
      byte[] end = new byte[(int) (file.length() - from)];
      file.readFully(end);
      String text = new String(end, UTF_8).strip();
      return text.isEmpty()
          ? ""
          : "\nThe other JVM printed" + (from > 0 ? ", in the end" : "") + ":\n" + text;
    }
  }

  private static DataOutputStream output(Path file) throws IOException {
    return new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)));
  }

  private static DataInputStream input(Path file) throws IOException {
    return new DataInputStream(new BufferedInputStream(Files.newInputStream(file)));
  }
}
