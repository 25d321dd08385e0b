package dev.durability.jackson;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import dev.durability.errors.SchemaException;
import dev.durability.jackson.Shape.Constants;
import dev.durability.jackson.Shape.Definition;
import dev.durability.jackson.Shape.Description;
import dev.durability.jackson.Shape.Leaf;
import dev.durability.jackson.Shape.ListOf;
import dev.durability.jackson.Shape.MapOf;
import dev.durability.jackson.Shape.Named;
import dev.durability.jackson.Shape.Properties;
import dev.durability.jackson.Shape.Variants;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds how to read, as values of one type, what was written as another. Properties and ids are
 * matched by their names, as Jackson does, and with its aliases.
 */
final class Resolution {
  private static final int CHANGES_MAX = 20;
  private static final Map<String, Set<String>> WIDER =
      Map.of(
          "int8", Set.of("int16", "int32", "int64", "bigint", "float", "double", "decimal"),
          "int16", Set.of("int32", "int64", "bigint", "float", "double", "decimal"),
          "int32", Set.of("int64", "bigint", "double", "decimal"),
          "int64", Set.of("bigint", "decimal"),
          "bigint", Set.of("decimal"),
          "float", Set.of("double", "decimal"),
          "double", Set.of("decimal"));

  private final Description written;
  private final OwnType own;
  private final Evolution evolution;
  private final Map<Pair, Edit> known = new HashMap<>();
  private final List<String> changes = new ArrayList<>();
  private boolean edits;

  /** Objects whose properties are still to be compared. */
  private final Deque<Runnable> incomplete = new ArrayDeque<>();

  /**
   * A definition that was written and the one that reads it.
   *
   * @param id the property that has the id of the type, which is no other property
   */
  private record Pair(String written, String mine, String id) {}

  private Resolution(Description written, OwnType own, Evolution evolution) {
    this.written = written;
    this.own = own;
    this.evolution = evolution;
  }

  /**
   * Compares.
   *
   * @param written how the values were written
   * @param own the type that they shall have
   * @param evolution what the caller told of the changes
   * @param place the name of the type
   * @return what has to be done to a value before Jackson reads it; null if nothing
   * @throws SchemaException if it cannot be read; it names each change that is not allowed
   */
  static @Nullable Edit resolve(Description written, OwnType own, Evolution evolution, String place)
      throws SchemaException {
    Resolution resolution = new Resolution(written, own, evolution);
    Edit edit = resolution.resolve(written.root(), own.description().root(), place);
    Deque<Runnable> incomplete = resolution.incomplete;
    for (Runnable each = incomplete.poll(); each != null; each = incomplete.poll()) {
      each.run();
    }
    if (!resolution.changes.isEmpty()) {
      throw new SchemaException(
          "what was written under another schema cannot be read as "
              + place
              + ": give a new property a default (withDefault), say that a removed one is to be"
              + " ignored (ignoring), give a renamed one its @JsonAlias, or convert the old values"
              + " with Codecs.upcasting",
          resolution.changes);
    }
    return resolution.edits ? edit : null;
  }

  private Edit resolve(Shape type, Shape mine, String place) {
    if (type instanceof ListOf list && mine instanceof ListOf target) {
      return new Edit.Each(resolve(list.element(), target.element(), place + "[]"));
    } else if (type instanceof MapOf map && mine instanceof MapOf target) {
      if (!target.key().isEmpty() && !target.key().equals(map.key())) {
        change(place, type, mine);
      }
      return new Edit.Each(resolve(map.value(), target.value(), place + " value"));
    } else if (type instanceof Named named && mine instanceof Named target) {
      return named(named, target, place);
    } else if (!isReadable(type, mine)) {
      change(place, type, mine);
    }
    return Edit.NONE;
  }

  private static boolean isReadable(Shape type, Shape mine) {
    if (mine.equals(Shape.ANY) || type.equals(mine)) {
      return true;
    } else if (type instanceof Constants) {
      return mine instanceof Constants || mine.equals(new Leaf("string", ""));
    }
    return type instanceof Leaf leaf
        && mine instanceof Leaf target
        && ((leaf.type().equals("string") && mine.equals(new Leaf("string", "")))
            || WIDER.getOrDefault(leaf.format(), Set.of()).contains(target.format()));
  }

  private Edit named(Named type, Named mine, String place) {
    Definition definition = Objects.requireNonNull(written.definitions().get(type.name()));
    Definition target = Objects.requireNonNull(own.description().definitions().get(mine.name()));
    if (definition instanceof Properties && target instanceof Properties) {
      return object(type.name(), mine.name(), "");
    } else if (definition instanceof Variants variants && target instanceof Variants now) {
      return variants(type, variants, mine, now, place);
    }
    change(place, type, mine);
    return Edit.NONE;
  }

