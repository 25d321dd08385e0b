package dev.durability.protobuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.protobuf.UnknownFieldSet;
import dev.durability.codec.Schema;
import dev.durability.codec.SchemaDecoder;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** Messages are shown by their descriptor, and no descriptor or message is trusted. */
class ProtobufSchemaDecoderTest {
  private final SchemaDecoder decoder = new ProtobufSchemaDecoder();

  @Test
  void programsFindIt() {
    assertThat(ServiceLoader.load(SchemaDecoder.class).stream().map(ServiceLoader.Provider::type))
        .contains(ProtobufSchemaDecoder.class);
    assertThat(decoder.decodes("application/protobuf; proto=a.B")).isTrue();
    assertThat(decoder.decodes("application/protobuf")).isFalse();
    assertThat(decoder.decodes("application/protobuf+json; proto=a.B")).isFalse();
    assertThat(decoder.decodes("application/json")).isFalse();
  }

  @Test
  void aMessageIsAMapInTheOrderOfTheDeclaration() throws Exception {
    Descriptor type =
        ProtoText.message(
            """
            message M {
              enum E { X = 0; Y = 1; } message B { string c = 1; }
              repeated int32 numbers = 9; string key = 1; uint64 large = 2; bytes data = 3;
              B b = 4; E e = 5; repeated E es = 6; map<string, B> map = 7; map<int32, E> kinds = 8;
              float f = 10; double d = 11; bool yes = 12; optional int32 absent = 13;
            }""");

    Object shown =
        show(
            type,
            """
            key: "a" large: 18446744073709551615 data: "xy" b { c: "deep" } e: Y es: Y es: 7
            map { key: "k" value { c: "v" } } kinds { key: 3 value: Y }
            numbers: 1 numbers: -2 f: 0.5 d: 0.25 yes: true
            """);

    assertThat(shown)
        .usingRecursiveComparison()
        .isEqualTo(
            map(
                "numbers",
                List.of(1L, -2L),
                "key",
                "a",
                "large",
                new BigInteger("18446744073709551615"),
                "data",
                new byte[] {'x', 'y'},
                "b",
                Map.of("c", "deep"),
                "e",
                "Y",
                "es",
                List.of("Y", 7L),
                "map",
                Map.of("k", Map.of("c", "v")),
                "kinds",
                Map.of(3L, "Y"),
                "f",
                0.5f,
                "d",
                0.25d,
                "yes",
                true));
    assertThat(((Map<?, ?>) shown).keySet().toString())
        .isEqualTo("[numbers, key, large, data, b, e, es, map, kinds, f, d, yes]");
  }

  @Test
  void missingKeysAndValuesOfAMapAreTheirDefaults() throws Exception {
    for (Map.Entry<String, Object> each :
        Map.of(
                "bool", false, "int32", 0L, "uint64", 0L, "float", 0f, "double", 0d, "string", "",
                "E", "X", "M", Map.of())
            .entrySet()) {
      Descriptor type =
          ProtoText.message(
              "message M { map<string, " + each.getKey() + "> a = 1; } enum E { X = 0; }");
      assertThat(decoder.decoderOf(schema(type)).decode(ByteBuffer.wrap(new byte[] {0x0a, 0})))
          .as(each.getKey())
          .isEqualTo(Map.of("a", Map.of("", each.getValue())));
    }
    Descriptor bytes = ProtoText.message("message M { map<int32, bytes> a = 1; }");
    assertThat(decoder.decoderOf(schema(bytes)).decode(ByteBuffer.wrap(new byte[] {0x0a, 0})))
        .usingRecursiveComparison()
        .isEqualTo(Map.of("a", Map.of(0L, new byte[0])));
  }

  @Test
  void whatTheDescriptorDoesNotHaveIsThereByItsNumber() throws Exception {
    UnknownFieldSet inner =
        UnknownFieldSet.newBuilder()
            .addField(1, UnknownFieldSet.Field.newBuilder().addVarint(-1).build())
            .build();
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(2, UnknownFieldSet.Field.newBuilder().addVarint(5).addVarint(6).build())
            .addField(3, UnknownFieldSet.Field.newBuilder().addFixed32(-1).build())
            .addField(4, UnknownFieldSet.Field.newBuilder().addFixed64(7).build())
            .addField(6, UnknownFieldSet.Field.newBuilder().addGroup(inner).build())
            .build();
    Descriptor type = ProtoText.message("message M { string key = 1; }");

    assertThat(
            decoder.decoderOf(schema(type)).decode(unknown.toByteString().asReadOnlyByteBuffer()))
        .isEqualTo(
            map(
                "2",
                List.of(5L, 6L),
                "3",
                4294967295L,
                "4",
                7L,
                "6",
                Map.of("1", new BigInteger("18446744073709551615"))));
  }

