package dev.durability.codec;

import dev.durability.errors.CodecException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * An optional: 0, or 1 and the value.
 *
 * @param content how the value is encoded
 * @param unwrap turns the component's optional type into {@code Optional}
 * @param wrap turns an {@code Optional} into the component's optional type
 */
record OptionType(
    WireType content, Function<Object, Optional<?>> unwrap, Function<Optional<?>, Object> wrap)
    implements WireType {

  static WireType ofObjects(WireType content) {
    return new OptionType(content, value -> (Optional<?>) value, optional -> optional);
  }

  static WireType ofInts(WireType content) {
    return new OptionType(
        content,
        value -> {
          OptionalInt number = (OptionalInt) value;
          return number.isPresent() ? Optional.of(number.getAsInt()) : Optional.empty();
        },
        number ->
            number.isPresent() ? OptionalInt.of((Integer) number.get()) : OptionalInt.empty());
  }

  static WireType ofLongs(WireType content) {
    return new OptionType(
        content,
        value -> {
          OptionalLong number = (OptionalLong) value;
          return number.isPresent() ? Optional.of(number.getAsLong()) : Optional.empty();
        },
        number -> number.isPresent() ? OptionalLong.of((Long) number.get()) : OptionalLong.empty());
  }

  static WireType ofDoubles(WireType content) {
    return new OptionType(
        content,
        value -> {
          OptionalDouble number = (OptionalDouble) value;
          return number.isPresent() ? Optional.of(number.getAsDouble()) : Optional.empty();
        },
        number ->
            number.isPresent() ? OptionalDouble.of((Double) number.get()) : OptionalDouble.empty());
  }

  /** The same optional, whose value is read as another type. */
  OptionType with(WireType other) {
    return new OptionType(other, unwrap, wrap);
  }

  @Override
  public Described describe(Describer describer) {
    return new Described.OptionOf(content.describe(describer));
  }

  @Override
  public void write(Object value, PostcardOutput out) throws CodecException {
    Optional<?> optional = unwrap.apply(value);
    out.raw(optional.isPresent() ? 1 : 0);
    if (optional.isPresent()) {
      out.descend();
      content.write(optional.get(), out);
      out.ascend();
    }
  }

  @Override
  public Object read(PostcardInput in) throws CodecException {
    byte tag = in.raw();
    return switch (tag) {
      case 0 -> wrap.apply(Optional.empty());
      case 1 -> {
        in.descend();
        Object value = content.read(in);
        in.ascend();
        yield wrap.apply(Optional.of(value));
      }
      default -> throw in.failure("an optional begins with 0 or 1, not with " + (tag & 0xFF), null);
    };
  }
}
