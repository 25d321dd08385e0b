package dev.durability.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.codec.SchemaDecoder;
import dev.durability.errors.CodecException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

class AvroSchemaDecoderTest {

  private static SchemaDecoder decoder() {
    return ServiceLoader.load(SchemaDecoder.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(each -> each.decodes("avro/binary"))
        .findFirst()
        .orElseThrow();
  }

  private static final Schema ALL =
      new Schema.Parser()
          .parse(
              ("{'type':'record','name':'All','fields':["
                      + "{'name':'flag','type':'boolean'},"
                      + "{'name':'number','type':'int'},"
                      + "{'name':'large','type':'long'},"
                      + "{'name':'single','type':'float'},"
                      + "{'name':'twice','type':'double'},"
                      + "{'name':'text','type':'string'},"
                      + "{'name':'bytes','type':'bytes'},"
                      + "{'name':'fixed','type':{'type':'fixed','name':'Two','size':2}},"
                      + "{'name':'state','type':{'type':'enum','name':'State','symbols':['A','B']}},"
                      + "{'name':'none','type':['null','int']},"
                      + "{'name':'some','type':['null','int']},"
                      + "{'name':'either','type':['int','Two','State']},"
                      + "{'name':'amount','type':{'type':'bytes','logicalType':'decimal',"
                      + "'precision':9,'scale':2}},"
                      + "{'name':'list','type':{'type':'array','items':'int'}},"
                      + "{'name':'map','type':{'type':'map','values':'string'}}]}")
                  .replace('\'', '"'));

  @Test
  void entriesAreDecodedWithoutTheirClasses() throws Exception {
    GenericRecord record = new GenericData.Record(ALL);
    Object two = new GenericData.Fixed(ALL.getField("fixed").schema(), new byte[] {1, 2});
    Object[] values = {
      true,
      -7,
      1L << 40,
      1.5f,
      -2.5,
      "a\u00FC",
      ByteBuffer.wrap(new byte[] {3}),
      two,
      new GenericData.EnumSymbol(ALL.getField("state").schema(), "B"),
      null,
      5,
      two,
      ByteBuffer.wrap(new byte[] {4, -30}),
      List.of(1, 2, 3),
      Map.of("k", "v")
    };
    for (int i = 0; i < values.length; i++) {
      record.put(i, values[i]);
    }
    AvroCodec<GenericRecord> codec = AvroCodec.generic(ALL);
    Object value =
        Bytes.decode(
            decoder().decoderOf(codec.schema().orElseThrow()), Bytes.encode(codec, record));

    Map<?, ?> map = (Map<?, ?>) value;
    assertThat(map.keySet().stream().map(Object::toString))
        .containsExactlyElementsOf(ALL.getFields().stream().map(Schema.Field::name).toList());
    assertThat(new ArrayList<>(map.values()))
        .usingRecursiveComparison()
        .isEqualTo(
            List.of(
                true,
                -7,
                1L << 40,
                1.5f,
                -2.5,
                "a\u00FC",
                new byte[] {3},
                new byte[] {1, 2},
                "B",
                Optional.empty(),
                5,
                Map.of("Two", new byte[] {1, 2}),
                new BigDecimal("12.50"),
                List.of(1, 2, 3),
                Map.of("k", "v")));
  }

  @Test
  void bytesOfOtherValuesAreRefused() throws Exception {
    var decoder =
        decoder()
            .decoderOf(
                dev.durability.codec.Schema.of(
                    "avro/binary", "\"string\"".getBytes(java.nio.charset.StandardCharsets.UTF_8)));

    assertThat(Bytes.decode(decoder, new byte[] {2, 'a'})).isEqualTo("a");
    for (byte[] bytes : new byte[][] {{}, {2}, {2, 'a', 'b'}, {2, (byte) 0xFF}, {1}}) {
      assertThatExceptionOfType(CodecException.class)
          .isThrownBy(() -> Bytes.decode(decoder, bytes));
    }
    assertThat(new AvroSchemaDecoder().decodes("application/json")).isFalse();
  }
}
