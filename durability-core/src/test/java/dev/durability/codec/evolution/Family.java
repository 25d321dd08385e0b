package dev.durability.codec.evolution;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Types of one program in one version, and how they change. Each part has a number that it keeps,
 * whatever its name and its place are. So what a value becomes is known without any schema.
 */
final class Family {
  /** A type as it is used. */
  sealed interface Use {}

  /** A value without parts, by the name of its Java type. */
  record Plain(String java) implements Use {}

  /** A value, or none. */
  record Maybe(Use content) implements Use {}

  /** Values in order. */
  record Many(Use element) implements Use {}

  /** Values by text. */
  record ByText(Use value) implements Use {}

  /** A type that is declared. */
  record Ref(int number) implements Use {}

  /** A component, a constant or a variant, with its former names. A variant is a record. */
  record Part(int number, String name, Set<String> before, Use use) {
    Part renamed(String now) {
      Set<String> former = new LinkedHashSet<>(before);
      former.add(name);
      return new Part(number, now, former, use);
    }

    Part with(Use other) {
      return new Part(number, name, before, other);
    }
  }

  /** A record, an enum or a sealed interface. */
  record Declared(Kind kind, String name, Set<String> before, List<Part> parts) {}

  enum Kind {
    RECORD,
    ENUM,
    SUM
  }

  private static final Use TEXT = new Plain("String");
  private static final List<String> PLAIN =
      List.of(
          "boolean",
          "byte",
          "short",
          "int",
          "long",
          "float",
          "double",
          "char",
          "String",
          "byte[]",
          "java.util.UUID",
          "java.time.Instant",
          "java.math.BigInteger");
  private static final Map<String, List<String>> WIDER =
      Map.of(
          "byte", List.of("short", "int", "long"),
          "short", List.of("int", "long"),
          "int", List.of("long"),
          "float", List.of("double"));

  final Map<Integer, Declared> types;
  final int root;
  private final int numbers;

  private Family(Map<Integer, Declared> types, int root, int numbers) {
    this.types = types;
    this.root = root;
    this.numbers = numbers;
  }

  /** Draws the first version. */
  static Family random(Random random) {
    return new Drawing(random, new LinkedHashMap<>(), 0).first();
  }

  /** Draws the next version, which can read this one. */
  Family next(Random random) {
    return new Drawing(random, new LinkedHashMap<>(types), numbers).next(root);
  }

  /** Draws types. */
  private static final class Drawing {
    private final Random random;
    private final Map<Integer, Declared> types;
    private int numbers;

    Drawing(Random random, Map<Integer, Declared> types, int numbers) {
      this.random = random;
      this.types = types;
      this.numbers = numbers;
    }

    private Family first() {
      int root = random.nextBoolean() ? sum() : record();
      return new Family(types, root, numbers);
    }

    private Family next(int root) {
      for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
        List<Integer> all = new ArrayList<>(types.keySet());
        int number = all.get(random.nextInt(all.size()));
        types.put(number, changed(types.get(number)));
      }
      return new Family(types, root, numbers);
    }

    private Declared changed(Declared type) {
      List<Part> parts = new ArrayList<>(type.parts());
      String name = type.name();
      Set<String> before = type.before();
      int at = parts.isEmpty() ? 0 : random.nextInt(parts.size());
      switch (random.nextInt(6)) {
        case 0 -> Collections.shuffle(parts, random);
        case 1 -> parts.add(random.nextInt(parts.size() + 1), part(type.kind()));
        case 2 -> {
          if (parts.size() > 1) {
            parts.remove(at);
          }
        }
        case 3 -> {
          if (!parts.isEmpty() && type.kind() != Kind.SUM) {
            parts.set(at, parts.get(at).renamed("part" + numbers++));
          }
        }
        case 4 -> {
          if (!parts.isEmpty() && type.kind() == Kind.RECORD) {
            parts.set(at, parts.get(at).with(wider(parts.get(at).use())));
          }
        }
        default -> {
          before = new LinkedHashSet<>(before);
          before.add(name);
          name = "Type" + numbers++;
        }
      }
      return new Declared(type.kind(), name, before, List.copyOf(parts));
    }

    private Use wider(Use use) {
      if (use instanceof Plain plain && WIDER.containsKey(plain.java())) {
        List<String> wider = WIDER.get(plain.java());
        return new Plain(wider.get(random.nextInt(wider.size())));
      }
      return use instanceof Maybe ? use : new Maybe(use);
    }

