package dev.durability.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import dev.durability.testkit.LogOfVersions;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Logs that one version of a program wrote, opened by the next one. */
@SuppressWarnings("SameNameButDifferent") // The classes of different versions.
class EvolutionTest {

  private static <T> JacksonCodec<T> codec(Class<T> type) {
    return JacksonCodec.of(type, Mappers.json());
  }

  /** Writes a value with one codec, another with the next one, and reads both. */
  private <A, B> void assertRead(Codec<A> before, A written, Codec<B> now, B expected)
      throws Exception {
    LogOfVersions log = new LogOfVersions().append(before, written).append(now, expected);
    assertThat(log.read(now)).containsExactly(expected, expected);
  }

  /** Writes a value with one codec, and tries to open the log with the next one. */
  private <A> List<String> refused(Codec<A> before, A written, Codec<?> now) throws Exception {
    LogOfVersions log = new LogOfVersions().append(before, written);
    SchemaException refused = log.refusal(now);
    assertThat(refused).hasMessageContaining("cannot be read as");
    assertThat(log.read(before)).containsExactly(written);
    return refused.changes();
  }

  static final class First {
    record Order(String item, int count, float price) {}
  }

  record Moved(float price, int count, String item) {}

  @Test
  void propertiesInAnotherOrderOfAClassWithAnotherNameAreRead() throws Exception {
    assertRead(
        codec(First.Order.class),
        new First.Order("a", 2, 1.5f),
        codec(Moved.class),
        new Moved(1.5f, 2, "a"));
  }

  record Added(String item, int count, float price, boolean gift) {}

  record AddedOptional(String item, int count, float price, Optional<String> note) {}

  record AddedList(
      String item, int count, float price, @JsonSetter(nulls = Nulls.AS_EMPTY) List<String> tags) {}

  record AddedPlainList(String item, int count, float price, List<String> tags) {}

  static class AddedField {
    public String item = "";
    public int count;
    public float price;
    public String note = "none";

    @Override
    public boolean equals(Object other) {
      return other instanceof AddedField field
          && (item + count + price + note)
              .equals(field.item + field.count + field.price + field.note);
    }

    @Override
    public int hashCode() {
      return item.hashCode();
    }
  }

  static final class Required extends AddedField {
    @JsonProperty(required = true)
    public String must = "";
  }

  @Test
  void aNewPropertyNeedsADefault() throws Exception {
    First.Order old = new First.Order("a", 2, 1.1f);
    Codec<First.Order> first = codec(First.Order.class);

    assertThat(refused(first, old, codec(Added.class)))
        .containsExactly("Added: property \"gift: boolean\" is new and has no default");
    assertThat(refused(first, old, codec(AddedPlainList.class)))
        .containsExactly(
            "AddedPlainList: property \"tags: list<string>\" is new and has no default");
    assertThat(refused(first, old, codec(Required.class)))
        .containsExactly("Required: property \"must: string\" is new and has no default");
    assertRead(
        first,
        old,
        codec(Added.class).withDefault(Added.class, "gift", true),
        new Added("a", 2, 1.1f, true));
    assertRead(
        first,
        old,
        codec(AddedPlainList.class).withDefault(AddedPlainList.class, "tags", List.of("x")),
        new AddedPlainList("a", 2, 1.1f, List.of("x")));
    assertRead(
        first, old, codec(AddedOptional.class), new AddedOptional("a", 2, 1.1f, Optional.empty()));
    assertRead(first, old, codec(AddedList.class), new AddedList("a", 2, 1.1f, List.of()));
    AddedField field = new AddedField();
    field.item = "a";
    field.count = 2;
    field.price = 1.1f;
    assertRead(first, old, codec(AddedField.class), field);
  }

  record Removed(String item, int count) {}

  @JsonIgnoreProperties("price")
  record Ignored(String item, int count) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record IgnoresAll(String item, int count) {}

