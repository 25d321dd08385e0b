package dev.durability.codec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A Java type whose type arguments are all known, or do not matter: a generic sealed interface is
 * encoded as its variants are, and none of these is generic.
 *
 * @param raw the class
 * @param arguments its type arguments; empty if it is not generic, or a sealed interface
 */
record TypeShape(Class<?> raw, List<TypeShape> arguments) {

  /**
   * Resolves a type as it was declared.
   *
   * @param variables the values of the type variables of the declaring record
   * @throws IllegalArgumentException if the type leaves something open
   */
  static TypeShape of(Type type, Map<TypeVariable<?>, TypeShape> variables) {
    if (type instanceof Class<?> plain) {
      if (plain.getTypeParameters().length > 0) {
        throw new IllegalArgumentException(
            plain.getSimpleName() + " is used without its type arguments; add them");
      }
      return new TypeShape(plain, List.of());
    }
    if (type instanceof ParameterizedType generic && isSealed((Class<?>) generic.getRawType())) {
      TypeShape sealed = ofSealed((Class<?>) generic.getRawType());
      if (!Arrays.stream(generic.getActualTypeArguments()).allMatch(TypeShape::isUnbounded)) {
        throw new IllegalArgumentException(
            sealed
                + " is a generic sealed interface, and any of its variants may be read: use"
                + " wildcards (?) as its type arguments");
      }
      return sealed;
    }
    if (type instanceof ParameterizedType generic) {
      List<TypeShape> arguments =
          Arrays.stream(generic.getActualTypeArguments()).map(each -> of(each, variables)).toList();
      return new TypeShape((Class<?>) generic.getRawType(), arguments);
    }
    if (type instanceof WildcardType) {
      throw new IllegalArgumentException("the wildcard " + type + " leaves the type open; name it");
    }
    @Nullable TypeShape bound = type instanceof TypeVariable<?> ? variables.get(type) : null;
    if (bound == null) {
      throw new IllegalArgumentException(type + " is neither a class nor a known type variable");
    }
    return bound;
  }

  /** The shape of a sealed interface, whatever its type arguments. */
  static TypeShape ofSealed(Class<?> sealed) {
    return new TypeShape(sealed, List.of());
  }

  static boolean isSealed(Class<?> type) {
    return type.isInterface() && type.isSealed();
  }

  private static boolean isUnbounded(Type argument) {
    return argument instanceof WildcardType wildcard
        && wildcard.getLowerBounds().length == 0
        && Arrays.equals(wildcard.getUpperBounds(), new Type[] {Object.class});
  }

  /** How deep the type arguments nest. */
  int depth() {
    return 1 + arguments.stream().mapToInt(TypeShape::depth).max().orElse(0);
  }

  @Override
  public String toString() {
    return raw.getSimpleName()
        + (arguments.isEmpty()
            ? ""
            : arguments.stream()
                .map(TypeShape::toString)
                .collect(Collectors.joining(", ", "<", ">")));
  }
}
