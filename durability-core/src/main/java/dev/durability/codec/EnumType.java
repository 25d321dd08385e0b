package dev.durability.codec;

import dev.durability.errors.CodecException;
import java.util.Arrays;
import java.util.List;

/** An enum: the constant's ordinal as a u32 varint. */
final class EnumType implements WireType {

  private final Class<?> type;
  private final Object[] constants;

  EnumType(Class<?> type) {
    this.type = type;
    this.constants = type.getEnumConstants();
  }

  Class<?> type() {
    return type;
  }

  Object constant(int index) {
    return constants[index];
  }

  /** The names of the constants, by ordinal. */
  List<String> names() {
    return Arrays.stream(constants).map(EnumType::nameOf).toList();
  }

  private static String nameOf(Object constant) {
    return ((Enum<?>) constant).name();
  }

  @Override
  public Described describe(Describer describer) {
    return describer.named(type, type.getSimpleName(), () -> new Described.Constants(names()));
  }

  @Override
  @SuppressWarnings("EnumOrdinal") // The order of the constants is the format, as in postcard.
  public void write(Object value, PostcardOutput out) throws CodecException {
    out.varint(((Enum<?>) value).ordinal());
  }

  @Override
  public Object read(PostcardInput in) throws CodecException {
    return constants[indexBelow(constants.length, type.getSimpleName(), in)];
  }

  /** Reads the index of a variant of an enum or sealed interface. */
  static int indexBelow(int variants, String type, PostcardInput in) throws CodecException {
    long index = in.varint(Integer.SIZE);
    if (index >= variants) {
      throw in.failure(
          type
              + " has variants 0 to "
              + (variants - 1)
              + ", but this is "
              + index
              + "; a newer version of the program may have written it",
          null);
    }
    return (int) index;
  }
}
