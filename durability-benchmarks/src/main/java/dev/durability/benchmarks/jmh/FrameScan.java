package dev.durability.benchmarks.jmh;

import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.frame.FrameRun;
import dev.durability.storage.AppendFile;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Scanning 16 MiB of frames, from memory, each checksum checked. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FrameScan {
  private static final int SALT = 0x5eed;
  private static final int FILE_BYTES = 16 << 20;

  /** The size of the entries in bytes. */
  @Param({"128", "4096"})
  public int payloadBytes;

  private MemoryDirectory directory = new MemoryDirectory();

  /**
   * Writes the frames.
   *
   * @throws IOException never
   */
  @Setup
  public void setUp() throws IOException {
    directory = new MemoryDirectory();
    ByteBuffer buffer = ByteBuffer.allocate(FILE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.position(FileHeader.BYTES);
    FrameEncoder encoder = new FrameEncoder();
    byte[] payload = new byte[payloadBytes];
    long id = 1;
    while (buffer.remaining() >= FrameFormat.frameBytes(payloadBytes)) {
      encoder.entry(buffer, SALT, FrameKind.ENTRY, id++, payload, 0, payloadBytes);
    }
    try (AppendFile file = directory.create("frames", 0)) {
      file.write(buffer.flip());
    }
  }

  /**
   * Scans all frames: the time is for the whole file.
   *
   * @return how many there are
   * @throws IOException never
   */
  @Benchmark
  public long scan() throws IOException {
    try (ReadFile file = directory.open("frames")) {
      FrameRun run = new FrameRun(file, FileType.SEGMENT, SALT, 1, FrameRun.WINDOW_BYTES);
      while (run.next() != FrameRun.Step.STOP) {
        run.payload();
      }
      return run.nextId();
    }
  }
}
