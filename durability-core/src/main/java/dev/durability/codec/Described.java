package dev.durability.codec;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How the values of a type are encoded, without the Java type: what a postcard schema consists of.
 */
sealed interface Described {

  /** A value without parts. */
  enum Scalar implements Described {
    BOOL,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
    CHAR,
    STRING,
    BYTES,
    UUID,
    BIGINT,
    DECIMAL,
    INSTANT,
    DURATION,
    DATE,
    TIME,
    DATETIME,
    OFFSETDATETIME,
    ZONEDDATETIME;

    private final String text = name().toLowerCase(Locale.ROOT);

    @Override
    public String toString() {
      return text;
    }
  }

  /** A value, or none. */
  record OptionOf(Described content) implements Described {
    @Override
    public String toString() {
      return "option<" + content + ">";
    }
  }

  /** Values in order. */
  record ListOf(Described element) implements Described {
    @Override
    public String toString() {
      return "list<" + element + ">";
    }
  }

  /** Different values in order. */
  record SetOf(Described element) implements Described {
    @Override
    public String toString() {
      return "set<" + element + ">";
    }
  }

  /** Different keys in order, each with a value. */
  record MapOf(Described key, Described value) implements Described {
    @Override
    public String toString() {
      return "map<" + key + ", " + value + ">";
    }
  }

  /** A type that is defined elsewhere in the description. */
  record Named(String name) implements Described {
    @Override
    public String toString() {
      return name;
    }
  }

  /** What a name stands for. */
  sealed interface Definition {}

  /** A record: its components in order. */
  record Components(List<Member> members) implements Definition {}

  /** One of several types: its variants, by index. */
  record Variants(List<Member> members) implements Definition {}

  /** An enum: its constants, by ordinal. */
  record Constants(List<String> names) implements Definition {}

  /** A component of a record, or a variant. */
  record Member(String name, Described type) {
    @Override
    public String toString() {
      return name + ": " + type;
    }
  }

  /**
   * A type with all that it refers to.
   *
   * @param root the type
   * @param definitions what the names in it stand for, in the order in which they are first used
   */
  record Description(Described root, Map<String, Definition> definitions) {}
}