  @Test
  void theLastOfAOneofCountsAndPartsOfAMessageAreMerged() throws Exception {
    Descriptor type =
        ProtoText.message(
            "message M { oneof o { int32 a = 1; B b = 2; } B c = 3; }"
                + " message B { int32 x = 1; int32 y = 2; }");
    byte[] bytes = {0x12, 2, 8, 1, 8, 7, 8, 9, 0x1a, 2, 8, 5, 0x1a, 2, 16, 6};

    assertThat(decoder.decoderOf(schema(type)).decode(ByteBuffer.wrap(bytes)))
        .isEqualTo(Map.of("a", 9L, "c", Map.of("x", 5L, "y", 6L)));
  }

  @Test
  void packedAndUnpackedElementsAreRead() throws Exception {
    Descriptor type = ProtoText.message("message M { repeated int32 a = 1; }");

    assertThat(
            decoder
                .decoderOf(schema(type))
                .decode(ByteBuffer.wrap(new byte[] {8, 1, 0x0a, 2, 2, 3, 8, 4})))
        .isEqualTo(Map.of("a", List.of(1L, 2L, 3L, 4L)));
  }

  @Test
  void groupsAreRead() throws Exception {
    assertThat(show(RandomMessages.SECOND_SYNTAX, "f1: 1 Part { a: 2 } Part { a: 3 } One { }"))
        .isEqualTo(
            Map.of("f1", 1L, "part", List.of(Map.of("a", 2L), Map.of("a", 3L)), "one", Map.of()));
  }

  @Test
  void bytesThatAreNoMessageAreRefused() throws Exception {
    Descriptor type =
        ProtoText.message("message M { M m = 1; repeated int32 a = 2; string s = 3; }");
    for (byte[] bytes :
        List.of(
            new byte[] {0x0c}, // The end of a group that did not begin.
            new byte[] {0x23}, // A group without an end.
            new byte[] {0x23, 0x2c}, // A group with the end of another.
            new byte[] {0x0a, 1, 0x0c},
            new byte[] {0x0a, 5, 0}, // Longer than what is there.
            new byte[] {0x12, 3, 1}, // A packed list, too.
            new byte[] {0x1a, -1, -1, -1, -1, 7}, // A string of 2 GiB.
            new byte[] {0x26}, // An unknown wire type.
            new byte[] {0, 0}, // The number 0.
            new byte[] {2, 1, 1})) {
      assertThatExceptionOfType(CodecException.class)
          .as(java.util.Arrays.toString(bytes))
          .isThrownBy(() -> decoder.decoderOf(schema(type)).decode(ByteBuffer.wrap(bytes)))
          .withMessageContaining("decoding a example.M");
    }
  }

