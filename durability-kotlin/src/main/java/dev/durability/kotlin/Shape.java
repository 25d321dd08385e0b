package dev.durability.kotlin;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** How a value is written: what a descriptor of Kotlin says of it. */
sealed interface Shape {

  /**
   * A primitive value.
   *
   * @param kind {@code boolean}, {@code byte} to {@code long}, {@code ubyte} to {@code ulong},
   *     {@code float}, {@code double}, {@code char} or {@code string}
   * @param custom the name of the serializer that writes it, empty if it is Kotlin's own
   */
  record Scalar(String kind, String custom) implements Shape {
    @Override
    public String toString() {
      return custom.isEmpty() ? kind : kind + " of " + custom;
    }
  }

  /** A value that may be null. */
  record Nullable(Shape content) implements Shape {
    @Override
    public String toString() {
      return content + "?";
    }
  }

  /**
   * Several values.
   *
   * @param element what each is
   * @param unique whether none of them equals another
   */
  record ListOf(Shape element, boolean unique) implements Shape {
    @Override
    public String toString() {
      return (unique ? "set<" : "list<") + element + ">";
    }
  }

  /** A map. */
  record MapOf(Shape key, Shape value) implements Shape {
    @Override
    public String toString() {
      return "map<" + key + ", " + value + ">";
    }
  }

  /** Something that has a definition. */
  record Named(String name) implements Shape {
    @Override
    public String toString() {
      return name;
    }
  }

  /** What a name stands for. */
  sealed interface Definition {}

  /**
   * The properties of a class.
   *
   * @param members each of them
   * @param open whether properties that it does not have are passed over; not written
   */
  record Properties(List<Property> members, boolean open) implements Definition {
    @Override
    public String toString() {
      return members.stream().map(Property::toString).collect(Collectors.joining(", ", "{", "}"));
    }
  }

  /**
   * A property.
   *
   * @param name its name in the bytes
   * @param shape what it is
   * @param optional whether it has a default
   * @param others other names under which it is read; not written
   */
  record Property(String name, Shape shape, boolean optional, List<String> others) {
    @Override
    public String toString() {
      return name + ": " + shape;
    }
  }

  /**
   * The variants of a class, by the names that stand in the bytes.
   *
   * @param key the property that has the name, empty if name and value are the elements of a list
   * @param members each of them
   */
  record Variants(String key, Map<String, Shape> members) implements Definition {}

  /** The constants of an enum, by name. */
  record Constants(List<String> names) implements Definition {}

  /**
   * A whole description.
   *
   * @param root what a value is
   * @param definitions what the names in it stand for
   */
  record Description(Shape root, Map<String, Definition> definitions) {}
}
