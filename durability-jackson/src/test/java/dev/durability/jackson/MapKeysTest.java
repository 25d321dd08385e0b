package dev.durability.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonKey;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.durability.codec.Codec;
import dev.durability.errors.CodecException;
import dev.durability.testkit.LogOfVersions;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The keys of maps are texts in JSON, whatever they mean, and have a type nevertheless. */
class MapKeysTest {
  record ByText(Map<String, Integer> counts) {}

  record ByInteger(Map<Integer, Integer> counts) {}

  record ByLong(Map<Long, Integer> counts) {}

  record ByUuid(Map<UUID, Integer> counts) {}

  record ByState(Map<State, Integer> counts) {}

  record ByLater(Map<Later, Integer> counts) {}

  record Deep(List<Map<String, Map<Integer, Integer>>> counts) {}

  record DeepByText(List<Map<String, Map<String, Integer>>> counts) {}

  enum State {
    NEW,
    PAID
  }

  enum Later {
    DRAFT,
    PAID
  }

  private static <T> Codec<T> codec(Class<T> type) {
    return JacksonCodec.of(type, Mappers.json());
  }

  /** What was written by one codec is read by another, in one log. */
  private <A, B> void assertRead(A written, B expected) throws Exception {
    @SuppressWarnings("unchecked")
    Codec<A> before = codec((Class<A>) written.getClass());
    @SuppressWarnings("unchecked")
    Codec<B> now = codec((Class<B>) expected.getClass());
    LogOfVersions log = new LogOfVersions().append(before, written).append(now, expected);
    assertThat(log.read(now)).containsExactly(expected, expected);
  }

  /** Opening the log says so, and changes nothing. */
  private <A> void assertRefused(A written, Class<?> now, String change) throws Exception {
    @SuppressWarnings("unchecked")
    Codec<A> before = codec((Class<A>) written.getClass());
    LogOfVersions log = new LogOfVersions().append(before, written);
    assertThat(log.refusal(codec(now)).changes()).containsExactly(change);
  }

  @Test
  void keysOfAnyTypeAreReadAsTexts() throws Exception {
    UUID id = new UUID(1, 2);
    assertRead(new ByInteger(Map.of(7, 1)), new ByText(Map.of("7", 1)));
    assertRead(new ByUuid(Map.of(id, 1)), new ByText(Map.of(id.toString(), 1)));
    assertRead(new ByState(Map.of(State.PAID, 1)), new ByText(Map.of("PAID", 1)));
    assertRead(
        new Deep(List.of(Map.of("a", Map.of(7, 1)))),
        new DeepByText(List.of(Map.of("a", Map.of("7", 1)))));
  }

  @Test
  void keysOfAnotherTypeAreRefusedByName() throws Exception {
    assertRefused(
        new ByText(Map.of("7", 1)),
        ByInteger.class,
        "ByInteger.counts was map<string, int32> and is map<Integer, int32>");
    assertRefused(
        new ByText(Map.of("PAID", 1)),
        ByState.class,
        "ByState.counts was map<string, int32> and is map<enum, int32>");
    assertRefused(
        new ByLong(Map.of(7L, 1)),
        ByInteger.class,
        "ByInteger.counts was map<Long, int32> and is map<Integer, int32>");
    assertRefused(
        new ByInteger(Map.of(7, 1)),
        ByUuid.class,
        "ByUuid.counts was map<Integer, int32> and is map<UUID, int32>");
    assertRefused(
        new DeepByText(List.of(Map.of("a", Map.of("b", 1)))),
        Deep.class,
        "Deep.counts[] value was map<string, int32> and is map<Integer, int32>");
  }

  @Test
  void constantsAsKeysAreMatchedByNameAndOneThatIsGoneIsAnErrorWhereItIsMet() throws Exception {
    assertRead(new ByState(Map.of(State.PAID, 1)), new ByLater(Map.of(Later.PAID, 1)));

    LogOfVersions log = new LogOfVersions();
    log.append(codec(ByState.class), new ByState(Map.of(State.NEW, 1)));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> log.read(codec(ByLater.class)))
        .withMessageContaining("NEW");
  }

  @Test
  void aMapperThatWritesKeysByTheirOrdinalWritesNames() throws Exception {
    JsonMapper mapper =
        JsonMapper.builder().enable(SerializationFeature.WRITE_ENUM_KEYS_USING_INDEX).build();
    Codec<ByState> before = JacksonCodec.of(ByState.class, mapper);
    Codec<ByLater> now = JacksonCodec.of(ByLater.class, mapper);

    assertThat(Bytes.text(before, new ByState(Map.of(State.PAID, 1))))
        .isEqualTo("{\"counts\":{\"PAID\":1}}");
    LogOfVersions log = new LogOfVersions();
    log.append(before, new ByState(Map.of(State.PAID, 1)));
    assertThat(log.read(now)).containsExactly(new ByLater(Map.of(Later.PAID, 1)));
  }

  record Code(@JsonKey String text) implements Comparable<Code> {
    @Override
    public int compareTo(Code other) {
      return text.compareTo(other.text);
    }
  }

  record ByCode(Map<Code, Integer> counts) {}

  @Test
  void aKeyOfAClassOfYourOwnIsKnownByItsClass() throws Exception {
    assertRead(new ByCode(Map.of(new Code("a"), 1)), new ByCode(Map.of(new Code("a"), 1)));
    assertRead(new ByCode(Map.of(new Code("a"), 1)), new ByText(Map.of("a", 1)));
    assertRefused(
        new ByText(Map.of("a", 1)),
        ByCode.class,
        "ByCode.counts was map<string, int32> and is map<Code, int32>");
  }
}
