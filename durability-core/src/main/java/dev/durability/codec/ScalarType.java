package dev.durability.codec;

import dev.durability.codec.Described.Scalar;
import dev.durability.errors.CodecException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Numbers, booleans, characters, strings and byte arrays: types without parts. */
record ScalarType(Scalar kind, Writer writer, Reader reader) implements WireType {

  /** Writes one value. */
  interface Writer {
    void write(Object value, PostcardOutput out) throws CodecException;
  }

  /** Reads one value. */
  interface Reader {
    Object read(PostcardInput in) throws CodecException;
  }

  /** Scalars by class, with integers as signed: postcard's i8 to i64. */
  static final Map<Class<?>, WireType> SIGNED = signed();

  /** Scalars by class, with integers as unsigned: postcard's u8 to u64. */
  static final Map<Class<?>, WireType> UNSIGNED = unsigned();

  private static final Map<Scalar, ScalarType> BY_KIND = byKind();

  private static Map<Scalar, ScalarType> byKind() {
    Map<Scalar, ScalarType> types = new EnumMap<>(Scalar.class);
    for (Map<Class<?>, WireType> each : List.of(SIGNED, UNSIGNED)) {
      for (WireType type : each.values()) {
        ScalarType scalar = (ScalarType) type;
        types.putIfAbsent(scalar.kind, scalar);
      }
    }
    return types;
  }

  /** {@return the type of a kind of scalar} */
  static ScalarType of(Scalar kind) {
    return Objects.requireNonNull(BY_KIND.get(kind));
  }

  @Override
  public Described describe(Describer describer) {
    return kind;
  }

  @Override
  public void write(Object value, PostcardOutput out) throws CodecException {
    writer.write(value, out);
  }

  @Override
  public Object read(PostcardInput in) throws CodecException {
    return reader.read(in);
  }

  /**
   * A hash map orders keys with the same hash code if their class compares itself with itself.
   * Three of the classes compare themselves with an interface, and a byte[] cannot be a key.
   */
  @Override
  public boolean isOrdered() {
    return switch (kind) {
      case DATE, DATETIME, ZONEDDATETIME -> false;
      default -> true;
    };
  }

  private static Map<Class<?>, WireType> signed() {
    Map<Class<?>, WireType> types = common(Scalar.I8);
    WireType shorts =
        new ScalarType(
            Scalar.I16, (v, out) -> out.zigzag((Short) v), in -> (short) in.zigzag(Short.SIZE));
    WireType ints =
        new ScalarType(
            Scalar.I32, (v, out) -> out.zigzag((Integer) v), in -> (int) in.zigzag(Integer.SIZE));
    WireType longs =
        new ScalarType(Scalar.I64, (v, out) -> out.zigzag((Long) v), in -> in.zigzag(Long.SIZE));
    putIntegers(types, shorts, ints, longs);
    return Map.copyOf(types);
  }

  private static Map<Class<?>, WireType> unsigned() {
    Map<Class<?>, WireType> types = common(Scalar.U8);
    WireType shorts =
        new ScalarType(
            Scalar.U16,
            (v, out) -> out.varint(Short.toUnsignedLong((Short) v)),
            in -> (short) in.varint(Short.SIZE));
    WireType ints =
        new ScalarType(
            Scalar.U32,
            (v, out) -> out.varint(Integer.toUnsignedLong((Integer) v)),
            in -> (int) in.varint(Integer.SIZE));
    WireType longs =
        new ScalarType(Scalar.U64, (v, out) -> out.varint((Long) v), in -> in.varint(Long.SIZE));
    putIntegers(types, shorts, ints, longs);
    return Map.copyOf(types);
  }

  private static void putIntegers(
      Map<Class<?>, WireType> types, WireType shorts, WireType ints, WireType longs) {
    put(types, short.class, Short.class, shorts);
    put(types, int.class, Integer.class, ints);
    put(types, long.class, Long.class, longs);
  }

  private static Map<Class<?>, WireType> common(Scalar octet) {
    Map<Class<?>, WireType> types = new HashMap<>();
    put(
        types,
        boolean.class,
        Boolean.class,
        new ScalarType(Scalar.BOOL, ScalarType::writeBoolean, ScalarType::readBoolean));
    // One raw byte, signed or not: postcard has neither varint nor zigzag for i8 and u8.
    put(
        types,
        byte.class,
        Byte.class,
        new ScalarType(octet, (v, out) -> out.raw((Byte) v), in -> in.raw()));
    put(
        types,
        char.class,
        Character.class,
        new ScalarType(Scalar.CHAR, ScalarType::writeChar, ScalarType::readChar));
    put(
        types,
        float.class,
        Float.class,
        new ScalarType(
            Scalar.F32,
            (v, out) -> out.fixed32(Float.floatToRawIntBits((Float) v)),
            in -> Float.intBitsToFloat(in.fixed32())));
    put(
        types,
        double.class,
        Double.class,
        new ScalarType(
            Scalar.F64,
            (v, out) -> out.fixed64(Double.doubleToRawLongBits((Double) v)),
            in -> Double.longBitsToDouble(in.fixed64())));
    types.put(
        String.class,
        new ScalarType(Scalar.STRING, (v, out) -> out.text((String) v), in -> in.text()));
    types.put(
        byte[].class,
        new ScalarType(Scalar.BYTES, ScalarType::writeBytes, in -> in.raw(in.length())));
    types.putAll(ValueTypes.all());
    return types;
  }

  private static void put(
      Map<Class<?>, WireType> types, Class<?> primitive, Class<?> boxed, WireType type) {
    types.put(primitive, type);
    types.put(boxed, type);
  }

  private static void writeBoolean(Object value, PostcardOutput out) throws CodecException {
    out.raw((Boolean) value ? 1 : 0);
  }

  private static Object readBoolean(PostcardInput in) throws CodecException {
    byte octet = in.raw();
    if (octet >>> 1 != 0) {
      throw in.failure("a boolean is 0 or 1, not " + (octet & 0xFF), null);
    }
    return octet == 1;
  }

  private static void writeChar(Object value, PostcardOutput out) throws CodecException {
    out.text(value.toString());
  }

  private static Object readChar(PostcardInput in) throws CodecException {
    String text = in.text();
    if (text.length() != 1) {
      throw in.failure(
          "a char is one character up to U+FFFF, but there are " + text.length() + " UTF-16 units",
          null);
    }
    return text.charAt(0);
  }

  private static void writeBytes(Object value, PostcardOutput out) throws CodecException {
    byte[] octets = (byte[]) value;
    out.varint(octets.length);
    out.raw(octets);
  }
}
