package dev.durability.codec.evolution;

import dev.durability.codec.evolution.Family.ByText;
import dev.durability.codec.evolution.Family.Declared;
import dev.durability.codec.evolution.Family.Kind;
import dev.durability.codec.evolution.Family.Many;
import dev.durability.codec.evolution.Family.Maybe;
import dev.durability.codec.evolution.Family.Part;
import dev.durability.codec.evolution.Family.Plain;
import dev.durability.codec.evolution.Family.Ref;
import dev.durability.codec.evolution.Family.Use;
import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;

/** Values of a version, as trees of numbered parts and as objects of its classes. */
final class Values {
  /** A record: its parts by their numbers. */
  record Made(int type, Map<Integer, Object> parts) {}

  /** A constant. */
  record Constant(int type, int part) {}

  /** A value has a variant or constant that is gone. */
  static final class GoneException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private static final int DEPTH_MAX = 5;

  private final Family family;
  private final Function<String, Class<?>> classes;
  private final Map<Integer, Object> defaults = new LinkedHashMap<>();

  Values(Family family, Function<String, Class<?>> classes) {
    this.family = family;
    this.classes = classes;
  }

  Family family() {
    return family;
  }

  Class<?> type(int number) {
    return classes.apply(family.types.get(number).name());
  }

  /** What a component has that was not written: drawn once. */
  Object defaultOf(Part part, Random random) {
    Object known = defaults.get(part.number());
    if (known == null) {
      known =
          part.use() instanceof Maybe
              ? Optional.empty()
              : part.use() instanceof Many
                  ? List.of()
                  : part.use() instanceof ByText ? Map.of() : draw(part.use(), 3, random);
      defaults.put(part.number(), known);
    }
    return known;
  }

  Object draw(Random random) {
    return draw(new Ref(family.root), 0, random);
  }

  private Object draw(Use use, int depth, Random random) {
    if (use instanceof Plain plain) {
      return plain(plain.java(), random);
    } else if (use instanceof Maybe maybe) {
      return depth < DEPTH_MAX && random.nextInt(3) > 0
          ? Optional.of(draw(maybe.content(), depth + 1, random))
          : Optional.empty();
    } else if (use instanceof Many many) {
      List<Object> list = new ArrayList<>();
      for (int left = depth < DEPTH_MAX ? random.nextInt(3) : 0; left > 0; left--) {
        list.add(draw(many.element(), depth + 1, random));
      }
      return list;
    } else if (use instanceof ByText map) {
      Map<String, Object> entries = new LinkedHashMap<>();
      for (int left = depth < DEPTH_MAX ? random.nextInt(3) : 0; left > 0; left--) {
        entries.put("key " + left, draw(map.value(), depth + 1, random));
      }
      return entries;
    }
    int number = ((Ref) use).number();
    Declared type = family.types.get(number);
    Part any =
        type.parts().isEmpty() ? null : type.parts().get(random.nextInt(type.parts().size()));
    if (type.kind() == Kind.ENUM) {
      return new Constant(number, any.number());
    } else if (type.kind() == Kind.SUM) {
      return draw(any.use(), depth + 1, random);
    }
    Map<Integer, Object> parts = new LinkedHashMap<>();
    type.parts().forEach(each -> parts.put(each.number(), draw(each.use(), depth + 1, random)));
    return new Made(number, parts);
  }

  /** Integers of any width are longs, and floating-point numbers doubles. */
  private static Object plain(String java, Random random) {
    return switch (java) {
      case "boolean" -> random.nextBoolean();
      case "byte" -> (long) (byte) random.nextInt();
      case "short" -> (long) (short) random.nextInt();
      case "int" -> (long) random.nextInt();
      case "long" -> random.nextLong();
      case "float" -> (double) random.nextFloat();
      case "double" -> random.nextDouble();
      case "char" -> (char) ('a' + random.nextInt(26));
      case "String" -> "text " + random.nextInt(1000);
      case "byte[]" -> {
        byte[] bytes = new byte[random.nextInt(4)];
        random.nextBytes(bytes);
        yield ByteBuffer.wrap(bytes);
      }
      case "java.util.UUID" -> new UUID(random.nextLong(), random.nextLong());
      case "java.time.Instant" -> Instant.ofEpochSecond(random.nextInt(), random.nextInt(1000));
      default -> new BigInteger(random.nextInt(100), random);
    };
  }

  /** What a tree of an earlier version is in this one. */
  Object converted(Object tree, Random random) throws GoneException {
    return converted(tree, new Ref(family.root), random);
  }

