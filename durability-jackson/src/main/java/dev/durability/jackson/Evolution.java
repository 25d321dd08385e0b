package dev.durability.jackson;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the caller said about changes. Immutable.
 *
 * @param defaults what new properties have in old objects
 * @param ignored former properties that are passed over
 * @param unmarked whether values without a schema are read, too
 */
record Evolution(Map<Member, JsonNode> defaults, Set<Member> ignored, boolean unmarked) {
  static final Evolution NONE = new Evolution(Map.of(), Set.of(), false);

  /** A property of a class. */
  record Member(Class<?> type, String property) {}

  Evolution withDefault(Class<?> type, String property, JsonNode value) {
    Map<Member, JsonNode> changed = new HashMap<>(defaults);
    changed.put(new Member(type, property), value);
    return new Evolution(Map.copyOf(changed), ignored, unmarked);
  }

  Evolution ignoring(Class<?> type, String property) {
    Set<Member> changed = new HashSet<>(ignored);
    changed.add(new Member(type, property));
    return new Evolution(defaults, Set.copyOf(changed), unmarked);
  }

  Evolution readingUnmarked() {
    return new Evolution(defaults, ignored, true);
  }

  boolean ignores(Class<?> type, String property) {
    return ignored.contains(new Member(type, property));
  }

  @Nullable JsonNode defaultOf(Class<?> type, String property) {
    return defaults.get(new Member(type, property));
  }
}
