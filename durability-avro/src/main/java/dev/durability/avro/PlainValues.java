package dev.durability.avro;

import dev.durability.errors.CodecException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** Makes values of the JDK of bytes and their schema. */
final class PlainValues {
  /** The text of a longer one takes long to make. */
  private static final int DECIMAL_BYTES_MAX = 1024;

  private static final Set<Schema.Type> NAMED =
      Set.of(Schema.Type.RECORD, Schema.Type.ENUM, Schema.Type.FIXED);

  private final Cursor in;

  private PlainValues(Cursor in) {
    this.in = in;
  }

  /**
   * Reads a value.
   *
   * @throws CodecException if the bytes are not exactly those of one
   */
  static Object read(Schema type, ByteBuffer bytes) throws CodecException {
    Cursor in = new Cursor(bytes);
    Object value = new PlainValues(in).value(type);
    in.end(type);
    return value;
  }

  private Object value(Schema type) throws CodecException {
    return switch (type.getType()) {
      case NULL -> Optional.empty();
      case BOOLEAN -> in.readBoolean();
      case INT -> in.readInt();
      case LONG -> in.readLong();
      case FLOAT -> in.readFloat();
      case DOUBLE -> in.readDouble();
      case STRING -> text();
      case BYTES -> bytes(in.read(in.readLength()), type);
      case FIXED -> bytes(in.read(type.getFixedSize()), type);
      case ENUM -> type.getEnumSymbols().get(in.readIndex(type.getEnumSymbols()));
      case UNION -> branch(type.getTypes());
      case ARRAY -> {
        List<Object> list = new ArrayList<>();
        Schema element = type.getElementType();
        in.blocks(() -> list.add(value(element)));
        yield list;
      }
      case MAP -> {
        Map<String, Object> map = new LinkedHashMap<>();
        Schema element = type.getValueType();
        in.blocks(() -> map.put(text(), value(element)));
        yield map;
      }
      case RECORD -> {
        in.enter();
        Map<String, Object> map = new LinkedHashMap<>();
        for (Schema.Field field : type.getFields()) {
          map.put(field.name(), value(field.schema()));
        }
        in.leave();
        yield map;
      }
    };
  }

  private Object branch(List<Schema> branches) throws CodecException {
    Schema branch = branches.get(in.readIndex(branches));
    Object value = value(branch);
    boolean told =
        branches.stream().filter(each -> each.getType() != Schema.Type.NULL).count() <= 1;
    return told || !NAMED.contains(branch.getType()) ? value : Map.of(branch.getName(), value);
  }

  private String text() throws CodecException {
    try {
      CharBuffer text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(in.read(in.readLength())));
      return text.toString();
    } catch (CharacterCodingException e) {
      throw new CodecException("decoding Avro: a string is not in UTF-8", e);
    }
  }

  private static Object bytes(byte[] bytes, Schema type) {
    return type.getLogicalType() instanceof LogicalTypes.Decimal decimal
            && bytes.length > 0
            && bytes.length <= DECIMAL_BYTES_MAX
        ? new BigDecimal(new BigInteger(bytes), decimal.getScale())
        : bytes;
  }
}
