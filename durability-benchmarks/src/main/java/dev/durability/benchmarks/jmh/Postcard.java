package dev.durability.benchmarks.jmh;

import dev.durability.codec.PostcardCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Encoding and decoding a record of a few fields with the postcard codec. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class Postcard {

  /**
   * What is encoded.
   *
   * @param id a number
   * @param owner a text
   * @param tags a few texts
   * @param amount a number
   */
  public record Order(long id, String owner, List<String> tags, double amount) {}

  private static final Order ORDER =
      new Order(1_234_567, "customer-42", List.of("new", "paid", "express"), 99.95);

  /** Whether numbers are signed. */
  @Param({"signed", "unsigned"})
  public String integers = "signed";

  private final PostcardCodec<Order> signed = PostcardCodec.of(Order.class);
  private final PostcardCodec<Order> unsigned = PostcardCodec.ofUnsigned(Order.class);
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);

  private PostcardCodec<Order> codec() {
    return integers.equals("signed") ? signed : unsigned;
  }

  /**
   * Encodes.
   *
   * @return how many bytes
   * @throws IOException never
   */
  @Benchmark
  public int encode() throws IOException {
    out.reset();
    codec().encode(ORDER, out);
    return out.size();
  }

  /**
   * Encodes and decodes.
   *
   * @return an equal record
   * @throws IOException never
   */
  @Benchmark
  public Order encodeAndDecode() throws IOException {
    out.reset();
    codec().encode(ORDER, out);
    return codec()
        .decode(
            ByteBuffer.wrap(out.toByteArray()).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN));
  }
}
