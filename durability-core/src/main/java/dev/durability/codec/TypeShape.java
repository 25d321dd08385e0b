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
 * A Java type whose type arguments are all known.
 *
 * @param raw the class
 * @param arguments its type arguments, empty if it is not generic
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
