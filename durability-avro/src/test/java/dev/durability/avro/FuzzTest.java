package dev.durability.avro;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.durability.codec.Decoder;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.util.RandomData;
import org.junit.jupiter.api.Test;

/**
 * Random schemas and values of them are read as they were written; mutated bytes and descriptors
 * give a value or a declared exception. {@code -Ddurability.seed} chooses the seed, {@code
 * -Ddurability.fuzz} the number of tries.
 */
class FuzzTest {
  private static final int TRIES = Integer.getInteger("durability.fuzz", 2000);

  private final long seed = Long.getLong("durability.seed", 1);
  private final Random random = new Random(seed);
  private int names;

  /** A random schema, whose elements of arrays take bytes. */
  private Schema schema(int depth, boolean inUnion) {
    int kind = random.nextInt(depth == 0 ? 7 : inUnion ? 11 : 12);
    return switch (kind) {
      case 0 -> Schema.create(Schema.Type.BOOLEAN);
      case 1 -> Schema.create(Schema.Type.INT);
      case 2 -> Schema.create(Schema.Type.LONG);
      case 3 -> Schema.create(Schema.Type.FLOAT);
      case 4 -> Schema.create(Schema.Type.DOUBLE);
      case 5 -> Schema.create(Schema.Type.STRING);
      case 6 -> Schema.create(Schema.Type.BYTES);
      case 7 -> Schema.createArray(schema(depth - 1, false));
      case 8 -> Schema.createMap(schema(depth - 1, false));
      case 9 ->
          random.nextBoolean()
              ? Schema.createFixed("F" + names++, null, null, 1 + random.nextInt(4))
              : Schema.createEnum("E" + names++, null, null, List.of("A", "B", "C"));
      case 10 -> {
        Schema record = Schema.createRecord("R" + names++, null, null, false);
        List<Schema.Field> fields = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
          fields.add(new Schema.Field("f" + i, schema(depth - 1, false)));
        }
        record.setFields(fields);
        yield record;
      }
      default -> Schema.createUnion(Schema.create(Schema.Type.NULL), schema(depth - 1, true));
    };
  }

  @Test
  void randomValuesOfRandomSchemasAreReadAsTheyWereWritten() throws Exception {
    for (int i = 0; i < 300; i++) {
      Schema type = schema(4, false);
      AvroCodec<Object> codec = AvroCodec.of(type, new GenericData());
      Decoder<Object> plain = new AvroSchemaDecoder().decoderOf(codec.schema().orElseThrow());
      for (Object value : new RandomData(type, 5, random.nextLong())) {
        byte[] bytes = Bytes.encode(codec, value);
        Object read = Bytes.decode(codec, bytes);
        String what = "seed " + seed + ", schema " + i + ": " + type;
        assertThat(tree(read)).as(what).isEqualTo(tree(value));
        assertThat(Bytes.decode(plain, bytes)).as(what).isNotNull();
      }
    }
  }

  /** Maps in it compare by their content, whatever the order. */
  private static JsonNode tree(Object value) throws IOException {
    return new ObjectMapper().readTree(GenericData.get().toString(value));
  }

  @Test
  void mutatedBytesGiveAValueOrACodecException() throws Exception {
    int read = 0;
    int refused = 0;
    for (int i = 0; i < TRIES / 10; i++) {
      Schema type = schema(4, false);
      AvroCodec<Object> codec = AvroCodec.of(type, new GenericData());
      Decoder<Object> plain = new AvroSchemaDecoder().decoderOf(codec.schema().orElseThrow());
      byte[] valid =
          Bytes.encode(codec, new RandomData(type, 1, random.nextLong()).iterator().next());
      for (int j = 0; j < 10; j++) {
        byte[] bytes = mutated(valid);
        for (Decoder<Object> decoder : List.of(codec, plain)) {
          if (gives(decoder, bytes, type.toString())) {
            read++;
          } else {
            refused++;
          }
        }
      }
    }
    assertThat(read).isPositive();
    assertThat(refused).isPositive();
  }

  @Test
  void mutatedSchemasGiveADecoderOrASchemaException() throws Exception {
    Schema own =
        new Schema.Parser()
            .parse(
                ("{'type':'record','name':'A','fields':[{'name':'b','type':'int','default':1},"
                        + "{'name':'c','type':['null','string','A'],'default':null,"
                        + "'aliases':['d']},{'name':'e','type':{'type':'array','items':"
                        + "{'type':'enum','name':'E','symbols':['X','Y'],'default':'X'}},"
                        + "'default':[]}]}")
                    .replace('\'', '"'));
    AvroCodec<Object> codec = AvroCodec.of(own, new GenericData());
    byte[] valid = own.toString().getBytes(UTF_8);
    byte[] value = Bytes.encode(codec, new RandomData(own, 1, 7).iterator().next());
    int accepted = 0;
    for (int i = 0; i < TRIES; i++) {
      byte[] descriptor = mutated(valid);
      var written = dev.durability.codec.Schema.of("avro/binary", descriptor);
      try {
        boolean unused = gives(new AvroSchemaDecoder().decoderOf(written), mutated(value), "plain");
        unused = gives(codec.decoderOf(Optional.of(written)), mutated(value), "resolved");
        accepted++;
      } catch (SchemaException e) {
        assertThat(e.getMessage()).isNotEmpty();
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + new String(descriptor, UTF_8), e);
      }
    }
    assertThat(accepted).isPositive();
  }

  private boolean gives(Decoder<Object> decoder, byte[] bytes, String what) throws IOException {
    try {
      Object unused = Bytes.decode(decoder, bytes);
      return true;
    } catch (CodecException e) {
      return false;
    } catch (RuntimeException e) {
      throw new AssertionError("seed " + seed + ", " + what + Arrays.toString(bytes), e);
    }
  }

  private byte[] mutated(byte[] valid) {
    if (valid.length == 0 || random.nextInt(4) == 0) {
      byte[] bytes = new byte[random.nextInt(30)];
      random.nextBytes(bytes);
      return bytes;
    }
    byte[] bytes = valid.clone();
    if (random.nextInt(4) == 0) {
      return Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128);
    }
    return bytes;
  }
}
