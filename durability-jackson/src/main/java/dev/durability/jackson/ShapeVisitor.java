package dev.durability.jackson;

import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsonFormatVisitors.JsonAnyFormatVisitor;
import com.fasterxml.jackson.databind.jsonFormatVisitors.JsonArrayFormatVisitor;
import com.fasterxml.jackson.databind.jsonFormatVisitors.JsonBooleanFormatVisitor;
import com.fasterxml.jackson.databind.jsonFormatVisitors.JsonFormatVisitable;
import com.fasterxml.jackson.databind.jsonFormatVisitors.JsonFormatVisitorWrapper;
import com.fasterxml.jackson.databind.jsonFormatVisitors.JsonIntegerFormatVisitor;
import com.fasterxml.jackson.databind.jsonFormatVisitors.JsonMapFormatVisitor;
import com.fasterxml.jackson.databind.jsonFormatVisitors.JsonNumberFormatVisitor;
import com.fasterxml.jackson.databind.jsonFormatVisitors.JsonObjectFormatVisitor;
import com.fasterxml.jackson.databind.jsonFormatVisitors.JsonStringFormatVisitor;
import com.fasterxml.jackson.databind.jsonFormatVisitors.JsonValueFormat;
import com.fasterxml.jackson.databind.ser.AnyGetterWriter;
import dev.durability.jackson.Shape.Constants;
import dev.durability.jackson.Shape.Leaf;
import dev.durability.jackson.Shape.ListOf;
import dev.durability.jackson.Shape.MapOf;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Asks a serializer what it writes. */
final class ShapeVisitor extends JsonFormatVisitorWrapper.Base {
  private static final Map<Class<?>, String> NUMBERS =
      Map.ofEntries(
          Map.entry(byte.class, "int8"),
          Map.entry(Byte.class, "int8"),
          Map.entry(short.class, "int16"),
          Map.entry(Short.class, "int16"));
  private static final Set<Class<?>> TEXTS = Set.of(String.class, CharSequence.class, char[].class);
  private static final Set<Class<?>> CHARACTERS = Set.of(char.class, Character.class);

  private final Describer describer;
  private @Nullable Shape shape;

  ShapeVisitor(Describer describer, SerializerProvider provider) {
    super(provider);
    this.describer = describer;
  }

  /** {@return what was said; if it was nothing, only the class is known} */
  Shape shape(JavaType type) {
    return shape != null ? shape : new Leaf(Shape.ANY.type(), type.getRawClass().getSimpleName());
  }

  @Override
  public @Nullable JsonObjectFormatVisitor expectObjectFormat(JavaType type)
      throws JsonMappingException {
    Map<String, Shape> members = describer.define(type);
    shape = describer.nameOf(type);
    if (members == null) {
      return null;
    }
    describer.lookLaterAtReading(type, members);
    return new JsonObjectFormatVisitor.Base(getProvider()) {
      @Override
      public void property(BeanProperty property) throws JsonMappingException {
        if (!(property instanceof AnyGetterWriter)) {
          members.put(property.getName(), describer.property(property));
        }
      }

      @Override
      public void optionalProperty(BeanProperty property) throws JsonMappingException {
        property(property);
      }
    };
  }

  @Override
  public JsonArrayFormatVisitor expectArrayFormat(JavaType type) throws JsonMappingException {
    if (type.hasRawClass(char[].class)) {
      shape = new Leaf("string", "");
    } else {
      JavaType content = type.getContentType();
      shape = new ListOf(content == null ? Shape.ANY : describer.describe(content, null));
    }
    return new JsonArrayFormatVisitor.Base(getProvider()) {
      @Override
      public void itemsFormat(JsonFormatVisitable handler, JavaType elementType)
          throws JsonMappingException {
        if (handler instanceof JsonSerializer<?> serializer) {
          shape = new ListOf(describer.described(elementType, serializer));
        }
      }
    };
  }

  @Override
  public JsonMapFormatVisitor expectMapFormat(JavaType type) throws JsonMappingException {
    Class<?> key = type.getKeyType() == null ? Object.class : type.getKeyType().getRawClass();
    String keys =
        key == Object.class || TEXTS.contains(key)
            ? ""
            : key.isEnum() ? "enum" : key.getSimpleName();
    JavaType content = type.getContentType();
    shape = new MapOf(keys, content == null ? Shape.ANY : describer.describe(content, null));
    return new JsonMapFormatVisitor.Base(getProvider()) {
      @Override
      public void valueFormat(JsonFormatVisitable handler, JavaType valueType)
          throws JsonMappingException {
        if (handler instanceof JsonSerializer<?> serializer && !valueType.isJavaLangObject()) {
          shape = new MapOf(keys, describer.described(valueType, serializer));
        }
      }
    };
  }

  @Override
  public JsonStringFormatVisitor expectStringFormat(JavaType type) {
    Class<?> raw = type.getRawClass();
    String name = CHARACTERS.contains(raw) ? "char" : raw.getSimpleName();
    shape = new Leaf("string", TEXTS.contains(raw) ? "" : name);
    return new JsonStringFormatVisitor.Base() {
      @Override
      public void format(JsonValueFormat format) {
        shape = new Leaf("string", format.toString());
      }

      @Override
      public void enumTypes(Set<String> enums) {
        shape = new Constants(enums.stream().sorted().toList());
      }
    };
  }

  @Override
  public JsonIntegerFormatVisitor expectIntegerFormat(JavaType type) {
    if (type.isEnumType()) {
      throw new IllegalArgumentException(
          type.toCanonical() + " is written by its ordinal, which changes with the declaration");
    }
    String known = NUMBERS.get(type.getRawClass());
    shape = new Leaf("integer", known != null ? known : "int64");
    return new JsonIntegerFormatVisitor.Base() {
      @Override
      public void numberType(NumberType number) {
        if (known == null) {
          shape = number(number);
        }
      }
    };
  }

  @Override
  public JsonNumberFormatVisitor expectNumberFormat(JavaType type) {
    shape = new Leaf("number", "decimal");
    return new JsonNumberFormatVisitor.Base() {
      @Override
      public void numberType(NumberType number) {
        shape = number(number);
      }
    };
  }

  private static Shape number(NumberType number) {
    return switch (number) {
      case INT -> new Leaf("integer", "int32");
      case LONG -> new Leaf("integer", "int64");
      case BIG_INTEGER -> new Leaf("integer", "bigint");
      case FLOAT -> new Leaf("number", "float");
      case DOUBLE -> new Leaf("number", "double");
      case BIG_DECIMAL -> new Leaf("number", "decimal");
    };
  }

  @Override
  public JsonBooleanFormatVisitor expectBooleanFormat(JavaType type) {
    shape = new Leaf("boolean", "");
    return new JsonBooleanFormatVisitor.Base();
  }

  @Override
  public JsonAnyFormatVisitor expectAnyFormat(JavaType type) {
    boolean isTree = JsonNode.class.isAssignableFrom(type.getRawClass());
    shape = isTree ? Shape.ANY : null;
    return new JsonAnyFormatVisitor.Base();
  }
}
