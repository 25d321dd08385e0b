package dev.durability.codec;

import dev.durability.codec.Described.Components;
import dev.durability.codec.Described.Constants;
import dev.durability.codec.Described.Definition;
import dev.durability.codec.Described.Description;
import dev.durability.codec.Described.ListOf;
import dev.durability.codec.Described.MapOf;
import dev.durability.codec.Described.Member;
import dev.durability.codec.Described.Named;
import dev.durability.codec.Described.OptionOf;
import dev.durability.codec.Described.Scalar;
import dev.durability.codec.Described.SetOf;
import dev.durability.codec.Described.Variants;
import dev.durability.errors.SchemaException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds how to read, as values of one type, what was written as another. Components, variants and
 * constants are matched by their names, never by their places.
 */
final class Resolution {
  private static final int CHANGES_MAX = 20;

  private final Description written;
  private final Evolution evolution;
  private final AnyType any;
  private final Map<Pair, WireType> known = new HashMap<>();
  private final List<String> changes = new ArrayList<>();

  /** Types whose parts are still missing: filled one after the other, as a chain may be long. */
  private final Deque<Runnable> incomplete = new ArrayDeque<>();

  /** A written type and the type that reads it. */
  private record Pair(Described written, WireType mine) {}

  private Resolution(Description written, Evolution evolution) {
    this.written = written;
    this.evolution = evolution;
    this.any = new AnyType(written);
  }

  /**
   * Finds the reader.
   *
   * @param written how the values were written
   * @param mine the type that they shall have
   * @param evolution what the caller told of the changes
   * @param place the name of the type
   * @throws SchemaException if there is none; it names each change that is not allowed
   */
  static WireType resolve(Description written, WireType mine, Evolution evolution, String place)
      throws SchemaException {
    Resolution resolution = new Resolution(written, evolution);
    WireType reader = resolution.resolve(written.root(), mine, place);
    Deque<Runnable> incomplete = resolution.incomplete;
    for (Runnable each = incomplete.poll(); each != null; each = incomplete.poll()) {
      each.run();
    }
    if (!resolution.changes.isEmpty()) {
      throw new SchemaException(
          "what was written under another schema cannot be read as "
              + place
              + ": give the codec the default or the former name, or convert the old values with"
              + " Codecs.upcasting",
          resolution.changes);
    }
    return reader;
  }

  private WireType resolve(Described type, WireType mine, String place) {
    if (type instanceof Scalar scalar && mine instanceof ScalarType target) {
      WireType widened = Widening.find(scalar, target);
      return widened != null ? widened : changed(place, type, mine);
    } else if (type instanceof OptionOf option && mine instanceof OptionType target) {
      return target.with(resolve(option.content(), target.content(), place));
    } else if (type instanceof ListOf list
        && mine instanceof CollectionType target
        && !target.unique()) {
      return CollectionType.list(resolve(list.element(), target.element(), place + "[]"));
    } else if (type instanceof SetOf set
        && mine instanceof CollectionType target
        && target.unique()) {
      return CollectionType.set(resolve(set.element(), target.element(), place + "[]"));
    } else if (type instanceof MapOf map && mine instanceof MapType target) {
      return new MapType(
          resolve(map.key(), target.key(), place + " key"),
          resolve(map.value(), target.value(), place + " value"));
    } else if (mine instanceof OptionType target) {
      WireType content = resolve(type, target.content(), place);
      return new ReadOnlyType.Present(content, target);
    } else if (type instanceof Named named) {
      return named(named, mine, place);
    }
    return changed(place, type, mine);
  }

