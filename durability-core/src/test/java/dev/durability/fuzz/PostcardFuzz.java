package dev.durability.fuzz;

import dev.durability.codec.PostcardCodec;
import dev.durability.errors.CodecException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Any bytes, decoded as values of several types: refused, or a value that encodes to bytes which
 * decode to an equal one.
 */
public final class PostcardFuzz {
  private enum Color {
    RED,
    GREEN,
    BLUE
  }

  private sealed interface Shape permits Dot, Line, Group {}

  private record Dot(byte x, short y, int z, long w, boolean on, char letter) implements Shape {}

  private record Line(String name, float width, double length, Color color) implements Shape {}

  private record Group(
      List<Shape> shapes, Map<String, Shape> byName, Set<Integer> ids, Optional<Shape> first)
      implements Shape {}

  private record Numbers(
      OptionalInt a, OptionalLong b, OptionalDouble c, Optional<Boolean> d, List<Byte> octets) {}

  private record Many(List<List<Long>> lists, Map<Byte, Optional<String>> texts) {}

  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
  private static final List<PostcardCodec<?>> CODECS =
      List.of(
          PostcardCodec.of(Shape.class, LOOKUP),
          PostcardCodec.of(Numbers.class, LOOKUP),
          PostcardCodec.of(Many.class, LOOKUP),
          PostcardCodec.ofUnsigned(Dot.class, LOOKUP),
          PostcardCodec.ofUnsigned(Group.class, LOOKUP),
          PostcardCodec.of(Line.class, LOOKUP));

  private PostcardFuzz() {}

  /** Called by the fuzzer. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    Script script = new Script(input);
    PostcardCodec<?> codec = CODECS.get(script.below(CODECS.size()));
    byte[] bytes = script.rest();
    Heap.bounded(1_000_000 + 2000L * bytes.length, () -> decode(codec, bytes));
  }

  private static <T> void decode(PostcardCodec<T> codec, byte[] bytes) throws IOException {
    T value;
    try {
      value = codec.decode(ByteBuffer.wrap(bytes));
    } catch (CodecException refused) {
      return;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    codec.encode(value, out);
    Checks.same(codec.decode(ByteBuffer.wrap(out.toByteArray())), value, "decoded again");
  }
}
