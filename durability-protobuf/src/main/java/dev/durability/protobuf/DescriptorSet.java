package dev.durability.protobuf;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumOptions;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FeatureSet;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.FileOptions;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The files that a message needs, each with nothing but what it needs of it. So a change elsewhere
 * in a file, a comment or a custom option does not make another schema.
 */
final class DescriptorSet {
  private final MessageTypes types;

  /** Each file comes after those that it depends on. */
  private final Map<String, FileDescriptorProto> files = new LinkedHashMap<>();

  private DescriptorSet(MessageTypes types) {
    this.types = types;
  }

  static FileDescriptorSet of(Descriptor root) {
    DescriptorSet set = new DescriptorSet(MessageTypes.of(root));
    set.add(root.getFile());
    return FileDescriptorSet.newBuilder().addAllFile(set.files.values()).build();
  }

  /** Files cannot depend on each other, so this ends, at the depth of the imports. */
  private void add(FileDescriptor file) {
    if (files.containsKey(file.getName())) {
      return;
    }
    FileDescriptorProto written = file.toProto();
    FileDescriptorProto.Builder part = FileDescriptorProto.newBuilder().setName(file.getName());
    if (written.hasPackage()) {
      part.setPackage(written.getPackage());
    }
    if (written.hasSyntax()) {
      part.setSyntax(written.getSyntax());
    }
    if (written.hasEdition()) {
      part.setEdition(written.getEdition());
    }
    if (written.getOptions().hasFeatures()) {
      part.setOptions(
          FileOptions.newBuilder().setFeatures(known(written.getOptions().getFeatures())));
    }
    Map<String, FileDescriptor> imports = new TreeMap<>();
    for (Descriptor each : file.getMessageTypes()) {
      part(each, imports).ifPresent(part::addMessageType);
    }
    part.addAllEnumType(parts(file.getEnumTypes()));
    imports.remove(file.getName());
    part.addAllDependency(imports.keySet());
    imports.values().forEach(this::add);
    files.put(file.getName(), part.build());
  }

  /** The part of a message: all of it, only the types within it, or nothing. */
  private Optional<DescriptorProto> part(Descriptor message, Map<String, FileDescriptor> imports) {
    DescriptorProto written = message.toProto();
    DescriptorProto.Builder part = DescriptorProto.newBuilder().setName(message.getName());
    for (Descriptor each : message.getNestedTypes()) {
      part(each, imports).ifPresent(part::addNestedType);
    }
    part.addAllEnumType(parts(message.getEnumTypes()));
    if (types.contains(message)) {
      for (FieldDescriptor each : message.getFields()) {
        part.addField(field(each, imports));
      }
      written
          .getOneofDeclList()
          .forEach(
              each -> part.addOneofDecl(OneofDescriptorProto.newBuilder().setName(each.getName())));
      written
          .getExtensionRangeList()
          .forEach(
              each ->
                  part.addExtensionRangeBuilder().setStart(each.getStart()).setEnd(each.getEnd()));
      part.addAllReservedRange(written.getReservedRangeList());
      part.addAllReservedName(written.getReservedNameList());
      part.setOptions(options(written.getOptions()));
      if (part.getOptions().equals(MessageOptions.getDefaultInstance())) {
        part.clearOptions();
      }
    } else if (part.getNestedTypeCount() == 0 && part.getEnumTypeCount() == 0) {
      return Optional.empty();
    }
    return Optional.of(part.build());
  }

  private static MessageOptions options(MessageOptions written) {
    MessageOptions.Builder options = MessageOptions.newBuilder();
    if (written.getMapEntry()) {
      options.setMapEntry(true);
    }
    if (written.getMessageSetWireFormat()) {
      options.setMessageSetWireFormat(true);
    }
    if (written.hasFeatures()) {
      options.setFeatures(known(written.getFeatures()));
    }
    return options.build();
  }

  private static FieldDescriptorProto field(
      FieldDescriptor field, Map<String, FileDescriptor> imports) {
    FieldDescriptorProto written = field.toProto();
    FieldDescriptorProto.Builder part =
        written.toBuilder().clearJsonName().clearOptions().clearTypeName();
    if (!written.hasType()) { // Only the compiler always says it.
      part.setType(field.getType().toProto());
    }
    if (field.getJavaType() == JavaType.MESSAGE) {
      imports.put(field.getMessageType().getFile().getName(), field.getMessageType().getFile());
      part.setTypeName("." + field.getMessageType().getFullName());
    } else if (field.getJavaType() == JavaType.ENUM) {
      imports.put(field.getEnumType().getFile().getName(), field.getEnumType().getFile());
      part.setTypeName("." + field.getEnumType().getFullName());
    }
    FieldOptions.Builder options = FieldOptions.newBuilder();
    if (written.getOptions().hasPacked()) {
      options.setPacked(written.getOptions().getPacked());
    }
    if (written.getOptions().hasFeatures()) {
      options.setFeatures(known(written.getOptions().getFeatures()));
    }
    FieldOptions kept = options.build();
    if (!kept.equals(FieldOptions.getDefaultInstance())) {
      part.setOptions(kept);
    }
    return part.build();
  }

  private List<EnumDescriptorProto> parts(List<EnumDescriptor> enums) {
    List<EnumDescriptorProto> parts = new ArrayList<>();
    for (EnumDescriptor each : enums) {
      if (types.contains(each)) {
        EnumDescriptorProto written = each.toProto();
        EnumDescriptorProto.Builder part = EnumDescriptorProto.newBuilder().setName(each.getName());
        for (EnumValueDescriptorProto value : written.getValueList()) {
          part.addValueBuilder().setName(value.getName()).setNumber(value.getNumber());
        }
        part.addAllReservedRange(written.getReservedRangeList());
        part.addAllReservedName(written.getReservedNameList());
        EnumOptions.Builder options = EnumOptions.newBuilder();
        if (written.getOptions().getAllowAlias()) {
          options.setAllowAlias(true);
        }
        if (written.getOptions().hasFeatures()) {
          options.setFeatures(known(written.getOptions().getFeatures()));
        }
        EnumOptions kept = options.build();
        if (!kept.equals(EnumOptions.getDefaultInstance())) {
          part.setOptions(kept);
        }
        parts.add(part.build());
      }
    }
    return parts;
  }

  /** The features that say how bytes are read, without those of a language. */
  private static FeatureSet known(FeatureSet written) {
    FeatureSet.Builder known = FeatureSet.newBuilder();
    written
        .getAllFields()
        .forEach(
            (feature, value) -> {
              if (!feature.isExtension()) {
                known.setField(feature, value);
              }
            });
    return known.build();
  }
}
