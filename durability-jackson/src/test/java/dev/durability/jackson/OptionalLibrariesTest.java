package dev.durability.jackson;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.durability.codec.Codec;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A program that writes JSON has neither the library of CBOR nor that of Smile. */
class OptionalLibrariesTest {

  @Test
  void jsonNeedsNoOtherFormat() throws Exception {
    URL[] required =
        Stream.of(
                JacksonCodec.class,
                Codec.class,
                ObjectMapper.class,
                JsonFactory.class,
                JsonProperty.class)
            .map(each -> each.getProtectionDomain().getCodeSource().getLocation())
            .toArray(URL[]::new);
    try (URLClassLoader alone =
        new URLClassLoader(required, ClassLoader.getPlatformClassLoader())) {
      Class<?> mapper = alone.loadClass(ObjectMapper.class.getName());
      Object codec =
          alone
              .loadClass(JacksonCodec.class.getName())
              .getMethod("of", Class.class, mapper)
              .invoke(null, String.class, mapper.getConstructor().newInstance());
      Class<?> decoder = alone.loadClass(JacksonSchemaDecoder.class.getName());
      Object withoutClasses = decoder.getConstructor().newInstance();
      Method decodes = decoder.getMethod("decodes", String.class);

      assertThat(codec).isNotNull();
      assertThat(decodes.invoke(withoutClasses, "application/json")).isEqualTo(true);
      assertThat(decodes.invoke(withoutClasses, "application/cbor")).isEqualTo(false);
    }
  }
}
