package dev.durability.protobuf;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.durability.errors.CodecException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A message that was read by its descriptor alone. A message takes memory for what is in its bytes
 * only: one of the library takes some for each oneof of its descriptor, too, which may be hostile.
 */
final class WrittenMessage {
  /** A message without fields: all that is in it is unknown. */
  private static final Descriptor NOTHING = Empty.getDescriptor();

  private final Descriptor type;

  /** A value, or a list of them. Null if there is none, as in most messages of hostile bytes. */
  private @Nullable SortedMap<FieldDescriptor, Object> fields;

  private @Nullable SortedMap<Integer, List<Object>> unknown;
  private @Nullable Map<OneofDescriptor, FieldDescriptor> chosen;

  private WrittenMessage(Descriptor type) {
    this.type = type;
  }

  /**
   * Reads a message.
   *
   * @throws CodecException if the bytes are not those of a message
   */
  static WrittenMessage read(Descriptor type, ByteBuffer in) throws CodecException {
    WrittenMessage message = new WrittenMessage(type);
    try {
      message.readFrom(CodedInputStream.newInstance(in), 0, 0);
    } catch (IOException | RuntimeException e) {
      throw new CodecException("decoding a " + type.getFullName() + ": " + e, e);
    }
    return message;
  }

  /** {@return the fields that are there, in the order of their declaration} */
  Map<FieldDescriptor, Object> fields() {
    return fields == null ? Map.of() : Collections.unmodifiableMap(fields);
  }

