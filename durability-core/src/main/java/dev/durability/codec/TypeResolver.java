package dev.durability.codec;

import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Finds the wire type of a Java type and of all its parts. Used once, for one codec. */
final class TypeResolver {

  /** Beyond this depth, a generic record is assumed to nest its own arguments without end. */
  private static final int ARGUMENT_DEPTH_MAX = 32;

  private final Map<Class<?>, WireType> scalars;
  private final RecordAccess access;
  private final Map<TypeShape, WireType> known = new HashMap<>();
  private final List<Counted> counted = new ArrayList<>();

  /** An element type of a collection, to be checked once all types are complete. */
  private record Counted(String place, WireType element) {}

  TypeResolver(Map<Class<?>, WireType> scalars, RecordAccess access) {
    this.scalars = scalars;
    this.access = access;
  }

  /**
   * Resolves the type of a codec.
   *
   * @throws IllegalArgumentException if it, or anything in it, has no wire type; the message names
   *     the place
   */
  WireType resolve(Class<?> root) {
    String place = root.getSimpleName();
    WireType type =
        TypeShape.isSealed(root)
            ? resolve(TypeShape.ofSealed(root), place)
            : resolve(root, Map.of(), place);
    for (Counted each : counted) {
      if (each.element.takesNoBytes(new HashSet<>())) {
        throw unsupported(
            each.place,
            "its elements take no bytes, so nothing would limit the count in damaged bytes");
      }
    }
    return type;
  }

  private WireType resolve(Type type, Map<TypeVariable<?>, TypeShape> variables, String place) {
    TypeShape shape;
    try {
      shape = TypeShape.of(type, variables);
    } catch (IllegalArgumentException e) {
      throw unsupported(place, String.valueOf(e.getMessage()));
    }
    if (shape.depth() > ARGUMENT_DEPTH_MAX) {
      throw unsupported(place, "type arguments nest without end");
    }
    return resolve(shape, place);
  }

  private WireType resolve(TypeShape shape, String place) {
    Class<?> raw = shape.raw();
    WireType scalar = scalars.get(raw);
    if (scalar != null) {
      return scalar;
    }
    WireType seen = known.get(shape);
    if (seen != null) {
      return seen;
    }
    if (raw.isRecord()) {
      return record(shape, place);
    }
    if (raw.isEnum()) {
      return new EnumType(raw);
    }
    if (TypeShape.isSealed(raw)) {
      return sealed(shape);
    }
    return container(shape, place);
  }

  private WireType record(TypeShape shape, String place) {
    RecordType type;
    try {
      type = new RecordType(shape.raw(), access.to(shape.raw()));
    } catch (IllegalAccessException e) {
      throw new IllegalArgumentException(
          place
              + ": "
              + shape.raw().getName()
              + " is not accessible; pass MethodHandles.lookup() of a class in its package, make it"
              + " public in an exported package, or open its package",
          e);
    }
    known.put(shape, type);
    Map<TypeVariable<?>, TypeShape> variables = new HashMap<>();
    TypeVariable<?>[] parameters = shape.raw().getTypeParameters();
    for (int i = 0; i < parameters.length; i++) {
      variables.put(parameters[i], shape.arguments().get(i));
    }
    RecordComponent[] components = shape.raw().getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      String component = shape + "." + components[i].getName();
      type.setComponent(i, resolve(components[i].getGenericType(), variables, component));
    }
    return type;
  }

  private WireType sealed(TypeShape shape) {
    SealedType type = new SealedType(shape.raw());
    known.put(shape, type);
    Class<?>[] permitted = shape.raw().getPermittedSubclasses();
    for (int i = 0; i < permitted.length; i++) {
      type.setVariant(i, variant(permitted[i], shape + " permits " + permitted[i].getSimpleName()));
    }
    return type;
  }

  private WireType variant(Class<?> permitted, String place) {
    if (TypeShape.isSealed(permitted)) {
      return resolve(TypeShape.ofSealed(permitted), place);
    } else if (permitted.getTypeParameters().length > 0) {
      throw unsupported(
          place,
          permitted.getSimpleName()
              + " is generic, and nothing in the bytes says what its type arguments are; permit"
              + " only records without type parameters");
    }
    return resolve(permitted, Map.of(), place);
  }

  private WireType container(TypeShape shape, String place) {
    Class<?> raw = shape.raw();
    if (raw == Optional.class) {
      return OptionType.ofObjects(argument(shape, 0, place));
    } else if (raw == OptionalInt.class) {
      return OptionType.ofInts(scalar(int.class));
    } else if (raw == OptionalLong.class) {
      return OptionType.ofLongs(scalar(long.class));
    } else if (raw == OptionalDouble.class) {
      return OptionType.ofDoubles(scalar(double.class));
    } else if (raw == List.class) {
      return CollectionType.list(element(shape, place));
    } else if (raw == Set.class) {
      return CollectionType.set(key(shape, place));
    } else if (raw == Map.class) {
      WireType key = key(shape, place);
      return new MapType(key, argument(shape, 1, place));
    }
    throw unsupported(place, "there is no wire format for " + describe(raw));
  }

  private WireType scalar(Class<?> type) {
    WireType scalar = scalars.get(type);
    if (scalar == null) {
      throw new IllegalStateException("no scalar type " + type);
    }
    return scalar;
  }

  private WireType argument(TypeShape shape, int index, String place) {
    return resolve(shape.arguments().get(index), place);
  }

  private WireType element(TypeShape shape, String place) {
    WireType element = argument(shape, 0, place);
    counted.add(new Counted(place, element));
    return element;
  }

  private WireType key(TypeShape shape, String place) {
    if (shape.arguments().get(0).raw() == byte[].class) {
      throw unsupported(place, "byte arrays do not compare by content, so they cannot be keys");
    }
    return element(shape, place);
  }

  private static String describe(Class<?> type) {
    if (type.isArray()) {
      return "the array " + type.getSimpleName() + "; only byte[] has one, else use a List";
    } else if (type.isInterface()) {
      return "the interface " + type.getName() + ", which is neither sealed, List, Set nor Map";
    }
    return type.getName() + ", which is neither a record, an enum nor one of the supported types";
  }

  private static IllegalArgumentException unsupported(String place, String problem) {
    return new IllegalArgumentException(place + ": " + problem);
  }
}