  private WireType named(Named type, WireType mine, String place) {
    Pair pair = new Pair(type, mine);
    WireType before = known.get(pair);
    if (before != null) {
      return before;
    }
    Definition definition = Objects.requireNonNull(written.definitions().get(type.name()));
    if (definition instanceof Components components && mine instanceof RecordType target) {
      ReadOnlyType.RecordByNames reader =
          new ReadOnlyType.RecordByNames(target, components.members().size());
      known.put(pair, reader);
      incomplete.add(() -> components(components.members(), target, reader));
      return reader;
    } else if (definition instanceof Variants variants && mine instanceof SealedType target) {
      ReadOnlyType.VariantByName reader =
          new ReadOnlyType.VariantByName(target.name(), variants.members().size());
      known.put(pair, reader);
      incomplete.add(() -> variants(variants.members(), target, reader));
      return reader;
    } else if (definition instanceof Constants constants && mine instanceof EnumType target) {
      Set<String> names = Set.copyOf(constants.names());
      List<Optional<Object>> values =
          constants.names().stream()
              .map(
                  name ->
                      target.constant(
                          now -> evolution.isNamed(target.type(), now, now, name, names)))
              .toList();
      WireType reader = new ReadOnlyType.ConstantByName(target.type(), constants.names(), values);
      known.put(pair, reader);
      return reader;
    } else if (describe(mine) instanceof Named) { // It may have the same name.
      return changed(place, kind(definition) + " " + type, kind(mine) + " " + describe(mine), mine);
    }
    return changed(place, type, mine);
  }

  private static String kind(Definition definition) {
    return definition instanceof Components
        ? "record"
        : definition instanceof Variants ? "sealed interface" : "enum";
  }

  private static String kind(WireType type) {
    return type instanceof RecordType
        ? "record"
        : type instanceof SealedType ? "sealed interface" : "enum";
  }

  private void components(
      List<Member> members, RecordType target, ReadOnlyType.RecordByNames reader) {
    Set<String> names = members.stream().map(Member::name).collect(Collectors.toSet());
    List<String> gone = new ArrayList<>();
    boolean[] filled = new boolean[target.size()];
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      int index =
          target.indexOf(now -> evolution.isNamed(target.type(), now, now, member.name(), names));
      if (index >= 0 && filled[index]) {
        changes.add(
            target.name()
                + "."
                + target.componentName(index)
                + " was written under two of its former names");
      } else if (index >= 0) {
        filled[index] = true;
        String place = target.name() + "." + target.componentName(index);
        WireType its = resolve(member.type(), target.component(index), place);
        reader.read(i, member.name(), its, index);
      } else {
        gone.add("\"" + member + "\"");
        reader.read(i, member.name(), any.type(member.type()), ReadOnlyType.RecordByNames.NOWHERE);
      }
    }
    for (int i = 0; i < filled.length; i++) {
      if (!filled[i]) {
        Object value =
            evolution.valueOf(target.type(), target.componentName(i), target.componentClass(i));
        if (value == null) {
          changes.add(
              target.name()
                  + ": component "
                  + (i + 1)
                  + ", \""
                  + new Member(target.componentName(i), describe(target.component(i)))
                  + "\", is new and has no default"
                  + (gone.isEmpty() ? "" : "; gone is " + String.join(", ", gone)));
        } else {
          reader.preset(i, value);
        }
      }
    }
  }

  private void variants(
      List<Member> members, SealedType target, ReadOnlyType.VariantByName reader) {
    Set<String> names = members.stream().map(Member::name).collect(Collectors.toSet());
    for (int i = 0; i < members.size(); i++) {
      String name = members.get(i).name();
      int index =
          target.indexOf(
              variant -> evolution.isNamed(variant, "", variant.getSimpleName(), name, names));
      if (index >= 0) {
        String place = target.name() + "." + name;
        reader.variant(i, name, resolve(members.get(i).type(), target.variant(index), place));
      } else {
        reader.variant(i, name, null); // Gone: an error only where it is met.
      }
    }
  }

  private WireType changed(String place, Described type, WireType mine) {
    return changed(place, type.toString(), describe(mine).toString(), mine);
  }

  private WireType changed(String place, String before, String now, WireType mine) {
    if (changes.size() < CHANGES_MAX) {
      changes.add(place + " was " + before + " and is " + now);
    }
    return mine;
  }

  private static Described describe(WireType type) {
    return Describer.describe(type).root();
  }
}
