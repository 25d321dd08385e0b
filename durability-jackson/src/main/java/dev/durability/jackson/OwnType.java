package dev.durability.jackson;

import dev.durability.jackson.Shape.Description;
import java.util.Map;

/**
 * The type of a codec, as it is written and as it is read.
 *
 * @param description how it is written
 * @param objects how objects are read, by the names of their definitions
 * @param ids the name of the definition for each id that is read, by the names of the variants
 */
record OwnType(
    Description description,
    Map<String, ReadObject> objects,
    Map<String, Map<String, String>> ids) {}
