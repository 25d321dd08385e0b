package dev.durability.bookkeeper.proof;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** A {@link WriterProcess}, and what it has reported. */
final class WriterChild implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 300;

  private final Process process;
  private final int life;
  private final Thread reader;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition reported = lock.newCondition();
  private final List<String> warnings = new ArrayList<>();
  private long firstAcknowledged = 1;
  private long acknowledged;
  private long cutting = -1;
  private long cut = -1;
  private boolean opened;
  private int points = -1;
  private String point = "";
  private String end = "";
  private boolean ended;
  private long reportNanos = System.nanoTime();
  private long gapNanos;

  private WriterChild(Process process, int life) {
    this.process = process;
    this.life = life;
    this.reader = new Thread(this::read, "reports of writer " + life);
  }

  static WriterChild start(String address, int life, Scenario scenario, int stopAt, String signal)
      throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-cp",
            System.getProperty("java.class.path"),
            WriterProcess.class.getName(),
            address,
            Integer.toString(life),
            scenario.name(),
            Integer.toString(stopAt),
            signal);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    WriterChild child = new WriterChild(process, life);
    child.reader.setDaemon(true);
    child.reader.start();
    return child;
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        took(line);
      }
    } catch (IOException e) {
      took("failed " + e);
    }
    lock.lock();
    try {
      ended = true;
      reported.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void took(String line) {
    int space = line.indexOf(' ');
    String what = space < 0 ? line : line.substring(0, space);
    String rest = space < 0 ? "" : line.substring(space + 1);
    lock.lock();
    try {
      switch (what) {
        case "opened" -> {
          opened = true;
          acknowledged = Long.parseLong(rest);
          firstAcknowledged = acknowledged + 1;
          reportNanos = System.nanoTime();
        }
        case "ack" -> {
          acknowledged = Long.parseLong(rest);
          long now = System.nanoTime();
          gapNanos = Math.max(gapNanos, now - reportNanos);
          reportNanos = now;
        }
        case "cutting" -> cutting = Long.parseLong(rest);
        case "cut" -> {
          cut = Long.parseLong(rest);
          acknowledged = cut;
        }
        case "at" -> point = rest;
        case "points" -> points = Integer.parseInt(rest);
        case "warning" -> warnings.add(rest);
        case "done", "failed" -> end = line;
        default -> throw new AssertionError(line);
      }
      reported.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void await(String what, BooleanSupplier condition)
      throws InterruptedException, TimeoutException {
    long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    lock.lock();
    try {
      while (!condition.getAsBoolean()) {
        if (left <= 0) {
          throw new TimeoutException("after " + PATIENCE_SECONDS + " s not " + what + ": " + this);
        }
        left = reported.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until it is at the point at which it stops, or has ended without it. */
  boolean awaitPoint() throws InterruptedException, TimeoutException {
    await("at its point", () -> !point.isEmpty() || ended);
    return !point.isEmpty();
  }

  /** Waits until it has opened the log; false if it failed instead. */
  boolean awaitOpened() throws InterruptedException, TimeoutException {
    await("opened", () -> opened || ended);
    return opened;
  }

  /** Waits until it has acknowledged so many more; false if it ended before. */
  boolean awaitAcknowledged(long more) throws InterruptedException, TimeoutException {
    long from = acknowledged();
    await(more + " more acknowledged", () -> acknowledged >= from + more || ended);
    return !ended;
  }

  boolean awaitWarning(String part) throws InterruptedException, TimeoutException {
    await(
        "a warning with " + part, () -> ended || warnings.stream().anyMatch(w -> w.contains(part)));
    return !ended;
  }

  /** Waits until it has ended. */
  void awaitEnd() throws InterruptedException, TimeoutException {
    await("ended", () -> ended);
    process.waitFor();
  }

  /** Waits until Linux says that it is stopped. */
  void awaitStopped() throws IOException, InterruptedException {
    Path status = Path.of("/proc/" + process.pid() + "/stat");
    while (Files.exists(status) && !Files.readString(status).matches("(?s)\\d+ \\(.*\\) T .*")) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  void signal(String name) throws IOException, InterruptedException {
    Process kill =
        new ProcessBuilder("/bin/kill", "-" + name, Long.toString(process.pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException("writer " + life + " takes no signal " + name);
    }
  }

  /** SIGKILL; its last reports are read. */
  void kill() throws InterruptedException, TimeoutException {
    process.toHandle().destroyForcibly();
    awaitEnd();
  }

  int life() {
    return life;
  }

  /** The first entry that it wrote. */
  long firstAcknowledged() {
    return locked(() -> firstAcknowledged);
  }

  /** The last entry that was acknowledged to it, or that it found. */
  long acknowledged() {
    return locked(() -> acknowledged);
  }

  /** The entry after which it began to cut the log; -1 if it did not. */
  long cutting() {
    return locked(() -> cutting);
  }

  /** The entry after which the log was cut; -1 if it was not. */
  long cut() {
    return locked(() -> cut);
  }

  long points() {
    return locked(() -> points);
  }

  long longestGapMillis() {
    return TimeUnit.NANOSECONDS.toMillis(locked(() -> gapNanos));
  }

  String point() {
    lock.lock();
    try {
      return point;
    } finally {
      lock.unlock();
    }
  }

  String end() {
    lock.lock();
    try {
      return end;
    } finally {
      lock.unlock();
    }
  }

  List<String> warnings() {
    lock.lock();
    try {
      return List.copyOf(warnings);
    } finally {
      lock.unlock();
    }
  }

  private long locked(java.util.function.LongSupplier value) {
    lock.lock();
    try {
      return value.getAsLong();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  @Override
  public String toString() {
    return "writer "
        + life
        + ", acknowledged "
        + acknowledged
        + ", at '"
        + point
        + "', ended '"
        + end
        + "', warned "
        + warnings;
  }
}
