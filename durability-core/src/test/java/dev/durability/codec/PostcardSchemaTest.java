package dev.durability.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was written by one version of a program is read by another one, or refused by name. */
@SuppressWarnings("SameNameButDifferent") // The same names in another version.
class PostcardSchemaTest {
  /** The first version. */
  static final class V1 {
    sealed interface Change permits Put, Remove, Touch {}

    record Put(String key, int amount, Kind kind) implements Change {}

    record Remove(String key) implements Change {}

    record Touch() implements Change {}

    enum Kind {
      CHEAP,
      DEAR
    }
  }

  /** Variants, components and constants changed places; some are new, others gone. */
  static final class V2 {
    sealed interface Change permits Audit, Remove, Put {}

    record Audit(String by) implements Change {}

    record Remove(Optional<String> why, String key) implements Change {}

    record Put(Kind kind, long amount, Optional<String> key, List<String> tags) implements Change {}

    enum Kind {
      UNKNOWN,
      DEAR,
      CHEAP
    }
  }

  /** Nothing has the name that it had. */
  static final class V3 {
    sealed interface Change permits Store, Drop {}

    record Store(String name, int amount, Sort kind, String by) implements Change {}

    record Drop(String name) implements Change {}

    enum Sort {
      LOW,
      HIGH
    }
  }

  private static final PostcardCodec<V1.Change> FIRST = codec(V1.Change.class);

  @Test
  void theDescriptorIsTextThatSaysHowEachPartIsEncoded() {
    Schema schema = FIRST.schema().orElseThrow();
    assertThat(schema.mediaType()).isEqualTo("application/vnd.durability.postcard");
    assertThat(text(schema))
        .isEqualTo(
            """
            Change
            Change = variants Put: Put, Remove: Remove, Touch: Touch
            Put = record key: string, amount: i32, kind: Kind
            Kind = enum CHEAP, DEAR
            Remove = record key: string
            Touch = record
            """);
  }

  @Test
  void partsAreFoundByTheirNamesWhereverTheyStand() throws IOException {
    PostcardCodec<V2.Change> second = codec(V2.Change.class);
    Decoder<V2.Change> decoder = second.decoderOf(FIRST.schema());
    assertThat(decoder.decode(bytes(FIRST, new V1.Put("a", -7, V1.Kind.CHEAP))))
        .isEqualTo(new V2.Put(V2.Kind.CHEAP, -7L, Optional.of("a"), List.of()));
    assertThat(decoder.decode(bytes(FIRST, new V1.Remove("b"))))
        .isEqualTo(new V2.Remove(Optional.empty(), "b"));
  }

