package dev.durability.segmentindex;

import java.util.Collection;
import java.util.stream.Collectors;

/** How ids, which are unsigned numbers of 64 bits, are shown. */
final class Unsigned {
  private Unsigned() {}

  static String text(long id) {
    return Long.toUnsignedString(id);
  }

  static String text(Collection<Long> ids) {
    return ids.stream().map(Long::toUnsignedString).collect(Collectors.joining(", ", "[", "]"));
  }
}
