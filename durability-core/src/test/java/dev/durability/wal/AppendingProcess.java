package dev.durability.wal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.codec.Codecs;
import dev.durability.errors.LockHeldException;
import dev.durability.storage.FsDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A child JVM that opens a log, says {@code open} or {@code refused}, and then appends durably from
 * several threads without end, a line {@code <id> <entry>} for each entry that is acknowledged.
 */
final class AppendingProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader lines;

  private AppendingProcess(Process process) {
    this.process = process;
    this.lines = process.inputReader(UTF_8);
  }

  static AppendingProcess start(Path root, String name) throws IOException {
    List<String> command =
        List.of(
            ProcessHandle.current().info().command().orElseThrow(),
            "-XX:TieredStopAtLevel=1",
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            AppendingProcess.class.getName(),
            root.toString(),
            name);
    return new AppendingProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** The next line, or null at the end. */
  @Nullable String line() throws IOException {
    return lines.readLine();
  }

  /** Ends it with SIGKILL; lines that it wrote before can still be read. */
  void kill() {
    process.toHandle().destroyForcibly(); // The method of the process itself closes its output.
  }

  @Override
  public void close() throws IOException {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  public static void main(String[] arguments) throws Exception {
    FsDirectory directory = FsDirectory.open(Path.of(arguments[0]));
    WalWriter<String> log;
    try {
      log =
          WalWriter.open(
              directory, Codecs.utf8(), WalOptions.builder().segmentBytes(16 << 10).build());
    } catch (LockHeldException e) {
      System.out.println("refused");
      return;
    }
    System.out.println("open");
    for (int i = 0; i < 4; i++) {
      String name = arguments[1] + "." + i + ".";
      new Thread(() -> append(log, name)).start();
    }
  }

  private static void append(WalWriter<String> log, String name) {
    try {
      for (int i = 1; ; i++) {
        String entry = name + i;
        System.out.println(log.appendDurable(entry) + " " + entry);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