  @Test
  void aPropertyThatWasRemovedIsIgnoredOnlyIfSomebodySaysSo() throws Exception {
    First.Order old = new First.Order("a", 2, 1);
    Codec<First.Order> first = codec(First.Order.class);

    assertThat(refused(first, old, codec(Removed.class)))
        .containsExactly("Removed: property \"price: float\" is gone");
    assertRead(
        first, old, codec(Removed.class).ignoring(Removed.class, "price"), new Removed("a", 2));
    assertRead(first, old, codec(Ignored.class), new Ignored("a", 2));
    assertRead(first, old, codec(IgnoresAll.class), new IgnoresAll("a", 2));
  }

  record Renamed(@JsonAlias("item") String article, int count, float price) {}

  record Forgot(String article, int count, float price) {}

  @Test
  void aPropertyWithAnotherNameNeedsAnAlias() throws Exception {
    First.Order old = new First.Order("a", 2, 1);
    Codec<First.Order> first = codec(First.Order.class);

    assertRead(first, old, codec(Renamed.class), new Renamed("a", 2, 1));
    assertThat(refused(first, old, codec(Forgot.class)))
        .containsExactly(
            "Forgot: property \"article: string\" is new and has no default; gone is \"item: string\"");
  }

  record Both(String item, String article, int count, float price) {}

  @Test
  void aPropertyThatWasWrittenUnderTwoOfItsNamesIsRefused() throws Exception {
    assertThat(refused(codec(Both.class), new Both("a", "b", 1, 1), codec(Renamed.class)))
        .containsExactly("Renamed.article was written under two of its names");
  }

  record Wider(String item, long count, double price) {}

  record AsDecimal(String item, BigDecimal count, BigDecimal price) {}

  record AsText(String item, String count, float price) {}

  record Narrower(String item, short count, float price) {}

  record AsList(List<String> item, int count, float price) {}

  record Boxed(String item, Optional<Integer> count, Float price) {}

  @Test
  void aNumberMayBecomeWiderAndNothingElseChangesItsType() throws Exception {
    First.Order old = new First.Order("a", 2, 1.5f);
    Codec<First.Order> first = codec(First.Order.class);

    assertRead(first, old, codec(Wider.class), new Wider("a", 2, 1.5));
    assertRead(
        first,
        old,
        codec(AsDecimal.class),
        new AsDecimal("a", new BigDecimal("2"), new BigDecimal("1.5")));
    assertRead(first, old, codec(Boxed.class), new Boxed("a", Optional.of(2), 1.5f));
    assertThat(refused(first, old, codec(AsText.class)))
        .containsExactly("AsText.count was int32 and is string");
    assertThat(refused(first, old, codec(Narrower.class)))
        .containsExactly("Narrower.count was int32 and is int16");
    assertThat(refused(first, old, codec(AsList.class)))
        .containsExactly("AsList.item was string and is list<string>");
  }

  enum State {
    NEW,
    PAID,
    SENT
  }

  enum Later {
    SENT,
    OPEN,
    @JsonAlias("PAID")
    SETTLED
  }

  record Stated(State state, Map<State, Integer> counts) {}

  record StatedLater(Later state, Map<Later, Integer> counts) {}

  record StatedAsText(String state, Map<String, Integer> counts) {}