  @Test
  void aVariantThatIsGoneIsAnErrorOnlyWhereItIsMet() throws IOException {
    Decoder<V2.Change> decoder = codec(V2.Change.class).decoderOf(FIRST.schema());
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> decoder.decode(bytes(FIRST, new V1.Touch())))
        .withMessageContaining("Touch was a variant or constant of Change");
  }

  @Test
  void whatHasAnotherNameIsFoundByTheFormerOne() throws IOException {
    PostcardCodec<V3.Change> third =
        codec(V3.Change.class)
            .renamed(V3.Store.class, "Put")
            .renamed(V3.Drop.class, "Remove")
            .renamed(V3.Store.class, "name", "key")
            .renamed(V3.Drop.class, "name", "key")
            .renamed(V3.Sort.class, "LOW", "CHEAP")
            .renamed(V3.Sort.class, "HIGH", "DEAR")
            .withDefault(V3.Store.class, "by", "nobody");
    Decoder<V3.Change> decoder = third.decoderOf(FIRST.schema());
    assertThat(decoder.decode(bytes(FIRST, new V1.Put("a", 7, V1.Kind.DEAR))))
        .isEqualTo(new V3.Store("a", 7, V3.Sort.HIGH, "nobody"));
    assertThat(decoder.decode(bytes(FIRST, new V1.Remove("b")))).isEqualTo(new V3.Drop("b"));
  }

  record Amount(boolean paid, String note, List<Long> parts, Optional<Integer> tax) {}

  static final class Retyped {
    record Amount(byte paid, int note, Set<Long> parts, int tax, String by) {}
  }

  @Test
  void eachChangeThatCannotBeReadIsNamed() {
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> codec(Retyped.Amount.class).decoderOf(codec(Amount.class).schema()))
        .satisfies(
            refused ->
                assertThat(refused.changes())
                    .containsExactly(
                        "Amount.paid was bool and is i8",
                        "Amount.note was string and is i32",
                        "Amount.parts was list<i64> and is set<i64>",
                        "Amount.tax was option<i32> and is i32",
                        "Amount: component 5, \"by: string\", is new and has no default"));
  }

  static final class Swapped {
    record Names(String first, String last, Optional<String> before) {}

    static final class Later {
      record Names(String last, String first) {}
    }
  }

  @Test
  void aFormerNameDoesNotCountWhereThePresentOneWasWritten() throws IOException {
    PostcardCodec<Swapped.Names> before = codec(Swapped.Names.class);
    Decoder<Swapped.Later.Names> decoder =
        codec(Swapped.Later.Names.class)
            .renamed(Swapped.Later.Names.class, "first", "before")
            .decoderOf(before.schema());
    assertThat(decoder.decode(bytes(before, new Swapped.Names("f", "l", Optional.of("b")))))
        .isEqualTo(new Swapped.Later.Names("l", "f"));
  }

  record Tree(int value, List<Tree> children, Optional<Tree> other) {}

  static final class Grown {
    record Tree(
        Map<String, Integer> marks, Optional<Tree> other, List<Tree> children, long value) {}
  }

  @Test
  void aTypeThatContainsItselfIsReadAsALaterOne() throws IOException {
    PostcardCodec<Tree> before = codec(Tree.class);
    Tree leaf = new Tree(2, List.of(), Optional.empty());
    Tree tree = new Tree(1, List.of(leaf, leaf), Optional.of(leaf));
    Grown.Tree grown = new Grown.Tree(Map.of(), Optional.empty(), List.of(), 2);
    assertThat(codec(Grown.Tree.class).decoderOf(before.schema()).decode(bytes(before, tree)))
        .isEqualTo(new Grown.Tree(Map.of(), Optional.of(grown), List.of(grown, grown), 1));
  }

  @Test
  void withoutASchemaMembersAreReadByTheirPlaceOnlyIfTheCallerSaysSo() throws IOException {
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> FIRST.decoderOf(Optional.empty()))
        .withMessageContaining("readingByPosition()");
    V1.Change remove = new V1.Remove("b");
    assertThat(FIRST.readingByPosition().decoderOf(Optional.empty()).decode(bytes(FIRST, remove)))
        .isEqualTo(remove);
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> codec(Swapped.Names.class).decoderOf(Optional.empty()))
        .withMessageContaining("Names has components, variants or constants");
    PostcardCodec<String> plain = codec(String.class);
    assertThat(plain.decoderOf(Optional.empty())).isSameAs(plain);
  }

  @Test
  void anotherMediaTypeIsRefused() {
    Schema other = Schema.of("application/json", new byte[0]);
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> FIRST.decoderOf(Optional.of(other)))
        .withMessageContaining("application/json");
  }

  record Celsius(double degrees) {}

  record Kelvin(double degrees) {}

  record Temperature(double kelvin, String place) {}

  @Test
  void conversionsFromEachVersionToTheNextMakeAChain() throws IOException {
    PostcardCodec<Celsius> celsius = codec(Celsius.class);
    PostcardCodec<Kelvin> kelvin = codec(Kelvin.class);
    PostcardCodec<Temperature> now = codec(Temperature.class);
    Codec<Kelvin> older =
        Codecs.upcasting(kelvin, celsius, each -> new Kelvin(each.degrees() + 273.15));
    Codec<Temperature> chain =
        Codecs.upcasting(now, older, each -> new Temperature(each.degrees(), "here"));
    Temperature read = chain.decoderOf(celsius.schema()).decode(bytes(celsius, new Celsius(0)));
    assertThat(read).isEqualTo(new Temperature(273.15, "here"));
    read = chain.decoderOf(kelvin.schema()).decode(bytes(kelvin, new Kelvin(1)));
    assertThat(read).isEqualTo(new Temperature(1, "here"));
    Temperature same = new Temperature(2, "there");
    assertThat(chain.decoderOf(chain.schema()).decode(bytes(chain, same))).isEqualTo(same);
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> chain.decoderOf(FIRST.schema()))
        .satisfies(refused -> assertThat(refused.getSuppressed()).isNotEmpty());
    assertThatIllegalArgumentException().isThrownBy(() -> Codecs.upcasting(now, now, each -> each));
  }

  @Test
  void ofSeveralVersionsTheCallerSaysWhichOneWroteWithoutASchema() throws IOException {
    PostcardCodec<Celsius> celsius = codec(Celsius.class);
    PostcardCodec<Kelvin> kelvin = codec(Kelvin.class);
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(
            () -> Codecs.upcasting(kelvin, celsius, c -> new Kelvin(0)).decoderOf(Optional.empty()))
        .withMessageContaining("which version wrote them");
    Codec<Kelvin> chain =
        Codecs.upcasting(
            kelvin, celsius.readingByPosition(), each -> new Kelvin(each.degrees() + 273.15));
    assertThat(chain.decoderOf(Optional.empty()).decode(bytes(celsius, new Celsius(0))))
        .isEqualTo(new Kelvin(273.15));
  }

  record Cents(long amount) {}

  static final class Later {
    record Cents(long amount) {}
  }

  @Test
  void aSchemaThatAFormerVersionHasTooIsRefused() {
    PostcardCodec<Cents> first = codec(Cents.class); // Whole units, say.
    PostcardCodec<Later.Cents> now = codec(Later.Cents.class);
    Codec<Celsius> between =
        Codecs.upcasting(codec(Celsius.class), first, cents -> new Celsius(cents.amount()));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Codecs.upcasting(now, between, each -> new Later.Cents((long) each.degrees())))
        .withMessageContaining("the same schema");
    Codec<Kelvin> both =
        Codecs.upcasting(
            Codecs.upcasting(codec(Kelvin.class), first, cents -> new Kelvin(cents.amount())),
            codec(Celsius.class),
            each -> new Kelvin(each.degrees()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Codecs.upcasting(now, both, each -> new Later.Cents(0)));
  }

  record Before(int a) {}

  record Pair<A, B>(A first, B second) {}

  static final class Defaults {
    @SuppressWarnings("ArrayRecordComponent") // That is what is tested.
    record Before(int a, byte[] bytes, List<String> names, Pair<String, Long> pair) {}

    record Holder(Pair<String, Long> pair) {}
  }

  static final class Half {
    record Pair<A>(A first) {}

    record Holder(Pair<String> pair) {}
  }

  @Test
  void valuesShareNothingOfADefaultThatCouldBeChanged() throws IOException {
    PostcardCodec<Before> before = codec(Before.class);
    byte[] mine = {1, 2};
    List<String> names = new ArrayList<>(List.of("a"));
    Decoder<Defaults.Before> decoder =
        codec(Defaults.Before.class)
            .withDefault(Defaults.Before.class, "bytes", mine)
            .withDefault(Defaults.Before.class, "names", names)
            .withDefault(Defaults.Before.class, "pair", new Pair<>("p", 1L))
            .decoderOf(before.schema());
    ByteBuffer bytes = bytes(before, new Before(7));
    Defaults.Before one = decoder.decode(bytes.duplicate());
    one.bytes()[0] = 9;
    mine[1] = 9;
    names.add("b");
    Defaults.Before other = decoder.decode(bytes.duplicate());
    assertThat(other.bytes()).containsExactly(1, 2);
    assertThat(other.names()).containsExactly("a");
    assertThat(other.pair()).isEqualTo(new Pair<>("p", 1L));
  }

  @Test
  void aDefaultOfAnotherTypeArgumentIsRefused() {
    PostcardCodec<Before> before = codec(Before.class);
    PostcardCodec<Defaults.Before> codec =
        codec(Defaults.Before.class)
            .withDefault(Defaults.Before.class, "bytes", new byte[0])
            .withDefault(Defaults.Before.class, "pair", new Pair<>(1L, "p"))
            .withDefault(Defaults.Before.class, "names", List.of(1));
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> codec.decoderOf(before.schema()))
        .withMessageContaining("the default of Before.names cannot be used")
        .withMessageContaining("the default of Before.pair cannot be used");
    PostcardCodec<Defaults.Holder> generic =
        codec(Defaults.Holder.class).withDefault(Pair.class, "second", "text");
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> generic.decoderOf(codec(Half.Holder.class).schema()))
        .withMessageContaining("the default of Pair.second cannot be used");
  }

  record Values(
      UUID uuid,
      BigInteger integer,
      BigDecimal decimal,
      Instant instant,
      Duration duration,
      LocalDate date,
      LocalTime time,
      LocalDateTime dateTime,
      OffsetDateTime offset,
      ZonedDateTime zoned) {}

  @Test
  void valuesOfTheJdkComeBackAsTheyWere() throws IOException {
    PostcardCodec<Values> codec = codec(Values.class);
    LocalDateTime summer = LocalDateTime.of(2026, 7, 1, 12, 30, 15, 999_999_999);
    Values values =
        new Values(
            new UUID(1, -2),
            BigInteger.TWO.pow(200).negate(),
            new BigDecimal("-12.340"),
            Instant.MIN,
            Duration.ofSeconds(Long.MIN_VALUE, 1),
            LocalDate.MIN,
            LocalTime.MAX,
            LocalDateTime.MAX,
            OffsetDateTime.of(summer, ZoneOffset.ofHours(-18)),
            ZonedDateTime.of(summer, ZoneId.of("Europe/Zurich")));
    assertThat(codec.decode(bytes(codec, values))).isEqualTo(values);
    assertThat(text(codec.schema().orElseThrow()))
        .contains("uuid: uuid, integer: bigint, decimal: decimal, instant: instant");
  }

  @Test
  void valuesAreReadWithoutTheirClasses() throws IOException {
    Decoder<Object> decoder = PostcardCodec.withoutClasses(FIRST.schema().orElseThrow());
    assertThat(decoder.decode(bytes(FIRST, new V1.Put("a", 7, V1.Kind.DEAR))))
        .isEqualTo(Map.of("Put", Map.of("key", "a", "amount", 7, "kind", "DEAR")));
  }

  record Unsigned(byte a, short b, int c, long d) {}

  @Test
  void unsignedNumbersArePositiveWithoutTheirClasses() throws IOException {
    PostcardCodec<Unsigned> codec =
        PostcardCodec.ofUnsigned(Unsigned.class, MethodHandles.lookup());
    Decoder<Object> decoder = PostcardCodec.withoutClasses(codec.schema().orElseThrow());
    BigInteger largest = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
    assertThat(decoder.decode(bytes(codec, new Unsigned((byte) -1, (short) -1, -1, -1))))
        .isEqualTo(Map.of("a", 255, "b", 65_535, "c", 4_294_967_295L, "d", largest));
  }

  static final class Twice {
    sealed interface Change permits Inner.Put, Put {}

    record Put(int number) implements Change {}

    static final class Inner {
      record Put(int number) implements Change {}
    }
  }

  @Test
  void variantsOfTheSameNameCannotBeToldApart() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec(Twice.Change.class))
        .withMessageContaining("Put stands there twice");
  }

  @Test
  void aDefaultIsOfTheTypeOfItsComponent() {
    PostcardCodec<Amount> codec = codec(Amount.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.withDefault(Amount.class, "note", 7))
        .withMessage("Amount.note is of type String, but the default is of type Integer");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.withDefault(V1.Kind.class, "DEAR", 7))
        .withMessage("Kind is not a record");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.withDefault(Amount.class, "nothing", 7));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.renamed(Amount.class, "nothing", "note"));
    assertThat(codec.withDefault(Amount.class, "paid", true).schema()).isEqualTo(codec.schema());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "string",
        "string\nx",
        "\n",
        "Missing\n",
        "A\nA = record a: A\n",
        "A\nA = record a: B, b: B\nB = record a: A\n",
        "list<A>\nA = record\n",
        "set<A>\nA = record b: B\nB = record\n",
        "map<bytes, string>\n",
        "set<bytes>\n",
        "A\nA = record a: string, a: string\n",
        "A\nA = enum B, B\n",
        "A\nA = enum B,C\n",
        "A\nA = record\nA = record\n",
        "string\nstring = record\n",
        "A\nA = union a: string\n",
        "A\nA = record a: string \n",
        "A\nA = record a:string\n",
        "option<string\n",
        "option<option<option<option<option<option<option<option<option<option<option<option<option"
            + "<option<option<option<option<option<option<option<option<option<option<option<option"
            + "<option<option<option<option<option<option<option<option<option<string>>>>>>>>>>>>>>>"
            + ">>>>>>>>>>>>>>>>>>>>\n"
      })
  void aDamagedDescriptorIsRefused(String text) {
    assertThatExceptionOfType(SchemaException.class).isThrownBy(() -> DescriptionText.parse(text));
  }

  @Test
  void manyPartsWithoutBytesAreRefused() {
    StringBuilder text = new StringBuilder("A0\n");
    for (int i = 0; i < 20; i++) {
      text.append("A%d = record a: A%d, b: A%d\n".formatted(i, i + 1, i + 1));
    }
    text.append("A20 = record\n");
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> DescriptionText.parse(text.toString()))
        .withMessageContaining("more than 64 parts without bytes");
  }

  @Test
  void aLongChainOfTypesIsReadWithoutALongStack() throws IOException {
    StringBuilder text = new StringBuilder("A0\n");
    for (int i = 0; i < 2000; i++) {
      text.append("A%d = record a: option<A%d>\n".formatted(i, i + 1));
    }
    text.append("A2000 = record\n");
    Schema schema =
        Schema.of(PostcardCodec.MEDIA_TYPE, text.toString().getBytes(StandardCharsets.UTF_8));
    byte[] nested = new byte[90];
    java.util.Arrays.fill(nested, 0, 89, (byte) 1);
    assertThat(
            PostcardCodec.withoutClasses(schema).decode(ByteBuffer.wrap(nested).asReadOnlyBuffer()))
        .isInstanceOf(Map.class);
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> codec(Tree.class).decoderOf(Optional.of(schema)));
  }

  private static <T> PostcardCodec<T> codec(Class<T> type) {
    return PostcardCodec.of(type, MethodHandles.lookup());
  }

  private static <T> ByteBuffer bytes(Codec<T> codec, T value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    codec.encode(value, out);
    return ByteBuffer.wrap(out.toByteArray()).asReadOnlyBuffer();
  }

  private static String text(Schema schema) {
    return StandardCharsets.UTF_8.decode(schema.descriptor()).toString();
  }
}
