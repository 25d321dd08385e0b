package dev.durability.benchmarks.jmh;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The cost of asking in a round whether the lock is still held, beside the least cost of a round:
 * one small write and its sync. It works in the working directory, which has to be on a disk.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class LockCheck {
  private static final int ENTRY_BYTES = 128;
  private static final int FILE_BYTES = 4 << 20;

  private final ByteBuffer entry = ByteBuffer.allocateDirect(ENTRY_BYTES);
  private Path root = Path.of("");
  private Directory directory = new MemoryDirectory();
  private @Nullable DirectoryLock lock;
  private @Nullable AppendFile file;

  /** Takes a lock, and makes a file that is filled with zeros. */
  @Setup
  public void setUp() {
    try {
      root = Files.createTempDirectory(Path.of("").toAbsolutePath(), "lock-check");
      directory = FsDirectory.open(root);
      directory.createDirectories("wal");
      lock = directory.lock("wal/.lock");
      file = directory.create("wal/file", FILE_BYTES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes all of it. */
  @TearDown
  public void tearDown() {
    try {
      Objects.requireNonNull(file).close();
      Objects.requireNonNull(lock).close();
      directory.delete("wal/file");
      directory.delete("wal/.lock");
      Files.delete(root.resolve("wal"));
      Files.delete(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Asks once, as a round does that directly follows another one.
   *
   * @throws IOException if the lock is lost
   */
  @Benchmark
  public void check() throws IOException {
    Objects.requireNonNull(lock).requireHeld();
  }

  /**
   * Writes and syncs an entry, from the start of the file again once it is full.
   *
   * @throws IOException if that fails
   */
  @Benchmark
  public void writeAndSync() throws IOException {
    AppendFile target = Objects.requireNonNull(file);
    if (target.position() + ENTRY_BYTES > FILE_BYTES) {
      target.close();
      target = directory.resume("wal/file", 0);
      file = target;
    }
    target.write(entry.clear());
    target.sync();
  }
}
