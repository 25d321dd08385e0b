package dev.durability.cli;

import dev.durability.DurableState;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The process that the demo kills. Several threads write to the store, each as fast as it can. They
 * report every write on the standard output once it is acknowledged, not before.
 */
final class DemoProcess {
  private final DurableState<NavigableMap<String, String>, DemoWrite> store;
  private final int round;
  private final OutputStream reports = new StandardOutput();
  private final ReentrantLock reporting = new ReentrantLock();

  private DemoProcess(DurableState<NavigableMap<String, String>, DemoWrite> store, int round) {
    this.store = store;
    this.round = round;
  }

  /**
   * Writes until it is killed, or until its reports are no longer read.
   *
   * @param args the directory of the store, the number of the round, and how many threads write
   */
  public static void main(String[] args) {
    try {
      DemoProcess process =
          new DemoProcess(DemoStore.open(Path.of(args[0])), Integer.parseInt(args[1]));
      for (int writer = 0; writer < Integer.parseInt(args[2]); writer++) {
        int number = writer;
        new Thread(() -> process.write(number), "writer-" + writer).start();
      }
    } catch (IOException | RuntimeException e) {
      end(e);
    }
  }

  private void write(int writer) {
    try {
      for (long n = 1; ; n++) {
        store.update(DemoWrite.of(round, writer, n));
        report(writer + " " + n + "\n");
      }
    } catch (IOException | RuntimeException e) {
      end(e);
    }
  }

  /** One system call per report, so that it is read whole or not at all. */
  private void report(String line) throws IOException {
    byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
    reporting.lock();
    try {
      reports.write(bytes);
    } finally {
      reporting.unlock();
    }
  }

  private static void end(Throwable failure) {
    if (!(failure instanceof OutputClosedException)) {
      System.err.println("durability demo, the process that writes: " + Failures.line(failure));
    }
    Runtime.getRuntime().halt(ExitStatus.FAILED);
  }
}
