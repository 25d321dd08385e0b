package dev.durability.codec;

import dev.durability.errors.CodecException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keys of which some may be equal: the set or map compares by identity or by a comparator, or keys
 * were changed after they were put in. A decoder refuses equal keys, so an encoder must not write
 * them.
 *
 * @param keys the keys
 * @param failure what to throw if two of them are equal
 */
record Repeats(Collection<?> keys, CodecException failure) {
  /**
   * These compare by {@code equals}. So they contain keys that never change, such as scalars, only
   * once.
   */
  private static final Set<Class<?>> BY_EQUALS =
      Set.copyOf(
          List.of(
              HashSet.class,
              LinkedHashSet.class,
              HashMap.class,
              LinkedHashMap.class,
              ConcurrentHashMap.class,
              Set.of(1).getClass(),
              Set.of(1, 2, 3).getClass(),
              Map.of(1, 1, 2, 2).getClass()));

  /**
   * Refuses a written set or map if two of its keys are equal.
   *
   * @param container the set or map
   * @param itsKeys its keys
   * @param noted what was noted of them; null if they are scalars
   * @param problem what to say about it
   * @param out where it was written
   */
  static void refuse(
      Object container,
      Collection<?> itsKeys,
      @Nullable Keys noted,
      String problem,
      PostcardOutput out)
      throws CodecException {
    if (noted != null) {
      if (out.compare(noted)) {
        out.lookLaterFor(new Repeats(itsKeys, out.failure(problem, null)));
      }
    } else if (!comparesByEquals(container) && hasRepeats(itsKeys)) {
      throw out.failure(problem, null);
    }
  }

  private static boolean comparesByEquals(Object container) {
    if (container instanceof SortedSet<?> set) {
      return set.comparator() == null;
    }
    if (container instanceof SortedMap<?, ?> map) {
      return map.comparator() == null;
    }
    return BY_EQUALS.contains(container.getClass());
  }

  private static boolean hasRepeats(Collection<?> keys) {
    Set<Object> seen = new HashSet<>();
    for (Object each : keys) {
      if (!seen.add(each)) {
        return true;
      }
    }
    return false;
  }

  /** Throws if two of the keys are equal. */
  void refuse() throws CodecException {
    if (hasRepeats(keys)) {
      throw failure;
    }
  }
}
