package dev.durability.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** One life of the process that writes: from its start to its death by SIGKILL. */
final class DemoRound {
  private static final long START_SECONDS_MAX = 60;

  private final KillableProcess process;

  private DemoRound(KillableProcess process) {
    this.process = process;
  }

  /**
   * Starts the process.
   *
   * @param directory the store
   * @param round the number of the round
   * @param writers how many threads write
   */
  static DemoRound start(Path directory, int round, int writers) throws IOException {
    return new DemoRound(
        KillableProcess.start(
            DemoProcess.class,
            List.of(),
            List.of(directory.toString(), Integer.toString(round), Integer.toString(writers))));
  }

  /** Kills the process. */
  void kill() {
    process.kill();
  }

  /**
   * Notes what the process reports, and kills it in the middle.
   *
   * @param delayMillis how long after the first report to kill it
   * @param tally where reports are noted
   * @param progress is told how many there are
   * @throws IOException if the process ended otherwise
   */
  void runUntilKilled(long delayMillis, DemoTally tally, LongConsumer progress) throws IOException {
    Executor whenStuck = CompletableFuture.delayedExecutor(START_SECONDS_MAX, TimeUnit.SECONDS);
    whenStuck.execute(this::kill);
    long count = 0;
    try (BufferedReader reports = process.reports()) {
      for (String line = reports.readLine(); line != null; line = reports.readLine()) {
        int space = line.indexOf(' ');
        tally.acknowledged(
            Integer.parseInt(line.substring(0, space)), Long.parseLong(line.substring(space + 1)));
        if (count++ == 0) {
          CompletableFuture.delayedExecutor(delayMillis, TimeUnit.MILLISECONDS).execute(this::kill);
        }
        progress.accept(count);
      }
    }
    int status = process.status();
    if (status != KillableProcess.KILLED || count == 0) {
      throw new IOException(
          "the process that writes ended before it was killed, with status "
              + status
              + " after "
              + count
              + " acknowledged writes");
    }
  }
}
