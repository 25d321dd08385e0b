package dev.durability.codec;

import dev.durability.codec.Described.Components;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks a description that comes from outside: each name is defined, and a byte of a value
 * accounts for a bounded number of parts. So reading values takes time and memory in proportion to
 * their bytes.
 */
final class DescriptionCheck {
  /** How many parts of a value may take no bytes. */
  private static final int EMPTY_PARTS_MAX = 64;

  private final Map<String, Definition> definitions;
  private final Map<String, Extent> extents = new HashMap<>();

  /**
   * What a value has.
   *
   * @param emptyParts how many of its parts take no bytes, not counting those after an index, an
   *     option or a count
   * @param empty whether it takes no bytes itself
   */
  private record Extent(int emptyParts, boolean empty) {}

  private static final Extent ONE_BYTE_OR_MORE = new Extent(0, false);

  private DescriptionCheck(Description description) {
    this.definitions = description.definitions();
  }

  static void check(Description description) throws SchemaException {
    DescriptionCheck check = new DescriptionCheck(description);
    check.check(description.root());
    for (Definition each : description.definitions().values()) {
      if (each instanceof Components components) {
        check.check(components.members());
      } else if (each instanceof Variants variants) {
        check.check(variants.members());
      }
    }
  }

  private void check(List<Member> members) throws SchemaException {
    for (Member each : members) {
      check(each.type());
    }
  }

  private void check(Described type) throws SchemaException {
    if (type instanceof OptionOf option) {
      check(option.content());
    } else if (type instanceof ListOf list) {
      checkElement(list.element());
    } else if (type instanceof SetOf set) {
      checkKey(set.element());
    } else if (type instanceof MapOf map) {
      checkKey(map.key());
      check(map.value());
    } else {
      Extent unused = extent(type, 0);
    }
  }

  private void checkKey(Described key) throws SchemaException {
    if (key == Scalar.BYTES) {
      throw failure("bytes are the keys of a map or the elements of a set");
    }
    checkElement(key);
  }

  private void checkElement(Described element) throws SchemaException {
    check(element);
    if (extent(element, 0).empty()) {
      throw failure("the elements of a list of " + element + " take no bytes");
    }
  }

  private Extent extent(Described type, int depth) throws SchemaException {
    return type instanceof Named named ? extentOf(named.name(), depth) : ONE_BYTE_OR_MORE;
  }

  private Extent extentOf(String name, int depth) throws SchemaException {
    Definition definition = definitions.get(name);
    if (definition == null) {
      throw failure(name + " is not defined");
    }
    if (!(definition instanceof Components components)) {
      return ONE_BYTE_OR_MORE; // An index.
    }
    Extent known = extents.get(name);
    if (known != null) {
      return known;
    }
    if (depth == ValuePath.DEPTH_MAX) {
      throw failure(
          "records are within each other more than "
              + depth
              + " deep; a record may contain itself only through an optional, a collection or a"
              + " variant");
    }
    int emptyParts = 0;
    boolean empty = true;
    for (Member member : components.members()) {
      Extent its = extent(member.type(), depth + 1);
      emptyParts += its.emptyParts();
      empty &= its.empty();
      if (emptyParts > EMPTY_PARTS_MAX) {
        throw failure(name + " has more than " + EMPTY_PARTS_MAX + " parts without bytes");
      }
    }
    Extent extent = new Extent(empty ? emptyParts + 1 : emptyParts, empty);
    extents.put(name, extent);
    return extent;
  }

  private static SchemaException failure(String problem) {
    return new SchemaException(
        "the descriptor of a postcard schema is damaged, or of a later version: " + problem,
        List.of());
  }
}
