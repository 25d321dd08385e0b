package dev.durability.jackson;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.dataformat.smile.databind.SmileMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.List;

/** Mappers with the modules that most programs have. */
final class Mappers {

  private Mappers() {}

  static ObjectMapper json() {
    return with(new JsonMapper());
  }

  static List<ObjectMapper> all() {
    return List.of(json(), with(new CBORMapper()), with(new SmileMapper()));
  }

  private static ObjectMapper with(ObjectMapper mapper) {
    return mapper.registerModules(new Jdk8Module(), new JavaTimeModule());
  }
}
