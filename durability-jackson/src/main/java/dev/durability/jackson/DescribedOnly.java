package dev.durability.jackson;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.ser.std.BeanSerializerBase;
import java.io.Serial;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lets a mapper write objects of those classes alone that its schema describes. Without it, Jackson
 * writes an object of a subclass with properties that nobody can read again.
 */
final class DescribedOnly extends BeanSerializerModifier {
  @Serial private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // Never written.
  private final Set<Class<?>> described = ConcurrentHashMap.newKeySet();

  private volatile boolean complete;

  /** From now on there are no others. */
  void complete() {
    complete = true;
  }

  /** {@return whether objects of a class may be written} */
  boolean describes(Class<?> type) {
    return described.contains(type);
  }

  @Override
  public JsonSerializer<?> modifySerializer(
      SerializationConfig config, BeanDescription bean, JsonSerializer<?> serializer) {
    if (!(serializer instanceof BeanSerializerBase)) {
      return serializer;
    } else if (complete && !described.contains(bean.getBeanClass())) {
      return new Refusing();
    }
    described.add(bean.getBeanClass());
    return serializer;
  }

  /** {@return why an object is refused} */
  static String refusal(Object value) {
    return "the schema describes no objects of "
        + value.getClass().getName()
        + ": declare that class, or name it in @JsonSubTypes";
  }

  private static final class Refusing extends JsonSerializer<Object> {

    @Override
    public void serialize(Object value, JsonGenerator out, SerializerProvider provider)
        throws JsonMappingException {
      throw JsonMappingException.from(out, refusal(value));
    }

    @Override
    public void serializeWithType(
        Object value, JsonGenerator out, SerializerProvider provider, TypeSerializer type)
        throws JsonMappingException {
      serialize(value, out, provider);
    }
  }
}
