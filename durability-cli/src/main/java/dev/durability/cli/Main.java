package dev.durability.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;

/** The start of the program. */
final class Main {

  private Main() {}

  /**
   * Runs a command and ends the process with its exit status.
   *
   * <p>The launcher says in the system property {@code durability.columns} how wide the terminal
   * is; without it there is no progress bar.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    Termination termination = new Termination();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                "termination") { // A lambda would be the first one, and would cost milliseconds.
              @Override
              public void run() {
                termination.request();
              }
            });
    int status =
        Program.run(
            new CommandIo(
                new FileInputStream(FileDescriptor.in),
                new StandardOutput(),
                System.err,
                Integer.getInteger("durability.columns", 0),
                termination),
            args);
    termination.finished();
    System.exit(status);
  }
}
