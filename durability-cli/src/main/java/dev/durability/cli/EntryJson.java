package dev.durability.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.errors.SchemaException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Entries as JSON, by the schemas in the log. What has none, or an unknown one, is base64. */
final class EntryJson implements Codec<byte[]> {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final boolean showsText;

  /** What has no schema is base64. */
  EntryJson() {
    this(false);
  }

  private EntryJson(boolean showsText) {
    this.showsText = showsText;
  }

  /** For people: what has no schema is text if all of it can be read as such. */
  static EntryJson forPeople() {
    return new EntryJson(true);
  }

  @Override
  public void encode(byte[] value, OutputStream out) {
    throw new IllegalStateException("entries are only shown");
  }

  @Override
  public byte[] decode(ByteBuffer in) throws IOException {
    return showsText ? textOrBytes(in) : base64(in);
  }

  @Override
  public Decoder<byte[]> decoderOf(Optional<Schema> written) {
    if (written.isEmpty()) {
      return this;
    } else if (written.get().mediaType().equals(LineCodec.MEDIA_TYPE)) {
      return EntryJson::line;
    }
    try {
      Optional<Decoder<Object>> values = SchemaDecoders.of(written.get());
      return values.isEmpty() ? this : decoder(values.get());
    } catch (SchemaException ofLaterVersion) {
      return this;
    }
  }

  private static Decoder<byte[]> decoder(Decoder<Object> values) {
    return in -> json(values.decode(in));
  }

  /** Text as a string. A line that is no UTF-8 is bytes. */
  private static byte[] line(ByteBuffer in) throws IOException {
    int start = in.position();
    try {
      return json(StandardCharsets.UTF_8.newDecoder().decode(in).toString());
    } catch (CharacterCodingException binary) {
      return base64(in.position(start));
    }
  }

  private static byte[] textOrBytes(ByteBuffer in) throws IOException {
    int start = in.position();
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(in).toString();
      if (Printable.isText(text)) {
        return json(text);
      }
    } catch (CharacterCodingException binary) {
      // It is no text.
    }
    return base64(in.position(start));
  }

  private static byte[] base64(ByteBuffer in) throws IOException {
    return json(Map.of("base64", Codecs.bytes().decode(in)));
  }

  private static byte[] json(Object value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      write(json, value);
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator json, Object value) throws IOException {
    if (value instanceof Optional<?> optional) {
      if (optional.isPresent()) {
        write(json, optional.get());
      } else {
        json.writeNull();
      }
    } else if (value instanceof Map<?, ?> map) {
      writeMap(json, map);
    } else if (value instanceof Collection<?> elements) {
      json.writeStartArray();
      for (Object each : elements) {
        write(json, each);
      }
      json.writeEndArray();
    } else if (value instanceof byte[] bytes) {
      json.writeBinary(bytes);
    } else if (value instanceof Boolean truth) {
      json.writeBoolean(truth);
    } else if (value instanceof Number number) {
      writeNumber(json, number);
    } else {
      json.writeString(value.toString());
    }
  }

  /** An object if all keys are text, else an array of pairs. */
  private static void writeMap(JsonGenerator json, Map<?, ?> map) throws IOException {
    boolean isObject = map.keySet().stream().allMatch(String.class::isInstance);
    if (isObject) {
      json.writeStartObject();
    } else {
      json.writeStartArray();
    }
    for (Map.Entry<?, ?> each : map.entrySet()) {
      if (isObject) {
        json.writeFieldName((String) each.getKey());
        write(json, each.getValue());
      } else {
        json.writeStartArray();
        write(json, each.getKey());
        write(json, each.getValue());
        json.writeEndArray();
      }
    }
    if (isObject) {
      json.writeEndObject();
    } else {
      json.writeEndArray();
    }
  }

  /** With all its digits, also if a reader is going to round it. What is no number is a string. */
  private static void writeNumber(JsonGenerator json, Number number) throws IOException {
    boolean isFinite =
        !(number instanceof Double || number instanceof Float)
            || Double.isFinite(number.doubleValue());
    if (isFinite) {
      json.writeNumber(number.toString());
    } else {
      json.writeString(number.toString());
    }
  }
}
