package dev.durability.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class JacksonCodecTest {
  enum Colour {
    RED,
    GREEN
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Circle.class, name = "circle"),
    @JsonSubTypes.Type(value = Square.class, name = "square")
  })
  sealed interface Figure permits Circle, Square {}

  record Circle(double radius, Colour colour) implements Figure {}

  record Square(float side, Optional<Figure> inner) implements Figure {}

  @SuppressWarnings("ArrayRecordComponent") // It compares them by their content.
  record All(
      boolean flag,
      byte tiny,
      short small,
      int number,
      long large,
      Integer boxed,
      float single,
      double twice,
      char letter,
      String text,
      byte[] bytes,
      BigInteger big,
      BigDecimal amount,
      UUID uuid,
      Instant instant,
      Duration duration,
      LocalDate date,
      Colour colour,
      Optional<String> note,
      OptionalLong count,
      List<Figure> figures,
      SortedSet<String> names,
      int[] numbers,
      char[] letters,
      Map<String, Figure> byName,
      Map<Integer, Long> byNumber,
      Map<Colour, List<String>> byColour,
      Object anything) {

    @Override
    public boolean equals(Object other) {
      return other instanceof All all && parts().equals(all.parts());
    }

    @Override
    public int hashCode() {
      return parts().hashCode();
    }

    private List<Object> parts() {
      List<Object> parts =
          List.of(
              List.of(flag, tiny, small, number, large, boxed, single, twice, letter, text),
              List.of(Arrays.toString(bytes), big, amount, uuid, instant, duration, date, colour),
              List.of(note, count, figures, names, Arrays.toString(numbers), new String(letters)));
      return List.of(parts, byName, byNumber, byColour, Objects.toString(anything));
    }
  }

  private static All random(Random random) {
    byte[] bytes = new byte[random.nextInt(20)];
    random.nextBytes(bytes);
    Map<String, Figure> byName = new TreeMap<>();
    Map<Integer, Long> byNumber = new TreeMap<>();
    SortedSet<String> names = new TreeSet<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      byName.put(text(random), figure(random, 3));
      byNumber.put(random.nextInt(), random.nextLong());
      names.add(text(random));
    }
    return new All(
        random.nextBoolean(),
        (byte) random.nextInt(),
        (short) random.nextInt(),
        random.nextInt(),
        random.nextLong(),
        random.nextInt(),
        random.nextFloat(),
        random.nextInt(9) == 0 ? Double.NaN : random.nextGaussian() * 1e30,
        (char) ('!' + random.nextInt(1000)),
        text(random),
        bytes,
        new BigInteger(random.nextInt(300), random),
        new BigDecimal(new BigInteger(random.nextInt(90), random), random.nextInt(20)),
        new UUID(random.nextLong(), random.nextLong()),
        Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000)),
        Duration.ofSeconds(random.nextInt(), random.nextInt(1_000_000_000)),
        LocalDate.ofEpochDay(random.nextInt(100_000)),
        Colour.values()[random.nextInt(2)],
        random.nextBoolean() ? Optional.of(text(random)) : Optional.empty(),
        random.nextBoolean() ? OptionalLong.of(random.nextLong()) : OptionalLong.empty(),
        List.of(figure(random, 4), figure(random, 1)),
        names,
        random.ints(random.nextInt(5)).toArray(),
        text(random).toCharArray(),
        byName,
        byNumber,
        random.nextBoolean() ? Map.of() : Map.of(Colour.RED, List.of(text(random))),
        random.nextBoolean() ? text(random) : List.of(1, Map.of("a", true)));
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      text.appendCodePoint(
          random.nextBoolean() ? 'a' + random.nextInt(26) : random.nextInt(0xD800));
    }
    return text.toString();
  }

  private static Figure figure(Random random, int depth) {
    return random.nextBoolean()
        ? new Circle(random.nextDouble(), Colour.GREEN)
        : new Square(
            random.nextFloat(),
            depth == 0 ? Optional.empty() : Optional.of(figure(random, depth - 1)));
  }

  @Test
  void randomValuesAreReadAsTheyWereWrittenInEachFormat() throws Exception {
    long seed = Long.getLong("durability.seed", 1);
    for (ObjectMapper mapper : Mappers.all()) {
      JacksonCodec<All> codec = JacksonCodec.of(All.class, mapper);
      Random random = new Random(seed);
      for (int i = 0; i < 300; i++) {
        All value = random(random);
        byte[] bytes = Bytes.encode(codec, value);
        String what = mapper.getFactory().getFormatName() + ", seed " + seed + ", value " + i;
        assertThat(Bytes.decode(codec, bytes)).as(what).isEqualTo(value);
        assertThat(Bytes.encode(codec, Bytes.decode(codec, bytes))).as(what).isEqualTo(bytes);
      }
    }
  }

  @Test
  void theMediaTypeTellsTheFormat() {
    assertThat(Mappers.all())
        .extracting(each -> JacksonCodec.of(Circle.class, each).schema().orElseThrow().mediaType())
        .containsExactly("application/json", "application/cbor", "application/x-jackson-smile");
  }

  @Test
  void theSchemaNamesEachPropertyWithItsTypeInTheOrderOfTheNames() {
    Schema schema = JacksonCodec.of(Figure.class, Mappers.json()).schema().orElseThrow();

    assertThat(StandardCharsets.UTF_8.decode(schema.descriptor()).toString())
        .isEqualTo(
            "{'$schema':'https://json-schema.org/draft/2020-12/schema','$ref':'#/$defs/Figure',"
                    .replace('\'', '"')
                + ("'$defs':{'Figure':{'oneOf':["
                        + "{'$ref':'#/$defs/Circle','properties':{'kind':{'const':'circle'}},'required':['kind']},"
                        + "{'$ref':'#/$defs/Square','properties':{'kind':{'const':'square'}},'required':['kind']}]},"
                        + "'Circle':{'type':'object','properties':{"
                        + "'colour':{'enum':['GREEN','RED']},'radius':{'type':'number','format':'double'}}},"
                        + "'Square':{'type':'object','properties':{"
                        + "'inner':{'$ref':'#/$defs/Figure'},'side':{'type':'number','format':'float'}}}}}")
                    .replace('\'', '"'));
  }

  record Sorted(String zebra, String apple, Map<String, Integer> map) {}

  @Test
  void propertiesAndKeysAreWrittenInTheOrderOfTheirNames() throws Exception {
    Map<String, Integer> map = new HashMap<>(Map.of("b", 1, "a", 2, "c", 3));

    assertThat(Bytes.text(JacksonCodec.of(Sorted.class, Mappers.json()), new Sorted("z", "a", map)))
        .isEqualTo("{\"apple\":\"a\",\"map\":{\"a\":2,\"b\":1,\"c\":3},\"zebra\":\"z\"}");
  }

  @Test
  void theMapperOfTheCallerIsLeftAlone() throws Exception {
    ObjectMapper mapper = new JsonMapper();
    JacksonCodec<Sorted> codec = JacksonCodec.of(Sorted.class, mapper);
    mapper.setPropertyNamingStrategy(
        com.fasterxml.jackson.databind.PropertyNamingStrategies.UPPER_CAMEL_CASE);

    assertThat(mapper.writeValueAsString(new Circle(1, Colour.RED)))
        .isEqualTo("{\"kind\":\"circle\",\"Radius\":1.0,\"Colour\":\"RED\"}");
    assertThat(Bytes.text(codec, new Sorted("z", "a", Map.of())))
        .isEqualTo("{\"apple\":\"a\",\"map\":{},\"zebra\":\"z\"}");
  }

  @Test
  void genericTypesAreServed() throws Exception {
    JacksonCodec<Map<String, List<Figure>>> codec =
        JacksonCodec.of(new TypeReference<>() {}, Mappers.json());
    Map<String, List<Figure>> value = Map.of("a", List.of(new Circle(1, Colour.RED)));

    assertThat(Bytes.decode(codec, Bytes.encode(codec, value))).isEqualTo(value);
    assertThat(Bytes.text(codec, value))
        .isEqualTo("{\"a\":[{\"kind\":\"circle\",\"colour\":\"RED\",\"radius\":1.0}]}");
  }

  record Ids(long id, Colour colour) {}

  @Test
  void whatJacksonWouldPassOverIsRefused() {
    ObjectMapper lenient =
        Mappers.json()
            .disable(
                com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    JacksonCodec<Ids> codec = JacksonCodec.of(Ids.class, lenient);

    for (String text :
        List.of(
            "{\"colour\":\"RED\",\"id\":1,\"more\":2}",
            "{\"colour\":\"RED\",\"id\":null}",
            "{\"colour\":0,\"id\":1}",
            "{\"colour\":\"BLUE\",\"id\":1}",
            "{\"colour\":\"RED\"}",
            "{\"colour\":\"RED\",\"id\":1} 2",
            "null",
            "",
            "{\"colour\":\"RED\",\"id\":")) {
      assertThatExceptionOfType(CodecException.class)
          .as(text)
          .isThrownBy(() -> Bytes.decode(codec, text))
          .withMessageStartingWith("decoding a value of Ids: ");
    }
  }

  @Test
  @SuppressWarnings("NullAway") // That is what is tested.
  void nullIsNoValue() {
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> Bytes.encode(JacksonCodec.of(Ids.class, Mappers.json()), null))
        .withMessageContaining("the value is null");
  }

  record Nested(List<Object> list) {}

  @Test
  void whatIsNestedTooDeepIsNeitherWrittenNorRead() throws Exception {
    JacksonCodec<Nested> codec = JacksonCodec.of(Nested.class, Mappers.json());
    List<Object> fits = List.of();
    for (int i = 0; i < 198; i++) {
      fits = List.of(fits);
    }
    Nested deep = new Nested(List.of(fits));

    assertThat(Bytes.decode(codec, Bytes.encode(codec, new Nested(fits)))).isNotNull();
    assertThatExceptionOfType(CodecException.class).isThrownBy(() -> Bytes.encode(codec, deep));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> Bytes.decode(codec, "{\"list\":" + "[".repeat(100_000)));
  }

  record Exact(BigInteger number) {}

  @Test
  void aNumberThatCouldNotBeReadAgainIsNotWritten() throws Exception {
    JacksonCodec<Exact> codec = JacksonCodec.of(Exact.class, Mappers.json());
    BigInteger fits = BigInteger.TEN.pow(999);

    assertThat(Bytes.decode(codec, Bytes.encode(codec, new Exact(fits))))
        .isEqualTo(new Exact(fits));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> Bytes.encode(codec, new Exact(fits.multiply(BigInteger.TEN))));
  }

  record Longer(String text) {}

  @Test
  void aStringThatIsLongerThanJacksonsLimitIsReadAgain() throws Exception {
    JacksonCodec<Longer> codec = JacksonCodec.of(Longer.class, Mappers.json());
    Longer value = new Longer("x".repeat(20_000_001));

    assertThat(Bytes.decode(codec, Bytes.encode(codec, value)).equals(value)).isTrue();
  }

  static class Animal {
    public int legs;
  }

  static final class Bird extends Animal {
    public int wings;
  }

  @Test
  void anObjectThatTheSchemaDoesNotDescribeIsNotWritten() throws Exception {
    JacksonCodec<Animal> codec = JacksonCodec.of(Animal.class, Mappers.json());

    assertThat(Bytes.text(codec, new Animal())).isEqualTo("{\"legs\":0}");
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> Bytes.encode(codec, new Bird()))
        .withMessageContaining("describes no objects of " + Bird.class.getName());
    JacksonCodec<Nested> anything = JacksonCodec.of(Nested.class, Mappers.json());
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> Bytes.encode(anything, new Nested(List.of(new Animal()))));
  }

  record Throws(int number) {
    Throws {
      if (number < 0) {
        throw new IllegalStateException("negative");
      }
    }
  }

  @Test
  void whatAConstructorThrowsIsTheCause() {
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(
            () -> Bytes.decode(JacksonCodec.of(Throws.class, Mappers.json()), "{\"number\":-1}"))
        .withMessageContaining("negative");
  }

  @Test
  void nothingIsWrittenIfAValueIsRefused() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    JacksonCodec<Animal> codec = JacksonCodec.of(Animal.class, Mappers.json());

    assertThatExceptionOfType(CodecException.class).isThrownBy(() -> codec.encode(new Bird(), out));
    assertThat(out.size()).isZero();
  }

  @Test
  void aValueThatIsNoObjectIsServed() throws Exception {
    for (ObjectMapper mapper : Mappers.all()) {
      JacksonCodec<String> codec = JacksonCodec.of(String.class, mapper);
      assertThat(Bytes.decode(codec, Bytes.encode(codec, "a"))).isEqualTo("a");
      JacksonCodec<Set<Integer>> set = JacksonCodec.of(new TypeReference<>() {}, mapper);
      assertThat(Bytes.decode(set, Bytes.encode(set, Set.of(7)))).isEqualTo(Set.of(7));
    }
  }

  @Test
  void aDefaultThatDoesNotFitIsRefused() {
    JacksonCodec<Ids> codec = JacksonCodec.of(Ids.class, Mappers.json());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.withDefault(Ids.class, "none", 1))
        .withMessage("Ids reads no property none");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.withDefault(Ids.class, "id", "text"))
        .withMessageContaining("Ids.id cannot have the default");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.withDefault(Animal.class, "legs", 1));
  }

  @Test
  void valuesWithoutASchemaAreReadIfTheCallerSaysSo() throws Exception {
    JacksonCodec<Ids> codec = JacksonCodec.of(Ids.class, Mappers.json());

    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> codec.decoderOf(Optional.empty()))
        .withMessageContaining("readingWithoutSchema()");
    assertThat(
            Bytes.decode(
                codec.readingWithoutSchema().decoderOf(Optional.empty()),
                "{\"id\":1,\"colour\":\"RED\"}"))
        .isEqualTo(new Ids(1, Colour.RED));
  }

  @Test
  void schemasOfOtherMediaTypesAndDamagedOnesAreRefused() {
    JacksonCodec<Ids> codec = JacksonCodec.of(Ids.class, Mappers.json());
    Schema own = codec.schema().orElseThrow();
    byte[] descriptor = new byte[own.descriptor().remaining()];
    own.descriptor().get(descriptor);

    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> codec.decoderOf(Optional.of(Schema.of("application/cbor", descriptor))))
        .withMessageContaining("Codecs.upcasting");
    for (String text :
        List.of(
            "",
            "1",
            "{}",
            "[]",
            "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$ref\":\"#/$defs/A\"}",
            "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$ref\":\"#/$defs/A\",\"$defs\":{\"A\":{\"oneOf\":[{\"$ref\":\"#/$defs/B\",\"properties\":{\"k\":{\"const\":\"b\"}},\"required\":[\"k\"]}]}}}",
            "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"string\",\"maxLength\":3}",
            "{\"a\":".repeat(100))) {
      assertThatExceptionOfType(SchemaException.class)
          .as(text)
          .isThrownBy(
              () ->
                  codec.decoderOf(
                      Optional.of(
                          Schema.of("application/json", text.getBytes(StandardCharsets.UTF_8)))))
          .withMessageContaining("descriptor");
    }
  }
}
