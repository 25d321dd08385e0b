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
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Reads values of a description without their classes. A record becomes a map of its components, a
 * variant a map of its name to its value, a constant its name; the rest is as with classes.
 */
final class AnyType {
  private final Description description;
  private final Map<String, WireType> known = new HashMap<>();

  /** Types whose parts are still missing: filled one after the other, as a chain may be long. */
  private final Deque<Runnable> incomplete = new ArrayDeque<>();

  AnyType(Description description) {
    this.description = description;
  }

  /** {@return how values of a type are read, which the description defines} */
  WireType type(Described type) {
    WireType found = find(type);
    for (Runnable each = incomplete.poll(); each != null; each = incomplete.poll()) {
      each.run();
    }
    return found;
  }

  private WireType find(Described type) {
    if (type instanceof Scalar scalar) {
      return scalar(scalar);
    } else if (type instanceof OptionOf option) {
      return OptionType.ofObjects(find(option.content()));
    } else if (type instanceof ListOf list) {
      return CollectionType.list(find(list.element()));
    } else if (type instanceof SetOf set) {
      return CollectionType.set(find(set.element()));
    } else if (type instanceof MapOf map) {
      return new MapType(find(map.key()), find(map.value()));
    }
    return named(((Named) type).name());
  }

  /** Unsigned numbers become numbers that are wide enough to be positive. */
  private static WireType scalar(Scalar scalar) {
    ScalarType type = ScalarType.of(scalar);
    return switch (scalar) {
      case U8 -> new ReadOnlyType.Wider(type, value -> (Byte) value & 0xFF);
      case U16 -> new ReadOnlyType.Wider(type, value -> Short.toUnsignedInt((Short) value));
      case U32 -> new ReadOnlyType.Wider(type, value -> Integer.toUnsignedLong((Integer) value));
      case U64 ->
          new ReadOnlyType.Wider(
              type, value -> new BigInteger(Long.toUnsignedString((Long) value)));
      default -> type;
    };
  }

  private WireType named(String name) {
    WireType before = known.get(name);
    if (before != null) {
      return before;
    }
    Definition definition = Objects.requireNonNull(description.definitions().get(name));
    if (definition instanceof Components components) {
      List<Member> members = components.members();
      ReadOnlyType.Components type = new ReadOnlyType.Components(members.size());
      known.put(name, type);
      incomplete.add(
          () -> {
            for (int i = 0; i < members.size(); i++) {
              type.component(i, members.get(i).name(), find(members.get(i).type()));
            }
          });
      return type;
    } else if (definition instanceof Variants variants) {
      List<Member> members = variants.members();
      ReadOnlyType.Variants type = new ReadOnlyType.Variants(name, members.size());
      known.put(name, type);
      incomplete.add(
          () -> {
            for (int i = 0; i < members.size(); i++) {
              type.variant(i, members.get(i).name(), find(members.get(i).type()));
            }
          });
      return type;
    }
    WireType type = new ReadOnlyType.Names(name, ((Constants) definition).names());
    known.put(name, type);
    return type;
  }
}
