package dev.durability.codec;

import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a type since it was first written, as the caller declared them: former names, and
 * values of new components. Immutable.
 *
 * @param names the former names of a record, or of a variant, with no member
 * @param values what a new component has in values that were written without it
 */
record Evolution(Map<Member, Set<String>> names, Map<Member, Object> values) {
  /** Nothing changed its name, and nothing but optionals and collections is new. */
  static final Evolution NONE = new Evolution(Map.of(), Map.of());

  private static final Map<Class<?>, Object> EMPTY =
      Map.of(
          Optional.class, Optional.empty(),
          OptionalInt.class, OptionalInt.empty(),
          OptionalLong.class, OptionalLong.empty(),
          OptionalDouble.class, OptionalDouble.empty(),
          List.class, List.of(),
          Set.class, Set.of(),
          Map.class, Map.of());

  /**
   * What changed.
   *
   * @param type a record, an enum, or a variant of a sealed interface
   * @param name its component or constant; empty for the type itself
   */
  record Member(Class<?> type, String name) {
    String shown() {
      return name.isEmpty() ? type.getSimpleName() : name;
    }
  }

  /** Refuses a name that the record or enum does not have. */
  static void requireMember(Class<?> type, String member) {
    boolean has =
        type.isRecord()
            ? Arrays.stream(type.getRecordComponents()).anyMatch(c -> c.getName().equals(member))
            : type.isEnum()
                && Arrays.stream(type.getEnumConstants())
                    .anyMatch(c -> ((Enum<?>) c).name().equals(member));
    if (!has) {
      throw new IllegalArgumentException(
          type.getSimpleName() + " has no component and no constant " + member);
    }
  }

  /** Refuses a value that is not of the component's type. */
  static void requireValue(Class<?> type, String component, Object value) {
    if (!type.isRecord()) {
      throw new IllegalArgumentException(type.getSimpleName() + " is not a record");
    }
    requireMember(type, component);
    Objects.requireNonNull(value, "the default of a component");
    Class<?> declared =
        Arrays.stream(type.getRecordComponents())
            .filter(each -> each.getName().equals(component))
            .findFirst()
            .orElseThrow()
            .getType();
    if (!MethodType.methodType(declared).wrap().returnType().isInstance(value)) {
      throw new IllegalArgumentException(
          type.getSimpleName()
              + "."
              + component
              + " is of type "
              + declared.getSimpleName()
              + ", but the default is of type "
              + value.getClass().getSimpleName());
    }
  }

  /**
   * Adds a former name.
   *
   * @throws IllegalArgumentException if members had each other's names: what was written before and
   *     after that has the same names
   */
  Evolution renamed(Class<?> type, String now, String before) {
    String shown = now.isEmpty() ? type.getSimpleName() : now;
    if (!before.equals(shown) && reaches(type, now, before, shown, new HashSet<>())) {
      throw new IllegalArgumentException(
          shown
              + " and "
              + before
              + " had each other's names, so what has both does not tell when it was written: give"
              + " one of them a name that neither had");
    }
    Map<Member, Set<String>> changed = new HashMap<>(names);
    Set<String> former = new HashSet<>(names.getOrDefault(new Member(type, now), Set.of()));
    former.add(before);
    changed.put(new Member(type, now), Set.copyOf(former));
    return new Evolution(Map.copyOf(changed), values);
  }

  Evolution preset(Class<?> type, String component, Object value) {
    Map<Member, Object> changed = new HashMap<>(values);
    changed.put(new Member(type, component), value);
    return new Evolution(names, Map.copyOf(changed));
  }

  /** Whether what has a name now had another one, directly or by way of others' names. */
  private boolean reaches(
      Class<?> type, String member, String name, String former, Set<String> seen) {
    if (!seen.add(name)) {
      return false;
    }
    for (Map.Entry<Member, Set<String>> each : names.entrySet()) {
      Member other = each.getKey();
      boolean isAlike = member.isEmpty() ? other.name().isEmpty() : other.type() == type;
      if (isAlike && other.shown().equals(name)) {
        for (String before : each.getValue()) {
          if (before.equals(former) || reaches(type, member, before, former, seen)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /**
   * The former names of a member.
   *
   * @param type whose member
   * @param now its name; empty for the type itself
   */
  Set<String> formerNames(Class<?> type, String now) {
    return names.getOrDefault(new Member(type, now), Set.of());
  }

  /** The value of a component that was not written, as the caller set it, or null. */
  @Nullable Object preset(Class<?> record, String component) {
    return values.get(new Member(record, component));
  }

  /** The empty value of an optional or a collection, null for any other type. */
  static @Nullable Object empty(Class<?> type) {
    return EMPTY.get(type);
  }
}
