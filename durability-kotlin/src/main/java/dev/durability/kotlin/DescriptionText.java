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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kotlinx.serialization.json.Json;
import kotlinx.serialization.json.JsonArray;
import kotlinx.serialization.json.JsonElement;
import kotlinx.serialization.json.JsonElementKt;
import kotlinx.serialization.json.JsonObject;
import kotlinx.serialization.json.JsonPrimitive;

/**
 * A description as JSON.
 *
 * <pre>{@code
 * {"root": {"type": "Change"},
 *  "types": {
 *    "Change": {"key": "type", "variants": {"Put": {"type": "Put"}, "Remove": {"type": "Remove"}}},
 *    "Put": {"properties": [{"name": "key", "is": "string"},
 *                           {"name": "ttl", "is": {"nullable": "long"}, "optional": true}]},
 *    "Remove": {"properties": [{"name": "keys", "is": {"list": "string"}},
 *                              {"name": "why", "is": {"type": "Reason"}}]},
 *    "Reason": {"constants": ["EXPIRED", "ASKED"]}}}
 * }</pre>
 *
 * <p>Other shapes are {@code {"set": …}}, {@code {"map": […, …]}} and {@code {"scalar": "long",
 * "of": "a serializer"}}. Reading trusts nothing.
 */
final class DescriptionText {
  private static final int NESTING_MAX = 64;

  private DescriptionText() {}

  /** {@return the description as text} */
  static String write(Description description) {
    Map<String, JsonElement> types = new LinkedHashMap<>();
    description.definitions().forEach((name, each) -> types.put(name, json(each)));
    return object("root", json(description.root()), "types", new JsonObject(types)).toString();
  }

  private static JsonElement json(Shape shape) {
    if (shape instanceof Scalar scalar) {
      return scalar.custom().isEmpty()
          ? text(scalar.kind())
          : object("scalar", text(scalar.kind()), "of", text(scalar.custom()));
    } else if (shape instanceof Nullable option) {
      return object("nullable", json(option.content()));
    } else if (shape instanceof ListOf list) {
      return object(list.unique() ? "set" : "list", json(list.element()));
    } else if (shape instanceof MapOf map) {
      return object("map", new JsonArray(List.of(json(map.key()), json(map.value()))));
    }
    return object("type", text(((Named) shape).name()));
  }

  private static JsonElement json(Definition definition) {
    if (definition instanceof Constants constants) {
      return object(
          "constants", new JsonArray(constants.names().stream().map(each -> text(each)).toList()));
    } else if (definition instanceof Variants variants) {
      Map<String, JsonElement> members = new LinkedHashMap<>();
      variants.members().forEach((name, each) -> members.put(name, json(each)));
      return object("key", text(variants.key()), "variants", new JsonObject(members));
    }
    List<JsonElement> members = new ArrayList<>();
    for (Property each : ((Properties) definition).members()) {
      JsonElement name = text(each.name());
      JsonElement shape = json(each.shape());
      members.add(
          each.optional()
              ? object("name", name, "is", shape, "optional", JsonElementKt.JsonPrimitive(true))
              : object("name", name, "is", shape));
    }
    return object("properties", new JsonArray(members));
  }

  private static JsonElement text(String text) {
    return JsonElementKt.JsonPrimitive(text);
  }

  private static JsonElement object(Object... members) {
    Map<String, JsonElement> map = new LinkedHashMap<>();
    for (int i = 0; i < members.length; i += 2) {
      map.put((String) members[i], (JsonElement) members[i + 1]);
    }
    return new JsonObject(map);
  }

  /**
   * Reads a description.
   *
   * @throws SchemaException if it is none
   */
  static Description parse(String text) throws SchemaException {
    if (!Nesting.isAtMost(NESTING_MAX, text)) {
      throw damaged("it is nested more than " + NESTING_MAX + " deep", null);
    }
    try {
      JsonObject json = (JsonObject) Json.Default.parseToJsonElement(text);
      Map<String, Definition> definitions = new LinkedHashMap<>();
      for (Map.Entry<String, JsonElement> each : object(json, "types").entrySet()) {
        definitions.put(each.getKey(), definition((JsonObject) each.getValue()));
      }
      Description description = new Description(shape(member(json, "root")), definitions);
      requireDefined(description);
      return description;
    } catch (RuntimeException e) {
      throw damaged(e.toString(), e);
    }
  }

  private static void requireDefined(Description description) {
    require(description.root(), description);
    for (Definition each : description.definitions().values()) {
      if (each instanceof Properties properties) {
        properties.members().forEach(member -> require(member.shape(), description));
      } else if (each instanceof Variants variants) {
        variants.members().values().forEach(member -> require(member, description));
      }
    }
  }

  private static void require(Shape shape, Description description) {
    if (shape instanceof Named named && !description.definitions().containsKey(named.name())) {
      throw new IllegalArgumentException(named.name() + " is not defined");
    } else if (shape instanceof Nullable option) {
      require(option.content(), description);
    } else if (shape instanceof ListOf list) {
      require(list.element(), description);
    } else if (shape instanceof MapOf map) {
      require(map.key(), description);
      require(map.value(), description);
    }
  }

  private static Definition definition(JsonObject json) {
    if (json.containsKey("constants")) {
      List<String> names = new ArrayList<>();
      for (JsonElement each : (JsonArray) member(json, "constants")) {
        names.add(string(each));
      }
      return new Constants(names);
    } else if (json.containsKey("variants")) {
      Map<String, Shape> members = new LinkedHashMap<>();
      for (Map.Entry<String, JsonElement> each : object(json, "variants").entrySet()) {
        members.put(each.getKey(), shape(each.getValue()));
      }
      return new Variants(string(member(json, "key")), members);
    }
    List<Property> members = new ArrayList<>();
    for (JsonElement each : (JsonArray) member(json, "properties")) {
      JsonObject property = (JsonObject) each;
      members.add(
          new Property(
              string(member(property, "name")),
              shape(member(property, "is")),
              property.containsKey("optional"),
              List.of()));
    }
    return new Properties(members, false);
  }

  private static Shape shape(JsonElement json) {
    if (json instanceof JsonPrimitive kind) {
      return new Scalar(string(kind), "");
    }
    JsonObject object = (JsonObject) json;
    String kind = object.keySet().iterator().next();
    JsonElement content = member(object, kind);
    return switch (kind) {
      case "type" -> new Named(string(content));
      case "nullable" -> new Nullable(shape(content));
      case "list", "set" -> new ListOf(shape(content), kind.equals("set"));
      case "map" ->
          new MapOf(shape(((JsonArray) content).get(0)), shape(((JsonArray) content).get(1)));
      case "scalar" -> new Scalar(string(content), string(member(object, "of")));
      default -> throw new IllegalArgumentException(kind + " is not known");
    };
  }

  private static JsonObject object(JsonObject json, String name) {
    return (JsonObject) member(json, name);
  }

  private static JsonElement member(JsonObject json, String name) {
    JsonElement member = json.get(name);
    if (member == null) {
      throw new IllegalArgumentException("there is no " + name);
    }
    return member;
  }

  private static String string(JsonElement json) {
    if (json instanceof JsonPrimitive primitive && primitive.isString()) {
      return primitive.getContent();
    }
    throw new IllegalArgumentException("there is no text");
  }

  static SchemaException damaged(
      String problem, @org.jspecify.annotations.Nullable Throwable cause) {
    SchemaException failure =
        new SchemaException(
            "the descriptor of a Kotlin schema is damaged, or of a later version: " + problem,
            List.of());
    if (cause != null) {
      failure.initCause(cause);
    }
    return failure;
  }
}
