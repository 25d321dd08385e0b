package dev.durability.protobuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Field;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a codec writes it reads, and its schema says what it writes. */
class ProtobufCodecTest {

  @Test
  void randomMessagesComeBack() throws IOException {
    for (Message prototype :
        List.of(
            RandomMessages.prototype(RandomMessages.ALL_TYPES),
            RandomMessages.prototype(RandomMessages.SECOND_SYNTAX),
            Struct.getDefaultInstance(),
            Field.getDefaultInstance(),
            FileDescriptorProto.getDefaultInstance())) {
      ProtobufCodec<Message> codec = ProtobufCodec.of(prototype);
      for (int seed = 0; seed < 200; seed++) {
        Message value = new RandomMessages(new Random(seed)).next(prototype);
        byte[] bytes = encode(codec, value);

        Message read = codec.decode(ByteBuffer.wrap(bytes).asReadOnlyBuffer());

        String place = prototype.getDescriptorForType().getFullName() + " seed=" + seed;
        assertThat(read).as(place).isEqualTo(value);
        assertThat(encode(codec, read)).as(place).isEqualTo(bytes);
        assertThat(codec.decode(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip()))
            .as(place)
            .isEqualTo(value);
      }
    }
  }

  @Test
  void equalMessagesAreEqualBytes() throws IOException {
    Struct.Builder forwards = Struct.newBuilder();
    Struct.Builder backwards = Struct.newBuilder();
    for (int i = 0; i < 50; i++) {
      forwards.putFields("key" + i, Value.newBuilder().setNumberValue(i).build());
      backwards.putFields("key" + (49 - i), Value.newBuilder().setNumberValue(49 - i).build());
    }
    ProtobufCodec<Struct> codec = ProtobufCodec.of(Struct.getDefaultInstance());

    assertThat(encode(codec, forwards.build())).isEqualTo(encode(codec, backwards.build()));
  }

  @Test
  void theDescriptorIsASetOfFilesThatAnyToolReads() throws Exception {
    Schema schema = ProtobufCodec.of(Field.getDefaultInstance()).schema().orElseThrow();

    assertThat(schema.mediaType()).isEqualTo("application/protobuf; proto=google.protobuf.Field");
    FileDescriptorSet set = FileDescriptorSet.parseFrom(schema.descriptor());
    assertThat(set.getFileList().stream().map(FileDescriptorProto::getName))
        .containsExactly("google/protobuf/any.proto", "google/protobuf/type.proto");
    FileDescriptor any = FileDescriptor.buildFrom(set.getFile(0), new FileDescriptor[0]);
    FileDescriptor type = FileDescriptor.buildFrom(set.getFile(1), new FileDescriptor[] {any});
    // Not Type, Enum and EnumValue, which stand in the same file, nor the import that they need.
    assertThat(type.getMessageTypes().stream().map(Descriptor::getName))
        .containsExactly("Field", "Option");
    assertThat(type.findMessageTypeByName("Field").getFields())
        .hasSameSizeAs(Field.getDescriptor().getFields());
  }

  @Test
  void whatAMessageDoesNotNeedDoesNotChangeItsSchema() {
    String message =
        "message M { string key = 1; Outer.E e = 2; } message Outer { enum E { X = 0; } %s } %s";

    assertThat(schema(message.formatted("", "")))
        .isEqualTo(schema(message.formatted("string other = 1; message N {}", "enum F { Y = 0; }")))
        .isNotEqualTo(schema("message M { string key = 1; }"));
  }

