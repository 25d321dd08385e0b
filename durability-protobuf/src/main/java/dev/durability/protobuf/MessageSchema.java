package dev.durability.protobuf;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.durability.codec.Schema;
import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The descriptor of a message as a schema: the media type names it, among those of the set. */
final class MessageSchema {
  private static final String PARAMETER = "; proto=";

  private MessageSchema() {}

  /**
   * Makes the schema of a message.
   *
   * @throws IllegalArgumentException if it is larger than a log has room for
   */
  static Schema of(Descriptor message) {
    return Schema.of(
        ProtobufCodec.MEDIA_TYPE + PARAMETER + message.getFullName(),
        DescriptorSet.of(message).toByteArray());
  }

  /** {@return whether schemas of the media type are those of messages} */
  static boolean isMessage(String mediaType) {
    return mediaType.startsWith(ProtobufCodec.MEDIA_TYPE + PARAMETER);
  }

  /**
   * Reads the schema of a message. It trusts nothing.
   *
   * @throws SchemaException if it is none, or damaged
   */
  static Descriptor parse(Schema written) throws SchemaException {
    if (!isMessage(written.mediaType())) {
      throw new SchemaException(
          "the values were not written as messages of Protocol Buffers, but as "
              + written.mediaType()
              + ": open it with the codec that wrote them",
          List.of());
    }
    String name =
        written.mediaType().substring(ProtobufCodec.MEDIA_TYPE.length() + PARAMETER.length());
    try {
      CodedInputStream in = CodedInputStream.newInstance(written.descriptor());
      in.setRecursionLimit(ProtobufCodec.DEPTH_MAX);
      FileDescriptorSet set = FileDescriptorSet.parseFrom(in);
      in.checkLastTagWas(0);
      return find(name, files(set));
    } catch (InvalidProtocolBufferException | DescriptorValidationException e) {
      throw damaged(e.toString(), e);
    } catch (SchemaException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The library checks what the compiler may have got wrong, not what an attacker makes.
      throw damaged("it cannot be resolved: " + e, e);
    }
  }

  private static Map<String, FileDescriptor> files(FileDescriptorSet set)
      throws SchemaException, DescriptorValidationException {
    Map<String, FileDescriptor> files = new LinkedHashMap<>();
    for (FileDescriptorProto each : set.getFileList()) {
      DescriptorCheck.check(each);
      FileDescriptor[] imports = new FileDescriptor[each.getDependencyCount()];
      for (int i = 0; i < imports.length; i++) {
        FileDescriptor before = files.get(each.getDependency(i));
        if (before == null) {
          throw damaged("a file imports " + each.getDependency(i) + ", which is not before it");
        }
        imports[i] = before;
      }
      if (files.put(each.getName(), FileDescriptor.buildFrom(each, imports)) != null) {
        throw damaged("there are two files " + each.getName());
      }
    }
    return files;
  }

  private static Descriptor find(String name, Map<String, FileDescriptor> files)
      throws SchemaException {
    Deque<Descriptor> open = new ArrayDeque<>();
    files.values().forEach(file -> open.addAll(file.getMessageTypes()));
    for (Descriptor each = open.poll(); each != null; each = open.poll()) {
      if (each.getFullName().equals(name)) {
        return each;
      }
      open.addAll(each.getNestedTypes());
    }
    throw damaged("there is no message " + name);
  }

  static SchemaException damaged(String problem) {
    return new SchemaException(
        "the descriptor of a Protocol Buffers schema is damaged, or of a later version: " + problem,
        List.of());
  }

  private static SchemaException damaged(String problem, Exception cause) {
    SchemaException failure = damaged(problem);
    failure.initCause(cause);
    return failure;
  }
}
