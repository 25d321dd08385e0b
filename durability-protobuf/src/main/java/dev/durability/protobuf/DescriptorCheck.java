package dev.durability.protobuf;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import dev.durability.errors.SchemaException;

/**
 * Checks a file of a descriptor that comes from outside, before the library of Protocol Buffers
 * resolves its names: what {@link DescriptorSet} writes passes. So resolving takes time and memory
 * in proportion to its bytes.
 */
final class DescriptorCheck {
  /** How deep messages may be declared within each other. The compiler stops at 32, too. */
  private static final int NESTING_MAX = 32;

  private static final int FULL_NAME_MAX = 512;
  private static final int PACKAGE_PARTS_MAX = 64;

  private DescriptorCheck() {}

  static void check(FileDescriptorProto file) throws SchemaException {
    String name = file.getPackage();
    if (name.chars().filter(each -> each == '.').count() >= PACKAGE_PARTS_MAX) {
      throw failure("a package has more than " + PACKAGE_PARTS_MAX + " parts");
    }
    if (file.getPublicDependencyCount() > 0
        || file.getWeakDependencyCount() > 0
        || file.getExtensionCount() > 0
        || file.getServiceCount() > 0) {
      throw failure("a file has public or weak imports, extensions or services");
    }
    checkName(name);
    for (DescriptorProto each : file.getMessageTypeList()) {
      check(each, name, 1);
    }
    for (EnumDescriptorProto each : file.getEnumTypeList()) {
      check(each, name);
    }
  }

  private static void check(DescriptorProto message, String scope, int nesting)
      throws SchemaException {
    if (nesting > NESTING_MAX) {
      throw failure("messages are declared within each other more than " + NESTING_MAX + " deep");
    }
    String name = checkName(scope + "." + message.getName());
    if (message.getExtensionCount() > 0) {
      throw failure("a message declares extensions");
    }
    for (FieldDescriptorProto each : message.getFieldList()) {
      checkName(name + "." + each.getName());
      if (each.hasTypeName() && !checkName(each.getTypeName()).startsWith(".")) {
        throw failure(each.getTypeName() + " is not the full name of a type");
      }
    }
    if (message.getOptions().getMapEntry() && !isMapEntry(message)) {
      throw failure(message.getName() + " is no entry of a map");
    }
    for (var each : message.getOneofDeclList()) {
      checkName(name + "." + each.getName());
    }
    for (DescriptorProto each : message.getNestedTypeList()) {
      check(each, name, nesting + 1);
    }
    for (EnumDescriptorProto each : message.getEnumTypeList()) {
      check(each, name);
    }
  }

  private static void check(EnumDescriptorProto type, String scope) throws SchemaException {
    String name = checkName(scope + "." + type.getName());
    for (var each : type.getValueList()) {
      checkName(name + "." + each.getName());
    }
  }

  private static boolean isMapEntry(DescriptorProto message) {
    return message.getFieldCount() == 2
        && message.getNestedTypeCount() == 0
        && isMapField(message.getField(0), "key", 1)
        && isMapField(message.getField(1), "value", 2)
        && switch (message.getField(0).getType()) {
          case TYPE_MESSAGE, TYPE_GROUP, TYPE_ENUM, TYPE_BYTES, TYPE_FLOAT, TYPE_DOUBLE -> false;
          default -> true;
        };
  }

  private static boolean isMapField(FieldDescriptorProto field, String name, int number) {
    return field.getName().equals(name)
        && field.getNumber() == number
        && field.getLabel() == FieldDescriptorProto.Label.LABEL_OPTIONAL
        && !field.hasOneofIndex();
  }

  /** Names repeat those around them, so a long one would take memory for each name within. */
  private static String checkName(String name) throws SchemaException {
    if (name.length() > FULL_NAME_MAX) {
      throw failure("a name has more than " + FULL_NAME_MAX + " characters");
    }
    return name;
  }

  private static SchemaException failure(String problem) {
    return MessageSchema.damaged(problem);
  }
}
