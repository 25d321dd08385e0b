package dev.durability.kotlin;

import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.codec.SchemaDecoder;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kotlinx.serialization.json.Json;
import kotlinx.serialization.json.JsonArray;
import kotlinx.serialization.json.JsonElement;
import kotlinx.serialization.json.JsonNull;
import kotlinx.serialization.json.JsonObject;
import kotlinx.serialization.json.JsonPrimitive;

/** Decodes the JSON of Kotlin without its classes: objects are maps, and arrays are lists. */
public final class KotlinSchemaDecoder implements SchemaDecoder {
  /** More digits than any number of Kotlin has; reading many takes the square of their time. */
  private static final int NUMBER_CHARACTERS_MAX = 400;

  /** Creates the decoder, for {@link java.util.ServiceLoader}. */
  public KotlinSchemaDecoder() {}

  @Override
  public boolean decodes(String mediaType) {
    return mediaType.equals(KotlinCodec.MEDIA_TYPE);
  }

  @Override
  public Decoder<Object> decoderOf(Schema written) throws SchemaException {
    Shape.Description unused = KotlinCodec.parse(written); // A damaged one is told.
    return in -> {
      try {
        String text = KotlinCodec.text(in);
        if (!Nesting.isAtMost(KotlinCodec.DEPTH_MAX, text)) {
          throw new CodecException(
              "decoding JSON: it is nested more than " + KotlinCodec.DEPTH_MAX + " deep");
        }
        return show(Json.Default.parseToJsonElement(text));
      } catch (CodecException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        throw new CodecException("decoding JSON: " + e, e);
      }
    };
  }

  private static Object show(JsonElement json) {
    if (json instanceof JsonObject object) {
      Map<String, Object> map = new LinkedHashMap<>();
      for (Map.Entry<String, JsonElement> each : object.entrySet()) {
        map.put(each.getKey(), show(each.getValue()));
      }
      return map;
    } else if (json instanceof JsonArray array) {
      List<Object> list = new ArrayList<>(array.size());
      for (JsonElement each : array) {
        list.add(show(each));
      }
      return list;
    } else if (json instanceof JsonNull) {
      return Optional.empty();
    }
    return scalar((JsonPrimitive) json);
  }

  private static Object scalar(JsonPrimitive json) {
    String content = json.getContent();
    if (json.isString()) {
      return content;
    } else if (content.equals("true") || content.equals("false")) {
      return content.equals("true");
    } else if (content.equals("NaN") || content.endsWith("Infinity")) {
      return Double.valueOf(content);
    } else if (content.length() > NUMBER_CHARACTERS_MAX) {
      throw new NumberFormatException("a number has " + content.length() + " characters");
    }
    BigDecimal number = new BigDecimal(content);
    if (content.chars().anyMatch(each -> each == '.' || each == 'e' || each == 'E')) {
      return number;
    }
    BigInteger whole = number.toBigIntegerExact();
    if (whole.bitLength() < Long.SIZE) {
      return whole.longValue();
    }
    return whole;
  }
}
