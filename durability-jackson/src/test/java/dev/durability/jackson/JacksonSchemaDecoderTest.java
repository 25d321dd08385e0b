package dev.durability.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.codec.SchemaDecoder;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class JacksonSchemaDecoderTest {

  @SuppressWarnings("ArrayRecordComponent") // It is only written.
  record Entry(
      String text,
      byte[] bytes,
      int number,
      double decimal,
      boolean flag,
      Optional<String> none,
      List<Integer> list,
      Map<String, Long> map) {}

  private static SchemaDecoder decoder(String mediaType) {
    return ServiceLoader.load(SchemaDecoder.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(each -> each.decodes(mediaType))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void entriesAreDecodedWithoutTheirClasses() throws Exception {
    Entry entry =
        new Entry(
            "a",
            new byte[] {1, 2},
            -3,
            0.1,
            true,
            Optional.empty(),
            List.of(1, 2),
            new TreeMap<>(Map.of("x", 1L << 40)));
    for (ObjectMapper mapper : Mappers.all()) {
      JacksonCodec<Entry> codec = JacksonCodec.of(Entry.class, mapper);
      Schema schema = codec.schema().orElseThrow();
      Object value =
          Bytes.decode(decoder(schema.mediaType()).decoderOf(schema), Bytes.encode(codec, entry));

      assertThat(value).isInstanceOf(LinkedHashMap.class);
      Map<?, ?> map = (Map<?, ?>) value;
      assertThat(map.keySet().stream().map(Object::toString))
          .containsExactly("bytes", "decimal", "flag", "list", "map", "none", "number", "text");
      assertThat(map.get("bytes"))
          .isEqualTo(schema.mediaType().equals("application/json") ? "AQI=" : new byte[] {1, 2});
      assertThat(map.get("decimal")).hasToString("0.1");
      assertThat(map.get("flag")).isEqualTo(true);
      assertThat(map.get("list")).isEqualTo(List.of(1, 2));
      assertThat(map.get("map")).isEqualTo(Map.of("x", 1L << 40));
      assertThat(map.get("none")).isEqualTo(Optional.empty());
      assertThat(map.get("number")).isEqualTo(-3);
      assertThat(map.get("text")).isEqualTo("a");
    }
  }

  @Test
  void theDescriptorMayBeThatOfAnyProgram() throws Exception {
    Decoder<Object> decoder =
        decoder("application/json").decoderOf(Schema.of("application/json", new byte[] {1}));

    assertThat(Bytes.decode(decoder, " [1.50,null,1e400,false] "))
        .isEqualTo(
            List.of(new BigDecimal("1.50"), Optional.empty(), new BigDecimal("1e400"), false));
    for (String text : List.of("", "1 2", "[1", "{\"a\"}", "[".repeat(10_000), "nul")) {
      assertThatExceptionOfType(CodecException.class)
          .as(text)
          .isThrownBy(() -> Bytes.decode(decoder, text));
    }
  }

  @Test
  void otherMediaTypesAreNotDecoded() {
    JacksonSchemaDecoder decoder = new JacksonSchemaDecoder();

    assertThat(decoder.decodes("text/plain")).isFalse();
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> decoder.decoderOf(Schema.of("text/plain", new byte[0])));
  }
}
