package dev.durability.codec;

import dev.durability.codec.Described.Scalar;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which numbers are read as which wider ones. No value is lost, and none changes. */
final class Widening {
  private static final Map<Scalar, Set<Scalar>> WIDER = wider();

  private Widening() {}

  private static Map<Scalar, Set<Scalar>> wider() {
    Map<Scalar, Set<Scalar>> wider = new EnumMap<>(Scalar.class);
    wider.put(Scalar.I8, Set.of(Scalar.I16, Scalar.I32, Scalar.I64));
    wider.put(Scalar.I16, Set.of(Scalar.I32, Scalar.I64));
    wider.put(Scalar.I32, Set.of(Scalar.I64));
    wider.put(
        Scalar.U8, Set.of(Scalar.U16, Scalar.U32, Scalar.U64, Scalar.I16, Scalar.I32, Scalar.I64));
    wider.put(Scalar.U16, Set.of(Scalar.U32, Scalar.U64, Scalar.I32, Scalar.I64));
    wider.put(Scalar.U32, Set.of(Scalar.U64, Scalar.I64));
    wider.put(Scalar.F32, Set.of(Scalar.F64));
    return wider;
  }

  /** How a scalar that was written is read as another one, or null if that could change it. */
  static @Nullable WireType find(Scalar written, ScalarType target) {
    Scalar kind = target.kind();
    if (written == kind) {
      return target;
    } else if (!WIDER.getOrDefault(written, Set.of()).contains(kind)) {
      return null;
    }
    ScalarType source = ScalarType.of(written);
    if (written == Scalar.F32) {
      return new ReadOnlyType.Wider(source, value -> (double) (Float) value);
    }
    return new ReadOnlyType.Wider(
        source, value -> narrowed(unsigned(written, (Number) value), kind));
  }

  private static long unsigned(Scalar written, Number value) {
    return switch (written) {
      case U8 -> value.longValue() & 0xFF;
      case U16 -> value.longValue() & 0xFFFF;
      case U32 -> value.longValue() & 0xFFFF_FFFFL;
      default -> value.longValue();
    };
  }

  private static Object narrowed(long value, Scalar kind) {
    return switch (kind) {
      case I16, U16 -> (short) value;
      case I32, U32 -> (int) value;
      default -> value;
    };
  }
}
