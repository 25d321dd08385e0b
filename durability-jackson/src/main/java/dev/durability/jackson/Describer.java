package dev.durability.jackson;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeInfo.As;
import com.fasterxml.jackson.databind.AnnotationIntrospector;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.DefaultDeserializationContext;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.jsontype.TypeIdResolver;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.impl.BeanAsArraySerializer;
import com.fasterxml.jackson.databind.ser.impl.UnknownSerializer;
import dev.durability.jackson.Shape.Definition;
import dev.durability.jackson.Shape.Description;
import dev.durability.jackson.Shape.Named;
import dev.durability.jackson.Shape.Properties;
import dev.durability.jackson.Shape.Variants;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Describes a type by what Jackson's own serializers say of themselves. */
final class Describer {
  private static final Set<JsonTypeInfo.Id> BY_NAME =
      Set.of(JsonTypeInfo.Id.NAME, JsonTypeInfo.Id.SIMPLE_NAME);

  private final ObjectMapper mapper;
  private final SerializerProvider provider;
  private final DeserializationContext reading;
  private final Map<String, Definition> definitions = new LinkedHashMap<>();
  private final Map<String, ReadObject> objects = new HashMap<>();
  private final Map<String, Map<String, String>> ids = new HashMap<>();
  private final Map<JavaType, Named> objectNames = new HashMap<>();
  private final Map<JavaType, Named> variantNames = new HashMap<>();

  /** Objects of which it is still unknown how they are read. */
  private final Deque<Written> later = new ArrayDeque<>();

  /** An object as it is written. */
  private record Written(JavaType type, Map<String, Shape> members) {}

  private Describer(ObjectMapper mapper) {
    this.mapper = mapper;
    this.provider = mapper.getSerializerProviderInstance();
    this.reading =
        ((DefaultDeserializationContext) mapper.getDeserializationContext())
            .createDummyInstance(mapper.getDeserializationConfig());
  }

