package dev.durability.benchmarks.scenario;

import com.sun.management.ThreadMXBean;
import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Heat;
import dev.durability.benchmarks.Report;
import dev.durability.benchmarks.Settings;
import dev.durability.benchmarks.Standing;
import dev.durability.benchmarks.Target;
import dev.durability.benchmarks.codec.Orders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** The codecs beside each other, in memory: rates, and what an operation allocates. */
final class CodecHeats implements Scenario.Measurement {
  private static final int WARM_UP = 20_000;
  private static final int COUNTED = 10_000;

  /** What is done with a value. */
  private enum Work {
    ENCODE,
    DECODE
  }

  @Override
  public List<Report> run(Settings settings, Path directory, PrintStream log) throws Exception {
    List<Report> reports = new ArrayList<>();
    for (Work work : Work.values()) {
      String name = work.name().toLowerCase(Locale.ROOT);
      List<Coding<?>> contestants = new ArrayList<>();
      for (Orders<?> orders : Orders.all()) {
        contestants.add(new Coding<>(orders, work));
      }
      reports.add(
          new Heat(name, "an order of four fields", "orders", Target.NONE, contestants)
              .note("In memory, one thread. The guarantee is how many bytes the order takes.")
              .run(settings, directory, log));
      reports.add(allocation(name + ", memory", contestants, settings));
    }
    return reports;
  }

  private static Report allocation(String part, List<Coding<?>> contestants, Settings settings)
      throws IOException {
    List<Standing> standings = new ArrayList<>();
    for (Coding<?> each : contestants) {
      each.repeat(WARM_UP);
      List<Double> figures = new ArrayList<>();
      for (int round = 0; round < settings.rounds(); round++) {
        long before = allocated();
        each.repeat(COUNTED);
        figures.add((double) (allocated() - before) / COUNTED);
      }
      standings.add(
          new Standing(each.name(), each.role(), each.guarantee(), figures, List.of(), null, null));
    }
    return new Report(
        part,
        "an order of four fields",
        "bytes allocated an operation",
        "",
        Target.NONE,
        standings,
        List.of());
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  /** One codec at work. */
  private static final class Coding<T> extends Contestant {
    private final Orders<T> orders;
    private final Work work;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteBuffer encoded;
    private long sum;

    /** Kept in a field, so that the compiler cannot leave out making it. */
    private @Nullable T decoded;

    Coding(Orders<T> orders, Work work) throws IOException {
      this(orders, work, encode(orders));
    }

    private Coding(Orders<T> orders, Work work, byte[] encoded) throws IOException {
      super(orders.name(), orders.role(), encoded.length + " bytes");
      this.orders = orders;
      this.work = work;
      this.encoded = ByteBuffer.wrap(encoded).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
      requireRead(encoded);
    }

    /** What is decoded is the order. Strings of Avro are its own, so the bytes are compared. */
    private void requireRead(byte[] expected) throws IOException {
      T order = orders.codec().decode(encoded);
      byte[] again = encode(new Orders<>(orders.name(), orders.role(), orders.codec(), order));
      if (!Arrays.equals(again, expected)) {
        throw new IOException(name() + " does not read the order that it wrote");
      }
    }

    private static <T> byte[] encode(Orders<T> orders) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      orders.codec().encode(orders.order(), bytes);
      return bytes.toByteArray();
    }

    @Override
    public void open(Path directory) {}

    @Override
    public long run(long operations, @Nullable Histogram latencies) throws IOException {
      long start = System.nanoTime();
      repeat(operations);
      return System.nanoTime() - start;
    }

    void repeat(long operations) throws IOException {
      for (long i = 0; i < operations; i++) {
        if (work == Work.ENCODE) {
          out.reset();
          orders.codec().encode(orders.order(), out);
          sum += out.size();
        } else {
          encoded.rewind();
          decoded = orders.codec().decode(encoded);
          sum++;
        }
      }
      if (sum == 0 || (work == Work.DECODE && decoded == null)) {
        throw new IOException(name() + " did nothing");
      }
    }

    @Override
    public void close() {}
  }
}
