package dev.durability.fuzz;

import dev.durability.codec.Decoder;
import dev.durability.codec.PostcardCodec;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Any text as the schema of any bytes, read without classes and as a type of the program: refused,
 * or a value, in bounded memory.
 */
public final class SchemaFuzz {
  private enum Color {
    RED,
    GREEN
  }

  private sealed interface Shape permits Dot, Group {}

  private record Dot(long x, Optional<Color> color, double size) implements Shape {}

  private record Group(
      List<Shape> shapes, Map<String, Shape> byName, Set<Integer> ids, Optional<Group> next)
      implements Shape {}

  private record Values(UUID id, BigDecimal price, Instant at, ZonedDateTime until) {}

  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
  private static final List<PostcardCodec<?>> CODECS =
      List.of(
          PostcardCodec.of(Shape.class, LOOKUP),
          PostcardCodec.of(Values.class, LOOKUP),
          PostcardCodec.ofUnsigned(Dot.class, LOOKUP)
              .withDefault(Dot.class, "x", 1L)
              .withDefault(Dot.class, "size", 1.0)
              .renamed(Dot.class, "Point"));

  private SchemaFuzz() {}

  /** Called by the fuzzer. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    Script script = new Script(input);
    PostcardCodec<?> codec = CODECS.get(script.below(CODECS.size()));
    byte[] rest = script.rest();
    int end = 0;
    while (end < rest.length && rest[end] != 0) {
      end++;
    }
    Schema schema = Schema.of(PostcardCodec.MEDIA_TYPE, Arrays.copyOf(rest, end));
    byte[] value = Arrays.copyOfRange(rest, Math.min(end + 1, rest.length), rest.length);
    Heap.bounded(
        2_000_000 + 2000L * end + 20_000L * value.length,
        () -> {
          decode(() -> PostcardCodec.withoutClasses(schema), value);
          decode(() -> codec.decoderOf(Optional.of(schema)), value);
        });
  }

  private interface Source {
    Decoder<?> decoder() throws SchemaException;
  }

  private static void decode(Source source, byte[] value) throws IOException {
    Decoder<?> decoder;
    try {
      decoder = source.decoder();
    } catch (SchemaException refused) {
      return;
    }
    try {
      Checks.that(decoder.decode(ByteBuffer.wrap(value)) != null, "a value");
    } catch (CodecException refused) {
      return;
    }
  }
}
