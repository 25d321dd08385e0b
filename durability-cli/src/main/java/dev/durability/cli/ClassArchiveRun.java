package dev.durability.cli;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Runs every command once, on a small log, so that the launcher can tell the virtual machine which
 * classes to archive for a quick start (docs/startup.md).
 */
final class ClassArchiveRun {

  private ClassArchiveRun() {}

  /**
   * Runs the commands. Some fail on purpose: failing loads classes, too.
   *
   * @param args the directory of the log, which is created
   */
  public static void main(String[] args) {
    String log = args[0];
    run("--version");
    run("--help");
    run("append", "--help");
    run("append", "--acks", log);
    run("append", log, log);
    run("cat", "--ids", "--from", "1", log);
    run("cat", "--follow", "--to", "1", log);
    run("demo", "--help");
    run("bench", "--help");
    run("torture", "--help");
    run("verify", log);
    run("verify", "--json", log);
    run("verify", log + "/wal");
    run("quarantine", log);
    run("cat", "--json", log);
    run("schema", log);
    run("verify");
    Main.main(new String[] {"--version"}); // Does not return.
  }

  private static void run(String... args) {
    InputStream in = new ByteArrayInputStream("one\ntwo\n".getBytes(StandardCharsets.UTF_8));
    OutputStream out = new StandardOutput(OutputStream.nullOutputStream());
    PrintStream err =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Program.run(new CommandIo(in, out, err, 0, new Termination()), args);
  }
}
