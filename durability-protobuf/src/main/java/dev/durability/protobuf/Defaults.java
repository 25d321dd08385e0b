package dev.durability.protobuf;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import java.math.BigInteger;

/**
 * What a field that holds no message has if it is not set, alike for types that read each other.
 */
final class Defaults {
  private Defaults() {}

  static Object of(FieldDescriptor field) {
    if (field.isRepeated() || field.getJavaType() == JavaType.MESSAGE) {
      return none(field);
    }
    Object value = field.getDefaultValue();
    if (value instanceof Boolean bool) {
      return bool ? BigInteger.ONE : BigInteger.ZERO;
    } else if (value instanceof EnumValueDescriptor constant) {
      return BigInteger.valueOf(constant.getNumber());
    } else if (value instanceof String text) {
      return ByteString.copyFromUtf8(text);
    } else if (value instanceof Integer number) {
      return WireNumber.isUnsigned(field)
          ? BigInteger.valueOf(Integer.toUnsignedLong(number))
          : BigInteger.valueOf(number);
    } else if (value instanceof Long number) {
      return WireNumber.isUnsigned(field)
          ? new BigInteger(Long.toUnsignedString(number))
          : BigInteger.valueOf(number);
    }
    return value;
  }

  /** What stands for an empty list: a type's own default. */
  private static Object none(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case FLOAT -> 0f;
      case DOUBLE -> 0d;
      case STRING, BYTE_STRING, MESSAGE -> ByteString.EMPTY;
      case INT, LONG, BOOLEAN, ENUM -> BigInteger.ZERO;
    };
  }

  static String text(FieldDescriptor field) {
    if (field.isRepeated()) {
      return "empty";
    }
    Object value = field.getDefaultValue();
    if (value instanceof EnumValueDescriptor constant) {
      return constant.getName();
    }
    return value instanceof Integer || value instanceof Long
        ? of(field).toString()
        : "\"" + value + "\"";
  }
}
