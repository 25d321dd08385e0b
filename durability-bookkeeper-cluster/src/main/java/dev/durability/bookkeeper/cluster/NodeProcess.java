package dev.durability.bookkeeper.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The process of one node. It says {@link #READY} on its standard output when it has started, and
 * ends when its standard input does: no node outlives the process that started it, however that
 * ended.
 */
final class NodeProcess {
  static final int READY = '+';

  private static final int FAILED = 1;
  private static final long STOP_SECONDS_MAX = 10;

  private NodeProcess() {}

  /**
   * Runs a node.
   *
   * @param args its role and its configuration
   */
  public static void main(String[] args) {
    Thread watch = new Thread(NodeProcess::awaitEndOfInput, "end-of-input");
    watch.setDaemon(true);
    watch.start();
    try {
      Service service = Role.valueOf(args[0]).start(Path.of(args[1]));
      onEndOfInput(service);
      System.out.write(READY);
      System.out.flush();
      service.awaitEnd();
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      e.printStackTrace(System.err); // Into its log.
    }
    if (ENDING.getCount() > 0) {
      Runtime.getRuntime().halt(FAILED); // It ended by itself.
    }
  }

  private static final CountDownLatch ENDING = new CountDownLatch(1);

  private static void awaitEndOfInput() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is said to it.
      }
    } catch (IOException e) {
      // It ends.
    }
    ENDING.countDown();
    try {
      // A start that takes longer than this, or an end, is cut short: both are safe.
      TimeUnit.SECONDS.sleep(STOP_SECONDS_MAX);
    } catch (InterruptedException e) {
      // Nobody interrupts.
    }
    Runtime.getRuntime().halt(FAILED);
  }

  private static void onEndOfInput(Service service) {
    Thread stopper =
        new Thread(
            () -> {
              Waiting.uninterruptibly(ENDING::await);
              service.stop();
              Runtime.getRuntime().halt(0);
            },
            "stop");
    stopper.setDaemon(false);
    stopper.start();
  }
}
