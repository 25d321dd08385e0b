package dev.durability.avro;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.avro.Conversions;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.reflect.Nullable;
import org.apache.avro.reflect.Union;
import org.junit.jupiter.api.Test;

class AvroCodecTest {

  private static Schema schema(String json) {
    return new Schema.Parser().parse(json.replace('\'', '"'));
  }

  @Union({Put.class, Remove.class})
  interface Change {}

  static final class Put implements Change {
    String key = "";
    long value;
    @Nullable String note;
    List<String> tags = new ArrayList<>();

    @Override
    public boolean equals(Object other) {
      return other instanceof Put put
          && key.equals(put.key)
          && value == put.value
          && Objects.equals(note, put.note)
          && tags.equals(put.tags);
    }

    @Override
    public int hashCode() {
      return key.hashCode();
    }
  }

  static final class Remove implements Change {
    String key = "";
  }

  @Test
  void classesAreServedByReflection() throws Exception {
    AvroCodec<Change> codec = AvroCodec.reflect(Change.class);
    Put put = new Put();
    put.key = "a";
    put.value = 7;
    put.tags.add("x");

    assertThat(Bytes.decode(codec, Bytes.encode(codec, put))).isEqualTo(put);
    put.note = "n";
    assertThat(Bytes.decode(codec, Bytes.encode(codec, put))).isEqualTo(put);
    assertThat(Bytes.decode(codec, Bytes.encode(codec, new Remove()))).isInstanceOf(Remove.class);
  }

  @Test
  void generatedClassesAreServed() throws Exception {
    AvroCodec<Counted> codec = AvroCodec.specific(Counted.class);
    Counted counted = new Counted();
    counted.put(0, 3);

    assertThat(Bytes.decode(codec, Bytes.encode(codec, counted)).get(0)).isEqualTo(3);
  }

  @Test
  void theModelMayConvertLogicalTypes() throws Exception {
    Schema decimal = schema("{'type':'bytes','logicalType':'decimal','precision':9,'scale':2}");
    GenericData data = new GenericData();
    data.addLogicalTypeConversion(new Conversions.DecimalConversion());
    AvroCodec<BigDecimal> codec = AvroCodec.of(decimal, data);

    assertThat(Bytes.decode(codec, Bytes.encode(codec, new BigDecimal("12.50"))))
        .isEqualTo(new BigDecimal("12.50"));
  }

  @Test
  void theSchemaIsThatOfAvroWithAliasesAndDefaults() {
    String json =
        "{'type':'record','name':'A','fields':[{'name':'b','type':'int','default':3,"
            + "'aliases':['c']}],'aliases':['D']}";
    var schema = AvroCodec.generic(schema(json)).schema().orElseThrow();

    assertThat(schema.mediaType()).isEqualTo("avro/binary");
    assertThat(schema(UTF_8.decode(schema.descriptor()).toString())).isEqualTo(schema(json));
    assertThat(UTF_8.decode(schema.descriptor()).toString()).contains("\"c\"", "\"D\"", "3");
  }

  private static final Schema LIST =
      schema("{'type':'record','name':'L','fields':[{'name':'next','type':['null','L']}]}");

  private static GenericRecord list(int length) {
    GenericRecord list = new GenericData.Record(LIST);
    for (int i = 1; i < length; i++) {
      GenericRecord longer = new GenericData.Record(LIST);
      longer.put(0, list);
      list = longer;
    }
    return list;
  }

