package dev.durability.protobuf;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads the part of the language of Protocol Buffers that the tests use, so that they need no
 * compiler, which is a program of one platform. The syntax is proto3, and the package {@code
 * example}, if the text does not say otherwise.
 */
final class ProtoText {
  private static final Pattern TOKEN =
      Pattern.compile("\"[^\"]*\"|-?[A-Za-z0-9_.]+|[{}=;<>,\\[\\]]");
  private static final Map<String, FieldDescriptorProto.Type> SCALARS =
      Arrays.stream(FieldDescriptorProto.Type.values())
          .collect(
              Collectors.toMap(
                  type -> type.name().substring("TYPE_".length()).toLowerCase(Locale.ROOT),
                  Function.identity()));

  private final Matcher tokens;
  private String token = "";
  private String syntax = "proto3";

  private ProtoText(String text) {
    this.tokens = TOKEN.matcher(text);
    next();
  }

  /** The first message of a text. */
  static Descriptor message(String text) {
    return file(text).getMessageTypes().get(0);
  }

  static FileDescriptor file(String text, FileDescriptor... imports) {
    try {
      FileDescriptorProto.Builder file = new ProtoText(text).file();
      for (FileDescriptor each : imports) {
        file.addDependency(each.getName());
      }
      return FileDescriptor.buildFrom(file.build(), imports);
    } catch (DescriptorValidationException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private String next() {
    String before = token;
    token = tokens.find() ? tokens.group() : "";
    return before;
  }

  private void expect(String expected) {
    String found = next();
    if (!found.equals(expected)) {
      throw new IllegalArgumentException(expected + " was expected, and there is " + found);
    }
  }

  private boolean accept(String expected) {
    if (token.equals(expected)) {
      next();
      return true;
    }
    return false;
  }

  private FileDescriptorProto.Builder file() {
    FileDescriptorProto.Builder file =
        FileDescriptorProto.newBuilder().setName("test.proto").setPackage("example");
    while (!token.isEmpty()) {
      switch (next()) {
        case "syntax" -> {
          expect("=");
          syntax = next().replace("\"", "");
          expect(";");
        }
        case "package" -> {
          file.setPackage(next());
          expect(";");
        }
        case "file" -> {
          file.setName(next());
          expect(";");
        }
        case "message" -> file.addMessageType(message());
        case "enum" -> file.addEnumType(constants());
        default -> throw new IllegalArgumentException("before " + token);
      }
    }
    return file.setSyntax(syntax);
  }

  private DescriptorProto message() {
    DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(next());
    expect("{");
    while (!accept("}")) {
      if (accept("message")) {
        message.addNestedType(message());
      } else if (accept("enum")) {
        message.addEnumType(constants());
      } else if (accept("oneof")) {
        int index = message.getOneofDeclCount();
        message.addOneofDeclBuilder().setName(next());
        expect("{");
        while (!accept("}")) {
          field(message, index);
        }
      } else if (accept("reserved")) {
        do {
          if (token.startsWith("\"")) {
            message.addReservedName(next().replace("\"", ""));
          } else {
            int start = Integer.parseInt(next());
            int end = accept("to") ? Integer.parseInt(next()) : start;
            message.addReservedRangeBuilder().setStart(start).setEnd(end + 1);
          }
        } while (accept(","));
        expect(";");
      } else if (accept("extensions")) {
        int start = Integer.parseInt(next());
        expect("to");
        message.addExtensionRangeBuilder().setStart(start).setEnd(Integer.parseInt(next()) + 1);
        expect(";");
      } else if (accept("messageset")) {
        message.getOptionsBuilder().setMessageSetWireFormat(true);
        expect(";");
      } else {
        field(message, -1);
      }
    }
    for (FieldDescriptorProto.Builder field : message.getFieldBuilderList()) {
      if (field.getProto3Optional()) { // After those that were declared.
        field.setOneofIndex(message.getOneofDeclCount());
        message.addOneofDeclBuilder().setName("_" + field.getName());
      }
    }
    return message.build();
  }

  private void field(DescriptorProto.Builder message, int oneof) {
    FieldDescriptorProto.Builder field = FieldDescriptorProto.newBuilder();
    field.setLabel(Label.LABEL_OPTIONAL);
    if (accept("optional")) {
      field.setProto3Optional(syntax.equals("proto3"));
    } else if (accept("repeated")) {
      field.setLabel(Label.LABEL_REPEATED);
    } else if (accept("required")) {
      field.setLabel(Label.LABEL_REQUIRED);
    }
    if (!field.getProto3Optional()) {
      field.clearProto3Optional();
    }
    DescriptorProto.Builder entry = null;
    if (accept("map")) {
      entry = DescriptorProto.newBuilder();
      entry.getOptionsBuilder().setMapEntry(true);
      expect("<");
      type(entry.addFieldBuilder().setName("key").setNumber(1).setLabel(Label.LABEL_OPTIONAL));
      expect(",");
      type(entry.addFieldBuilder().setName("value").setNumber(2).setLabel(Label.LABEL_OPTIONAL));
      expect(">");
      field.setLabel(Label.LABEL_REPEATED);
    } else {
      type(field);
    }
    field.setName(next());
    expect("=");
    field.setNumber(Integer.parseInt(next()));
    if (accept("[")) {
      String option = next();
      expect("=");
      if (option.equals("default")) {
        field.setDefaultValue(next().replace("\"", ""));
      } else {
        field.getOptionsBuilder().setPacked(Boolean.parseBoolean(next()));
      }
      expect("]");
    }
    if (oneof >= 0) {
      field.setOneofIndex(oneof);
    }
    if (field.getType() == FieldDescriptorProto.Type.TYPE_GROUP) {
      String name = field.getName();
      message.addNestedType(group(name));
      field.setTypeName(name).setName(name.toLowerCase(Locale.ROOT));
    } else {
      expect(";");
    }
    if (entry != null) {
      String name = field.getName() + "Entry";
      message.addNestedType(entry.setName(name));
      field.setTypeName(name);
    }
    message.addField(field);
  }

  private DescriptorProto group(String name) {
    DescriptorProto.Builder group = DescriptorProto.newBuilder().setName(name);
    expect("{");
    while (!accept("}")) {
      field(group, -1);
    }
    return group.build();
  }

  private void type(FieldDescriptorProto.Builder field) {
    String name = next();
    FieldDescriptorProto.Type scalar = SCALARS.get(name);
    if (scalar == null) {
      field.setTypeName(name); // The library finds out whether it is a message or an enum.
    } else {
      field.setType(scalar);
    }
  }

  private EnumDescriptorProto constants() {
    EnumDescriptorProto.Builder type = EnumDescriptorProto.newBuilder().setName(next());
    expect("{");
    while (!accept("}")) {
      if (accept("reserved")) {
        int start = Integer.parseInt(next());
        type.addReservedRangeBuilder().setStart(start).setEnd(start); // Inclusive, for enums.
        if (accept(",")) {
          type.addReservedName(next().replace("\"", ""));
        }
      } else if (accept("allow_alias")) {
        type.getOptionsBuilder().setAllowAlias(true);
      } else {
        String name = next();
        expect("=");
        type.addValueBuilder().setName(name).setNumber(Integer.parseInt(next()));
      }
      expect(";");
    }
    return type.build();
  }
}