    private Part part(Kind kind) {
      int number = numbers++;
      return switch (kind) {
        case RECORD -> new Part(number, "part" + number, Set.of(), use(1));
        case ENUM -> new Part(number, "PART" + number, Set.of(), TEXT);
        case SUM -> new Part(number, "", Set.of(), new Ref(record()));
      };
    }

    private int declare(Kind kind, int parts) {
      int number = numbers++;
      types.put(number, new Declared(kind, "Type" + number, Set.of(), List.of()));
      List<Part> drawn = new ArrayList<>();
      for (int i = 0; i < parts; i++) {
        drawn.add(part(kind));
      }
      types.put(number, new Declared(kind, "Type" + number, Set.of(), List.copyOf(drawn)));
      return number;
    }

    private int sum() {
      return declare(Kind.SUM, 1 + random.nextInt(3));
    }

    private int record() {
      return declare(Kind.RECORD, random.nextInt(5));
    }

    private Use use(int depth) {
      int choice = random.nextInt(depth > 3 ? 4 : 12);
      return switch (choice) {
        case 4 -> new Maybe(use(depth + 1));
        case 5 -> new Many(counted(depth + 1));
        case 6 -> new ByText(use(depth + 1));
        case 7 -> new Ref(declare(Kind.ENUM, 1 + random.nextInt(4)));
        case 8 -> types.size() > 8 ? TEXT : new Ref(record());
        case 9 -> types.size() > 8 ? TEXT : new Ref(sum());
        case 10 -> again();
        default -> new Plain(PLAIN.get(random.nextInt(PLAIN.size())));
      };
    }

    /** Elements take a byte at least. */
    private Use counted(int depth) {
      Use use = use(depth);
      return use instanceof Ref ? new Maybe(use) : use;
    }

    /** A type that is declared already, perhaps the one around: behind an option, so it can end. */
    private Use again() {
      List<Integer> all = new ArrayList<>(types.keySet());
      return new Maybe(new Ref(all.get(random.nextInt(all.size()))));
    }
  }

  /** The Java of all types, within one class. */
  String source(String outer) {
    StringBuilder source = new StringBuilder("public final class " + outer + " {\n");
    types.forEach(
        (number, type) -> {
          String head = "  public ";
          switch (type.kind()) {
            case RECORD -> {
              List<String> components = new ArrayList<>();
              type.parts().forEach(each -> components.add(java(each.use()) + " " + each.name()));
              source
                  .append(head)
                  .append("record ")
                  .append(type.name())
                  .append("(" + String.join(", ", components) + ")");
              List<String> sums = sumsWith(number);
              source.append(sums.isEmpty() ? "" : " implements " + String.join(", ", sums));
              source.append(" {}\n");
            }
            case ENUM -> {
              List<String> names = type.parts().stream().map(Part::name).toList();
              source.append(head + "enum " + type.name() + " {" + String.join(", ", names) + "}\n");
            }
            case SUM -> {
              List<String> names =
                  type.parts().stream().map(each -> java(each.use())).distinct().toList();
              source.append(head + "sealed interface " + type.name());
              source.append(" permits " + String.join(", ", names) + " {}\n");
            }
          }
        });
    return source.append("}\n").toString();
  }

  private List<String> sumsWith(int record) {
    return types.values().stream()
        .filter(type -> type.kind() == Kind.SUM)
        .filter(type -> type.parts().stream().anyMatch(part -> part.use().equals(new Ref(record))))
        .map(Declared::name)
        .toList();
  }

  /** A type as it stands in a declaration. */
  String java(Use use) {
    if (use instanceof Plain plain) {
      return plain.java();
    } else if (use instanceof Maybe maybe) {
      return "java.util.Optional<" + boxed(maybe.content()) + ">";
    } else if (use instanceof Many many) {
      return "java.util.List<" + boxed(many.element()) + ">";
    } else if (use instanceof ByText map) {
      return "java.util.Map<String, " + boxed(map.value()) + ">";
    }
    return types.get(((Ref) use).number()).name();
  }

  private String boxed(Use use) {
    Map<String, String> boxes =
        Map.of(
            "boolean",
            "Boolean",
            "byte",
            "Byte",
            "short",
            "Short",
            "int",
            "Integer",
            "long",
            "Long",
            "float",
            "Float",
            "double",
            "Double",
            "char",
            "Character");
    String java = java(use);
    return Optional.ofNullable(boxes.get(java)).orElse(java);
  }
}
