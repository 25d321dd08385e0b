package dev.durability.cli;

import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.codec.SchemaDecoder;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a module might provide: the descriptor has names, and an entry a value for each. */
public final class PairsDecoder implements SchemaDecoder {
  static final String MEDIA_TYPE = "text/x-pairs";

  /** A descriptor that is damaged. */
  static final String DAMAGED = "?";

  /** Called by {@link java.util.ServiceLoader}. */
  public PairsDecoder() {}

  @Override
  public boolean decodes(String mediaType) {
    return mediaType.equals(MEDIA_TYPE);
  }

  @Override
  public Decoder<Object> decoderOf(Schema written) throws SchemaException {
    String descriptor = StandardCharsets.UTF_8.decode(written.descriptor()).toString();
    if (descriptor.equals(DAMAGED)) {
      throw new SchemaException("the descriptor is damaged", List.of());
    }
    String[] names = descriptor.split(",", -1);
    return in -> {
      String[] values = StandardCharsets.UTF_8.decode(in).toString().split(",", -1);
      if (values.length != names.length) {
        throw new CodecException("decoding pairs: the entry has " + values.length + " values");
      }
      Map<String, Object> pairs = new LinkedHashMap<>();
      for (int i = 0; i < names.length; i++) {
        pairs.put(names[i], value(values[i]));
      }
      return pairs;
    };
  }

  private static Object value(String text) {
    return switch (text.isEmpty() ? ' ' : text.charAt(0)) {
      case ' ' -> Optional.empty();
      case 'd' -> new BigDecimal(text.substring(1));
      case 'i' -> new BigInteger(text.substring(1));
      case 'b' -> text.substring(1).getBytes(StandardCharsets.UTF_8);
      case 'f' -> Double.parseDouble(text.substring(1));
      case 's' -> Optional.of(text.substring(1));
      case 'n' -> Short.parseShort(text.substring(1));
      case 't' -> Boolean.parseBoolean(text.substring(1));
      default -> new ArrayList<Object>(List.of(text));
    };
  }
}
