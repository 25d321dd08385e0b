package dev.durability.benchmarks.probe;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Reads some bytes at random places of the files of a log, which stay open, and checks nothing: the
 * least that it costs to get an entry out of the page cache.
 */
public final class BareReads extends Contestant {
  private static final long SEED = 42;
  private static final int FRAME_ALIGNMENT = 8;

  private final Path log;
  private final ByteBuffer bytes;
  private final List<FileChannel> files = new ArrayList<>();
  private long sum;

  private BareReads(String name, Role role, Path log, int size) {
    super(name, role, "nothing is checked");
    this.log = log;
    this.bytes = ByteBuffer.allocateDirect(size);
  }

  /**
   * Makes the probe, which knows where each entry is.
   *
   * @param log the directory of the log, which is written by the time this is opened
   * @param frameBytes the bytes that an entry has in the file
   * @return the probe
   */
  public static BareReads ofFrame(Path log, int frameBytes) {
    return new BareReads(
        "probe: pread of " + frameBytes + " B at a random place", Role.PROBE, log, frameBytes);
  }

  /**
   * Makes the loop that reads as much as lies between two places of a sparse index.
   *
   * @param log the directory of the log, which is written by the time this is opened
   * @param stepBytes how far the places are apart
   * @return the loop
   */
  public static BareReads ofStep(Path log, int stepBytes) {
    return new BareReads(
        "bare loop: pread of " + (stepBytes >> 10) + " KiB at a random place",
        Role.BARE,
        log,
        stepBytes);
  }

  @Override
  public void open(Path directory) throws IOException {
    List<Path> segments;
    try (Stream<Path> all = Files.list(log.resolve("wal"))) {
      segments = all.filter(f -> Objects.toString(f.getFileName()).endsWith(".wal")).toList();
    }
    try {
      for (Path segment : segments) {
        if (Files.size(segment) >= bytes.capacity()) {
          files.add(FileChannel.open(segment));
        }
      }
      if (files.isEmpty()) {
        throw new IOException("the log in " + log + " has no segment to read from");
      }
    } catch (IOException e) {
      try (this) {
        throw e;
      }
    }
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    long[] places = new long[files.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = (files.get(i).size() - bytes.capacity()) / FRAME_ALIGNMENT + 1;
    }
    SplittableRandom random = new SplittableRandom(SEED + sum);
    long start = System.nanoTime();
    long before = start;
    for (long i = 0; i < operations; i++) {
      int file = random.nextInt(places.length);
      read(files.get(file), random.nextLong(places[file]) * FRAME_ALIGNMENT);
      long now = System.nanoTime();
      if (latencies != null) {
        latencies.recordValue(Math.min(now - before, latencies.getHighestTrackableValue()));
      }
      before = now;
    }
    return before - start;
  }

  private void read(FileChannel file, long place) throws IOException {
    bytes.clear();
    while (bytes.hasRemaining()) {
      if (file.read(bytes, place + bytes.position()) < 0) {
        throw new IOException("a segment in " + log + " became shorter while it was read");
      }
    }
    sum += bytes.get(0);
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (FileChannel file : files) {
      try {
        file.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    files.clear();
    if (failure != null) {
      throw failure;
    }
  }
}
