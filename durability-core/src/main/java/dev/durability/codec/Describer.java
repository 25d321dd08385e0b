package dev.durability.codec;

import dev.durability.codec.Described.Constants;
import dev.durability.codec.Described.Definition;
import dev.durability.codec.Described.Description;
import dev.durability.codec.Described.Named;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Describes wire types. Gives each record, sealed interface and enum a name. */
final class Describer {
  private final Map<Object, Named> known = new HashMap<>();
  private final Map<String, Definition> definitions = new LinkedHashMap<>();

  private Describer() {}

  /** {@return the description of a type that is complete} */
  static Description describe(WireType type) {
    Describer describer = new Describer();
    Described root = type.describe(describer);
    return new Description(root, describer.definitions);
  }

  /**
   * Returns the name of a type, and defines it when it is first asked for.
   *
   * @param identity what makes the type the same one
   * @param name its name, unless another type has it
   * @param body what the name stands for
   */
  Named named(Object identity, String name, Supplier<Definition> body) {
    Named before = known.get(identity);
    if (before != null) {
      return before;
    }
    Named named = new Named(free(name));
    known.put(identity, named);
    definitions.put(named.name(), new Constants(List.of())); // Keeps the place.
    definitions.put(named.name(), body.get());
    return named;
  }

  private String free(String name) {
    String free = name;
    for (int i = 2; !DescriptionText.isFree(free) || definitions.containsKey(free); i++) {
      free = name + "_" + i;
    }
    return free;
  }
}
