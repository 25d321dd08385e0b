package dev.durability.jackson;

import com.fasterxml.jackson.annotation.JsonTypeInfo.As;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.durability.codec.Schema;
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
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A description as JSON Schema. Only what this class writes is read again: any other schema means
 * something that this version does not know.
 */
final class JsonSchema {
  private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";
  private static final String DEFINITIONS = "#/$defs/";
  private static final int NESTING_MAX = 64;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final JsonMapper MAPPER =
      new JsonMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxNestingDepth(NESTING_MAX).build())
              .build());

  private final Map<String, Definition> definitions;

  private JsonSchema(Map<String, Definition> definitions) {
    this.definitions = definitions;
  }

  /** {@return the description as JSON} */
  static byte[] write(Description description) {
    ObjectNode root = NODES.objectNode();
    root.put("$schema", DIALECT);
    root.setAll(write(description.root()));
    if (!description.definitions().isEmpty()) {
      ObjectNode all = root.putObject("$defs");
      description.definitions().forEach((name, each) -> all.set(name, write(each)));
    }
    try {
      return MAPPER.writeValueAsBytes(root);
    } catch (IOException e) {
      throw new IllegalStateException("a tree that has no text", e);
    }
  }

  private static ObjectNode write(Shape shape) {
    ObjectNode node = NODES.objectNode();
    if (shape instanceof Named named) {
      node.put("$ref", DEFINITIONS + named.name());
    } else if (shape instanceof Constants constants) {
      ArrayNode names = node.putArray("enum");
      constants.names().forEach(names::add);
    } else if (shape instanceof ListOf list) {
      node.put("type", "array").set("items", write(list.element()));
    } else if (shape instanceof MapOf map) {
      node.put("type", "object");
      if (!map.key().isEmpty()) {
        node.putObject("propertyNames").put("format", map.key());
      }
      node.set("additionalProperties", write(map.value()));
    } else if (shape.equals(Shape.BYTES)) {
      node.put("type", "string").put("contentEncoding", "base64");
    } else if (shape instanceof Leaf leaf) {
      if (!leaf.type().equals(Shape.ANY.type())) {
        node.put("type", leaf.type());
      }
      if (!leaf.format().isEmpty()) {
        node.put("format", leaf.format());
      }
    }
    return node;
  }

  private static ObjectNode write(Definition definition) {
    ObjectNode node = NODES.objectNode();
    if (definition instanceof Properties properties) {
      node.put("type", "object");
      ObjectNode members = node.putObject("properties");
      properties.members().forEach((name, each) -> members.set(name, write(each)));
      if (properties.open()) {
        node.put("additionalProperties", true);
      }
    } else if (definition instanceof Variants variants) {
      ArrayNode all = node.putArray("oneOf");
      variants.names().forEach((id, name) -> all.add(write(variants, id, write(new Named(name)))));
    }
    return node;
  }

  private static ObjectNode write(Variants variants, String id, ObjectNode type) {
    ObjectNode node = NODES.objectNode();
    switch (variants.inclusion()) {
      case WRAPPER_OBJECT -> {
        node.put("type", "object").putObject("properties").set(id, type);
        node.putArray("required").add(id);
      }
      case WRAPPER_ARRAY -> {
        ArrayNode items = node.put("type", "array").putArray("prefixItems");
        items.addObject().put("const", id);
        items.add(type);
      }
      default -> {
        node.setAll(type);
        node.putObject("properties").putObject(variants.property()).put("const", id);
        node.putArray("required").add(variants.property());
      }
    }
    return node;
  }

  /**
   * Reads a description.
   *
   * @throws SchemaException if it is damaged, or not what this class writes
   */
  static Description read(Schema schema) throws SchemaException {
    byte[] bytes = new byte[schema.descriptor().remaining()];
    schema.descriptor().get(bytes);
    try {
      JsonNode root = MAPPER.readTree(bytes);
      Map<String, Definition> definitions = new LinkedHashMap<>();
      JsonSchema reading = new JsonSchema(definitions);
      for (Map.Entry<String, JsonNode> each : root.path("$defs").properties()) {
        definitions.put(each.getKey(), definition(each.getValue()));
      }
      Description description = new Description(shape(root), definitions);
      reading.requireNames(description);
      if (!Arrays.equals(bytes, write(description))) {
        throw failure("it says more than this version understands");
      }
      return description;
    } catch (IOException | RuntimeException e) {
      throw e instanceof SchemaException known ? known : failure(String.valueOf(e.getMessage()));
    }
  }

  private static Shape shape(JsonNode node) {
    if (node.has("$ref")) {
      return new Named(name(node));
    } else if (node.has("enum")) {
      List<String> names = new ArrayList<>();
      node.get("enum").forEach(each -> names.add(each.asText()));
      return new Constants(List.copyOf(names));
    }
    String type = node.path("type").asText(Shape.ANY.type());
    return switch (type) {
      case "array" -> new ListOf(shape(node.path("items")));
      case "object" ->
          new MapOf(
              node.path("propertyNames").path("format").asText(),
              shape(node.path("additionalProperties")));
      case "string" ->
          node.has("contentEncoding") ? Shape.BYTES : new Leaf(type, node.path("format").asText());
      default -> new Leaf(type, node.path("format").asText());
    };
  }

  private static String name(JsonNode node) {
    return node.path("$ref").asText().replace(DEFINITIONS, "");
  }

  private static Definition definition(JsonNode node) {
    if (node.has("oneOf")) {
      return variants(node.get("oneOf"));
    }
    Map<String, Shape> members = new LinkedHashMap<>();
    node.path("properties")
        .properties()
        .forEach(each -> members.put(each.getKey(), shape(each.getValue())));
    return new Properties(members, node.has("additionalProperties"));
  }

  private static Variants variants(JsonNode all) {
    As inclusion = As.PROPERTY;
    String property = "";
    Map<String, String> names = new LinkedHashMap<>();
    for (JsonNode each : all) {
      if (each.has("prefixItems")) {
        inclusion = As.WRAPPER_ARRAY;
        JsonNode items = each.get("prefixItems");
        names.put(items.path(0).path("const").asText(), name(items.path(1)));
      } else if (each.has("$ref")) {
        property = each.path("required").path(0).asText();
        names.put(each.path("properties").path(property).path("const").asText(), name(each));
      } else {
        inclusion = As.WRAPPER_OBJECT;
        String id = each.path("required").path(0).asText();
        names.put(id, name(each.path("properties").path(id)));
      }
    }
    return new Variants(inclusion, property, names);
  }

  /** Each name is defined. */
  private void requireNames(Description description) throws SchemaException {
    requireName(description.root());
    for (Definition each : definitions.values()) {
      if (each instanceof Properties properties) {
        for (Shape member : properties.members().values()) {
          requireName(member);
        }
      } else if (each instanceof Variants variants) {
        for (String name : variants.names().values()) {
          if (!(definitions.get(name) instanceof Properties)) {
            throw failure(name + " is not defined as an object");
          }
        }
      }
    }
  }

  private void requireName(Shape shape) throws SchemaException {
    if (shape instanceof Named named && !definitions.containsKey(named.name())) {
      throw failure(named + " is not defined");
    } else if (shape instanceof ListOf list) {
      requireName(list.element());
    } else if (shape instanceof MapOf map) {
      requireName(map.value());
    }
  }

  private static SchemaException failure(String problem) {
    return new SchemaException(
        "the descriptor of a schema of JSON is damaged, or of another program or a later version: "
            + problem,
        List.of());
  }
}
