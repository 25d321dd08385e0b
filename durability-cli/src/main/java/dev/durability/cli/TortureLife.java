package dev.durability.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One life of the process that is killed: what it reported, and how it ended. */
final class TortureLife {
  private static final List<String> JAVA_OPTIONS =
      List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto");

  /** If the expected phase does not come, the process is killed anyway. */
  private static final long PHASE_SECONDS_MAX = 2;

  private static final long STUCK_SECONDS = 120;

  /** About the time that it takes until another thread does something. */
  private static final long HANDING_OVER_NANOS = 100_000;

  private final KillableProcess process;
  private final List<Acknowledgement> acknowledged = new ArrayList<>();
  private final Map<TorturePhase, Integer> begun = new EnumMap<>(TorturePhase.class);
  private final Map<TorturePhase, Integer> begunWhileOpening = new EnumMap<>(TorturePhase.class);
  private final Map<TorturePhase, Integer> ended = new EnumMap<>(TorturePhase.class);
  private final Map<TorturePhase, Long> beganAt = new EnumMap<>(TorturePhase.class);
  private volatile boolean stuck;

  /**
   * What the process said is durable.
   *
   * @param writer which thread wrote it
   * @param n its number
   * @param lastId the id of its last entry
   * @param entries how many entries it has
   */
  record Acknowledgement(int writer, long n, long lastId, int entries) {}

  private TortureLife(KillableProcess process) {
    this.process = process;
  }

  /**
   * Starts the process.
   *
   * @param directory the log
   * @param number the number of this life, larger than those before
   * @param seed what it writes follows from it
   */
  static TortureLife start(Path directory, int number, long seed) throws IOException {
    return new TortureLife(
        KillableProcess.start(
            TortureProcess.class,
            JAVA_OPTIONS,
            List.of(directory.toString(), Integer.toString(number), Long.toString(seed))));
  }

  /** Kills the process. Any thread may call this. */
  void kill() {
    process.kill();
  }

  /**
   * Notes what the process reports until it is dead.
   *
   * @param kill when to kill it
   * @param plan learns how long phases take
   * @return the exit status
   * @throws IOException if the process is stuck
   */
  int runUntilKilled(TorturePlan.Kill kill, TorturePlan plan) throws IOException {
    CompletableFuture.delayedExecutor(STUCK_SECONDS, TimeUnit.SECONDS)
        .execute(
            () -> {
              stuck = true; // Without effect if the process is already dead.
              kill();
            });
    try (BufferedReader reports = process.reports()) {
      for (String line = reports.readLine(); line != null; line = reports.readLine()) {
        note(line.split(" ", -1), kill, plan);
      }
    }
    int status = process.status();
    if (stuck) {
      throw new IOException(
          "the process that writes did not finish within "
              + STUCK_SECONDS
              + " seconds: it is stuck, or this machine is too slow");
    }
    return status;
  }

  private void note(String[] report, TorturePlan.Kill kill, TorturePlan plan) {
    switch (report[0]) {
      case TortureReports.ACKNOWLEDGED ->
          acknowledged.add(
              new Acknowledgement(
                  Integer.parseInt(report[1]),
                  Long.parseLong(report[2]),
                  Long.parseLong(report[3]),
                  Integer.parseInt(report[4])));
      case TortureReports.BEGIN -> {
        TorturePhase phase = TorturePhase.valueOf(report[1]);
        beganAt.put(phase, System.nanoTime());
        begun.merge(phase, 1, Integer::sum);
        if (phase != TorturePhase.RECOVERY && !opened()) {
          begunWhileOpening.merge(phase, 1, Integer::sum);
        } else if (phase == kill.phase()
            && count(begun, phase) - count(begunWhileOpening, phase) == kill.nth()) {
          killIn(kill.delayNanos());
        }
      }
      case TortureReports.END -> {
        TorturePhase phase = TorturePhase.valueOf(report[1]);
        ended.merge(phase, 1, Integer::sum);
        plan.took(phase, System.nanoTime() - beganAt.getOrDefault(phase, System.nanoTime()));
        if (phase == TorturePhase.RECOVERY) {
          killIn(
              kill.phase() == TorturePhase.APPEND
                  ? kill.delayNanos()
                  : TimeUnit.SECONDS.toNanos(PHASE_SECONDS_MAX));
        }
      }
      default ->
          throw new IllegalStateException("the process reported " + String.join(" ", report));
    }
  }

  private void killIn(long nanos) {
    if (nanos < HANDING_OVER_NANOS) {
      kill();
      return;
    }
    CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS).execute(this::kill);
  }

  /** Whether it opened the log. */
  boolean opened() {
    return count(ended, TorturePhase.RECOVERY) > 0;
  }

  /** What it was doing when it died. */
  TorturePhase diedIn() {
    TorturePhase last = TorturePhase.APPEND;
    for (TorturePhase phase : TorturePhase.values()) {
      last = count(begun, phase) > count(ended, phase) ? phase : last;
    }
    return opened() ? last : TorturePhase.RECOVERY;
  }

  /** How many phases of a kind it got through. */
  int completed(TorturePhase phase) {
    return count(ended, phase);
  }

  private static int count(Map<TorturePhase, Integer> counts, TorturePhase phase) {
    return counts.getOrDefault(phase, 0);
  }

  /** What it reported as durable, in the order of its reports. */
  List<Acknowledgement> acknowledged() {
    return acknowledged;
  }
}