  private Object converted(Object tree, Use use, Random random) throws GoneException {
    if (use instanceof Maybe maybe) {
      if (tree instanceof Optional<?> optional) {
        return optional.isEmpty()
            ? optional
            : Optional.of(converted(optional.get(), maybe.content(), random));
      }
      return Optional.of(converted(tree, maybe.content(), random));
    } else if (use instanceof Many many) {
      List<Object> list = new ArrayList<>();
      for (Object each : (List<?>) tree) {
        list.add(converted(each, many.element(), random));
      }
      return list;
    } else if (use instanceof ByText map) {
      Map<Object, Object> entries = new LinkedHashMap<>();
      for (Map.Entry<?, ?> each : ((Map<?, ?>) tree).entrySet()) {
        entries.put(each.getKey(), converted(each.getValue(), map.value(), random));
      }
      return entries;
    } else if (use instanceof Ref ref) {
      Declared type = family.types.get(ref.number());
      if (tree instanceof Constant constant) {
        requireThat(type.parts().stream().anyMatch(each -> each.number() == constant.part()));
        return tree;
      }
      Made made = (Made) tree;
      if (type.kind() == Kind.SUM) {
        requireThat(
            type.parts().stream().anyMatch(each -> each.use().equals(new Ref(made.type()))));
        return converted(tree, new Ref(made.type()), random);
      }
      // In the order in which they were written, as what is gone is met in that order.
      Map<Integer, Object> parts = new LinkedHashMap<>();
      for (Map.Entry<Integer, Object> each : made.parts().entrySet()) {
        Optional<Part> now =
            type.parts().stream().filter(part -> part.number() == each.getKey()).findFirst();
        if (now.isPresent()) {
          parts.put(each.getKey(), converted(each.getValue(), now.get().use(), random));
        }
      }
      for (Part each : type.parts()) {
        if (!parts.containsKey(each.number())) {
          parts.put(each.number(), defaultOf(each, random));
        }
      }
      return new Made(made.type(), parts);
    }
    return tree;
  }

  private static void requireThat(boolean isThere) throws GoneException {
    if (!isThere) {
      throw new GoneException();
    }
  }

  Object object(Object tree) throws ReflectiveOperationException {
    return object(tree, new Ref(family.root));
  }

  /** The object of a tree, which is of this version. */
  Object object(Object tree, Use use) throws ReflectiveOperationException {
    if (use instanceof Plain plain) {
      return switch (plain.java()) {
        case "byte" -> ((Number) tree).byteValue();
        case "short" -> ((Number) tree).shortValue();
        case "int" -> ((Number) tree).intValue();
        case "float" -> ((Number) tree).floatValue();
        case "byte[]" -> ((ByteBuffer) tree).array();
        default -> tree;
      };
    } else if (use instanceof Maybe maybe) {
      Optional<?> optional = (Optional<?>) tree;
      return optional.isEmpty() ? optional : Optional.of(object(optional.get(), maybe.content()));
    } else if (use instanceof Many many) {
      List<Object> list = new ArrayList<>();
      for (Object each : (List<?>) tree) {
        list.add(object(each, many.element()));
      }
      return list;
    } else if (use instanceof ByText map) {
      Map<Object, Object> entries = new LinkedHashMap<>();
      for (Map.Entry<?, ?> each : ((Map<?, ?>) tree).entrySet()) {
        entries.put(each.getKey(), object(each.getValue(), map.value()));
      }
      return entries;
    }
    if (tree instanceof Constant constant) {
      String name = part(constant.type(), constant.part()).name();
      return Arrays.stream(type(constant.type()).getEnumConstants())
          .filter(each -> ((Enum<?>) each).name().equals(name))
          .findFirst()
          .orElseThrow();
    }
    Made made = (Made) tree;
    List<Part> parts = family.types.get(made.type()).parts();
    Object[] values = new Object[parts.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = object(made.parts().get(parts.get(i).number()), parts.get(i).use());
    }
    return type(made.type()).getDeclaredConstructors()[0].newInstance(values);
  }

  private Part part(int type, int number) {
    return family.types.get(type).parts().stream()
        .filter(each -> each.number() == number)
        .findFirst()
        .orElseThrow();
  }

  /** The tree of an object of this version. */
  Object tree(Object object) throws ReflectiveOperationException {
    if (object instanceof Float number) {
      return (double) number;
    } else if (object instanceof Byte || object instanceof Short || object instanceof Integer) {
      return ((Number) object).longValue();
    } else if (object instanceof byte[] bytes) {
      return ByteBuffer.wrap(Arrays.copyOf(bytes, Array.getLength(bytes)));
    } else if (object instanceof Optional<?> optional) {
      return optional.isEmpty() ? optional : Optional.of(tree(optional.get()));
    } else if (object instanceof List<?> elements) {
      List<Object> list = new ArrayList<>();
      for (Object each : elements) {
        list.add(tree(each));
      }
      return list;
    } else if (object instanceof Map<?, ?> map) {
      Map<Object, Object> entries = new LinkedHashMap<>();
      for (Map.Entry<?, ?> each : map.entrySet()) {
        entries.put(each.getKey(), tree(each.getValue()));
      }
      return entries;
    } else if (object instanceof Enum<?> constant) {
      int type = number(constant.getDeclaringClass());
      for (Part each : family.types.get(type).parts()) {
        if (each.name().equals(constant.name())) {
          return new Constant(type, each.number());
        }
      }
    } else if (object instanceof Record) {
      int type = number(object.getClass());
      Map<Integer, Object> parts = new LinkedHashMap<>();
      RecordComponent[] components = object.getClass().getRecordComponents();
      for (int i = 0; i < components.length; i++) {
        Object value = components[i].getAccessor().invoke(object);
        parts.put(family.types.get(type).parts().get(i).number(), tree(value));
      }
      return new Made(type, parts);
    }
    return object;
  }

  private int number(Class<?> type) {
    return family.types.entrySet().stream()
        .filter(each -> each.getValue().name().equals(type.getSimpleName()))
        .findFirst()
        .orElseThrow()
        .getKey();
  }
}
