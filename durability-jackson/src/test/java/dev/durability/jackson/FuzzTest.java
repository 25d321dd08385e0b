package dev.durability.jackson;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import dev.durability.jackson.JacksonCodecTest.Circle;
import dev.durability.jackson.JacksonCodecTest.Colour;
import dev.durability.jackson.JacksonCodecTest.Figure;
import dev.durability.jackson.JacksonCodecTest.Square;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Bytes and descriptors from outside give a value or a declared exception. {@code
 * -Ddurability.seed} chooses the seed, {@code -Ddurability.fuzz} the number of tries.
 */
class FuzzTest {
  private static final int TRIES = Integer.getInteger("durability.fuzz", 3000);

  record Holder(
      Map<String, Figure> figures, Optional<byte[]> bytes, Object any, List<Double> list) {}

  private static final Holder VALUE =
      new Holder(
          Map.of("a", new Square(1, Optional.of(new Circle(2, Colour.RED)))),
          Optional.of(new byte[] {1, 2, 3}),
          List.of(Map.of("x", 1), "text", 1.5),
          List.of(1.0, 2.0));

  @Test
  void mutatedAndRandomBytesGiveAValueOrACodecException() throws Exception {
    long seed = Long.getLong("durability.seed", 1);
    int read = 0;
    int refused = 0;
    for (ObjectMapper mapper : Mappers.all()) {
      JacksonCodec<Holder> codec = JacksonCodec.of(Holder.class, mapper);
      Decoder<Object> plain = new JacksonSchemaDecoder().decoderOf(codec.schema().orElseThrow());
      byte[] valid = Bytes.encode(codec, VALUE);
      Random random = new Random(seed);
      for (int i = 0; i < TRIES; i++) {
        byte[] bytes = mutated(valid, random);
        for (Decoder<?> decoder : List.of(codec, plain)) {
          if (gives(decoder, bytes, mapper.getFactory().getFormatName() + ", seed " + seed)) {
            read++;
          } else {
            refused++;
          }
        }
      }
    }
    assertThat(read).isPositive();
    assertThat(refused).isGreaterThan(read);
  }

  @Test
  void mutatedDescriptorsGiveADecoderOrASchemaException() throws Exception {
    long seed = Long.getLong("durability.seed", 1);
    JacksonCodec<Holder> codec =
        JacksonCodec.of(Holder.class, Mappers.json()).ignoring(Circle.class, "radius");
    Schema own = codec.schema().orElseThrow();
    byte[] valid = new byte[own.descriptor().remaining()];
    own.descriptor().get(valid);
    byte[] value = Bytes.encode(codec, VALUE);
    Random random = new Random(seed);
    int accepted = 0;
    for (int i = 0; i < TRIES; i++) {
      byte[] descriptor = i % 10 == 0 ? renamedConstant(valid, random) : mutated(valid, random);
      try {
        Decoder<Holder> decoder =
            codec.decoderOf(Optional.of(Schema.of(own.mediaType(), descriptor)));
        accepted++;
        boolean unused = gives(decoder, value, "seed " + seed);
      } catch (SchemaException e) {
        assertThat(e).hasMessageNotContaining("NullPointer");
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", try " + i, e);
      }
    }
    assertThat(accepted).isPositive();
  }

  /** A change that is read. */
  private static byte[] renamedConstant(byte[] descriptor, Random random) {
    return new String(descriptor, UTF_8)
        .replace("\"GREEN\"", "\"G" + random.nextInt(1000) + "\"")
        .getBytes(UTF_8);
  }

  private static boolean gives(Decoder<?> decoder, byte[] bytes, String what) throws IOException {
    try {
      assertThat(Bytes.<Object>decode(decoder::decode, bytes)).isNotNull();
      return true;
    } catch (CodecException e) {
      return false;
    } catch (RuntimeException e) {
      throw new AssertionError(what + ": " + Arrays.toString(bytes), e);
    }
  }

  private static byte[] mutated(byte[] valid, Random random) {
    byte[] bytes = valid.clone();
    switch (random.nextInt(5)) {
      case 0 -> {
        return Arrays.copyOf(bytes, random.nextInt(bytes.length));
      }
      case 1 -> {
        bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
      }
      case 2 -> {
        int from = random.nextInt(bytes.length);
        int to = random.nextInt(bytes.length);
        int count = random.nextInt(bytes.length - Math.max(from, to) + 1);
        System.arraycopy(valid, from, bytes, to, count);
      }
      default -> {
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
      }
    }
    return bytes;
  }
}
