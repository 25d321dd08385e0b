package dev.durability.benchmarks.probe;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a cut on the bare file system, one after the other: the file that ends gets its last
 * bytes and is synced; a new file gets its header, is synced, and gets its name; the directory is
 * synced.
 */
public final class BareCuts extends Contestant {
  private static final int END_BYTES = 32;
  private static final int HEADER_BYTES = 64;

  private final ByteBuffer end = ByteBuffer.allocateDirect(END_BYTES);
  private final ByteBuffer header = ByteBuffer.allocateDirect(HEADER_BYTES);
  private @Nullable Path directory;
  private @Nullable FileChannel names;
  private @Nullable FileChannel file;
  private long number;

  /** Makes the loop. */
  public BareCuts() {
    super("bare loop: end a file, make the next", Role.BARE, "durable: three syncs and a rename");
  }

  @Override
  public void open(Path where) throws IOException {
    directory = where;
    number = 0;
    FileChannel opened = FileChannel.open(where);
    names = opened;
    try {
      file = next(where);
    } catch (IOException | RuntimeException e) {
      try (opened) {
        throw e; // It is left out, and nobody closes it later.
      }
    }
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws IOException {
    Path where = Objects.requireNonNull(directory);
    long start = System.nanoTime();
    long before = start;
    for (long i = 0; i < operations; i++) {
      try (FileChannel ending = Objects.requireNonNull(file)) {
        write(ending, end);
        ending.force(false);
      }
      file = next(where);
      long now = System.nanoTime();
      if (latencies != null) {
        latencies.recordValue(Math.min(now - before, latencies.getHighestTrackableValue()));
      }
      before = now;
    }
    return before - start;
  }

  /** Makes a file with a header, durable under its name. */
  private FileChannel next(Path where) throws IOException {
    Path unfinished = where.resolve("next.tmp");
    FileChannel made =
        FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      write(made, header);
      made.force(false);
      number++;
      Files.move(unfinished, path(where, number), StandardCopyOption.ATOMIC_MOVE);
      Objects.requireNonNull(names).force(false);
      return made;
    } catch (IOException | RuntimeException e) {
      try (made) {
        throw e;
      }
    }
  }

  private static void write(FileChannel target, ByteBuffer bytes) throws IOException {
    bytes.clear();
    while (bytes.hasRemaining()) {
      int unused = target.write(bytes);
    }
  }

  private static Path path(Path where, long number) {
    return where.resolve("file-" + number);
  }

  /** The last file stays: it is the one that ends next. */
  @Override
  public void settle() throws IOException {
    Path where = Objects.requireNonNull(directory);
    for (long old = number - 1; old > 0 && Files.deleteIfExists(path(where, old)); old--) {}
  }

  @Override
  public void close() throws IOException {
    FileChannel last = Objects.requireNonNull(file);
    try (last) {
      Objects.requireNonNull(names).close();
    }
  }
}
