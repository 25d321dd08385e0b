package dev.durability.kotlin;

import dev.durability.kotlin.Shape.Constants;
import dev.durability.kotlin.Shape.Definition;
import dev.durability.kotlin.Shape.Description;
import dev.durability.kotlin.Shape.ListOf;
import dev.durability.kotlin.Shape.MapOf;
import dev.durability.kotlin.Shape.Named;
import dev.durability.kotlin.Shape.Nullable;
import dev.durability.kotlin.Shape.Properties;
import dev.durability.kotlin.Shape.Property;
import dev.durability.kotlin.Shape.Scalar;
import dev.durability.kotlin.Shape.Variants;
import java.lang.annotation.Annotation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import kotlinx.serialization.descriptors.ContextAwareKt;
import kotlinx.serialization.descriptors.PolymorphicKind;
import kotlinx.serialization.descriptors.PrimitiveKind;
import kotlinx.serialization.descriptors.SerialDescriptor;
import kotlinx.serialization.descriptors.SerialKind;
import kotlinx.serialization.descriptors.StructureKind;
import kotlinx.serialization.json.Json;
import kotlinx.serialization.json.JsonClassDiscriminator;
import kotlinx.serialization.json.JsonIgnoreUnknownKeys;
import kotlinx.serialization.json.JsonNames;

/** Describes what a serializer writes, from its descriptor. */
final class Describer {
  private static final String KOTLIN = "kotlin.";

  private final Json json;

  /** The names of descriptors: two that differ may have the same one, if they are generic. */
  private final Map<SerialDescriptor, String> names = new HashMap<>();

  private final Map<String, Definition> definitions = new LinkedHashMap<>();
  private final Deque<SerialDescriptor> open = new ArrayDeque<>();

  private Describer(Json json) {
    this.json = json;
  }

  /**
   * Describes what a serializer writes.
   *
   * @throws IllegalArgumentException if a class is contextual or open, and nothing tells what it is
   */
  static Description describe(SerialDescriptor root, Json json) {
    Describer describer = new Describer(json);
    Shape shape = describer.shape(root);
    for (SerialDescriptor each = describer.open.poll();
        each != null;
        each = describer.open.poll()) {
      String name = describer.names.get(each);
      if (name != null) {
        describer.definitions.put(name, describer.definition(each));
      }
    }
    return new Description(shape, describer.definitions);
  }

  private Shape shape(SerialDescriptor type) {
    Shape shape = present(type);
    return type.isNullable() && !(shape instanceof Nullable) ? new Nullable(shape) : shape;
  }

  private Shape present(SerialDescriptor type) {
    SerialKind kind = type.getKind();
    String name = name(type);
    if (kind == SerialKind.CONTEXTUAL.INSTANCE) {
      SerialDescriptor actual =
          ContextAwareKt.getContextualDescriptor(json.getSerializersModule(), type);
      if (actual == null) {
        throw new IllegalArgumentException(
            name + " is contextual, and the format has no serializer for it");
      }
      return shape(actual);
    } else if (type.isInline()) {
      Shape content = shape(type.getElementDescriptor(0));
      // Unsigned numbers are inline classes, and their bytes are others than those of their
      // content.
      boolean unsigned = name.startsWith(KOTLIN + "U") && content instanceof Scalar;
      return unsigned
          ? new Scalar(name.substring(KOTLIN.length()).toLowerCase(Locale.ROOT), "")
          : content;
    } else if (kind instanceof PrimitiveKind) {
      String primitive = kind.toString().toLowerCase(Locale.ROOT);
      return new Scalar(
          primitive, name.toLowerCase(Locale.ROOT).equals(KOTLIN + primitive) ? "" : name);
    } else if (kind == StructureKind.LIST.INSTANCE) {
      return new ListOf(shape(type.getElementDescriptor(0)), name.endsWith("HashSet"));
    } else if (kind == StructureKind.MAP.INSTANCE) {
      return new MapOf(shape(type.getElementDescriptor(0)), shape(type.getElementDescriptor(1)));
    }
    return new Named(named(type, name));
  }

  /** The name of a descriptor: that of one that may be null ends with a question mark. */
  private static String name(SerialDescriptor type) {
    String name = type.getSerialName();
    return type.isNullable() && name.endsWith("?") ? name.substring(0, name.length() - 1) : name;
  }

  private String named(SerialDescriptor type, String name) {
    String before = names.get(type);
    if (before != null) {
      return before;
    }
    String free = name;
    for (int i = 2; names.containsValue(free); i++) {
      free = name + "#" + i;
    }
    names.put(type, free);
    open.add(type);
    return free;
  }

  private Definition definition(SerialDescriptor type) {
    SerialKind kind = type.getKind();
    if (kind == SerialKind.ENUM.INSTANCE) {
      List<String> constants = new ArrayList<>();
      for (int i = 0; i < type.getElementsCount(); i++) {
        constants.add(type.getElementName(i));
      }
      return new Constants(constants);
    } else if (kind instanceof PolymorphicKind) {
      return new Variants(key(type), variants(type));
    }
    List<Property> members = new ArrayList<>();
    for (int i = 0; i < type.getElementsCount(); i++) {
      members.add(
          new Property(
              type.getElementName(i),
              shape(type.getElementDescriptor(i)),
              type.isElementOptional(i),
              otherNames(type.getElementAnnotations(i))));
    }
    boolean open =
        json.getConfiguration().getIgnoreUnknownKeys()
            || type.getAnnotations().stream().anyMatch(JsonIgnoreUnknownKeys.class::isInstance);
    return new Properties(members, open);
  }

  private List<String> otherNames(List<Annotation> annotations) {
    if (json.getConfiguration().getUseAlternativeNames()) {
      for (Annotation each : annotations) {
        if (each instanceof JsonNames others) {
          return List.of(others.names());
        }
      }
    }
    return List.of();
  }

  private String key(SerialDescriptor type) {
    if (json.getConfiguration().getUseArrayPolymorphism()) {
      return "";
    }
    for (Annotation each : type.getAnnotations()) {
      if (each instanceof JsonClassDiscriminator own) {
        return own.discriminator();
      }
    }
    return json.getConfiguration().getClassDiscriminator();
  }

  private Map<String, Shape> variants(SerialDescriptor type) {
    Map<String, Shape> variants = new TreeMap<>();
    if (type.getKind() == PolymorphicKind.SEALED.INSTANCE) {
      SerialDescriptor values = type.getElementDescriptor(1); // The first is the name.
      for (int i = 0; i < values.getElementsCount(); i++) {
        variants.put(values.getElementName(i), shape(values.getElementDescriptor(i)));
      }
    } else {
      for (SerialDescriptor each :
          ContextAwareKt.getPolymorphicDescriptors(json.getSerializersModule(), type)) {
        variants.put(each.getSerialName(), shape(each));
      }
      if (variants.isEmpty()) {
        throw new IllegalArgumentException(
            name(type) + " is open, and the format knows none of its subclasses");
      }
    }
    return variants;
  }
}
