package dev.durability.codec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which member has each name that was written: a component of a record, a constant of an enum, a
 * variant of a sealed interface. The order of the members plays no part.
 *
 * <p>A member is looked for under its former names if its present one was not written, or was what
 * another member had then. For instance, {@code a} was renamed {@code b} when {@code b} was renamed
 * {@code c}. So a former name goes before the same name of a member that is new.
 *
 * @param indexes for each written name the index of the member, {@link #GONE} if there is none
 * @param ambiguous the written names that several members had, each with these
 */
record NameMatch(List<Integer> indexes, List<String> ambiguous) {
  /** No member has the name. */
  static final int GONE = -1;

  /**
   * Finds them.
   *
   * @param written the written names, all different
   * @param now the present names of the members, all different
   * @param former the former names of each member
   */
  static NameMatch of(List<String> written, List<String> now, List<Set<String>> former) {
    boolean[] before = underFormerNames(Set.copyOf(written), now, former);
    Map<String, Integer> byName = new HashMap<>();
    Map<String, List<String>> ambiguous = new HashMap<>();
    for (int i = 0; i < now.size(); i++) {
      if (!before[i]) {
        byName.put(now.get(i), i);
      }
    }
    for (int i = 0; i < now.size(); i++) {
      for (String name : before[i] ? former.get(i) : Set.<String>of()) {
        Integer other = byName.put(name, i);
        if (other != null) {
          ambiguous
              .computeIfAbsent(name, first -> new ArrayList<>(List.of(now.get(other))))
              .add(now.get(i));
        }
      }
    }
    List<Integer> indexes = written.stream().map(name -> byName.getOrDefault(name, GONE)).toList();
    return new NameMatch(
        indexes,
        written.stream()
            .filter(ambiguous::containsKey)
            .map(
                name ->
                    name + " is a former name of " + String.join(" and of ", ambiguous.get(name)))
            .toList());
  }

  /** Tells of each member whether it had a former name when the names were written. */
  private static boolean[] underFormerNames(
      Set<String> written, List<String> now, List<Set<String>> former) {
    boolean[] before = new boolean[now.size()];
    Set<String> taken = new HashSet<>();
    boolean more = true;
    while (more) {
      more = false;
      for (int i = 0; i < before.length; i++) {
        String name = now.get(i);
        if (!before[i] && (!written.contains(name) || taken.contains(name))) {
          before[i] = true;
          more = taken.addAll(former.get(i)) || more;
        }
      }
    }
    return before;
  }

  /** Whether no member has any of the names. */
  boolean isEmpty() {
    return indexes.stream().allMatch(index -> index == GONE);
  }
}