  /**
   * Reads fields, up to the end of the message.
   *
   * @param depth how many messages this is within
   * @param group the number of the group that this is, or 0
   */
  private void readFrom(CodedInputStream in, int depth, int group) throws IOException {
    if (depth > ProtobufCodec.DEPTH_MAX) {
      throw new InvalidProtocolBufferException(
          "messages are nested more than " + ProtobufCodec.DEPTH_MAX + " deep");
    }
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int number = WireFormat.getTagFieldNumber(tag);
      int wire = WireFormat.getTagWireType(tag);
      if (wire == WireFormat.WIRETYPE_END_GROUP) {
        requireEnd(number == group);
        return;
      }
      FieldDescriptor field = type.findFieldByNumber(number);
      if (field != null && wire == field.getLiteType().getWireType()) {
        put(field, in, depth);
      } else if (field != null
          && field.isPackable()
          && wire == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        int limit = in.pushLimit(in.readRawVarint32());
        while (in.getBytesUntilLimit() > 0) {
          put(field, in, depth);
        }
        in.popLimit(limit);
      } else {
        unknown(number, wire, in, depth);
      }
    }
    requireEnd(group == 0);
  }

  private static void requireEnd(boolean here) throws IOException {
    if (!here) {
      throw new InvalidProtocolBufferException("a group has no end, or an end has no group");
    }
  }

  private void put(FieldDescriptor field, CodedInputStream in, int depth) throws IOException {
    if (fields == null) {
      fields = new TreeMap<>(Comparator.comparingInt(FieldDescriptor::getIndex));
    }
    OneofDescriptor oneof = field.getRealContainingOneof();
    if (oneof != null) {
      chosen = chosen == null ? new HashMap<>() : chosen;
      FieldDescriptor before = chosen.put(oneof, field);
      if (before != null && before != field) {
        fields.remove(before);
      }
    }
    Object before = fields.get(field);
    if (!field.isRepeated() && before instanceof WrittenMessage message) {
      message.readContent(field, in, depth); // The parts of one message may stand apart.
    } else if (!field.isRepeated()) {
      fields.put(field, value(field, in, depth));
    } else {
      listOf(before, field, fields).add(value(field, in, depth));
    }
  }

  @SuppressWarnings("unchecked") // Repeated fields have only lists.
  private static <K> List<Object> listOf(@Nullable Object before, K key, Map<K, Object> map) {
    if (before != null) {
      return (List<Object>) before;
    }
    List<Object> list = new ArrayList<>(1);
    map.put(key, list);
    return list;
  }

  private void readContent(FieldDescriptor field, CodedInputStream in, int depth)
      throws IOException {
    if (field.getType() == FieldDescriptor.Type.GROUP) {
      readFrom(in, depth + 1, field.getNumber());
    } else {
      int limit = in.pushLimit(in.readRawVarint32());
      readFrom(in, depth + 1, 0);
      in.checkLastTagWas(0);
      in.popLimit(limit);
    }
  }

  private static Object value(FieldDescriptor field, CodedInputStream in, int depth)
      throws IOException {
    return switch (field.getType()) {
      case BOOL -> in.readBool();
      case INT32 -> (long) in.readInt32();
      case SINT32 -> (long) in.readSInt32();
      case SFIXED32 -> (long) in.readSFixed32();
      case UINT32 -> Integer.toUnsignedLong(in.readUInt32());
      case FIXED32 -> Integer.toUnsignedLong(in.readFixed32());
      case INT64 -> in.readInt64();
      case SINT64 -> in.readSInt64();
      case SFIXED64 -> in.readSFixed64();
      case UINT64 -> unsigned(in.readUInt64());
      case FIXED64 -> unsigned(in.readFixed64());
      case ENUM -> (long) in.readEnum();
      case FLOAT -> in.readFloat();
      case DOUBLE -> in.readDouble();
      case STRING -> in.readString();
      case BYTES -> in.readBytes();
      case MESSAGE, GROUP -> {
        WrittenMessage message = new WrittenMessage(field.getMessageType());
        message.readContent(field, in, depth);
        yield message;
      }
    };
  }

  private static Object unsigned(long bits) {
    if (bits >= 0) {
      return bits;
    }
    return new BigInteger(Long.toUnsignedString(bits));
  }

  /** What the descriptor does not have: a program kept it for a later one. */
  private void unknown(int number, int wire, CodedInputStream in, int depth) throws IOException {
    Object value =
        switch (wire) {
          case WireFormat.WIRETYPE_VARINT -> unsigned(in.readUInt64());
          case WireFormat.WIRETYPE_FIXED64 -> unsigned(in.readFixed64());
          case WireFormat.WIRETYPE_FIXED32 -> Integer.toUnsignedLong(in.readFixed32());
          case WireFormat.WIRETYPE_LENGTH_DELIMITED -> in.readBytes();
          case WireFormat.WIRETYPE_START_GROUP -> {
            WrittenMessage message = new WrittenMessage(NOTHING);
            message.readFrom(in, depth + 1, number);
            yield message;
          }
          default -> throw new InvalidProtocolBufferException("there is no wire type " + wire);
        };
    unknown = unknown == null ? new TreeMap<>() : unknown;
    unknown.computeIfAbsent(number, unused -> new ArrayList<>(1)).add(value);
  }

  /** {@return the message as a map from the names of its fields, then the numbers of others} */
  Map<String, Object> show() {
    Map<String, Object> shown = new LinkedHashMap<>();
    fields().forEach((field, value) -> shown.put(field.getName(), show(field, value)));
    if (unknown != null) {
      unknown.forEach(
          (number, values) -> {
            List<Object> each = values.stream().map(WrittenMessage::show).toList();
            shown.put(number.toString(), each.size() == 1 ? each.get(0) : each);
          });
    }
    return shown;
  }

  private static Object show(FieldDescriptor field, Object value) {
    if (field.isMapField()) {
      Map<Object, Object> map = new LinkedHashMap<>();
      FieldDescriptor keys = field.getMessageType().findFieldByNumber(1);
      FieldDescriptor values = field.getMessageType().findFieldByNumber(2);
      for (Object each : (List<?>) value) {
        Map<FieldDescriptor, Object> entry = ((WrittenMessage) each).fields();
        map.put(showOrDefault(keys, entry.get(keys)), showOrDefault(values, entry.get(values)));
      }
      return map;
    } else if (value instanceof List<?> list) {
      List<Object> shown = new ArrayList<>(list.size());
      list.forEach(each -> shown.add(one(field, each)));
      return shown;
    }
    return one(field, value);
  }

  private static Object showOrDefault(FieldDescriptor field, @Nullable Object value) {
    if (value != null) {
      return one(field, value);
    }
    return switch (field.getJavaType()) {
      case BOOLEAN -> false;
      case INT, LONG -> 0L;
      case FLOAT -> 0f;
      case DOUBLE -> 0d;
      case STRING -> "";
      case BYTE_STRING -> new byte[0];
      case ENUM -> one(field, (long) field.getEnumType().getValues().get(0).getNumber());
      case MESSAGE -> Map.of();
    };
  }

  /** A constant is its name. One that the enum does not have, as a later one may, is its number. */
  private static Object one(FieldDescriptor field, Object value) {
    if (field.getType() == FieldDescriptor.Type.ENUM) {
      EnumValueDescriptor constant =
          field.getEnumType().findValueByNumber(((Long) value).intValue());
      return constant == null ? value : constant.getName();
    }
    return show(value);
  }

  private static Object show(Object value) {
    if (value instanceof WrittenMessage message) {
      return message.show();
    }
    return value instanceof ByteString bytes ? bytes.toByteArray() : value;
  }
}
