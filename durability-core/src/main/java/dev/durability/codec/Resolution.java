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
import dev.durability.errors.CodecException;
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
import java.util.regex.Pattern;
import java.util.stream.Stream;

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
      incomplete.add(() -> components(type, components.members(), target, reader));
      return reader;
    } else if (definition instanceof Variants variants && mine instanceof SealedType target) {
      ReadOnlyType.VariantByName reader =
          new ReadOnlyType.VariantByName(target.name(), variants.members().size());
      known.put(pair, reader);
      incomplete.add(() -> variants(type, variants.members(), target, reader));
      return reader;
    } else if (definition instanceof Constants constants && mine instanceof EnumType target) {
      NameMatch match = match(type, target.type(), constants.names(), target.names());
      List<Optional<Object>> values =
          match.indexes().stream().map(index -> constant(target, index)).toList();
      WireType reader = new ReadOnlyType.ConstantByName(target.type(), constants.names(), values);
      known.put(pair, reader);
      return reader;
    } else if (describe(mine) instanceof Named) { // It may have the same name.
      change(
          place
              + " was "
              + kind(definition)
              + " "
              + type
              + " and is "
              + kind(mine)
              + " "
              + describe(mine));
      return mine;
    }
    return changed(place, type, mine);
  }

  private static Optional<Object> constant(EnumType type, int index) {
    return index == NameMatch.GONE ? Optional.empty() : Optional.of(type.constant(index));
  }

  /** Finds which component or constant has each name that was written. */
  private NameMatch match(Named type, Class<?> mine, List<String> names, List<String> now) {
    List<Set<String>> former = now.stream().map(each -> evolution.formerNames(mine, each)).toList();
    return checked(type, mine, NameMatch.of(names, now, former));
  }

  /**
   * If the two types have no name in common, they are the same type only if they are called so.
   * Otherwise any values could be read as a type whose components are all optional.
   */
  private NameMatch checked(Named type, Class<?> mine, NameMatch match) {
    String shown = mine.getSimpleName();
    for (String each : match.ambiguous()) {
      change(shown + ": " + each);
    }
    boolean isUnlike = !match.indexes().isEmpty() && match.isEmpty();
    if (isUnlike && !isCalled(type.name(), shown, evolution.formerNames(mine, ""))) {
      change(
          shown
              + " has nothing of what "
              + type
              + " had; if it is the same type, tell its former name");
    }
    return match;
  }

  /** Types of the same name are numbered in a description. */
  private static boolean isCalled(String name, String now, Set<String> former) {
    return Stream.concat(Stream.of(now), former.stream())
        .anyMatch(each -> name.equals(each) || name.matches(Pattern.quote(each) + "_\\d+"));
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
      Named type, List<Member> members, RecordType target, ReadOnlyType.RecordByNames reader) {
    List<String> names = members.stream().map(Member::name).toList();
    List<Integer> indexes = match(type, target.type(), names, target.componentNames()).indexes();
    List<String> gone = new ArrayList<>();
    boolean[] filled = new boolean[target.size()];
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      int index = indexes.get(i);
      if (index == NameMatch.GONE) {
        gone.add("\"" + member + "\"");
        reader.read(i, member.name(), any.type(member.type()), index);
      } else if (filled[index]) {
        change(
            target.name()
                + "."
                + target.componentName(index)
                + " was written under two of its former names");
      } else {
        filled[index] = true;
        String place = target.name() + "." + target.componentName(index);
        WireType its = resolve(member.type(), target.component(index), place);
        reader.read(i, member.name(), its, index);
      }
    }
    for (int i = 0; i < filled.length; i++) {
      if (!filled[i]) {
        preset(i, target, reader, gone);
      }
    }
  }

  /** A component was not written. */
  private void preset(
      int index, RecordType target, ReadOnlyType.RecordByNames reader, List<String> gone) {
    String name = target.componentName(index);
    Object preset = evolution.preset(target.type(), name);
    Object empty = Evolution.empty(target.componentClass(index));
    if (preset != null) {
      try {
        reader.preset(index, Preset.of(preset, target.component(index), target.type()));
      } catch (CodecException | RuntimeException refused) { // Of another type argument, say.
        change("the default of " + target.name() + "." + name + " cannot be used: " + refused);
      }
    } else if (empty != null) {
      reader.preset(index, () -> empty);
    } else {
      change(
          target.name()
              + ": component "
              + (index + 1)
              + ", \""
              + new Member(name, describe(target.component(index)))
              + "\", is new and has no default"
              + (gone.isEmpty() ? "" : "; gone is " + String.join(", ", gone)));
    }
  }

  private void variants(
      Named type, List<Member> members, SealedType target, ReadOnlyType.VariantByName reader) {
    List<String> names = members.stream().map(Member::name).toList();
    List<Class<?>> permitted = target.permitted();
    List<String> now = permitted.stream().map(Class::getSimpleName).toList();
    List<Set<String>> former =
        permitted.stream().map(each -> evolution.formerNames(each, "")).toList();
    List<Integer> indexes =
        checked(type, target.type(), NameMatch.of(names, now, former)).indexes();
    for (int i = 0; i < members.size(); i++) {
      String name = names.get(i);
      if (indexes.get(i) == NameMatch.GONE) {
        reader.variant(i, name, null); // An error only where it is met.
      } else {
        String place = target.name() + "." + name;
        WireType its = resolve(members.get(i).type(), target.variant(indexes.get(i)), place);
        reader.variant(i, name, its);
      }
    }
  }

  private void change(String what) {
    if (changes.size() < CHANGES_MAX) {
      changes.add(what);
    }
  }

  private WireType changed(String place, Described type, WireType mine) {
    change(place + " was " + type + " and is " + describe(mine));
    return mine;
  }

  private static Described describe(WireType type) {
    return Describer.describe(type).root();
  }
}
