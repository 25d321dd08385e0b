package dev.durability.protobuf;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The messages and enums that a message consists of, itself the first. */
final class MessageTypes {
  private final Set<Descriptor> messages = new LinkedHashSet<>();
  private final Set<EnumDescriptor> enums = new LinkedHashSet<>();

  private MessageTypes() {}

  static MessageTypes of(Descriptor root) {
    MessageTypes types = new MessageTypes();
    Deque<Descriptor> open = new ArrayDeque<>();
    types.messages.add(root);
    for (Descriptor each = root; each != null; each = open.poll()) {
      for (FieldDescriptor field : each.getFields()) {
        if (field.getJavaType() == JavaType.MESSAGE && types.messages.add(field.getMessageType())) {
          open.add(field.getMessageType());
        } else if (field.getJavaType() == JavaType.ENUM) {
          types.enums.add(field.getEnumType());
        }
      }
    }
    return types;
  }

  boolean contains(Descriptor message) {
    return messages.contains(message);
  }

  boolean contains(EnumDescriptor type) {
    return enums.contains(type);
  }

  /** {@return the full names of all messages, fields, enums and constants} */
  Set<String> names() {
    Set<String> names = new HashSet<>();
    for (Descriptor message : messages) {
      names.add(message.getFullName());
      message.getFields().forEach(field -> names.add(field.getFullName()));
    }
    for (EnumDescriptor type : enums) {
      names.add(type.getFullName());
      for (EnumValueDescriptor each : type.getValues()) {
        names.add(type.getFullName() + "." + each.getName());
      }
    }
    return names;
  }

  /**
   * {@return whether values of the message can be nested deeper than so many levels}
   *
   * @param levels how many, the message itself the first
   */
  static boolean nestDeeperThan(int levels, Descriptor root) {
    return depth(root, levels, new HashMap<>()) > levels;
  }

  /** The most levels of a message, or one more than a limit. Each message is visited once. */
  private static int depth(Descriptor message, int levels, Map<Descriptor, Integer> known) {
    if (levels == 0) {
      return 1;
    }
    Integer before = known.putIfAbsent(message, Integer.MAX_VALUE / 2); // If met again: endless.
    if (before != null) {
      return before;
    }
    int deepest = 0;
    for (FieldDescriptor field : message.getFields()) {
      if (field.getJavaType() == JavaType.MESSAGE) {
        deepest = Math.max(deepest, depth(field.getMessageType(), levels - 1, known));
      }
    }
    known.put(message, deepest + 1);
    return deepest + 1;
  }
}