  /**
   * Describes a type.
   *
   * @throws IllegalArgumentException if Jackson cannot write or read it, or could read it as
   *     another one after a change
   */
  static OwnType of(JavaType type, ObjectMapper mapper) {
    try {
      Describer describer = new Describer(mapper);
      Shape root = describer.describe(type, null);
      Deque<Written> later = describer.later;
      for (Written each = later.poll(); each != null; each = later.poll()) {
        describer.describeReading(each.type, each.members);
      }
      return new OwnType(
          new Description(root, describer.definitions), describer.objects, describer.ids);
    } catch (JsonMappingException e) {
      throw new IllegalArgumentException(
          "Jackson cannot write or read " + type.toCanonical() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Describes a type.
   *
   * @param property what has values of it; null if it is unknown
   */
  Shape describe(JavaType type, @Nullable BeanProperty property) throws JsonMappingException {
    if (type.isJavaLangObject()) {
      return Shape.ANY;
    } else if (type.isReferenceType()) {
      return describe(type.getContentType(), property); // Empty is null.
    }
    TypeSerializer typed = provider.findTypeSerializer(type);
    return typed != null
        ? variants(type, typed)
        : serialized(type, provider.findValueSerializer(type, property));
  }

  /** Describes what a property of an object has. */
  Shape property(BeanProperty property) throws JsonMappingException {
    JavaType type = property.getType();
    requireNoTypeInfo(property.getMember(), type);
    requireWritten(property);
    JsonSerializer<?> serializer =
        property instanceof BeanPropertyWriter writer ? writer.getSerializer() : null;
    return serializer == null || type.isReferenceType()
        ? describe(type, property)
        : described(type, serializer);
  }

  /** Describes what a serializer writes, unless an id of the type stands beside it. */
  Shape described(JavaType type, JsonSerializer<?> serializer) throws JsonMappingException {
    return provider.findTypeSerializer(type) != null
        ? describe(type, null)
        : serialized(type, serializer);
  }

  /** A zero that is left out could not be told from one that is missing, which is refused. */
  private void requireWritten(BeanProperty property) {
    SerializationConfig config = mapper.getSerializationConfig();
    Class<?> declaring = property.getMember().getDeclaringClass();
    JsonInclude.Value ofClass =
        config
            .introspectClassAnnotations(config.constructType(declaring))
            .findPropertyInclusion(JsonInclude.Value.empty());
    JsonInclude.Value its =
        ofClass.withOverrides(property.findPropertyInclusion(config, declaring));
    if (property.getType().isPrimitive() && its.getValueInclusion() == Include.NON_DEFAULT) {
      throw new IllegalArgumentException(
          property.getMember().getFullName()
              + ": @JsonInclude(NON_DEFAULT) leaves out numbers that are zero");
    }
  }

  private void requireNoTypeInfo(AnnotatedMember member, JavaType type) {
    SerializationConfig config = mapper.getSerializationConfig();
    AnnotationIntrospector introspector = config.getAnnotationIntrospector();
    boolean contains = type.isContainerType() || type.isReferenceType();
    if (introspector.findPropertyTypeResolver(config, member, type) != null
        || (contains
            && introspector.findPropertyContentTypeResolver(config, member, type) != null)) {
      throw new IllegalArgumentException(
          member.getFullName() + ": @JsonTypeInfo stands at a class, not at a property");
    }
  }

  private Shape serialized(JavaType type, JsonSerializer<?> serializer)
      throws JsonMappingException {
    if (type.isJavaLangObject()) {
      return Shape.ANY;
    } else if (serializer instanceof BeanAsArraySerializer) {
      throw new IllegalArgumentException(
          type.toCanonical()
              + " is written as an array, so its properties would be matched by their places");
    } else if (serializer instanceof UnknownSerializer) {
      throw new IllegalArgumentException(
          type.toCanonical() + " is abstract, or Jackson finds no properties in it");
    } else if (type.hasRawClass(byte[].class)) {
      return Shape.BYTES;
    }
    ShapeVisitor visitor = new ShapeVisitor(this, provider);
    serializer.acceptJsonFormatVisitor(visitor, type);
    return visitor.shape(type);
  }

  /** The definition of an object whose properties are still missing, or null if it is there. */
  @Nullable Map<String, Shape> define(JavaType type) throws JsonMappingException {
    if (objectNames.containsKey(type)) {
      return null;
    }
    Named name = newName(type);
    objectNames.put(type, name);
    BeanDescription bean = mapper.getSerializationConfig().introspect(type);
    Map<String, Shape> members = new TreeMap<>();
    definitions.put(name.name(), new Properties(members, bean.findAnyGetter() != null));
    return members;
  }

  Named nameOf(JavaType type) {
    Named name = objectNames.get(type);
    if (name == null) {
      throw new IllegalStateException(type + " was not described");
    }
    return name;
  }

  /**
   * The properties of an object are being described, and then it has to be known how it is read.
   */
  void lookLaterAtReading(JavaType type, Map<String, Shape> members) {
    later.add(new Written(type, members));
  }

  private void describeReading(JavaType type, Map<String, Shape> members)
      throws JsonMappingException {
    ReadObject read = ReadObject.of(type, reading);
    if (read == null) {
      return;
    }
    objects.put(nameOf(type).name(), read);
    for (SettableBeanProperty each : read.properties()) {
      // A property that is only read: its class has to be known, and its shape is that of its type.
      if (!members.containsKey(each.getName())) {
        read.alsoReads(each.getName(), describe(each.getType(), each));
      }
    }
  }

  private Named newName(JavaType type) {
    String simple = type.getRawClass().getSimpleName();
    String name = simple;
    for (int number = 2; definitions.containsKey(name); number++) {
      name = simple + number;
    }
    return new Named(name);
  }

  private Shape variants(JavaType type, TypeSerializer typed) throws JsonMappingException {
    Named known = variantNames.get(type);
    if (known != null) {
      return known;
    }
    As inclusion = typed.getTypeInclusion();
    // There is none if types are told by their properties.
    TypeIdResolver resolver = typed.getTypeIdResolver();
    if (resolver == null
        || !BY_NAME.contains(resolver.getMechanism())
        || inclusion == As.EXTERNAL_PROPERTY) {
      throw new IllegalArgumentException(
          type.toCanonical()
              + " does not have names as ids: use @JsonTypeInfo(use = NAME), and not include ="
              + " EXTERNAL_PROPERTY");
    }
    Named name = newName(type);
    variantNames.put(type, name);
    Map<String, String> names = new TreeMap<>();
    boolean asProperty = inclusion == As.PROPERTY || inclusion == As.EXISTING_PROPERTY;
    definitions.put(
        name.name(),
        new Variants(
            asProperty ? As.PROPERTY : inclusion,
            asProperty ? String.valueOf(typed.getPropertyName()) : "",
            names));
    Map<Class<?>, String> byClass = new HashMap<>();
    SerializationConfig config = mapper.getSerializationConfig();
    AnnotatedClass annotated = config.introspectClassAnnotations(type).getClassInfo();
    List<NamedType> subtypes =
        new ArrayList<>(
            mapper.getSubtypeResolver().collectAndResolveSubtypesByClass(config, annotated));
    subtypes.sort(Comparator.comparing(each -> each.getType().getName())); // They have no order.
    for (NamedType each : subtypes) {
      if (type.isTypeOrSuperTypeOf(each.getType())
          && !Modifier.isAbstract(each.getType().getModifiers())
          && !byClass.containsKey(each.getType())) {
        String id = resolver.idFromValueAndType(null, each.getType());
        String variant = variant(type, each.getType());
        byClass.put(each.getType(), variant);
        if (names.put(id, variant) != null) {
          throw new IllegalArgumentException(
              type.toCanonical() + " has two subtypes with the id " + id);
        }
      }
    }
    requireSubtypes(type, byClass);
    Map<String, String> read = new HashMap<>();
    for (NamedType each :
        mapper
            .getSubtypeResolver()
            .collectAndResolveSubtypesByTypeId(mapper.getDeserializationConfig(), annotated)) {
      String variant = byClass.get(each.getType());
      if (variant != null && each.hasName()) {
        read.put(each.getName(), variant);
      }
    }
    ids.put(name.name(), read);
    return name;
  }

  private String variant(JavaType base, Class<?> type) throws JsonMappingException {
    JavaType concrete = provider.constructSpecializedType(base, type);
    JsonSerializer<?> serializer = provider.findValueSerializer(concrete);
    if (!(serialized(concrete, serializer) instanceof Named object)) {
      throw new IllegalArgumentException(
          base.toCanonical()
              + ": a subtype is written as an object, so that it can have an id, and "
              + concrete.toCanonical()
              + " is not");
    }
    return object.name();
  }

  /** All that a value can be has a name, as far as it can be seen. */
  private static void requireSubtypes(JavaType type, Map<Class<?>, String> known) {
    Class<?>[] permitted = type.getRawClass().getPermittedSubclasses();
    if (permitted != null) {
      for (Class<?> each : permitted) {
        if (!Modifier.isAbstract(each.getModifiers()) && !known.containsKey(each)) {
          throw new IllegalArgumentException(
              type.toCanonical() + ": @JsonSubTypes lacks " + each.getName());
        }
      }
    }
    if (known.isEmpty()) {
      throw new IllegalArgumentException(type.toCanonical() + " has no @JsonSubTypes");
    }
  }
}
