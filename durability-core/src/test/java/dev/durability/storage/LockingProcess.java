package dev.durability.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.errors.LockHeldException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;

/**
 * A child JVM that takes and gives up the lock of a directory as it is told, one word a line:
 * {@code lock} is answered by {@code held} or {@code refused}, {@code unlock} by {@code free}.
 */
final class LockingProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;
  private final Writer orders;

  private LockingProcess(Process process) {
    this.process = process;
    this.answers = process.inputReader(UTF_8);
    this.orders = process.outputWriter(UTF_8);
  }

  static LockingProcess start(Path root) throws IOException {
    String java = ProcessHandle.current().info().command().orElseThrow();
    List<String> command =
        List.of(
            java,
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            LockingProcess.class.getName(),
            root.toString());
    return new LockingProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  String order(String word) throws IOException {
    orders.write(word + "\n");
    orders.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the child ended without an answer to " + word);
    }
    return answer;
  }

  long pid() {
    return process.pid();
  }

  /** Ends it with SIGKILL, and returns when it is gone. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  public static void main(String[] arguments) throws IOException {
    FsDirectory directory = FsDirectory.open(Path.of(arguments[0]));
    BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    DirectoryLock lock = null;
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      if (lock != null) {
        lock.close();
        lock = null;
        System.out.println("free");
        continue;
      }
      try {
        lock = directory.lock(".lock");
        System.out.println("held");
      } catch (LockHeldException e) {
        System.out.println("refused");
      }
    }
  }
}