  @Test
  void namesOfJavaScriptCommentsAndCustomOptionsAreNoPartOfIt() throws Exception {
    FileDescriptorProto plain = ProtoText.file("message M { string key = 1; }").toProto();
    FileDescriptorProto.Builder decorated = plain.toBuilder();
    decorated
        .getOptionsBuilder()
        .setJavaPackage("org.example")
        .setOptimizeFor(com.google.protobuf.DescriptorProtos.FileOptions.OptimizeMode.CODE_SIZE);
    decorated.getSourceCodeInfoBuilder().addLocationBuilder().setLeadingComments("a comment");
    decorated.getMessageTypeBuilder(0).getOptionsBuilder().setDeprecated(true);
    decorated
        .getMessageTypeBuilder(0)
        .getFieldBuilder(0)
        .setJsonName("k")
        .getOptionsBuilder()
        .setDeprecated(true)
        .setUnknownFields(
            com.google.protobuf.UnknownFieldSet.newBuilder()
                .addField(
                    50_000,
                    com.google.protobuf.UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build());

    assertThat(schema(decorated.build())).isEqualTo(schema(plain));
  }

  @Test
  void featuresOfAnEditionArePartOfIt() throws Exception {
    FileDescriptorProto.Builder file =
        ProtoText.file("message M { repeated int32 key = 1; enum E { X = 0; } E e = 2; }")
            .toProto()
            .toBuilder()
            .setSyntax("editions")
            .setEdition(com.google.protobuf.DescriptorProtos.Edition.EDITION_2023);
    Schema plain = schema(file.build());
    file.getOptionsBuilder()
        .getFeaturesBuilder()
        .setFieldPresence(com.google.protobuf.DescriptorProtos.FeatureSet.FieldPresence.IMPLICIT);
    Schema implicit = schema(file.build());
    file.getMessageTypeBuilder(0)
        .getOptionsBuilder()
        .getFeaturesBuilder()
        .setRepeatedFieldEncoding(
            com.google.protobuf.DescriptorProtos.FeatureSet.RepeatedFieldEncoding.EXPANDED);
    file.getMessageTypeBuilder(0)
        .getFieldBuilder(0)
        .getOptionsBuilder()
        .getFeaturesBuilder()
        .setRepeatedFieldEncoding(
            com.google.protobuf.DescriptorProtos.FeatureSet.RepeatedFieldEncoding.PACKED);
    file.getMessageTypeBuilder(0)
        .getEnumTypeBuilder(0)
        .getOptionsBuilder()
        .getFeaturesBuilder()
        .setEnumType(com.google.protobuf.DescriptorProtos.FeatureSet.EnumType.OPEN);

    assertThat(plain).isNotEqualTo(implicit);
    Descriptor read = MessageSchema.parse(schema(file.build()));
    assertThat(read.findFieldByName("key").isPacked()).isTrue();
    assertThat(read.findFieldByName("e").hasPresence()).isFalse();
    assertThat(MessageSchema.parse(plain).findFieldByName("e").hasPresence()).isTrue();
  }

  @Test
  void aDescriptorThatIsTooLargeIsRefusedWhenTheCodecIsMade() {
    StringBuilder fields = new StringBuilder();
    for (int i = 1; i < 4_000; i++) {
      fields.append("int32 a_long_name_of_a_field_").append(i).append(" = ").append(i).append("; ");
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> schema("message M { " + fields + " }"))
        .withMessageContaining("a log has room for");
  }

  @Test
  void fieldsThatAnOlderProgramDoesNotKnowAreKept() throws IOException {
    Descriptor older = ProtoText.message("message M { string key = 1; }");
    Descriptor newer = ProtoText.message("message M { string key = 1; repeated string tags = 2; }");
    ProtobufCodec<DynamicMessage> codec = ProtobufCodec.of(RandomMessages.prototype(older));
    DynamicMessage written =
        DynamicMessage.newBuilder(newer)
            .setField(newer.findFieldByName("key"), "a")
            .addRepeatedField(newer.findFieldByName("tags"), "red")
            .build();

    DynamicMessage read = codec.decode(written.toByteString().asReadOnlyByteBuffer());
    byte[] again =
        encode(codec, read.toBuilder().setField(older.findFieldByName("key"), "b").build());

    DynamicMessage back = DynamicMessage.parseFrom(newer, again);
    assertThat(back.getField(newer.findFieldByName("key"))).isEqualTo("b");
    assertThat(back.getField(newer.findFieldByName("tags"))).isEqualTo(List.of("red"));
  }

  @Test
  void messagesAreNestedAHundredLevelsDeepAndNoMore() throws IOException {
    ProtobufCodec<ListValue> codec = ProtobufCodec.of(ListValue.getDefaultInstance());
    ListValue fits = nested(50); // Each is a list and a value.

    assertThat(codec.decode(ByteBuffer.wrap(encode(codec, fits)))).isEqualTo(fits);
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> encode(codec, nested(51)))
        .withMessageContaining("nested more than 100 deep, and could not be read again");
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> codec.decode(nested(51).toByteString().asReadOnlyByteBuffer()));
  }

  @Test
  void groupsAreNestedAHundredLevelsDeepAndNoMore() throws IOException {
    Descriptor type =
        ProtoText.message(
            "syntax = \"proto2\"; message M { optional group G = 1 { optional M m = 1; } optional string s = 2; }");
    ProtobufCodec<DynamicMessage> codec = ProtobufCodec.of(RandomMessages.prototype(type));
    DynamicMessage fits = groups(type, 50);

    assertThat(codec.decode(ByteBuffer.wrap(encode(codec, fits)))).isEqualTo(fits);
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> encode(codec, groups(type, 51)));
  }

  private static DynamicMessage groups(Descriptor type, int times) {
    var group = type.findFieldByNumber(1);
    DynamicMessage message =
        DynamicMessage.newBuilder(type)
            .setField(type.findFieldByName("s"), "x".repeat(200))
            .build();
    for (int i = 0; i < times; i++) {
      message =
          DynamicMessage.newBuilder(type)
              .setField(
                  group,
                  DynamicMessage.newBuilder(group.getMessageType())
                      .setField(group.getMessageType().findFieldByName("m"), message)
                      .build())
              .build();
    }
    return message;
  }

  @Test
  void aMessageThatWouldOverflowTheStackIsRefused() {
    ProtobufCodec<ListValue> codec = ProtobufCodec.of(ListValue.getDefaultInstance());

    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> encode(codec, nested(100_000)))
        .withMessageContaining("nested more than 100 deep");
  }

  private static ListValue nested(int levels) {
    ListValue list = ListValue.getDefaultInstance();
    for (int i = 0; i < levels; i++) {
      list = ListValue.newBuilder().addValues(Value.newBuilder().setListValue(list)).build();
    }
    return list;
  }

  @Test
  void onlyMessagesOfTheTypeAreEncoded() {
    ProtobufCodec<Message> codec = ProtobufCodec.of(Timestamp.getDefaultInstance());

    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> encode(codec, Struct.getDefaultInstance()))
        .withMessage("encoding a google.protobuf.Timestamp: it is a google.protobuf.Struct");
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> encode(codec, null))
        .withMessage("encoding a google.protobuf.Timestamp: it is null");
  }

  @Test
  void requiredFieldsHaveToBeThere() throws IOException {
    Descriptor type = ProtoText.message("syntax = \"proto2\"; message M { required int32 a = 1; }");
    ProtobufCodec<DynamicMessage> codec = ProtobufCodec.of(RandomMessages.prototype(type));

    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> encode(codec, DynamicMessage.newBuilder(type).buildPartial()))
        .withMessageContaining("lacks required fields: a");
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> codec.decode(ByteBuffer.allocate(0)))
        .withMessageContaining("decoding a example.M");
  }

  @Test
  void bytesAfterTheMessageAndTruncatedOnesAreRefused() {
    ProtobufCodec<Timestamp> codec = ProtobufCodec.of(Timestamp.getDefaultInstance());

    for (byte[] bytes : List.of(new byte[] {0x0c}, new byte[] {0x08}, new byte[] {0x0a, 0x7f, 1})) {
      assertThatExceptionOfType(CodecException.class)
          .as(ByteString.copyFrom(bytes).toString())
          .isThrownBy(() -> codec.decode(ByteBuffer.wrap(bytes)));
    }
  }

  private static Schema schema(String text) {
    return ProtobufCodec.of(RandomMessages.prototype(ProtoText.message(text)))
        .schema()
        .orElseThrow();
  }

  private static Schema schema(FileDescriptorProto file) throws Exception {
    Descriptor type =
        FileDescriptor.buildFrom(file, new FileDescriptor[0]).getMessageTypes().get(0);
    return ProtobufCodec.of(RandomMessages.prototype(type)).schema().orElseThrow();
  }

  private static <M extends Message> byte[] encode(ProtobufCodec<M> codec, M value)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    codec.encode(value, out);
    return out.toByteArray();
  }
}
