package dev.durability.protobuf;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.math.BigInteger;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The whole numbers that a type of field has, and how they are written. Types that write them the
 * same way can read each other's, except for numbers that they do not have.
 *
 * @param form how they are written
 * @param least the least number
 * @param most the greatest number
 */
record WireNumber(Form form, BigInteger least, BigInteger most) {
  private static final Map<FieldDescriptor.Type, WireNumber> OF_TYPES =
      Map.ofEntries(
          Map.entry(
              FieldDescriptor.Type.BOOL,
              new WireNumber(Form.VARINT, BigInteger.ZERO, BigInteger.ONE)),
          Map.entry(FieldDescriptor.Type.ENUM, signed(Form.VARINT, Integer.SIZE)),
          Map.entry(FieldDescriptor.Type.INT32, signed(Form.VARINT, Integer.SIZE)),
          Map.entry(FieldDescriptor.Type.INT64, signed(Form.VARINT, Long.SIZE)),
          Map.entry(FieldDescriptor.Type.UINT32, unsigned(Form.VARINT, Integer.SIZE)),
          Map.entry(FieldDescriptor.Type.UINT64, unsigned(Form.VARINT, Long.SIZE)),
          Map.entry(FieldDescriptor.Type.SINT32, signed(Form.ZIGZAG, Integer.SIZE)),
          Map.entry(FieldDescriptor.Type.SINT64, signed(Form.ZIGZAG, Long.SIZE)),
          Map.entry(FieldDescriptor.Type.SFIXED32, signed(Form.FIXED32, Integer.SIZE)),
          Map.entry(FieldDescriptor.Type.FIXED32, unsigned(Form.FIXED32, Integer.SIZE)),
          Map.entry(FieldDescriptor.Type.SFIXED64, signed(Form.FIXED64, Long.SIZE)),
          Map.entry(FieldDescriptor.Type.FIXED64, unsigned(Form.FIXED64, Long.SIZE)));

  /** How a number is written. */
  enum Form {
    VARINT,
    ZIGZAG,
    FIXED32,
    FIXED64
  }

  /** {@return the numbers of a type, or null if its values are none} */
  static @Nullable WireNumber of(FieldDescriptor.Type type) {
    return OF_TYPES.get(type);
  }

  /** {@return whether the numbers of a field are unsigned, which Java's are not} */
  static boolean isUnsigned(FieldDescriptor field) {
    WireNumber numbers = of(field.getType());
    return numbers != null && numbers.least.signum() == 0;
  }

  private static WireNumber signed(Form form, int bits) {
    BigInteger end = BigInteger.ONE.shiftLeft(bits - 1);
    return new WireNumber(form, end.negate(), end.subtract(BigInteger.ONE));
  }

  private static WireNumber unsigned(Form form, int bits) {
    BigInteger end = BigInteger.ONE.shiftLeft(bits);
    return new WireNumber(form, BigInteger.ZERO, end.subtract(BigInteger.ONE));
  }

  /** {@return whether there is each number that another type has} */
  boolean containsAllOf(WireNumber other) {
    return contains(other.least) && contains(other.most);
  }

  boolean contains(BigInteger number) {
    return least.compareTo(number) <= 0 && number.compareTo(most) <= 0;
  }
}
