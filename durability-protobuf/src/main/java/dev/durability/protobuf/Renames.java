package dev.durability.protobuf;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Former names, by the full names that things have now. Immutable. */
final class Renames {
  static final Renames NONE = new Renames(Map.of());

  private final Map<String, Set<String>> former;

  private Renames(Map<String, Set<String>> former) {
    this.former = former;
  }

  Renames with(String fullName, String before) {
    Map<String, Set<String>> more = new HashMap<>(former);
    Set<String> names = new HashSet<>(more.getOrDefault(fullName, Set.of()));
    names.add(before);
    more.put(fullName, names);
    return new Renames(more);
  }

  /** {@return whether what has a full name now had another name before} */
  boolean isFormer(String fullName, String before) {
    return former.getOrDefault(fullName, Set.of()).contains(before);
  }
}
