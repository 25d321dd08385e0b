package dev.durability.kotlin;

import dev.durability.errors.SchemaException;
import dev.durability.kotlin.Shape.Constants;
import dev.durability.kotlin.Shape.Definition;
import dev.durability.kotlin.Shape.Description;
import dev.durability.kotlin.Shape.ListOf;
import dev.durability.kotlin.Shape.MapOf;
import dev.durability.kotlin.Shape.Named;
import dev.durability.kotlin.Shape.Nullable;
import dev.durability.kotlin.Shape.Properties;
import dev.durability.kotlin.Shape.Property;
import dev.durability.kotlin.Shape.Scalar;
import dev.durability.kotlin.Shape.Variants;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Compares how values were written with how they shall be read, by names. */
final class Comparison {
  private static final int CHANGES_MAX = 20;

  /** The wider types of each: they have all its values, and their JSON is alike. */
  private static final Map<String, Set<String>> WIDER =
      Map.of(
          "byte", Set.of("short", "int", "long", "float", "double"),
          "short", Set.of("int", "long", "float", "double"),
          "int", Set.of("long", "double"),
          "ubyte", Set.of("ushort", "uint", "ulong", "short", "int", "long"),
          "ushort", Set.of("uint", "ulong", "int", "long"),
          "uint", Set.of("ulong", "long"),
          "float", Set.of("double"),
          "char", Set.of("string"));

  private final Description written;
  private final Description mine;
  private final List<String> changes = new ArrayList<>();
  private final Set<Pair> known = new HashSet<>();
  private final Deque<Pair> open = new ArrayDeque<>();

  private record Pair(String written, String mine) {}

  private Comparison(Description written, Description mine) {
    this.written = written;
    this.mine = mine;
  }

  /**
   * Compares descriptions.
   *
   * @throws SchemaException if there are changes that keep values from being read; it names each
   */
  static void compare(Description written, Description mine, String place) throws SchemaException {
    Comparison comparison = new Comparison(written, mine);
    comparison.compare(written.root(), mine.root(), place);
    Deque<Pair> open = comparison.open;
    for (Pair each = open.poll(); each != null; each = open.poll()) {
      comparison.definitions(each);
    }
    if (!comparison.changes.isEmpty()) {
      throw new SchemaException(
          "what was written under another descriptor cannot be read as "
              + place
              + ": give new properties a default, and renamed ones their former name with"
              + " @SerialName or @JsonNames, or convert the old values with Codecs.upcasting",
          comparison.changes);
    }
  }

  private void compare(Shape shape, Shape now, String place) {
    if (shape instanceof Nullable option && now instanceof Nullable target) {
      compare(option.content(), target.content(), place);
    } else if (now instanceof Nullable target && !(shape instanceof Nullable)) {
      compare(shape, target.content(), place);
    } else if (shape instanceof ListOf list
        && now instanceof ListOf target
        && (list.unique() || !target.unique())) {
      compare(list.element(), target.element(), place + "[]");
    } else if (shape instanceof MapOf map && now instanceof MapOf target) {
      compare(map.key(), target.key(), place + " key");
      compare(map.value(), target.value(), place + " value");
    } else if (shape instanceof Named named
        && now instanceof Named target
        && isAlike(definition(written, named), definition(mine, target))) {
      Pair pair = new Pair(named.name(), target.name());
      if (known.add(pair)) {
        open.add(pair);
      }
    } else if (!(shape instanceof Scalar scalar
        && now instanceof Scalar target
        && isReadable(scalar, target))) {
      changed(place + " was " + shape + " and is " + now);
    }
  }

  private static boolean isAlike(Definition one, Definition other) {
    return one.getClass() == other.getClass();
  }

  private static boolean isReadable(Scalar scalar, Scalar now) {
    return scalar.equals(now)
        || (scalar.custom().isEmpty()
            && now.custom().isEmpty()
            && WIDER.getOrDefault(scalar.kind(), Set.of()).contains(now.kind()));
  }

  private static Definition definition(Description description, Named named) {
    return Objects.requireNonNull(description.definitions().get(named.name()));
  }

  private void definitions(Pair pair) {
    Definition before = definition(written, new Named(pair.written()));
    Definition now = definition(mine, new Named(pair.mine()));
    if (before instanceof Properties members && now instanceof Properties target) {
      properties(members, target, pair.mine());
      requireSomeInCommon(members, target, pair);
    } else if (before instanceof Variants members && now instanceof Variants target) {
      variants(members, target, pair.mine());
    } else {
      assert before instanceof Constants : before; // A constant that is gone is met, or not.
    }
  }

  /**
   * Classes that have no property in common are the same class only if they are called so.
   * Otherwise any values could be read as a class whose properties all have defaults.
   */
  private void requireSomeInCommon(Properties before, Properties now, Pair pair) {
    Set<String> names = byName(now).keySet();
    if (!before.members().isEmpty()
        && before.members().stream().noneMatch(each -> names.contains(each.name()))
        && !serialName(pair.written()).equals(serialName(pair.mine()))) {
      changed(
          pair.mine()
              + " has nothing of what "
              + pair.written()
              + " had; if it is the same class, give it that name with @SerialName");
    }
  }

  /** Classes of the same name are numbered in a description. */
  private static String serialName(String name) {
    return name.replaceFirst("#\\d+$", "");
  }

  private static Map<String, Property> byName(Properties properties) {
    Map<String, Property> byName = new HashMap<>();
    for (Property each : properties.members()) {
      each.others().forEach(other -> byName.putIfAbsent(other, each));
    }
    properties.members().forEach(each -> byName.put(each.name(), each));
    return byName;
  }

  private void properties(Properties before, Properties now, String place) {
    Map<String, Property> byName = byName(now);
    Set<Property> found = new HashSet<>();
    List<String> gone = new ArrayList<>();
    for (Property each : before.members()) {
      Property target = byName.get(each.name());
      if (target == null) {
        gone.add("\"" + each + "\"");
      } else if (!found.add(target)) {
        changed(place + "." + target.name() + " was written under two of its names");
      } else {
        compare(each.shape(), target.shape(), place + "." + target.name());
      }
    }
    if (!gone.isEmpty() && !now.open()) {
      changed(
          place
              + ": gone is "
              + String.join(", ", gone)
              + ", and the format does not ignore unknown keys");
    }
    for (Property each : now.members()) {
      if (!found.contains(each) && !each.optional()) {
        changed(
            place
                + ": property \""
                + each
                + "\" is new and has no default"
                + (gone.isEmpty() ? "" : "; gone is " + String.join(", ", gone)));
      }
    }
  }

  private void variants(Variants before, Variants now, String place) {
    if (!before.key().equals(now.key())) {
      changed(
          place
              + " had its variant in \""
              + before.key()
              + "\" and has it in \""
              + now.key()
              + "\"");
    }
    before
        .members()
        .forEach(
            (name, each) -> {
              Shape target = now.members().get(name);
              if (target != null) { // Else it is gone: an error only where it is met.
                compare(each, target, place + "." + name);
              }
            });
  }

  private void changed(String change) {
    if (changes.size() < CHANGES_MAX) {
      changes.add(change);
    }
  }
}
