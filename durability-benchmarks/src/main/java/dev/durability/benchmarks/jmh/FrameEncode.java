package dev.durability.benchmarks.jmh;

import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
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

/** Putting an entry into a buffer as a frame, with its checksum. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FrameEncode {
  private static final int SALT = 0x5eed;

  /** The size of the entry in bytes. */
  @Param({"128", "4096"})
  public int payloadBytes;

  private final FrameEncoder encoder = new FrameEncoder();
  private byte[] payload = new byte[0];
  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private long id;

  /** Makes the entry and the buffer. */
  @Setup
  public void setUp() {
    payload = new byte[payloadBytes];
    new Random(1).nextBytes(payload);
    buffer = ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Encodes one frame, at the start of the buffer again once it is full.
   *
   * @return the buffer
   */
  @Benchmark
  public ByteBuffer encode() {
    if (buffer.remaining() < FrameFormat.frameBytes(payloadBytes)) {
      buffer.clear();
    }
    encoder.entry(buffer, SALT, FrameKind.ENTRY, ++id, payload, 0, payloadBytes);
    return buffer;
  }
}
