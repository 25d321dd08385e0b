package dev.durability.protobuf;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Field;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Descriptors and messages from outside: only declared exceptions. {@code -Ddurability.seed}
 * chooses the first seed, {@code -Ddurability.fuzz} the number of tries.
 */
class ProtobufFuzzTest {
  private static final long FIRST_SEED = Long.getLong("durability.seed", 0);
  private static final long TRIES = Integer.getInteger("durability.fuzz", 1_000);

  private static final List<Message> PROTOTYPES =
      List.of(
          RandomMessages.prototype(RandomMessages.ALL_TYPES),
          RandomMessages.prototype(RandomMessages.SECOND_SYNTAX),
          Struct.getDefaultInstance(),
          Field.getDefaultInstance());

  @Test
  void mutatedBytesGiveAMessageOrACodecException() throws IOException {
    int read = 0;
    int refused = 0;
    for (Message prototype : PROTOTYPES) {
      ProtobufCodec<Message> codec = ProtobufCodec.of(prototype);
      Decoder<Object> shown = new ProtobufSchemaDecoder().decoderOf(codec.schema().orElseThrow());
      for (long seed = FIRST_SEED; seed < FIRST_SEED + TRIES; seed++) {
        Random random = new Random(seed);
        RandomMessages messages = new RandomMessages(random);
        byte[] bytes = messages.mutated(messages.next(prototype).toByteArray());
        if (seed % 5 == 0) {
          random.nextBytes(bytes);
        }
        for (Decoder<?> decoder : List.of(codec, shown)) {
          try {
            assertThat((Object) decoder.decode(ByteBuffer.wrap(bytes).asReadOnlyBuffer()))
                .isNotNull();
            read++;
          } catch (CodecException expected) {
            refused++;
          } catch (RuntimeException | Error e) {
            throw new AssertionError("seed=" + seed, e);
          }
        }
      }
    }
    assertThat(read).isPositive();
    assertThat(refused).isPositive();
  }

  @Test
  void mutatedDescriptorsAreReadOrRefused() throws IOException {
    int read = 0;
    int refused = 0;
    for (Message prototype : PROTOTYPES) {
      ProtobufCodec<Message> codec = ProtobufCodec.of(prototype);
      Schema schema = codec.schema().orElseThrow();
      byte[] descriptor = new byte[schema.descriptor().remaining()];
      schema.descriptor().get(descriptor);
      for (long seed = FIRST_SEED; seed < FIRST_SEED + TRIES; seed++) {
        Random random = new Random(seed);
        RandomMessages messages = new RandomMessages(random);
        byte[] bytes = messages.next(prototype).toByteArray();
        Schema mutated = Schema.of(schema.mediaType(), messages.mutated(descriptor));
        try {
          Decoder<Object> shown = new ProtobufSchemaDecoder().decoderOf(mutated);
          read++;
          tryDecode(shown, bytes);
          tryDecode(codec.decoderOf(Optional.of(mutated)), bytes);
        } catch (SchemaException expected) {
          refused++;
        } catch (RuntimeException | Error e) {
          throw new AssertionError(
              "seed=" + seed + " of " + prototype.getDescriptorForType().getFullName(), e);
        }
      }
    }
    assertThat(read).isPositive();
    assertThat(refused).isPositive();
  }

  private static void tryDecode(Decoder<?> decoder, byte[] bytes) throws IOException {
    try {
      assertThat((Object) decoder.decode(ByteBuffer.wrap(bytes).asReadOnlyBuffer())).isNotNull();
    } catch (CodecException expected) {
      // As it may be.
    }
  }

  /** A random change is refused, or each value is read as what it was, as far as names go. */
  @Test
  void whatIsReadAfterARandomChangeIsWhatWasWritten() throws IOException {
    int compared = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + TRIES / 2; seed++) {
      Random random = new Random(seed);
      Descriptor before = randomType(random);
      Descriptor now = randomType(random);
      ProtobufCodec<Message> writer = ProtobufCodec.of(RandomMessages.prototype(before));
      ProtobufCodec<DynamicMessage> reader = ProtobufCodec.of(RandomMessages.prototype(now));
      Decoder<DynamicMessage> decoder;
      try {
        decoder = reader.decoderOf(writer.schema());
      } catch (SchemaException refused) {
        continue;
      }
      Message value = new RandomMessages(random).next(RandomMessages.prototype(before));
      DynamicMessage read;
      try {
        read = decoder.decode(value.toByteString().asReadOnlyByteBuffer());
      } catch (CodecException doesNotFit) {
        continue;
      }
      for (var field : now.getFields()) {
        var written = before.findFieldByName(field.getName());
        if (written != null && written.getNumber() == field.getNumber()) {
          compared++;
          assertThat(plain(field, read.getField(field)))
              .as("seed=%s %s %s", seed, FieldText.of(written), FieldText.of(field))
              .isEqualTo(plain(written, value.getField(written)));
        }
      }
    }
    assertThat(compared).isGreaterThan(100);
  }

  private static final List<String> TYPES =
      List.of(
          "int32", "int64", "uint32", "bool", "sint32", "sint64", "fixed32", "sfixed32", "string");

  private static Descriptor randomType(Random random) {
    List<String> fields = new ArrayList<>();
    for (int number = 1; number <= 3; number++) {
      if (random.nextInt(4) > 0) {
        String label = List.of("", "optional ", "repeated ").get(random.nextInt(3));
        String type = TYPES.get(random.nextInt(8) == 0 ? 8 : random.nextInt(4));
        fields.add(label + type + " f" + number + " = " + number + ";");
      }
    }
    return ProtoText.message("message M { " + String.join(" ", fields) + " }");
  }

  /** Numbers in decimal, whatever their type; nothing, zero and a list of one alike. */
  private static String plain(FieldDescriptor field, Object value) {
    if (value instanceof List<?> list) {
      List<String> each = list.stream().map(one -> number(field, one)).toList();
      return each.size() == 1 ? plain(field, list.get(0)) : each.isEmpty() ? "" : each.toString();
    }
    String text = number(field, value);
    return text.equals("0") ? "" : text;
  }

  private static String number(FieldDescriptor field, Object value) {
    if (value instanceof Boolean bool) {
      return bool ? "1" : "0";
    }
    return value instanceof Integer number && WireNumber.isUnsigned(field)
        ? Integer.toUnsignedString(number)
        : value.toString();
  }
}
