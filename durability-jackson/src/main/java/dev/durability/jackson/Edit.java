package dev.durability.jackson;

import com.fasterxml.jackson.annotation.JsonTypeInfo.As;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes of a value that was written under another schema one that Jackson reads. */
sealed interface Edit {
  /** Leaves it as it is. */
  Edit NONE = new None();

  /** Changes the value. */
  void apply(JsonNode value);

  /** Leaves it as it is. */
  record None() implements Edit {
    @Override
    public void apply(JsonNode value) {}
  }

  /** Changes each element of a list, or each value of a map. */
  record Each(Edit element) implements Edit {
    @Override
    public void apply(JsonNode value) {
      value.forEach(element::apply);
    }
  }

  /** Changes an object: gives it what it lacks, and takes away what is not to be read. */
  final class OfObject implements Edit {
    private final Map<String, Edit> members = new HashMap<>();
    private final Map<String, JsonNode> defaults = new HashMap<>();
    private final Set<String> ignored = new HashSet<>();

    void member(String name, Edit edit) {
      members.put(name, edit);
    }

    void preset(String name, JsonNode value) {
      defaults.put(name, value);
    }

    void ignore(String name) {
      ignored.add(name);
    }

    @Override
    public void apply(JsonNode value) {
      if (value instanceof ObjectNode object) {
        object.remove(ignored);
        members.forEach(
            (name, edit) -> {
              JsonNode member = object.get(name);
              if (member != null) {
                edit.apply(member);
              }
            });
        defaults.forEach((name, preset) -> object.set(name, preset.deepCopy()));
      }
    }
  }

  /** Changes an object by its id. */
  final class OfVariant implements Edit {
    private final As inclusion;
    private final String property;
    private final Map<String, Edit> variants = new HashMap<>();

    OfVariant(As inclusion, String property) {
      this.inclusion = inclusion;
      this.property = property;
    }

    void variant(String id, Edit edit) {
      variants.put(id, edit);
    }

    @Override
    public void apply(JsonNode value) {
      switch (inclusion) {
        case WRAPPER_OBJECT -> value.properties().forEach(e -> apply(e.getKey(), e.getValue()));
        case WRAPPER_ARRAY -> apply(value.path(0).asText(), value.path(1));
        default -> apply(value.path(property).asText(), value);
      }
    }

    private void apply(@Nullable String id, JsonNode object) {
      variants.getOrDefault(id, NONE).apply(object);
    }
  }
}
