package dev.durability.jackson;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.durability.jackson.JacksonCodecTest.Colour;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What could be read as something else after a change is refused when the codec is made. */
class RefusedTypesTest {
  @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
  interface ByClass {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
  @JsonSubTypes(@JsonSubTypes.Type(Deduced.class))
  interface ByProperties {}

  record Deduced(int number) implements ByProperties {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  sealed interface Unlisted permits Listed, Forgotten {}

  record Listed(int number) implements Unlisted {}

  record Forgotten(int number) implements Unlisted {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
  @JsonSubTypes(@JsonSubTypes.Type(Half.class))
  sealed interface HalfListed permits Half, OtherHalf {}

  record Half(int number) implements HalfListed {}

  record OtherHalf(int number) implements HalfListed {}

  interface Abstract {
    int number();
  }

  record Ordinal(@JsonFormat(shape = JsonFormat.Shape.NUMBER) Colour colour) {}

  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  record AsArray(int first, int second) {}

  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  record WithoutZeros(int number) {}

  record Flat(@JsonUnwrapped Half inner) {}

  record AtProperty(@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Object value) {}

  record AtElements(@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) List<Object> values) {}

  static final class OnlyWritten {
    public int getNumber() {
      return 1;
    }
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT)
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Same.class, name = "same"),
    @JsonSubTypes.Type(value = SameToo.class, name = "same")
  })
  interface Twice {}

  record Same(int number) implements Twice {}

  record SameToo(int number) implements Twice {}

  @Test
  void whatCouldBeReadAsSomethingElseAfterAChangeIsRefused() {
    Map<Class<?>, String> refused =
        Map.ofEntries(
            Map.entry(ByClass.class, "use = NAME"),
            Map.entry(ByProperties.class, "use = NAME"),
            Map.entry(Unlisted.class, "@JsonSubTypes lacks"),
            Map.entry(HalfListed.class, "@JsonSubTypes lacks"),
            Map.entry(Abstract.class, "is abstract"),
            Map.entry(Ordinal.class, "by its ordinal"),
            Map.entry(AsArray.class, "as an array"),
            Map.entry(Flat.class, "@JsonUnwrapped"),
            Map.entry(WithoutZeros.class, "zero"),
            Map.entry(AtProperty.class, "stands at a class"),
            Map.entry(AtElements.class, "stands at a class"),
            Map.entry(OnlyWritten.class, "could not read what it writes"),
            Map.entry(Twice.class, "two subtypes with the id same"));
    refused.forEach(
        (type, why) ->
            assertThatIllegalArgumentException()
                .as(type.getSimpleName())
                .isThrownBy(() -> JacksonCodec.of(type, Mappers.json()))
                .withMessageContaining(why));
  }
}
