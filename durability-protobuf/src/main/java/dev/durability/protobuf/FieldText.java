package dev.durability.protobuf;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import java.util.Locale;

/** Fields in the words of a .proto file. */
final class FieldText {
  private FieldText() {}

  /** {@return such as {@code keys: repeated string}} */
  static String of(FieldDescriptor field) {
    return field.getName() + ": " + type(field);
  }

  /** {@return such as {@code repeated string}} */
  static String type(FieldDescriptor field) {
    if (field.isMapField()) {
      return "map<"
          + name(field.getMessageType().findFieldByNumber(1))
          + ", "
          + name(field.getMessageType().findFieldByNumber(2))
          + ">";
    } else if (field.isRepeated()) {
      return "repeated " + name(field);
    }
    return (field.isRequired() ? "required " : "") + name(field);
  }

  private static String name(FieldDescriptor field) {
    if (field.getJavaType() == JavaType.MESSAGE) {
      return field.getMessageType().getFullName();
    } else if (field.getJavaType() == JavaType.ENUM) {
      return field.getEnumType().getFullName();
    }
    return field.getType().name().toLowerCase(Locale.ROOT);
  }
}
