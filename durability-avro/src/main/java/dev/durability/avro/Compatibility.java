package dev.durability.avro;

import dev.durability.errors.SchemaException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;
import org.apache.avro.SchemaCompatibility.SchemaIncompatibilityType;

/** Says in words which changes of a schema Avro does not resolve. */
final class Compatibility {
  private static final int CHANGES_MAX = 20;
  private static final Set<Schema.Type> NAMED =
      Set.of(Schema.Type.RECORD, Schema.Type.ENUM, Schema.Type.FIXED);

  /** Types inside unions whose changes were told, so that recursive ones have an end. */
  private final Set<Schema> told = Collections.newSetFromMap(new IdentityHashMap<>());

  private final Set<String> changes = new LinkedHashSet<>();

  private Compatibility() {}

  /**
   * Compares.
   *
   * @param writer the schema that values were written under
   * @param reader the schema that they shall have
   * @throws SchemaException if Avro cannot read all of them; it names each change
   */
  static void require(Schema writer, Schema reader) throws SchemaException {
    Compatibility comparison = new Compatibility();
    comparison.compare(writer, reader);
    if (!comparison.changes.isEmpty()) {
      throw new SchemaException(
          "what was written under another schema cannot be read as "
              + shown(reader)
              + ": give a new field a default, what was renamed an alias, and an enum a default, or"
              + " convert the old values with Codecs.upcasting",
          comparison.changes.stream().limit(CHANGES_MAX).toList());
    }
  }

  private void compare(Schema writer, Schema reader) {
    try {
      SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
          .getResult()
          .getIncompatibilities()
          .forEach(each -> tell(each, reader));
    } catch (AvroRuntimeException e) {
      changes.add(String.valueOf(e.getMessage())); // Two aliases of one field, say.
    }
  }

  /** Tells a change; if a branch of a union is still there, it is what changed inside. */
  private void tell(Incompatibility each, Schema root) {
    String place = place(root, each.getLocation());
    if (each.getType() != SchemaIncompatibilityType.MISSING_UNION_BRANCH) {
      changes.add(describe(each, place));
      return;
    }
    Schema union = each.getReaderFragment();
    Schema writer = branch(each.getWriterFragment(), each.getLocation());
    for (Schema reader : union.getTypes()) {
      if (isSame(reader, writer)) {
        if (told.add(reader)) {
          compare(writer, reader);
        }
        return;
      }
    }
    changes.add(place + " was " + shown(writer) + ", and no branch of " + shown(union) + " is");
  }

  private static boolean isSame(Schema reader, Schema writer) {
    return reader.getType() == writer.getType()
        && (!NAMED.contains(reader.getType())
            || SchemaCompatibility.schemaNameEquals(reader, writer));
  }

  /** The branch of a union whose index is the end of a location, or the type itself. */
  private static Schema branch(Schema type, String location) {
    return type.getType() == Schema.Type.UNION
        ? type.getTypes().get(Integer.parseInt(location.substring(location.lastIndexOf('/') + 1)))
        : type;
  }

  private static String describe(Incompatibility each, String place) {
    Schema reader = each.getReaderFragment();
    Schema writer = each.getWriterFragment();
    return switch (each.getType()) {
      case READER_FIELD_MISSING_DEFAULT_VALUE ->
          shown(reader)
              + ": field \""
              + field(reader, each.getMessage())
              + "\" is new and has no default";
      case MISSING_ENUM_SYMBOLS ->
          shown(reader) + ": the symbols " + each.getMessage() + " are gone, and it has no default";
      case NAME_MISMATCH ->
          place + " was named " + writer.getFullName() + " and is named " + reader.getFullName();
      case FIXED_SIZE_MISMATCH ->
          place + " had " + writer.getFixedSize() + " bytes and has " + reader.getFixedSize();
      default -> place + " was " + shown(writer) + " and is " + shown(reader);
    };
  }

  /** A field with its type. */
  private static String field(Schema record, String name) {
    Schema.Field field = record.getField(name);
    return field == null ? name : name + ": " + shown(field.schema());
  }

  /**
   * The place of a change, as a path of names.
   *
   * @param location such as {@code /fields/1/type/items}; in a union, it has the index of a branch
   *     that was written, and whatever comes after that is left out
   */
  private static String place(Schema root, String location) {
    Schema at = root;
    String place = shown(root);
    String[] tokens = location.split("/", -1);
    for (int i = 1; i < tokens.length; i++) {
      if (tokens[i].equals("fields")
          && at.getType() == Schema.Type.RECORD
          && i + 1 < tokens.length) {
        Schema.Field field = at.getFields().get(Integer.parseInt(tokens[++i]));
        place = at.getName() + "." + field.name();
        at = field.schema();
      } else if (tokens[i].equals("items") && at.getType() == Schema.Type.ARRAY) {
        place += "[]";
        at = at.getElementType();
      } else if (tokens[i].equals("values") && at.getType() == Schema.Type.MAP) {
        place += " value";
        at = at.getValueType();
      } else if (!tokens[i].equals("type")) {
        break;
      }
    }
    return place;
  }

  /** A type as a reader knows it: its name, or what it consists of. */
  private static String shown(Schema type) {
    return switch (type.getType()) {
      case ARRAY -> "array<" + shown(type.getElementType()) + ">";
      case MAP -> "map<" + shown(type.getValueType()) + ">";
      case UNION -> type.getTypes().stream().map(Compatibility::shown).toList().toString();
      default -> type.getName();
    };
  }
}
