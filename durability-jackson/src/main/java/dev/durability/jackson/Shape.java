package dev.durability.jackson;

import com.fasterxml.jackson.annotation.JsonTypeInfo.As;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How the values of a type are encoded, without the Java type. */
sealed interface Shape {

  /** Anything at all. */
  Leaf ANY = new Leaf("any", "");

  /** The formats of numbers that have no largest one. */
  Set<String> LONG_NUMBERS = Set.of("bigint", "decimal");

  /** Bytes, which are base64 in JSON. */
  Leaf BYTES = new Leaf("bytes", "");

  /**
   * A value without parts.
   *
   * @param type {@code boolean}, {@code integer}, {@code number}, {@code string}, {@code bytes} or
   *     {@code any}
   * @param format which numbers, or what a string means; empty if it is any string, or nothing is
   *     known
   */
  record Leaf(String type, String format) implements Shape {
    @Override
    public String toString() {
      return format.isEmpty() ? type : format;
    }
  }

  /**
   * One of several strings.
   *
   * @param names the strings, sorted
   */
  record Constants(List<String> names) implements Shape {
    @Override
    public String toString() {
      return "enum " + names;
    }
  }

  /** Values in order. */
  record ListOf(Shape element) implements Shape {
    @Override
    public String toString() {
      return "list<" + element + ">";
    }
  }

  /**
   * Strings, each with a value.
   *
   * @param key what the strings mean; empty if they are any strings
   * @param value the values
   */
  record MapOf(String key, Shape value) implements Shape {
    @Override
    public String toString() {
      return "map<" + (key.isEmpty() ? "string" : key) + ", " + value + ">";
    }
  }

  /** A type that is defined elsewhere in the description. */
  record Named(String name) implements Shape {
    @Override
    public String toString() {
      return name;
    }
  }

  /** What a name stands for. */
  sealed interface Definition {}

  /**
   * An object.
   *
   * @param members its properties, by their names
   * @param open whether it may have others
   */
  record Properties(Map<String, Shape> members, boolean open) implements Definition {}

  /**
   * One of several types, which is told by an id.
   *
   * @param inclusion where the id stands
   * @param property its name, if it is a property
   * @param names the name of each type, by the id
   */
  record Variants(As inclusion, String property, Map<String, String> names) implements Definition {}

  /**
   * A type with all that it refers to.
   *
   * @param root the type
   * @param definitions what the names in it stand for
   */
  record Description(Shape root, Map<String, Definition> definitions) {

    /** {@return whether a value may have a number of any length} */
    boolean hasLongNumbers() {
      return isLong(root)
          || definitions.values().stream()
              .filter(Properties.class::isInstance)
              .map(Properties.class::cast)
              .anyMatch(each -> each.open() || isLong(each.members().values()));
    }

    private static boolean isLong(Collection<Shape> shapes) {
      return shapes.stream().anyMatch(Description::isLong);
    }

    private static boolean isLong(Shape shape) {
      if (shape instanceof ListOf list) {
        return isLong(list.element());
      } else if (shape instanceof MapOf map) {
        return isLong(map.value());
      }
      return shape instanceof Leaf leaf
          && (leaf.type().equals(ANY.type()) || LONG_NUMBERS.contains(leaf.format()));
    }
  }
}