  @Test
  void whatIsNestedTooDeepIsNeitherWrittenNorRead() throws Exception {
    AvroCodec<GenericRecord> codec = AvroCodec.generic(LIST);
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    assertThat(Bytes.decode(codec, Bytes.encode(codec, list(200)))).isEqualTo(list(200));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> codec.encode(list(201), out))
        .withMessageContaining("more than 200 deep");
    assertThat(out.size()).isZero();
    byte[] deep = new byte[1_000_000];
    Arrays.fill(deep, (byte) 2);
    assertThatExceptionOfType(CodecException.class).isThrownBy(() -> Bytes.decode(codec, deep));
  }

  @Test
  void aValueThatDoesNotFitItsSchemaIsRefused() {
    Schema type = schema("{'type':'record','name':'A','fields':[{'name':'b','type':'string'}]}");
    AvroCodec<GenericRecord> codec = AvroCodec.generic(type);

    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> Bytes.encode(codec, new GenericData.Record(type)))
        .withMessageStartingWith("encoding a value of A");
    AvroCodec<Object> union = AvroCodec.of(schema("['int','string']"), new GenericData());
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> Bytes.encode(union, 1.5))
        .withMessageStartingWith("encoding a value of a union");
  }

  @Test
  void bytesThatAreNotExactlyAValueAreRefused() {
    AvroCodec<Object> codec =
        AvroCodec.of(
            schema(
                "{'type':'record','name':'A','fields':["
                    + "{'name':'flag','type':'boolean'},{'name':'list','type':{'type':'array',"
                    + "'items':'int'}},{'name':'text','type':'string'},"
                    + "{'name':'e','type':{'type':'enum','name':'E','symbols':['X']}}]}"),
            new GenericData());
    byte[][] refused = {
      {},
      {2, 0, 0, 0}, // A boolean is 0 or 1.
      {1, 0, 0, 2}, // There is no second symbol.
      {1, 0, 0, 1}, // Nor one before the first.
      {1, 0, 8, 'a', 0}, // A string of 4 bytes.
      {1, 0, 0, 0, 0}, // One more.
      {1, 4, 2, 0, 0, 0}, // A list of 2.
      {1, 1, 4, 2, 0, 0, 0}, // A block of 1 in 2 bytes has 1 byte.
      {1, (byte) 0xFE, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F, 0, 0, 0}, // Of 2^31.
      {1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 0, 0, 0}, // Of the least number.
      {1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 0, 0}, // 11 bytes.
      {1, 2, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x20, 0, 0, 0}, // An int of 2^32.
    };
    for (byte[] bytes : refused) {
      assertThatExceptionOfType(CodecException.class)
          .as(Arrays.toString(bytes))
          .isThrownBy(() -> Bytes.decode(codec, bytes))
          .withMessageStartingWith("decoding Avro: offset ");
    }
  }

  @Test
  void blocksWithTheirLengthAreRead() throws Exception {
    AvroCodec<Object> codec =
        AvroCodec.of(schema("{'type':'array','items':'int'}"), new GenericData());

    assertThat(Bytes.decode(codec, new byte[] {3, 4, 2, 4, 2, 6, 0}).toString())
        .isEqualTo("[1, 2, 3]");
  }

  @Test
  void schemasWhosePartsTakeNoBytesAreRefused() {
    StringBuilder doubling = new StringBuilder("['null'");
    for (int i = 0; i < 7; i++) {
      String part = i == 0 ? "'null'" : "'R" + (i - 1) + "'";
      doubling
          .append(",{'type':'record','name':'R" + i + "','fields':[{'name':'a','type':" + part)
          .append("},{'name':'b','type':" + part + "}]}");
    }
    List<String> refused =
        List.of(
            "{'type':'array','items':'null'}",
            "{'type':'array','items':{'type':'fixed','name':'F','size':0}}",
            "{'type':'array','items':{'type':'record','name':'R','fields':[]}}",
            doubling + "]",
            "{'type':'map','values':".repeat(200) + "'int'" + "}".repeat(200));
    for (String json : refused) {
      assertThatIllegalArgumentException()
          .as(json)
          .isThrownBy(() -> AvroCodec.of(schema(json), new GenericData()))
          .withMessageContaining("the schema cannot be used");
    }
  }

  @Test
  void aChainOfRecordsThatIsTooLongIsRefused() {
    StringBuilder chain = new StringBuilder("[{'type':'record','name':'R0','fields':[]}");
    for (int i = 1; i < 200; i++) {
      chain.append(
          ",{'type':'record','name':'R"
              + i
              + "','fields':[{'name':'a','type':['int','R"
              + (i - 1)
              + "']}]}");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AvroCodec.of(schema(chain + "]"), new GenericData()))
        .withMessageContaining("within each other");
  }

  @Test
  void onlyRecordsAreGenericRecords() {
    assertThatIllegalArgumentException().isThrownBy(() -> AvroCodec.generic(schema("'int'")));
  }

  @Test
  void valuesWithoutASchemaAreReadUnderTheOneThatTheCallerKnows() throws Exception {
    Schema before = schema("{'type':'record','name':'A','fields':[{'name':'b','type':'int'}]}");
    Schema now = schema("{'type':'record','name':'A','fields':[{'name':'b','type':'long'}]}");
    AvroCodec<GenericRecord> codec = AvroCodec.generic(now);

    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> codec.decoderOf(Optional.empty()))
        .withMessageContaining("assuming(schema)");
    assertThat(
            Bytes.decode(codec.assuming(before).decoderOf(Optional.empty()), new byte[] {4})
                .get("b"))
        .isEqualTo(2L);
    assertThat(Bytes.decode(codec.assuming(now).decoderOf(Optional.empty()), new byte[] {6}))
        .hasToString("{\"b\": 3}");
  }

  @Test
  void otherMediaTypesAndDamagedDescriptorsAreRefused() {
    AvroCodec<GenericRecord> codec = AvroCodec.generic(LIST);
    for (String descriptor :
        List.of("", "{", "\"none\"", "{\"type\":\"record\"}", "[".repeat(50_000), "\"\uD800")) {
      var damaged = dev.durability.codec.Schema.of("avro/binary", descriptor.getBytes(UTF_8));
      assertThatExceptionOfType(SchemaException.class)
          .as(descriptor)
          .isThrownBy(() -> codec.decoderOf(Optional.of(damaged)))
          .withMessageContaining("is damaged");
    }
    var invalid = dev.durability.codec.Schema.of("avro/binary", new byte[] {(byte) 0xFF});
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> codec.decoderOf(Optional.of(invalid)));
    var other = dev.durability.codec.Schema.of("application/json", "\"int\"".getBytes(UTF_8));
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> codec.decoderOf(Optional.of(other)))
        .withMessageContaining("were written as application/json");
  }

  @Test
  void aSchemaThatIsTooLargeForALogIsRefused() {
    String name = "n".repeat(70_000);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> AvroCodec.generic(schema("{'type':'record','name':'" + name + "','fields':[]}")))
        .withMessageContaining("cannot be written");
  }

  /** A class whose name stands in a schema, and that must not be loaded for it. */
  static final class Trap {
    static {
      System.setProperty("dev.durability.avro.trap", "sprung");
    }

    private Trap() {}
  }

  @Test
  void noNameInAWrittenSchemaLoadsAClass() throws Exception {
    String trap = AvroCodecTest.class.getName() + "$Trap";
    String fields =
        "'fields':[{'name':'key','type':{'type':'string','java-class':'"
            + trap
            + "'}},{'name':'gone','type':{'type':'record','name':'Trap',"
            + "'namespace':'dev.durability.avro.AvroCodecTest','fields':[{'name':'x','type':'int'}]}}]}";
    var written =
        dev.durability.codec.Schema.of(
            "avro/binary",
            ("{'type':'record','name':'Remove',"
                    + "'namespace':'dev.durability.avro.AvroCodecTest',"
                    + fields)
                .replace('\'', '"')
                .getBytes(UTF_8));
    AvroCodec<Remove> codec = AvroCodec.reflect(Remove.class);

    Remove removed = Bytes.decode(codec.decoderOf(Optional.of(written)), new byte[] {2, 'a', 14});

    assertThat(removed.key).isEqualTo("a");
    assertThat(new AvroSchemaDecoder().decoderOf(written)).isNotNull();
    assertThat(System.getProperty("dev.durability.avro.trap")).isNull();
  }
}
