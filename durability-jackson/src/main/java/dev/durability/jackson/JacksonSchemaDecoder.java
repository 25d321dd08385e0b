package dev.durability.jackson;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.codec.SchemaDecoder;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decodes JSON, and CBOR and Smile if their libraries are there, without any class. These formats
 * describe themselves, so the descriptor may be that of any program.
 */
public final class JacksonSchemaDecoder implements SchemaDecoder {

  /** Made by {@link java.util.ServiceLoader}. */
  public JacksonSchemaDecoder() {}

  @Override
  public boolean decodes(String mediaType) {
    return Format.of(mediaType).isPresent();
  }

  @Override
  public Decoder<Object> decoderOf(Schema written) throws SchemaException {
    JsonFactory factory =
        Format.of(written.mediaType())
            .orElseThrow(
                () ->
                    new SchemaException(
                        "Jackson decodes no " + written.mediaType() + " here", List.of()))
            .factory();
    return in -> decode(factory, in);
  }

  private static Object decode(JsonFactory factory, ByteBuffer in) throws CodecException {
    byte[] bytes = new byte[in.remaining()];
    in.get(bytes);
    try (JsonParser parser = factory.createParser(bytes)) {
      parser.nextToken();
      Object value = value(parser);
      if (parser.nextToken() != null) {
        throw new CodecException("there is more after the value");
      }
      return value;
    } catch (IOException | RuntimeException e) {
      throw e instanceof CodecException known
          ? known
          : new CodecException("decoding a value without its class: " + e.getMessage(), e);
    }
  }

  private static Object value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new CodecException("there is no value");
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, Object> map = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          map.put(name, value(parser));
        }
        yield map;
      }
      case START_ARRAY -> {
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser));
        }
        yield list;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> parser.getNumberValue();
      case VALUE_NUMBER_FLOAT -> fraction(parser);
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> Optional.empty();
      case VALUE_EMBEDDED_OBJECT -> parser.getBinaryValue();
      default -> throw new CodecException("there is a " + token + " instead of a value");
    };
  }

  /** In JSON all its digits, which a double would not have; in the others the number it is. */
  private static Number fraction(JsonParser parser) throws IOException {
    boolean isText = !parser.isNaN() && parser.getNumberTypeFP() == JsonParser.NumberTypeFP.UNKNOWN;
    return isText ? parser.getDecimalValue() : parser.getNumberValue();
  }
}
