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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A description as text: the type in the first line, then a line for each definition.
 *
 * <pre>
 *   Change
 *   Change = variants Put: Put, Remove: Remove
 *   Put = record key: string, value: bytes, timeToLive: option&lt;i64&gt;
 *   Remove = record keys: list&lt;string&gt;, why: Reason
 *   Reason = enum EXPIRED, ASKED
 * </pre>
 *
 * <p>Names are Java identifiers. Reading trusts nothing.
 */
final class DescriptionText {
  private static final int NESTING_MAX = 32;
  private static final String RECORD = "record";
  private static final String VARIANTS = "variants";
  private static final String ENUM = "enum";

  private static final Map<String, Scalar> SCALARS = scalars();

  private final String line;
  private final int number;
  private int position;

  private DescriptionText(String line, int number) {
    this.line = line;
    this.number = number;
  }

  private static Map<String, Scalar> scalars() {
    Map<String, Scalar> byName = new HashMap<>();
    for (Scalar each : Scalar.values()) {
      byName.put(each.toString(), each);
    }
    return Map.copyOf(byName);
  }

  /** {@return the description as text} */
  static String write(Description description) {
    StringBuilder text = new StringBuilder(description.root().toString()).append('\n');
    description
        .definitions()
        .forEach((name, each) -> text.append(name).append(" = ").append(body(each)).append('\n'));
    return text.toString();
  }

  /** {@return whether a definition may have the name: it means nothing else} */
  static boolean isFree(String name) {
    return !SCALARS.containsKey(name) && !Set.of("option", "list", "set", "map").contains(name);
  }

  private static String body(Definition definition) {
    if (definition instanceof Components components) {
      return RECORD + joined(components.members());
    } else if (definition instanceof Variants variants) {
      return VARIANTS + joined(variants.members());
    }
    return ENUM + joined(((Constants) definition).names());
  }

  private static String joined(List<?> parts) {
    return parts.stream()
        .map(Object::toString)
        .collect(Collectors.joining(", ", parts.isEmpty() ? "" : " ", ""));
  }

  /**
   * Reads a description.
   *
   * @throws SchemaException if it is none, or values of it could take more time or memory than
   *     their bytes account for
   */
  static Description parse(String text) throws SchemaException {
    String[] lines = text.split("\n", -1);
    if (!lines[lines.length - 1].isEmpty()) {
      throw new DescriptionText(lines[lines.length - 1], lines.length).failure("it has no end");
    }
    DescriptionText first = new DescriptionText(lines[0], 1);
    Described root = first.type(0);
    first.end();
    Map<String, Definition> definitions = new LinkedHashMap<>();
    for (int i = 1; i < lines.length - 1; i++) {
      DescriptionText each = new DescriptionText(lines[i], i + 1);
      String name = each.name();
      if (!isFree(name) || definitions.containsKey(name)) {
        throw each.failure(name + " has a meaning already");
      }
      each.expect(" = ");
      definitions.put(name, each.definition());
      each.end();
    }
    Description description = new Description(root, definitions);
    DescriptionCheck.check(description);
    return description;
  }

  private Definition definition() throws SchemaException {
    String kind = name();
    switch (kind) {
      case RECORD -> {
        return new Components(members());
      }
      case VARIANTS -> {
        return new Variants(members());
      }
      case ENUM -> {
        List<String> names = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String separator = " "; !atEnd(); separator = ", ") {
          expect(separator);
          names.add(distinct(name(), seen));
        }
        return new Constants(List.copyOf(names));
      }
      default -> throw failure(kind + " is neither record, variants nor enum");
    }
  }

  private List<Member> members() throws SchemaException {
    List<Member> members = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String separator = " "; !atEnd(); separator = ", ") {
      expect(separator);
      String name = distinct(name(), seen);
      expect(": ");
      members.add(new Member(name, type(0)));
    }
    return List.copyOf(members);
  }

  private String distinct(String name, Set<String> seen) throws SchemaException {
    if (!seen.add(name)) {
      throw failure(name + " stands there twice");
    }
    return name;
  }

  private Described type(int nesting) throws SchemaException {
    if (nesting > NESTING_MAX) {
      throw failure("types nest more than " + NESTING_MAX + " deep");
    }
    String name = name();
    Scalar scalar = SCALARS.get(name);
    if (scalar != null) {
      return scalar;
    }
    return switch (name) {
      case "option" -> new OptionOf(argument(nesting));
      case "list" -> new ListOf(argument(nesting));
      case "set" -> new SetOf(argument(nesting));
      case "map" -> {
        expect("<");
        Described key = type(nesting + 1);
        expect(", ");
        Described value = type(nesting + 1);
        expect(">");
        yield new MapOf(key, value);
      }
      default -> new Named(name);
    };
  }

  private Described argument(int nesting) throws SchemaException {
    expect("<");
    Described argument = type(nesting + 1);
    expect(">");
    return argument;
  }

  private String name() throws SchemaException {
    int start = position;
    while (!atEnd() && isOfName(line.codePointAt(position))) {
      position += Character.charCount(line.codePointAt(position));
    }
    if (position == start) {
      throw failure("there is no name");
    }
    return line.substring(start, position);
  }

  private static boolean isOfName(int codePoint) {
    return Character.isJavaIdentifierPart(codePoint) && !Character.isIdentifierIgnorable(codePoint);
  }

  private void expect(String token) throws SchemaException {
    if (!line.startsWith(token, position)) {
      throw failure("there is no \"" + token + "\"");
    }
    position += token.length();
  }

  private boolean atEnd() {
    return position == line.length();
  }

  private void end() throws SchemaException {
    if (!atEnd()) {
      throw failure("the line goes on");
    }
  }

  private SchemaException failure(String problem) {
    return new SchemaException(
        "the descriptor of a postcard schema is damaged, or of a later version: line "
            + number
            + ", character "
            + (position + 1)
            + ": "
            + problem,
        List.of());
  }
}
