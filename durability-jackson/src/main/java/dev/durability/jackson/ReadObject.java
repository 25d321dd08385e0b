package dev.durability.jackson;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.AbstractDeserializer;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBase;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How Jackson reads an object: what it asks of the properties that are there or missing. */
final class ReadObject {
  private static final Set<Class<?>> OPTIONAL_NUMBERS =
      Set.of(OptionalInt.class, OptionalLong.class, OptionalDouble.class);

  private final Class<?> type;
  private final BeanDeserializerBase deserializer;
  private final Set<String> ofCreator = new HashSet<>();
  private final List<SettableBeanProperty> properties = new ArrayList<>();
  private final Set<String> ignored = new HashSet<>();
  private final Map<String, Shape> onlyRead = new HashMap<>();
  private final boolean ignoresAll;

  private ReadObject(
      Class<?> type, BeanDeserializerBase deserializer, BeanDescription bean, boolean ignoresAll) {
    this.type = type;
    this.deserializer = deserializer;
    this.ignoresAll = ignoresAll;
    deserializer.creatorProperties().forEachRemaining(each -> ofCreator.add(each.getName()));
    deserializer.properties().forEachRemaining(properties::add);
    properties.sort(Comparator.comparing(SettableBeanProperty::getName));
    if (bean.getIgnoredPropertyNames() != null) {
      ignored.addAll(bean.getIgnoredPropertyNames());
    }
  }

  /**
   * Looks at how Jackson reads a class.
   *
   * @return null if it does so with a deserializer of its own, of which nothing is known
   * @throws IllegalArgumentException if it cannot
   */
  static @Nullable ReadObject of(JavaType type, DeserializationContext context)
      throws JsonMappingException {
    JsonDeserializer<?> deserializer = context.findContextualValueDeserializer(type, null);
    if (deserializer instanceof AbstractDeserializer) {
      throw new IllegalArgumentException(
          type.getRawClass().getName() + " is abstract: it needs @JsonTypeInfo and @JsonSubTypes");
    } else if (!(deserializer instanceof BeanDeserializerBase bean)) {
      return null;
    } else {
      DeserializationConfig config = context.getConfig();
      BeanDescription description = config.introspect(type);
      JsonIgnoreProperties.Value annotated =
          config.getDefaultPropertyIgnorals(type.getRawClass(), description.getClassInfo());
      boolean ignoresAll =
          description.findAnySetterAccessor() != null
              || (annotated != null && annotated.getIgnoreUnknown());
      ReadObject read = new ReadObject(type.getRawClass(), bean, description, ignoresAll);
      if (annotated != null) {
        read.ignored.addAll(annotated.findIgnoredForDeserialization());
      }
      return read;
    }
  }

  Class<?> type() {
    return type;
  }

  /** All properties that can be read. */
  List<SettableBeanProperty> properties() {
    return properties;
  }

  /** A property that is not written, and has a shape of its own. */
  void alsoReads(String name, Shape shape) {
    onlyRead.put(name, shape);
  }

  /** The shape of a property that is not written, or null. */
  @Nullable Shape onlyRead(String name) {
    return onlyRead.get(name);
  }

  /** The property that takes a name, which may be an alias, or null. */
  @Nullable SettableBeanProperty find(String name) {
    return deserializer.findProperty(name);
  }

  /**
   * Whether the class says that the property is to be passed over, or takes all that it does not
   * know.
   */
  boolean ignores(String name) {
    return ignoresAll || ignored.contains(name);
  }

  /** Whether the object says what it has instead of the property. */
  boolean mayMiss(SettableBeanProperty property) {
    if (property.isRequired()) {
      return false;
    }
    JavaType its = property.getType();
    return !ofCreator.contains(property.getName()) // It has what the constructor gave it.
        || its.isReferenceType()
        || OPTIONAL_NUMBERS.contains(its.getRawClass())
        || property.getInjectableValueId() != null
        || property.getMetadata().getValueNulls() == Nulls.AS_EMPTY;
  }
}