  private Edit variants(Named type, Variants variants, Named mine, Variants target, String place) {
    Edit before = known.get(new Pair(type.name(), mine.name(), ""));
    if (before != null) {
      return before;
    }
    if (variants.inclusion() != target.inclusion()
        || !variants.property().equals(target.property())) {
      changes.add(
          place + ": the id of the type was in " + where(variants) + " and is in " + where(target));
    }
    Edit.OfVariant edit = new Edit.OfVariant(variants.inclusion(), variants.property());
    known.put(new Pair(type.name(), mine.name(), ""), edit);
    Map<String, String> ids = own.ids().getOrDefault(mine.name(), Map.of());
    variants
        .names()
        .forEach(
            (id, name) -> {
              String now = ids.get(id);
              if (now != null) { // One that is gone is an error only where it is met.
                edit.variant(id, object(name, now, variants.property()));
              }
            });
    return edit;
  }

  private static String where(Variants variants) {
    return variants.property().isEmpty()
        ? variants.inclusion().toString()
        : "the property \"" + variants.property() + "\"";
  }

  private Edit object(String name, String mine, String id) {
    Pair pair = new Pair(name, mine, id);
    Edit before = known.get(pair);
    if (before != null) {
      return before;
    }
    Edit.OfObject edit = new Edit.OfObject();
    known.put(pair, edit);
    Properties type = (Properties) Objects.requireNonNull(written.definitions().get(name));
    Properties target =
        (Properties) Objects.requireNonNull(own.description().definitions().get(mine));
    incomplete.add(() -> members(type, target, mine, id, edit));
    return edit;
  }

  private void members(
      Properties type, Properties target, String mine, String id, Edit.OfObject edit) {
    ReadObject read = own.objects().get(mine);
    if (read == null) {
      if (!type.equals(target)) {
        changes.add(mine + " has other properties, and a deserializer of its own");
      }
      return;
    }
    if (type.open() && !read.ignores("")) {
      changes.add(mine + " had any properties (@JsonAnyGetter), and has no @JsonAnySetter");
    }
    Set<String> filled = new HashSet<>();
    List<String> gone = new ArrayList<>();
    type.members()
        .forEach(
            (name, shape) -> {
              SettableBeanProperty property = name.equals(id) ? null : read.find(name);
              if (property != null) {
                member(name, shape, property, read, target, mine, filled, edit);
              } else if (!name.equals(id) && evolution.ignores(read.type(), name)) {
                edit.ignore(name);
                edits = true;
              } else if (!name.equals(id) && !read.ignores(name)) {
                gone.add("\"" + name + ": " + shape + "\"");
              }
            });
    boolean isNamed = missing(read, target, mine, id, filled, gone, edit);
    if (!isNamed) {
      gone.forEach(each -> changes.add(mine + ": property " + each + " is gone"));
    }
  }

  private void member(
      String name,
      Shape shape,
      SettableBeanProperty property,
      ReadObject read,
      Properties target,
      String mine,
      Set<String> filled,
      Edit.OfObject edit) {
    String place = mine + "." + property.getName();
    Shape now = target.members().get(property.getName());
    if (now == null) {
      now = read.onlyRead(property.getName());
    }
    if (!filled.add(property.getName())) {
      changes.add(place + " was written under two of its names");
    } else if (now != null) {
      edit.member(name, resolve(shape, now, place));
    }
  }

  /** Looks for what was not written; returns whether the properties that are gone were told. */
  private boolean missing(
      ReadObject read,
      Properties target,
      String mine,
      String id,
      Set<String> filled,
      List<String> gone,
      Edit.OfObject edit) {
    boolean told = false;
    for (SettableBeanProperty each : read.properties()) {
      String name = each.getName();
      JsonNode preset = evolution.defaultOf(read.type(), name);
      boolean isThere = filled.contains(name) || name.equals(id);
      if (!isThere && preset != null) {
        edit.preset(name, preset);
        edits = true;
      } else if (!isThere && !read.mayMiss(each)) {
        Shape shape = target.members().get(name);
        changes.add(
            mine
                + ": property \""
                + name
                + ": "
                + (shape != null ? shape : each.getType().getRawClass().getSimpleName())
                + "\" is new and has no default"
                + (gone.isEmpty() ? "" : "; gone is " + String.join(", ", gone)));
        told = true;
      }
    }
    return told;
  }

  private void change(String place, Shape type, Shape mine) {
    if (changes.size() < CHANGES_MAX) {
      changes.add(
          place
              + " was "
              + text(type, written.definitions())
              + " and is "
              + text(mine, own.description().definitions()));
    }
  }

  /** Of what has an id of its type, the ids: that it has one may be the whole change. */
  private static String text(Shape shape, Map<String, Definition> definitions) {
    return shape instanceof Named named && definitions.get(named.name()) instanceof Variants several
        ? "one of " + several.names().keySet()
        : shape.toString();
  }
}