  @Test
  void messagesAreReadToTheSameDepthAsByTheCodec() throws Exception {
    Descriptor type = ProtoText.message("message M { M m = 1; }");
    byte[] bytes = {};
    for (int i = 0; i < 100; i++) {
      bytes = within(bytes);
    }
    var show = decoder.decoderOf(schema(type));
    var codec = ProtobufCodec.of(RandomMessages.prototype(type));
    byte[] fits = bytes;
    byte[] tooDeep = within(fits);

    assertThat(show.decode(ByteBuffer.wrap(fits))).isNotNull();
    assertThat(codec.decode(ByteBuffer.wrap(fits))).isNotNull();
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> show.decode(ByteBuffer.wrap(tooDeep)))
        .withMessageContaining("nested more than 100 deep");
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> codec.decode(ByteBuffer.wrap(tooDeep)));
  }

  private static byte[] within(byte[] content) {
    com.google.protobuf.ByteString.Output out = com.google.protobuf.ByteString.newOutput();
    try {
      var coded = com.google.protobuf.CodedOutputStream.newInstance(out);
      coded.writeByteArray(1, content);
      coded.flush();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteString().toByteArray();
  }

  @Test
  void descriptorsThatNoCodecWritesAreRefused() {
    FieldDescriptorProto.Builder field =
        FieldDescriptorProto.newBuilder()
            .setName("f")
            .setNumber(1)
            .setType(FieldDescriptorProto.Type.TYPE_INT32);
    DescriptorProto.Builder m = DescriptorProto.newBuilder().setName("M");
    refused("there is no message M", file());
    refused("a name has more than 512", file().addMessageType(m.clone().setName("x".repeat(513))));
    refused("a name has more than 512", file().setPackage("p".repeat(513)));
    refused("a package has more than 64 parts", file().setPackage("a" + ".a".repeat(64)));
    refused(
        "a name has more than 512",
        file().addMessageType(m.clone().addField(field.clone().setName("x".repeat(510)))));
    refused(
        "a name has more than 512",
        file()
            .addMessageType(m.clone().addField(field.clone().setTypeName("." + "x".repeat(512)))));
    refused(
        "is not the full name",
        file().addMessageType(m.clone().addField(field.clone().clearType().setTypeName("M"))));
    refused("public or weak imports", file().addPublicDependency(0));
    refused("public or weak imports", file().addWeakDependency(0));
    refused("public or weak imports", file().addExtension(field));
    refused(
        "public or weak imports",
        file()
            .addService(
                com.google.protobuf.DescriptorProtos.ServiceDescriptorProto.newBuilder()
                    .setName("S")));
    refused("declares extensions", file().addMessageType(m.clone().addExtension(field)));
    refused("imports other.proto, which is not before", file().addDependency("other.proto"));
    refused("imports test.proto, which is not before", file().addDependency("test.proto"));
    refused("is damaged", file().addMessageType(m.clone().addField(field).addField(field)));
    refused(
        "is damaged", file().addMessageType(m.clone().addField(field.clone().setOneofIndex(5))));
    refused("is damaged", file().addMessageType(m.clone().addField(field.clone().setNumber(0))));
    DescriptorProto.Builder deep = m.clone();
    for (int i = 0; i < 32; i++) {
      deep = DescriptorProto.newBuilder().setName("M").addNestedType(deep);
    }
    refused("more than 32 deep", file().addMessageType(deep));
    for (int i = 0; i < 200; i++) {
      deep = DescriptorProto.newBuilder().setName("M").addNestedType(deep);
    }
    refused("is damaged", file().addMessageType(deep));
  }

  @Test
  void messagesThatPretendToBeEntriesOfMapsAreRefused() {
    DescriptorProto.Builder entry =
        ProtoText.message("message M { map<int32, int32> a = 1; }")
            .getNestedTypes()
            .get(0)
            .toProto()
            .toBuilder()
            .setName("M");
    var bad =
        List.of(
            entry.clone().removeField(1),
            entry.clone().addNestedType(DescriptorProto.newBuilder().setName("N")),
            entry.clone().setField(0, entry.getField(0).toBuilder().setName("k")),
            entry.clone().setField(1, entry.getField(1).toBuilder().setNumber(3)),
            entry
                .clone()
                .setField(
                    1,
                    entry.getField(1).toBuilder()
                        .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED)),
            entry
                .clone()
                .addOneofDecl(
                    com.google.protobuf.DescriptorProtos.OneofDescriptorProto.newBuilder()
                        .setName("o"))
                .setField(1, entry.getField(1).toBuilder().setOneofIndex(0)),
            entry
                .clone()
                .setField(
                    0,
                    entry.getField(0).toBuilder().setType(FieldDescriptorProto.Type.TYPE_DOUBLE)));
    for (DescriptorProto.Builder each : bad) {
      refused("M is no entry of a map", file().addMessageType(each));
    }
  }

  @Test
  void twoFilesOfOneNameAndBytesThatAreNoSetAreRefused() {
    refused(
        "there are two files test.proto",
        FileDescriptorSet.newBuilder().addFile(file()).addFile(file()).build().toByteArray());
    refused("is damaged", new byte[] {0x0a, 5});
    refused("is damaged", new byte[] {0x0c});
  }

  private static FileDescriptorProto.Builder file() {
    return FileDescriptorProto.newBuilder().setName("test.proto").setSyntax("proto3");
  }

  private void refused(String problem, FileDescriptorProto.Builder file) {
    refused(problem, FileDescriptorSet.newBuilder().addFile(file).build().toByteArray());
  }

  private void refused(String problem, byte[] descriptor) {
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> decoder.decoderOf(Schema.of("application/protobuf; proto=M", descriptor)))
        .withMessageContaining(
            "the descriptor of a Protocol Buffers schema is damaged, or of a later version: ")
        .withMessageContaining(problem);
  }

  private Object show(Descriptor type, String text) throws Exception {
    Message.Builder message = RandomMessages.prototype(type).newBuilderForType();
    TextFormat.merge(text, message);
    return decoder
        .decoderOf(schema(type))
        .decode(message.build().toByteString().asReadOnlyByteBuffer());
  }

  private static Schema schema(Descriptor type) {
    return ProtobufCodec.of(RandomMessages.prototype(type)).schema().orElseThrow();
  }

  private static Map<String, Object> map(Object... entries) {
    Map<String, Object> map = new java.util.LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      map.put((String) entries[i], entries[i + 1]);
    }
    return map;
  }
}
