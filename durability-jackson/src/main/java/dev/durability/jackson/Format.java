package dev.durability.jackson;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.smile.SmileFactory;
import java.util.Arrays;
import java.util.Optional;

/** The formats that Jackson writes and that describe themselves. */
enum Format {
  JSON("JSON", "application/json"),
  CBOR("CBOR", "application/cbor"),
  SMILE("Smile", "application/x-jackson-smile");

  /** How deep values may be within each other: a thread with a small stack has room for that. */
  private static final int NESTING_MAX = 200;

  private final String name;
  private final String mediaType;

  Format(String name, String mediaType) {
    this.name = name;
    this.mediaType = mediaType;
  }

  /** {@return the format that Jackson calls so} */
  static Optional<Format> named(String name) {
    return Arrays.stream(values()).filter(each -> each.name.equals(name)).findFirst();
  }

  /** {@return the format of a media type, if its library is there} */
  static Optional<Format> of(String mediaType) {
    return Arrays.stream(values())
        .filter(each -> each.mediaType.equals(mediaType) && each.isThere())
        .findFirst();
  }

  private boolean isThere() {
    try {
      JsonFactory unused = plain();
      return true;
    } catch (NoClassDefFoundError e) {
      return false;
    }
  }

  String mediaType() {
    return mediaType;
  }

  /** {@return a factory with the limits of this module} */
  JsonFactory factory() {
    return limited(plain());
  }

  private JsonFactory plain() {
    return switch (this) {
      case JSON -> new JsonFactory();
      case CBOR -> Cbor.plain();
      case SMILE -> Smile.plain();
    };
  }

  /**
   * In a class of its own: the JVM asks for the library when it verifies the class that makes a
   * factory, and the library may be missing.
   */
  private static final class Cbor {
    static JsonFactory plain() {
      return new CBORFactory();
    }
  }

  /** In a class of its own, as {@link Cbor} is. */
  private static final class Smile {
    static JsonFactory plain() {
      return new SmileFactory();
    }
  }

  /**
   * Sets the limits. A length needs none, because a value is in memory already; what takes time in
   * proportion to the square of its length keeps its own.
   */
  static JsonFactory limited(JsonFactory factory) {
    StreamReadConstraints before = factory.streamReadConstraints();
    factory.setStreamReadConstraints(
        StreamReadConstraints.builder()
            .maxNestingDepth(Math.min(NESTING_MAX, before.getMaxNestingDepth()))
            .maxNumberLength(before.getMaxNumberLength())
            .maxStringLength(Integer.MAX_VALUE)
            .maxNameLength(Integer.MAX_VALUE)
            .build());
    factory.setStreamWriteConstraints(
        StreamWriteConstraints.builder()
            .maxNestingDepth(
                Math.min(NESTING_MAX, factory.streamWriteConstraints().getMaxNestingDepth()))
            .build());
    return factory;
  }
}
