package dev.durability.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import dev.durability.codec.Decoder;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Types that refer to themselves, and those of which Jackson says little. */
class OddTypesTest {

  private static <T> JacksonCodec<T> codec(Class<T> type) {
    return JacksonCodec.of(type, Mappers.json());
  }

  private static <A, B> B read(JacksonCodec<A> before, A value, JacksonCodec<B> now)
      throws IOException {
    Decoder<B> decoder = now.decoderOf(before.schema());
    return Bytes.decode(decoder, Bytes.encode(before, value));
  }

  private static void assertRefused(Class<?> before, Class<?> now, String... changes) {
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> codec(now).decoderOf(codec(before).schema()))
        .satisfies(refused -> assertThat(refused.changes()).containsExactly(changes));
  }

  record Tree(String name, List<Tree> children, Optional<Tree> next) {}

  record Bush(String name, List<Bush> children, Optional<Bush> next, OptionalInt size, int age) {}

  @Test
  void aTypeThatContainsItselfIsReadAndGetsItsDefaultsEverywhere() throws Exception {
    Tree leaf = new Tree("b", List.of(), Optional.empty());
    Tree tree = new Tree("a", List.of(leaf), Optional.of(leaf));
    Bush small = new Bush("b", List.of(), Optional.empty(), OptionalInt.empty(), 7);

    assertThat(read(codec(Tree.class), tree, codec(Bush.class).withDefault(Bush.class, "age", 7)))
        .isEqualTo(new Bush("a", List.of(small), Optional.of(small), OptionalInt.empty(), 7));
  }

  record Ordered(String item) {}

  static final class Converting {
    private String article = "";

    public String getArticle() {
      return article;
    }

    @JsonProperty("article")
    public void setArticle(String article) {
      this.article = article;
    }

    @JsonProperty("item")
    public void setItem(String item) {
      this.article = item.toUpperCase(Locale.ROOT);
    }
  }

  record Numbered(int item) {}

  @Test
  void aSetterForAFormerPropertyReadsItIfItsTypeIsTheSame() throws Exception {
    assertThat(read(codec(Ordered.class), new Ordered("tea"), codec(Converting.class)).article)
        .isEqualTo("TEA");
    assertRefused(Numbered.class, Converting.class, "Converting.item was int32 and is string");
  }

  static final class ReadingAlone extends JsonDeserializer<Own> {
    @Override
    public Own deserialize(JsonParser parser, DeserializationContext context) throws IOException {
      JsonNode tree = parser.readValueAsTree();
      return new Own(tree.path("number").asInt());
    }
  }

  @JsonDeserialize(using = ReadingAlone.class)
  record Own(int number) {}

  record Unlike(long number) {}

  record Like(int number) {}

  @Test
  void aDeserializerOfItsOwnReadsOnlyWhatTheSerializerWrites() throws Exception {
    assertThat(read(codec(Like.class), new Like(3), codec(Own.class))).isEqualTo(new Own(3));
    assertThat(read(codec(Own.class), new Own(3), codec(Like.class))).isEqualTo(new Like(3));
    assertRefused(
        Unlike.class, Own.class, "Own has other properties, and a deserializer of its own");
  }

  static final class WritingAlone extends JsonSerializer<Money> {
    @Override
    public void serialize(Money money, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(money.amount().toString());
    }
  }

  static final class ReadingMoney extends JsonDeserializer<Money> {
    @Override
    public Money deserialize(JsonParser parser, DeserializationContext context) throws IOException {
      return new Money(new BigDecimal(parser.getText()));
    }
  }

  @JsonSerialize(using = WritingAlone.class)
  @JsonDeserialize(using = ReadingMoney.class)
  record Money(BigDecimal amount) {}

  record Paid(Money price) {}

  record PaidAnything(Object price) {}

  record PaidTree(JsonNode price) {}

  record PaidNumber(int price) {}

  @Test
  void ofASerializerThatWasWrittenByHandTheClassIsKnown() throws Exception {
    Paid paid = new Paid(new Money(new BigDecimal("1.50")));

    assertThat(read(codec(Paid.class), paid, codec(Paid.class))).isEqualTo(paid);
    assertThat(read(codec(Paid.class), paid, codec(PaidAnything.class)).price()).isEqualTo("1.50");
    assertThat(read(codec(PaidNumber.class), new PaidNumber(3), codec(PaidTree.class)).price())
        .hasToString("3");
    assertRefused(Paid.class, PaidNumber.class, "PaidNumber.price was Money and is int32");
    assertRefused(PaidNumber.class, Paid.class, "Paid.price was int32 and is Money");
    assertRefused(PaidAnything.class, PaidNumber.class, "PaidNumber.price was any and is int32");
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({@JsonSubTypes.Type(Base.class), @JsonSubTypes.Type(Derived.class)})
  static class Base {
    public int number;

    @Override
    public boolean equals(Object other) {
      return other instanceof Base base && toString().equals(base.toString());
    }

    @Override
    public int hashCode() {
      return toString().hashCode();
    }

    @Override
    public String toString() {
      return getClass().getSimpleName() + number;
    }
  }

  static final class Derived extends Base {
    public int more;
  }

  record Holding(Base base, Derived derived) {}

  @Test
  void aConcreteClassMayHaveSubtypesAndASubtypeHasItsIdEverywhere() throws Exception {
    Derived derived = new Derived();
    derived.number = 3;
    Holding holding = new Holding(new Base(), derived);

    assertThat(read(codec(Holding.class), holding, codec(Holding.class))).isEqualTo(holding);
    assertThat(Bytes.text(codec(Holding.class), holding))
        .isEqualTo(
            "{\"base\":{\"@type\":\"OddTypesTest$Base\",\"number\":0},"
                + "\"derived\":{\"@type\":\"OddTypesTest$Derived\",\"more\":0,\"number\":3}}");
  }

  record HoldingPlain(Like base, Like derived) {}

  @Test
  void whatHasAnIdOfItsTypeIsNotReadAsAnObjectWithoutOneAndNotTheOtherWayRound() {
    assertRefused(
        Holding.class,
        HoldingPlain.class,
        "HoldingPlain.base was one of [OddTypesTest$Base, OddTypesTest$Derived] and is Like",
        "HoldingPlain.derived was one of [OddTypesTest$Derived] and is Like");
    assertRefused(
        HoldingPlain.class,
        Holding.class,
        "Holding.base was Like and is one of [OddTypesTest$Base, OddTypesTest$Derived]",
        "Holding.derived was Like and is one of [OddTypesTest$Derived]");
  }

  enum Kind {
    ONE;

    @JsonValue
    public String text() {
      return "one!";
    }
  }

  record Kinds(Kind kind, char letter, List<Kind> list) {}

  record KindsAsText(String kind, String letter, List<String> list) {}

  @Test
  void whatIsATextIsReadAsOneAndNotTheOtherWayRound() throws Exception {
    assertThat(
            read(
                codec(Kinds.class),
                new Kinds(Kind.ONE, 'x', List.of(Kind.ONE)),
                codec(KindsAsText.class)))
        .isEqualTo(new KindsAsText("one!", "x", List.of("one!")));
    assertRefused(
        KindsAsText.class,
        Kinds.class,
        "Kinds.kind was string and is enum [one!]",
        "Kinds.letter was string and is char",
        "Kinds.list[] was string and is enum [one!]");
  }

  interface Getters {
    int getNumber();
  }

  record Conflict(@JsonProperty("b") int a, int b) {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  interface NoSubtypes {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({@JsonSubTypes.Type(Constant.class), @JsonSubTypes.Type(Other.class)})
  interface WithEnum {}

  enum Constant implements WithEnum {
    ONE
  }

  record Other(int number) implements WithEnum {}

  record Within(List<WithEnum> list) {}

  @Test
  void anEnumCannotBeASubtype() {
    for (Class<?> type : List.of(WithEnum.class, Within.class)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> codec(type))
          .withMessageContainingAll("OddTypesTest$WithEnum: ", "OddTypesTest$Constant", "object");
    }
  }

  @Test
  void typesThatJacksonCannotWriteAndReadAreRefused() {
    for (Class<?> type : List.of(Getters.class, Conflict.class, NoSubtypes.class)) {
      assertThatIllegalArgumentException()
          .as(type.getSimpleName())
          .isThrownBy(() -> codec(type))
          .withMessageContaining(type.getSimpleName());
    }
  }

  @Test
  void settingsOfAMapperForRequestsFromOutsideDoNotHideWhatIsGone() throws Exception {
    ObjectMapper lenient =
        Mappers.json()
            .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
            .disable(DeserializationFeature.FAIL_ON_INVALID_SUBTYPE);
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(
            () ->
                read(
                    codec(Kinds.class),
                    new Kinds(Kind.ONE, 'x', List.of()),
                    JacksonCodec.of(FewerKinds.class, lenient)))
        .withMessageContaining("one!");
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(
            () ->
                read(
                    codec(Shapes.class),
                    new Shapes(new Circle(3)),
                    JacksonCodec.of(FewerShapes.class, lenient)))
        .withMessageContaining("circle");
  }

  enum FewerKind {
    TWO
  }

  record FewerKinds(FewerKind kind, char letter, List<FewerKind> list) {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Circle.class, name = "circle"),
    @JsonSubTypes.Type(value = Square.class, name = "square")
  })
  interface AnyShape {}

  record Circle(int radius) implements AnyShape {}

  record Square(int side) implements AnyShape {}

  record Shapes(AnyShape shape) {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes(@JsonSubTypes.Type(value = SquareOnly.class, name = "square"))
  interface Squares {}

  record SquareOnly(int side) implements Squares {}

  record FewerShapes(Squares shape) {}

  @Test
  void otherFormatsAreRefused() {
    JsonFactory other =
        new JsonFactory() {
          @Override
          public String getFormatName() {
            return "YAML";
          }
        };
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JacksonCodec.of(Like.class, new ObjectMapper(other)))
        .withMessage("the mapper writes YAML, and this codec knows JSON, CBOR and Smile");
  }
}
