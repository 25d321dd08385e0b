package dev.durability.avro;

import dev.durability.errors.SchemaException;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Checks a schema that comes from outside: a byte of a value accounts for a bounded number of
 * parts, so reading values takes time and memory in proportion to their bytes.
 */
final class SchemaCheck {
  private static final int EMPTY_PARTS_MAX = 64;
  private static final int NESTING_MAX = 128;

  private final IdentityHashMap<Schema, Extent> extents = new IdentityHashMap<>();
  private final Set<String> open = new HashSet<>();
  private boolean recursive;

  /**
   * What a value of a type has.
   *
   * @param emptyParts how many of its parts take no bytes
   * @param empty whether it takes no bytes itself
   * @param nesting how deep types are within it
   */
  private record Extent(int emptyParts, boolean empty, int nesting) {}

  private static final Extent SCALAR = new Extent(0, false, 0);
  private static final Extent NOTHING = new Extent(1, true, 0);

  private SchemaCheck() {}

  /**
   * Checks it.
   *
   * @return whether a value may contain one of its own type
   * @throws SchemaException if it is refused, and why
   */
  static boolean isRecursive(Schema type) throws SchemaException {
    SchemaCheck check = new SchemaCheck();
    Extent unused = check.visit(type, 0);
    return check.recursive;
  }

  private Extent visit(Schema type, int depth) throws SchemaException {
    Extent extent =
        switch (type.getType()) {
          case NULL -> NOTHING;
          case FIXED -> type.getFixedSize() == 0 ? NOTHING : SCALAR;
          case ARRAY -> {
            Extent element = visit(type.getElementType(), depth + 1);
            if (element.empty) {
              throw failure("the elements of an array take no bytes");
            }
            yield new Extent(0, false, element.nesting + 1);
          }
          case MAP -> new Extent(0, false, visit(type.getValueType(), depth + 1).nesting + 1);
          case UNION -> {
            int nesting = 0;
            for (Schema branch : type.getTypes()) {
              nesting = Math.max(nesting, visit(branch, depth + 1).nesting);
            }
            yield new Extent(0, false, nesting + 1);
          }
          case RECORD -> record(type, depth);
          default -> SCALAR;
        };
    if (depth + extent.nesting > NESTING_MAX) {
      throw failure("types are within each other more than " + NESTING_MAX + " deep");
    }
    return extent;
  }

  private Extent record(Schema type, int depth) throws SchemaException {
    Extent known = extents.get(type);
    if (known != null) {
      return known;
    } else if (!open.add(type.getFullName())) {
      recursive = true;
      return SCALAR; // Without a union, an array or a map between, no value has an end.
    } else if (depth > NESTING_MAX) {
      throw failure("records are within each other more than " + NESTING_MAX + " deep");
    }
    int emptyParts = 0;
    int nesting = 0;
    boolean empty = true;
    for (Schema.Field field : type.getFields()) {
      Extent its = visit(field.schema(), depth + 1);
      emptyParts += its.emptyParts;
      empty &= its.empty;
      nesting = Math.max(nesting, its.nesting);
      if (emptyParts > EMPTY_PARTS_MAX) {
        throw failure(
            type.getFullName() + " has more than " + EMPTY_PARTS_MAX + " parts without bytes");
      }
    }
    open.remove(type.getFullName());
    Extent extent = new Extent(empty ? emptyParts + 1 : emptyParts, empty, nesting + 1);
    extents.put(type, extent);
    return extent;
  }

  private static SchemaException failure(String problem) {
    return new SchemaException("an Avro schema is refused: " + problem, List.of());
  }
}
