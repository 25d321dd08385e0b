package dev.durability.protobuf;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares the constants of an enum as it was written with those that it has now. */
final class EnumComparison {
  private final EnumDescriptor written;
  private final EnumDescriptor mine;
  private final Renames renames;

  EnumComparison(EnumDescriptor written, EnumDescriptor mine, Renames renames) {
    this.written = written;
    this.mine = mine;
    this.renames = renames;
  }

  /** {@return the changes that are not allowed} */
  List<String> changes() {
    List<String> changes = new ArrayList<>();
    Map<Integer, Set<String>> before = names(written);
    Map<Integer, Set<String>> now = names(mine);
    Map<String, Integer> numbers = new HashMap<>();
    for (EnumValueDescriptor each : mine.getValues()) {
      numbers.put(each.getName(), each.getNumber());
    }
    before.forEach(
        (number, names) -> {
          Set<String> its = now.get(number);
          if (its == null) {
            moved(number, names, numbers, changes);
          } else if (names.stream().noneMatch(name -> isAny(its, name))) {
            changes.add(
                mine.getFullName()
                    + ": number "
                    + number
                    + " was "
                    + String.join(", ", names)
                    + " and is "
                    + String.join(", ", its));
          }
        });
    for (EnumValueDescriptor each : mine.getValues()) {
      if (!before.containsKey(each.getNumber())
          && written.isReservedNumber(each.getNumber())
          && !written.isReservedName(each.getName())) {
        changes.add(
            mine.getFullName()
                + "."
                + each.getName()
                + " has number "
                + each.getNumber()
                + ", which was reserved, and not for this name");
      }
    }
    return changes;
  }

  private static Map<Integer, Set<String>> names(EnumDescriptor type) {
    Map<Integer, Set<String>> names = new TreeMap<>();
    for (EnumValueDescriptor each : type.getValues()) {
      names.computeIfAbsent(each.getNumber(), unused -> new TreeSet<>()).add(each.getName());
    }
    return names;
  }

  private boolean isAny(Set<String> names, String before) {
    return names.contains(before)
        || names.stream()
            .anyMatch(name -> renames.isFormer(mine.getFullName() + "." + name, before));
  }

  /** A constant that is gone keeps its number; one that has another would be mixed up with it. */
  private void moved(
      int number, Set<String> names, Map<String, Integer> numbers, List<String> changes) {
    for (String name : names) {
      Integer other = numbers.get(name);
      if (other != null && !mine.isReservedNumber(number)) {
        changes.add(
            mine.getFullName() + "." + name + " was number " + number + " and is number " + other);
      }
    }
  }
}
