package dev.durability.cli.bench;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Measures a log and bare loops that do what the disk and the memory allow. All take turns, since a
 * device's rate changes from moment to moment by more than the differences of interest. A ratio
 * compares two turns of the same round.
 */
public final class Bench implements Closeable {
  private static final int ENTRY_BYTES = 128;
  private static final int FRAME_BYTES = ENTRY_BYTES + 16;
  private static final int WARM_UP_ROUNDS = 2;
  private static final int ROUNDS = 9;

  private final BooleanSupplier stop;
  private final byte[] payload = new byte[ENTRY_BYTES];
  private final Deque<Closeable> open = new ArrayDeque<>();
  private final List<Comparison> comparisons = new ArrayList<>();
  private final Disk disk;

  /** The subjects that are compared with a probe. */
  private record Comparison(Measured probe, List<Measured> subjects) {}

  /**
   * Prepares everything in a directory.
   *
   * @param directory empty; what is made in it is not removed
   * @param stop tells whether the user has asked to end
   * @throws IOException if the storage fails
   */
  public Bench(Path directory, BooleanSupplier stop) throws IOException {
    this.stop = stop;
    new Random(1).nextBytes(payload);
    try {
      this.disk = prepare(directory);
    } catch (Throwable e) {
      try (this) {
        throw e;
      }
    }
  }

  /**
   * Tells how much room is needed.
   *
   * @return the bytes that all files together may take
   */
  public static long roomBytes() {
    return Limits.ROOM_BYTES;
  }

  private Disk prepare(Path directory) throws IOException {
    byte[] frame = new byte[FRAME_BYTES];
    new Random(2).nextBytes(frame);
    long entriesMax = Limits.SLICE_BYTES / FRAME_BYTES;

    SyncedWrites probe = opened(new SyncedWrites(directory, frame));
    PreparedLog waiting = preparedLog(directory, "durable");
    PreparedLog ahead = preparedLog(directory, "ahead");
    compare(
        probe,
        new DurableAppends(waiting, payload, 1),
        new DurableAppends(waiting, payload, 16),
        new DurableAppends(waiting, payload, 64),
        new AppendsAhead(ahead, payload, entriesMax));

    PreparedLog unsynced = preparedLog(directory, "unsynced");
    compare(
        opened(new BareWrites(directory, payload, entriesMax)),
        new UnsyncedAppends(unsynced, payload, entriesMax));

    ReadLog read = ReadLog.write(newDirectory(directory, "read"), payload, entriesMax / 2);
    compare(new BareScan(read), new Replay(read));
    return new Disk(FileSystem.of(directory), probe.costOfSync());
  }

  private <T extends Closeable> T opened(T closeable) {
    open.push(closeable);
    return closeable;
  }

  private PreparedLog preparedLog(Path directory, String name) throws IOException {
    return opened(PreparedLog.in(newDirectory(directory, name), stop));
  }

  private static Path newDirectory(Path directory, String name) throws IOException {
    return Files.createDirectory(directory.resolve(name));
  }

  private void compare(Subject probe, Subject... subjects) {
    List<Measured> measured = new ArrayList<>();
    for (Subject subject : subjects) {
      measured.add(new Measured(subject));
    }
    comparisons.add(new Comparison(new Measured(probe), measured));
  }

  private List<Measured> turnsOfRound() {
    List<Measured> turns = new ArrayList<>();
    for (Comparison comparison : comparisons) {
      turns.add(comparison.probe());
      turns.addAll(comparison.subjects());
    }
    return turns;
  }

  /**
   * Measures.
   *
   * @param seconds about how long
   * @param progress is told before each turn what is measured in it
   * @return the result; of no use if the user asked to stop
   * @throws IOException if the storage fails
   */
  public BenchResult run(int seconds, Consumer<String> progress) throws IOException {
    List<Measured> turns = turnsOfRound();
    long sliceNanos = TimeUnit.SECONDS.toNanos(seconds) / (WARM_UP_ROUNDS + ROUNDS) / turns.size();
    for (int round = -WARM_UP_ROUNDS; round < ROUNDS && !stop.getAsBoolean(); round++) {
      for (Measured subject : turns) {
        if (!stop.getAsBoolean()) {
          progress.accept(subject.title());
          subject.takeTurn(sliceNanos, stop, round >= 0);
        }
      }
      Collections.rotate(turns, -1); // So that no subject always follows the same one.
    }
    List<Measurement> measurements = new ArrayList<>();
    if (!stop.getAsBoolean()) {
      for (Comparison comparison : comparisons) {
        measurements.add(comparison.probe().result(comparison.probe()));
        for (Measured subject : comparison.subjects()) {
          measurements.add(subject.result(comparison.probe()));
        }
      }
    }
    return new BenchResult(disk, seconds, ROUNDS, ENTRY_BYTES, measurements);
  }

  /** Closes all files, the later ones first. */
  @Override
  public void close() throws IOException {
    Closeable last = open.poll();
    if (last != null) {
      try (last) {
        close();
      }
    }
  }
}
