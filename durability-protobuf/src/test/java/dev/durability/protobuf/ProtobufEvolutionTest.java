package dev.durability.protobuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.InstanceOfAssertFactories.list;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Timestamp;
import dev.durability.codec.Codecs;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which changes of messages a codec reads, and which it refuses, with what words. */
class ProtobufEvolutionTest {
  private static final String PROTO2 = "syntax = \"proto2\"; ";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "string a = 1;|string a = 1; int32 b = 2;", // New.
        "string a = 1; int32 b = 2;|string a = 1;", // Gone: unknown fields keep it.
        "string a = 1; int32 b = 2;|string a = 1; reserved 2;",
        "string a = 1; int32 b = 2;|reserved 2; int64 b = 3; string a = 1;", // Moved on purpose.
        "string a = 1; int32 b = 2;|int32 b = 2; string a = 1;", // Order does not count.
        "int32 a = 1;|int64 a = 1;",
        "int64 a = 1;|int32 a = 1;",
        "bool a = 1;|uint64 a = 1;",
        "sint64 a = 1;|sint32 a = 1;",
        "fixed32 a = 1;|sfixed32 a = 1;",
        "sfixed64 a = 1;|fixed64 a = 1;",
        "string a = 1;|bytes a = 1;",
        "bytes a = 1;|string a = 1;",
        "string a = 1;|repeated string a = 1;",
        "int32 a = 1;|repeated int32 a = 1;",
        "repeated string a = 1;|string a = 1;",
        "int32 a = 1;|optional int32 a = 1;",
        "optional int32 a = 1;|int32 a = 1;",
        "optional int32 a = 1;|oneof o { int32 a = 1; int32 b = 2; }",
        "repeated string a = 1;|oneof o { string a = 1; }",
        "oneof o { int32 a = 1; string b = 2; }|oneof p { string b = 2; int32 a = 1; bool c = 3; }",
        "oneof o { int32 a = 1; string b = 2; }|optional int32 a = 1; optional string b = 2;",
        "oneof o { int32 a = 1; string b = 2; }|repeated int32 a = 1; optional string b = 2;",
        "map<string, int32> a = 1;|map<string, int64> a = 1;",
        "message B { string c = 1; } B a = 1;|bytes a = 1;",
        "message B { string c = 1; } B a = 1;|message B { string c = 1; M d = 2; } B a = 1;",
        "enum E { X = 0; Y = 1; } E a = 1;|enum E { X = 0; Y = 1; Z = 2; } E a = 1;",
        "enum E { X = 0; Y = 1; } E a = 1;|enum E { X = 0; } E a = 1;",
        "enum E { X = 0; Y = 1; } E a = 1;|enum E { X = 0; Y = 2; reserved 1; } E a = 1;",
        "enum E { X = 0; Y = 1; } E a = 1;|enum E { X = 0; Y = 1; Z = 1; allow_alias; } E a = 1;",
        "enum E { X = 0; Y = 1; } E a = 1;|int32 a = 1;",
        "uint32 a = 1;|enum E { X = 0; } E a = 1;",
        "reserved 2; string a = 1;|string a = 1; string b = 3;",
        "reserved 2, \"b\"; string a = 1;|string a = 1; string b = 2;", // An older program.
        "enum E { X = 0; reserved 1, \"Y\"; } E a = 1;|enum E { X = 0; Y = 1; } E a = 1;",
      })
  void changesThatProtocolBuffersAllowsAreRead(String before, String now) throws SchemaException {
    assertThat(ProtobufCodec.of(DynamicMessage.getDefaultInstance(message(now))))
        .satisfies(codec -> codec.decoderOf(schema(message(before))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // Another type.
        "int64 a = 1;|string a = 1;|example.M.a was int64 and is string",
        "int64 a = 1;|sint64 a = 1;|example.M.a was int64 and is sint64",
        "int32 a = 1;|fixed32 a = 1;|example.M.a was int32 and is fixed32",
        "float a = 1;|double a = 1;|example.M.a was float and is double",
        "float a = 1;|fixed32 a = 1;|example.M.a was float and is fixed32",
        "message B { string c = 1; } B a = 1;|string a = 1;|example.M.a was example.M.B and is string",
        "bytes a = 1;|message B { string c = 1; } B a = 1;|example.M.a was bytes and is example.M.B",
        "enum E { X = 0; } E a = 1;|bool a = 1;|example.M.a was example.M.E and is bool",
        "bool a = 1;|enum E { X = 0; } E a = 1;|example.M.a was bool and is example.M.E",
        "repeated int32 a = 1;|int32 a = 1;|example.M.a was repeated int32 and is int32",
        "repeated double a = 1;|double a = 1;|example.M.a was repeated double and is double",
        "map<string, int32> a = 1;|map<string, string> a = 1;"
            + "|example.M.aEntry.value was int32 and is string",
        "map<string, int32> a = 1;|string a = 1;|example.M.a was map<string, int32> and is string",
        "map<string, int32> a = 1;|bytes a = 1;|example.M.a was map<string, int32> and is bytes",
        "message B { string key = 1; int32 value = 2; } repeated B a = 1;|map<string, int32> a = 1;"
            + "|example.M.a was repeated example.M.B and is map<string, int32>",
        // Another name, or another number.
        "int64 ttl = 1;|int64 size = 1;"
            + "|example.M: number 1 was \"ttl: int64\" and is \"size: int64\"",
        "int32 a = 1; int32 b = 2;|int32 b = 1; int32 a = 2;"
            + "|example.M: number 1 was \"a: int32\" and is \"b: int32\"",
        "int32 a = 1;|int32 a = 2;|example.M.a was number 1 and is number 2",
        "reserved 3, 7 to 9;|int32 a = 8;|example.M.a has number 8, which was reserved, and not for this name",
        "message B {} B a = 1;|message C {} C a = 1;"
            + "|example.M.a: the message was example.M.B and is example.M.C",
        "enum E { X = 0; } E a = 1;|enum F { X = 0; } F a = 1;"
            + "|example.M.a: the enum was example.M.E and is example.M.F",
        // Constants.
        "enum E { X = 0; Y = 1; } E a = 1;|enum E { X = 0; Z = 1; } E a = 1;"
            + "|example.M.E: number 1 was Y and is Z",
        "enum E { X = 0; Y = 1; } E a = 1;|enum E { X = 0; Y = 2; } E a = 1;"
            + "|example.M.E.Y was number 1 and is number 2",
        "enum E { X = 0; reserved 1; } E a = 1;|enum E { X = 0; Y = 1; } E a = 1;"
            + "|example.M.E.Y has number 1, which was reserved, and not for this name",
        // Oneofs.
        "optional int32 a = 1; optional int32 b = 2;|oneof o { int32 a = 1; int32 b = 2; }"
            + "|example.M.o is a oneof of fields that could be set together: a: int32, b: int32",
        "oneof o { int32 a = 1; } optional int32 b = 2;|oneof o { int32 a = 1; int32 b = 2; }"
            + "|example.M.o is a oneof of fields that could be set together: a: int32, b: int32",
        "oneof o { int32 a = 1; } oneof p { int32 b = 2; }|oneof o { int32 a = 1; int32 b = 2; }"
            + "|example.M.o is a oneof of fields that could be set together: a: int32, b: int32",
        "int32 a = 1;|oneof o { int32 a = 1; }"
            + "|example.M.a did not say whether it was set, and is in the oneof \"o\"",
        "oneof o { int32 a = 1; int32 b = 2; }|int32 a = 1; optional int32 b = 2;"
            + "|example.M.a was in the oneof \"o\" and does not say any more whether it is set:"
            + " declare it optional",
        // Deep within.
        "message B { map<int32, C> d = 1; } message C { int32 e = 1; } repeated B a = 1;"
            + "|message B { map<int32, C> d = 1; } message C { string e = 1; } repeated B a = 1;"
            + "|example.M.C.e was int32 and is string",
      })
  void otherChangesAreRefusedByName(String before, String now, String change) {
    assertRefused(message(before), message(now), change);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "optional int32 a = 1;|required int32 a = 1;|example.M.a was not required and is",
        "optional int32 a = 1;|optional int32 a = 1; required int32 b = 2;"
            + "|example.M.b is required and new",
        "extensions 5 to 9;|optional int32 a = 5;"
            + "|example.M.a has number 5, which was for extensions",
        "optional int32 a = 1 [default = 5];|optional int32 a = 1 [default = 6];"
            + "|example.M.a was 5 if it was not set, and is 6",
        "optional string a = 1;|optional string a = 1 [default = \"x\"];"
            + "|example.M.a was \"\" if it was not set, and is \"x\"",
        "optional int32 a = 1 [default = 5];|repeated int32 a = 1;"
            + "|example.M.a was 5 if it was not set, and is empty",
        "optional uint64 a = 1 [default = 18446744073709551615];|optional int64 a = 1 [default = -1];"
            + "|example.M.a was 18446744073709551615 if it was not set, and is -1",
        "enum E { X = 1; Y = 2; } optional E a = 1;|enum E { Y = 2; X = 1; } optional E a = 1;"
            + "|example.M.a was X if it was not set, and is Y",
        "repeated group B = 1 { optional int32 c = 1; }|message B { optional int32 c = 1; } repeated B b = 1;"
            + "|example.M.b was repeated example.M.B and is repeated example.M.B",
        "messageset; extensions 4 to 100;|extensions 4 to 100;"
            + "|example.M: message_set_wire_format was changed",
      })
  void changesOfTheSecondSyntaxAreRefusedByName(String before, String now, String change) {
    assertRefused(proto2(before), proto2(now), change);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "required int32 a = 1;|optional int32 a = 1;",
        "required int32 a = 1;|required int64 a = 1;",
        "required int32 a = 1;|reserved 1;",
        "optional int32 a = 1 [default = 5];|optional int64 a = 1 [default = 5];",
        "optional bool a = 1 [default = true];|optional uint32 a = 1 [default = 1];",
        "optional uint32 a = 1 [default = 4294967295];|optional int64 a = 1 [default = 4294967295];",
        "optional string a = 1 [default = \"x\"];|optional bytes a = 1 [default = \"x\"];",
        "repeated int32 a = 1;|repeated int32 a = 1 [packed = true];",
        "repeated float a = 1;|repeated float a = 1 [packed = true];",
        "repeated double a = 1;|repeated double a = 1 [packed = true];",
        "repeated group B = 1 { optional int32 c = 1; }|optional group B = 1 { optional int32 c = 1; }",
        "optional float a = 1;|repeated float a = 1;",
        "optional double a = 1;|repeated double a = 1;",
      })
  void changesOfTheSecondSyntaxAreRead(String before, String now) throws SchemaException {
    assertThat(ProtobufCodec.of(DynamicMessage.getDefaultInstance(proto2(now))))
        .satisfies(codec -> codec.decoderOf(schema(proto2(before))));
  }

  @Test
  void formerNamesAreGiven() throws SchemaException {
    Descriptor before =
        ProtoText.message(
            "package old; message M { enum E { X = 0; LOW = 1; } message B { int32 c = 1; }"
                + " int64 ttl = 1; E e = 2; B b = 3; }");
    Descriptor now =
        message(
            "enum F { X = 0; SLOW = 1; } message D { int32 c = 1; } int64 expires = 1; F e = 2;"
                + " D b = 3;");
    ProtobufCodec<DynamicMessage> codec = ProtobufCodec.of(DynamicMessage.getDefaultInstance(now));

    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> codec.decoderOf(schema(before)))
        .extracting(SchemaException::changes, list(String.class))
        .containsExactly("example.M: the message was old.M and is example.M");
    assertThat(
            codec
                .renamed("example.M", "old.M")
                .renamed("example.M.expires", "lifetime") // There may be several.
                .renamed("example.M.expires", "ttl")
                .renamed("example.M.F", "old.M.E")
                .renamed("example.M.F.SLOW", "LOW")
                .renamed("example.M.D", "old.M.B")
                .decoderOf(schema(before)))
        .isNotNull();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.renamed("example.M.ttl", "ttl"))
        .withMessageContaining("contains no message, enum, field or constant example.M.ttl");
  }

  @Test
  void aFieldThatWasRenamedHasItsValues() throws IOException {
    Descriptor before = message("int64 ttl = 1;");
    Descriptor now = message("int64 expires = 1;");

    DynamicMessage read =
        ProtobufCodec.of(DynamicMessage.getDefaultInstance(now))
            .renamed("example.M.expires", "ttl")
            .decoderOf(schema(before))
            .decode(bytes(before, "ttl", 7L));

    assertThat(read.getField(now.findFieldByName("expires"))).isEqualTo(7L);
  }

  @Test
  void numbersThatDoNotFitAreNotCutOff() throws IOException {
    Descriptor before = message("int64 a = 1;");
    var narrow = reader("int32 a = 1;", before);
    var unsigned = reader("uint32 a = 1;", before);
    var truth = reader("bool a = 1;", before);

    assertThat(narrow.decode(bytes(before, "a", -1L)).getAllFields().values()).containsExactly(-1);
    assertThat(truth.decode(bytes(before, "a", 1L)).getAllFields().values()).containsExactly(true);
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> narrow.decode(bytes(before, "a", 1L << 32)))
        .withMessageContaining(
            "example.M.a is 4294967296, which the type that it has now cannot hold");
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> unsigned.decode(bytes(before, "a", -1L)));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> truth.decode(bytes(before, "a", 2L)));
  }

  @Test
  void unsignedNumbersThatDoNotFitAreSeen() throws IOException {
    Descriptor before = message("map<string, fixed64> a = 1; bool b = 2;");
    Descriptor now = message("map<string, sfixed64> a = 1; bool b = 2;");
    var reader = ProtobufCodec.of(DynamicMessage.getDefaultInstance(now)).decoderOf(schema(before));
    FieldDescriptor map = before.findFieldByName("a");
    Descriptor entry = map.getMessageType();

    for (long bits : new long[] {1, -1}) {
      DynamicMessage value =
          DynamicMessage.newBuilder(before)
              .addRepeatedField(
                  map,
                  DynamicMessage.newBuilder(entry)
                      .setField(entry.findFieldByName("key"), "x")
                      .setField(entry.findFieldByName("value"), bits)
                      .build())
              .setField(before.findFieldByName("b"), true)
              .build();
      if (bits > 0) {
        assertThat(reader.decode(value.toByteString().asReadOnlyByteBuffer()).getSerializedSize())
            .isEqualTo(value.getSerializedSize());
      } else {
        assertThatExceptionOfType(CodecException.class)
            .isThrownBy(() -> reader.decode(value.toByteString().asReadOnlyByteBuffer()))
            .withMessageContaining("aEntry.value is 18446744073709551615");
      }
    }
  }

  @Test
  void elementsAreNotLeftOut() throws IOException {
    Descriptor before = message("repeated string a = 1;");
    var single = reader("string a = 1;", before);

    assertThat(single.decode(bytes(before, "a", List.of("x"))).getAllFields().values())
        .containsExactly("x");
    assertThat(single.decode(bytes(before, "a", List.of())).getAllFields()).isEmpty();
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> single.decode(bytes(before, "a", List.of("x", "y"))))
        .withMessageContaining("example.M.a has 2 elements, but now there is room for one");
  }

  @Test
  void bytesThatAreNoTextAreSeen() throws IOException {
    Descriptor before = proto2("optional bytes a = 1;");
    var text =
        ProtobufCodec.of(DynamicMessage.getDefaultInstance(proto2("optional string a = 1;")))
            .decoderOf(schema(before));

    assertThat(
            text.decode(bytes(before, "a", ByteString.copyFromUtf8("ä"))).getAllFields().values())
        .containsExactly("ä");
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(
            () -> text.decode(bytes(before, "a", ByteString.copyFrom(new byte[] {(byte) 0xff}))))
        .withMessageContaining("has bytes that are not UTF-8");
  }

  @Test
  void aFieldThatIsGoneIsNotChecked() throws IOException {
    Descriptor before = message("int64 a = 1; int64 gone = 2;");
    var reader = reader("int32 a = 1;", before);

    assertThat(reader.decode(bytes(before, "gone", 1L << 40)).getUnknownFields().asMap())
        .containsOnlyKeys(2);
  }

  @Test
  void messagesWithoutASchemaAreReadIfTheCallerSaysSo() throws IOException {
    ProtobufCodec<Timestamp> codec = ProtobufCodec.of(Timestamp.getDefaultInstance());

    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> codec.decoderOf(Optional.empty()))
        .withMessageContaining("readingWithoutSchema()");
    assertThat(
            codec.readingWithoutSchema().decoderOf(Optional.empty()).decode(ByteBuffer.allocate(0)))
        .isEqualTo(Timestamp.getDefaultInstance());
  }

  @Test
  void valuesOfAnotherLibraryAreRefused() {
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(
            () ->
                ProtobufCodec.of(Timestamp.getDefaultInstance())
                    .decoderOf(Optional.of(Schema.of("application/json", new byte[0]))))
        .withMessageContaining("but as application/json");
  }

  @Test
  void atMostTwentyChangesAreNamed() {
    StringBuilder before = new StringBuilder();
    StringBuilder now = new StringBuilder();
    for (int i = 1; i <= 30; i++) {
      before.append("int32 f").append(i).append(" = ").append(i).append("; ");
      now.append("string f").append(i).append(" = ").append(i).append("; ");
    }

    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(
            () ->
                ProtobufCodec.of(DynamicMessage.getDefaultInstance(message(now.toString())))
                    .decoderOf(schema(message(before.toString()))))
        .satisfies(failure -> assertThat(failure.changes()).hasSize(20));
  }

  @Test
  void anyOtherChangeIsAFunction() throws IOException {
    Descriptor before = message("int64 millis = 1;");
    var codec =
        Codecs.upcasting(
            ProtobufCodec.of(Timestamp.getDefaultInstance()),
            ProtobufCodec.of(DynamicMessage.getDefaultInstance(before)),
            old ->
                Timestamp.newBuilder()
                    .setSeconds((long) old.getField(before.findFieldByName("millis")) / 1000)
                    .build());

    assertThat(codec.decoderOf(schema(before)).decode(bytes(before, "millis", 5000L)).getSeconds())
        .isEqualTo(5);
  }

  private static void assertRefused(Descriptor before, Descriptor now, String change) {
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(
            () ->
                ProtobufCodec.of(DynamicMessage.getDefaultInstance(now)).decoderOf(schema(before)))
        .withMessageContaining("cannot be read as example.M: give the codec former names")
        .extracting(SchemaException::changes, list(String.class))
        .contains(change);
  }

  private static dev.durability.codec.Decoder<DynamicMessage> reader(String now, Descriptor before)
      throws SchemaException {
    return ProtobufCodec.of(DynamicMessage.getDefaultInstance(message(now)))
        .decoderOf(schema(before));
  }

  private static ByteBuffer bytes(Descriptor type, String field, Object value) throws IOException {
    DynamicMessage message =
        DynamicMessage.newBuilder(type).setField(type.findFieldByName(field), value).build();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ProtobufCodec.of(DynamicMessage.getDefaultInstance(type)).encode(message, out);
    return ByteBuffer.wrap(out.toByteArray()).asReadOnlyBuffer();
  }

  private static Optional<Schema> schema(Descriptor type) {
    return ProtobufCodec.of(DynamicMessage.getDefaultInstance(type)).schema();
  }

  private static Descriptor message(String fields) {
    return ProtoText.message("message M { " + fields + " }");
  }

  private static Descriptor proto2(String fields) {
    return ProtoText.message(PROTO2 + "message M { " + fields + " }");
  }
}