  @Test
  void constantsAreMatchedByNameAndOneThatIsGoneIsAnErrorWhereItIsMet() throws Exception {
    Codec<Stated> first = codec(Stated.class);
    Codec<StatedLater> later = codec(StatedLater.class);

    assertRead(
        first, new Stated(State.SENT, Map.of()), later, new StatedLater(Later.SENT, Map.of()));
    assertRead(
        first, new Stated(State.PAID, Map.of()), later, new StatedLater(Later.SETTLED, Map.of()));
    assertRead(
        first,
        new Stated(State.PAID, Map.of(State.NEW, 1)),
        codec(StatedAsText.class),
        new StatedAsText("PAID", Map.of("NEW", 1)));
    assertThat(refused(codec(StatedAsText.class), new StatedAsText("x", Map.of()), later))
        .containsExactly(
            "StatedLater.counts was map<string, int32> and is map<enum, int32>",
            "StatedLater.state was string and is enum [OPEN, SENT, SETTLED]");
    LogOfVersions log = new LogOfVersions();
    log.append(first, new Stated(State.NEW, Map.of()));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> log.read(later))
        .withMessageContaining("NEW");
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Put.class, name = "put"),
    @JsonSubTypes.Type(value = Remove.class, name = "remove")
  })
  sealed interface Change permits Put, Remove {}

  record Put(String key, int value) implements Change {}

  record Remove(String key) implements Change {}

  static final class Second {
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
      @JsonSubTypes.Type(value = Clear.class, name = "clear"),
      @JsonSubTypes.Type(
          value = Store.class,
          names = {"store", "put"})
    })
    sealed interface Change permits Clear, Store {}

    record Clear(boolean all) implements Change {}

    record Store(String key, long value, int priority, List<Change> inner) implements Change {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes(@JsonSubTypes.Type(value = Put.class, name = "put"))
    interface Elsewhere {}

    record Put(String key, int value) implements Elsewhere {}
  }

  @Test
  void subtypesAreMatchedByTheirIdsAndOneThatIsGoneIsAnErrorWhereItIsMet() throws Exception {
    JacksonCodec<Second.Change> now =
        codec(Second.Change.class)
            .withDefault(Second.Store.class, "priority", 5)
            .withDefault(Second.Store.class, "inner", List.of());

    assertRead(codec(Change.class), new Put("a", 1), now, new Second.Store("a", 1, 5, List.of()));
    LogOfVersions log = new LogOfVersions();
    log.append(codec(Change.class), new Put("a", 1), new Remove("a"));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> log.read(now))
        .withMessageContaining("remove");
    assertThat(refused(codec(Change.class), new Put("a", 1), codec(Second.Elsewhere.class)))
        .containsExactly(
            "Elsewhere: the id of the type was in the property \"kind\" and is in the property"
                + " \"type\"");
  }

  static final class Wrapped {
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT)
    @JsonSubTypes(@JsonSubTypes.Type(value = InObject.class, name = "in"))
    interface AsObject {}

    record InObject(int a, Map<String, AsObject> more) implements AsObject {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_ARRAY)
    @JsonSubTypes(@JsonSubTypes.Type(value = InArray.class, name = "in"))
    interface AsArray {}

    record InArray(int a) implements AsArray {}
  }

  static final class Rewrapped {
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT)
    @JsonSubTypes(@JsonSubTypes.Type(value = InObject.class, name = "in"))
    interface AsObject {}

    record InObject(int a, int b, Map<String, AsObject> more) implements AsObject {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_ARRAY)
    @JsonSubTypes(@JsonSubTypes.Type(value = InArray.class, name = "in"))
    interface AsArray {}

    record InArray(int a, int b) implements AsArray {}
  }

  @Test
  void aDefaultReachesObjectsWhereverTheirIdStands() throws Exception {
    assertRead(
        codec(Wrapped.AsObject.class),
        new Wrapped.InObject(1, Map.of("x", new Wrapped.InObject(2, Map.of()))),
        codec(Rewrapped.AsObject.class).withDefault(Rewrapped.InObject.class, "b", 3),
        new Rewrapped.InObject(1, 3, Map.of("x", new Rewrapped.InObject(2, 3, Map.of()))));
    assertRead(
        codec(Wrapped.AsArray.class),
        new Wrapped.InArray(1),
        codec(Rewrapped.AsArray.class).withDefault(Rewrapped.InArray.class, "b", 3),
        new Rewrapped.InArray(1, 3));
    assertThat(
            refused(
                codec(Wrapped.AsArray.class),
                new Wrapped.InArray(1),
                codec(Wrapped.AsObject.class)))
        .contains("AsObject: the id of the type was in WRAPPER_ARRAY and is in WRAPPER_OBJECT");
  }

  static final class Open {
    private final Map<String, Integer> all = new TreeMap<>();

    @JsonAnyGetter
    public Map<String, Integer> all() {
      return all;
    }

    @JsonAnySetter
    public void put(String name, Integer value) {
      all.put(name, value);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Open open && all.equals(open.all);
    }

    @Override
    public int hashCode() {
      return all.hashCode();
    }
  }

  record Count(int count) {}

  record NoObject(Optional<String> none) {}

  @Test
  void anObjectWithAnyPropertiesReadsAllAndIsReadByItsLike() throws Exception {
    Open open = new Open();
    open.put("count", 3);

    assertRead(codec(Count.class), new Count(3), codec(Open.class), open);
    assertThat(refused(codec(Open.class), open, codec(NoObject.class)))
        .containsExactly("NoObject had any properties (@JsonAnyGetter), and has no @JsonAnySetter");
  }

  record At(Instant at) {}

  @Test
  void aChangeOfTheMappersSettingsIsAChangeOfATypeThatUpcastingReads() throws Exception {
    ObjectMapper numbers = Mappers.json();
    ObjectMapper texts = Mappers.json().disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);
    JacksonCodec<At> before = JacksonCodec.of(At.class, numbers);
    JacksonCodec<At> now = JacksonCodec.of(At.class, texts);
    At at = new At(Instant.ofEpochSecond(7, 9));

    assertThat(refused(before, at, now)).containsExactly("At.at was decimal and is date-time");
    assertRead(before, at, Codecs.upcasting(now, before, each -> each), at);
  }

  @Test
  void aLogFromOneFormatGoesOnInAnother() throws Exception {
    JacksonCodec<Put> json = codec(Put.class);
    Codec<Put> cbor =
        Codecs.upcasting(JacksonCodec.of(Put.class, Mappers.all().get(1)), json, each -> each);

    assertRead(json, new Put("a", 1), cbor, new Put("a", 1));
  }

  @Test
  void aLogHasTheEntriesOfManyVersionsAndFormatsOfOneType() throws Exception {
    for (ObjectMapper mapper : Mappers.all()) {
      LogOfVersions log = new LogOfVersions();
      JacksonCodec<First.Order> first = JacksonCodec.of(First.Order.class, mapper);
      JacksonCodec<Wider> second = JacksonCodec.of(Wider.class, mapper);
      JacksonCodec<Third> third =
          JacksonCodec.of(Third.class, mapper).withDefault(Third.class, "paid", false);
      List<Third> expected = new ArrayList<>();
      log.append(first, new First.Order("a", 1, 1.5f), new First.Order("b", 2, 2.5f));
      expected.add(new Third("a", 1, 1.5, Optional.empty(), false));
      expected.add(new Third("b", 2, 2.5, Optional.empty(), false));
      log.append(second, new Wider("c", 1L << 40, 0.1));
      expected.add(new Third("c", 1L << 40, 0.1, Optional.empty(), false));
      Third last = new Third("d", 4, 4, Optional.of("x"), true);
      log.append(third, last, last);
      expected.add(last);
      expected.add(last);

      assertThat(log.read(third)).isEqualTo(expected);
      assertThatExceptionOfType(SchemaException.class)
          .isThrownBy(() -> log.read(second))
          .satisfies(
              refused ->
                  assertThat(refused.changes())
                      .containsExactly(
                          "Wider: property \"item: string\" is new and has no default; gone is"
                              + " \"article: string\", \"note: string\", \"paid: boolean\""));
    }
  }

  record Third(
      @JsonAlias("item") String article,
      long count,
      double price,
      Optional<String> note,
      boolean paid) {}
}
