package dev.durability.jackson;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import dev.durability.codec.Codec;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A codec of all that Jackson binds, in JSON, CBOR or Smile. The mapper decides which.
 *
 * <pre>{@code
 * Codec<Ordered> codec = JacksonCodec.of(Ordered.class, JsonMapper.builder().findAndAddModules().build());
 * }</pre>
 *
 * <p>The {@link #schema} is a JSON Schema of what the mapper writes, as its own serializers tell
 * it: with mix-ins, naming strategies and modules. Of a serializer that was written by hand it
 * knows only the class, unless it implements {@code acceptJsonFormatVisitor}.
 *
 * <p>The codec uses a copy of the mapper. It writes properties and keys of maps in the order of
 * their names, so the same value gives the same bytes; sets are written in their iteration order.
 * It refuses what Jackson would pass over in silence: properties, constants and subtypes that are
 * not known, whatever the mapper says, null as a primitive number, numbers as enum constants, and
 * bytes after the value. Constants are written by name, as keys of maps, too.
 *
 * <h2>Changes</h2>
 *
 * <table>
 * <caption>Changes, and whether old values are read</caption>
 * <tr><th>change<th>read
 * <tr><td>properties, subtypes or constants in another order; another name or package of a class
 *     <td>yes
 * <tr><td>a new property<td>with {@link #withDefault}. Without it, if the object says what it has
 *     instead: a setter or a field (the constructor gave it a value), an optional, or a parameter
 *     with {@code @JsonSetter(nulls = AS_EMPTY)}. Not if Jackson would pass null or zero to a
 *     constructor, or if the property is {@code required}
 * <tr><td>a property that was removed<td>with {@link #ignoring}, or if the class has it in {@code
 *     @JsonIgnoreProperties}, has {@code ignoreUnknown = true} there, or a {@code @JsonAnySetter}
 * <tr><td>another name of a property<td>with {@code @JsonAlias}
 * <tr><td>a wider number: byte, short, int, long, BigInteger, BigDecimal; float, double, BigDecimal;
 *     int and smaller as double<td>yes
 * <tr><td>a value that became optional, an enum or another text that became String<td>yes
 * <tr><td>any other type, also if Jackson would convert it<td>no
 * <tr><td>a subtype or constant that is new<td>yes
 * <tr><td>a subtype or constant that was removed<td>yes, but a value that has it is a {@link
 *     CodecException}, unless the class says what to make of it: {@code defaultImpl}, or {@code
 *     @JsonEnumDefaultValue} if the mapper heeds that
 * <tr><td>another id of a subtype<td>with {@code names} of {@code @JsonSubTypes.Type}
 * <tr><td>the id of the type in another place<td>no
 * </table>
 *
 * <p>A value with subtypes needs {@code @JsonTypeInfo(use = NAME)} or {@code SIMPLE_NAME} at its
 * class, and {@code @JsonSubTypes}. Names of classes as ids are refused: classes are renamed, and
 * bytes from outside would decide which are loaded. So are types that are told by their properties,
 * external ids, enums by their ordinal, and objects as arrays: nothing would notice a change of
 * those.
 *
 * <p>What was written by a mapper with other settings, such as dates as numbers, is a change of a
 * type. {@code Codecs.upcasting} with a codec of the former mapper reads it. That also goes from
 * one format to another.
 *
 * <h2>Strictness</h2>
 *
 * <p>Any bytes give a value or a {@link CodecException}. Values may be 200 levels deep. Numbers may
 * have as many digits as the mapper's {@code StreamReadConstraints} permit (1,000 unless set),
 * which holds for encoding, too. An object whose class the schema does not describe is refused when
 * it is encoded.
 *
 * <p>A codec is immutable and safe for many threads.
 *
 * @param <T> the type of the values
 */
public final class JacksonCodec<T> implements Codec<T> {
  private final String name;
  private final ObjectMapper mapper;
  private final ObjectWriter writer;
  private final ObjectReader reader;
  private final ObjectReader trees;
  private final OwnType own;
  private final DescribedOnly described;
  private final Schema schema;
  private final boolean hasLongNumbers;

  /** Whether the value is an object, and not a list, say. */
  private final boolean isObject;

  private final Evolution evolution;

  private JacksonCodec(ObjectMapper mapper, JavaType type) {
    Format format =
        Format.named(mapper.getFactory().getFormatName())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the mapper writes "
                            + mapper.getFactory().getFormatName()
                            + ", and this codec knows JSON, CBOR and Smile"));
    this.described = new DescribedOnly();
    this.name = type.getRawClass().getSimpleName();
    this.mapper = settled(mapper, described);
    this.own = Describer.of(type, this.mapper);
    described.complete();
    this.schema = Schema.of(format.mediaType(), JsonSchema.write(own.description()));
    this.hasLongNumbers = own.description().hasLongNumbers();
    this.isObject = own.description().root() instanceof Shape.Named;
    this.writer = this.mapper.writerFor(type);
    this.reader = this.mapper.readerFor(type);
    this.trees =
        this.mapper
            .readerFor(JsonNode.class)
            .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .without(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES);
    this.evolution = Evolution.NONE;
    requireReadable();
  }

  private JacksonCodec(JacksonCodec<T> codec, Evolution evolution) {
    this.name = codec.name;
    this.mapper = codec.mapper;
    this.writer = codec.writer;
    this.reader = codec.reader;
    this.trees = codec.trees;
    this.own = codec.own;
    this.described = codec.described;
    this.schema = codec.schema;
    this.hasLongNumbers = codec.hasLongNumbers;
    this.isObject = codec.isObject;
    this.evolution = evolution;
  }

  /**
   * Makes a codec.
   *
   * @param <T> the type of the values
   * @param type their class
   * @param mapper how Jackson writes and reads them; copied
   * @return the codec
   * @throws IllegalArgumentException if Jackson cannot read what it writes, could read it as
   *     something else after a change, or the mapper has another format; the message names the
   *     property
   */
  public static <T> JacksonCodec<T> of(Class<T> type, ObjectMapper mapper) {
    return new JacksonCodec<>(mapper, mapper.constructType(type));
  }

  /**
   * Makes a codec of a generic type.
   *
   * @param <T> the type of the values
   * @param type their type
   * @param mapper how Jackson writes and reads them; copied
   * @return the codec
   * @throws IllegalArgumentException as {@link #of(Class, ObjectMapper)} does
   */
  public static <T> JacksonCodec<T> of(TypeReference<T> type, ObjectMapper mapper) {
    return new JacksonCodec<>(mapper, mapper.constructType(type));
  }

  /**
   * Returns a codec that gives a value to a property which an object did not have when it was
   * written.
   *
   * @param type the class
   * @param property the property, as it is called in JSON
   * @param value what it has in objects that were written without it
   * @return a codec that otherwise is as this one
   * @throws IllegalArgumentException if no such property is read, or it cannot have the value
   */
  public JacksonCodec<T> withDefault(Class<?> type, String property, Object value) {
    var its =
        own.objects().values().stream()
            .filter(each -> each.type() == type)
            .map(each -> each.find(property))
            .filter(each -> each != null && each.getName().equals(property))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        type.getSimpleName() + " reads no property " + property));
    JsonNode preset = mapper.valueToTree(value);
    try {
      Object unused = mapper.readerFor(its.getType()).readValue(preset);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          type.getSimpleName() + "." + property + " cannot have the default: " + e.getMessage(), e);
    }
    return new JacksonCodec<>(this, evolution.withDefault(type, property, preset));
  }

  /**
   * Returns a codec that passes over a property which a class no longer has.
   *
   * @param type the class
   * @param property the former property, as it was called in JSON
   * @return a codec that otherwise is as this one
   */
  public JacksonCodec<T> ignoring(Class<?> type, String property) {
    return new JacksonCodec<>(this, evolution.ignoring(type, property));
  }

  /**
   * Returns a codec that also reads values beside which there is no schema, as if they had been
   * written by this one: for a log from before its program used this class. What was changed
   * meanwhile is noticed only if Jackson does.
   *
   * @return a codec that otherwise is as this one
   */
  public JacksonCodec<T> readingWithoutSchema() {
    return new JacksonCodec<>(this, evolution.readingUnmarked());
  }

  /** {@inheritDoc} */
  @Override
  public Optional<Schema> schema() {
    return Optional.of(schema);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Properties and ids of types are matched by their names, and by their aliases; see the class.
   */
  @Override
  public Decoder<T> decoderOf(Optional<Schema> written) throws SchemaException {
    if (written.isEmpty()) {
      if (evolution.unmarked()) {
        return this;
      }
      throw new SchemaException(
          "there is no schema beside the values. If they are "
              + schema.mediaType()
              + " of this type, open it with readingWithoutSchema()",
          List.of());
    } else if (written.get().equals(schema)) {
      return this;
    } else if (!written.get().mediaType().equals(schema.mediaType())) {
      throw new SchemaException(
          "the values were written as "
              + written.get().mediaType()
              + ", and this codec reads only "
              + schema.mediaType()
              + ": open them with the codec that wrote them, or convert them with"
              + " Codecs.upcasting",
          List.of());
    }
    Edit edit = Resolution.resolve(JsonSchema.read(written.get()), own, evolution, name);
    return edit == null ? this : in -> decode(in, edit);
  }

  /**
   * {@inheritDoc}
   *
   * @throws CodecException if Jackson refuses the value, or it is of a class that the schema does
   *     not describe; nothing was written to {@code out}
   */
  @Override
  public void encode(T value, OutputStream out) throws IOException {
    byte[] bytes;
    try {
      requireDescribed(requirePresent(value));
      bytes = writer.writeValueAsBytes(value);
      if (hasLongNumbers) {
        requireNumbersWithinLimits(bytes);
      }
    } catch (IOException | RuntimeException e) {
      throw failure("encoding", e);
    }
    out.write(bytes);
  }

  /**
   * {@inheritDoc}
   *
   * @throws CodecException if the bytes are not exactly those of one value
   */
  @Override
  public T decode(ByteBuffer in) throws IOException {
    return decode(in, null);
  }

  private T decode(ByteBuffer in, @Nullable Edit edit) throws CodecException {
    byte[] bytes = new byte[in.remaining()];
    in.get(bytes);
    try {
      if (edit == null) {
        return requirePresent(reader.<T>readValue(bytes));
      }
      JsonNode tree = trees.readTree(bytes);
      edit.apply(tree);
      return requirePresent(reader.<T>readValue(tree));
    } catch (IOException | RuntimeException e) {
      throw failure("decoding", e);
    }
  }

  /** Jackson writes the value itself as its declared class, and would leave out the rest. */
  private void requireDescribed(T value) throws CodecException {
    if (isObject && !described.describes(value.getClass())) {
      throw new CodecException(DescribedOnly.refusal(value));
    }
  }

  private <V> V requirePresent(@Nullable V value) throws CodecException {
    if (value == null) {
      throw new CodecException("the value is null; use another value for absence");
    }
    return value;
  }

  private CodecException failure(String what, Exception cause) {
    return new CodecException(what + " a value of " + name + ": " + cause.getMessage(), cause);
  }

  /** A number with more digits could be written, and never be read again. */
  private void requireNumbersWithinLimits(byte[] bytes) throws IOException {
    try (JsonParser parser = mapper.getFactory().createParser(bytes)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.VALUE_NUMBER_INT) {
          Object unused = parser.getBigIntegerValue();
        } else if (token == JsonToken.VALUE_NUMBER_FLOAT && !parser.isNaN()) {
          Object unused = parser.getDecimalValue();
        }
      }
    }
  }

  /** Jackson can read all that it writes. */
  private void requireReadable() {
    try {
      Edit unused = Resolution.resolve(own.description(), own, evolution, name);
    } catch (SchemaException e) {
      throw new IllegalArgumentException(
          "Jackson could not read what it writes of "
              + name
              + ". A property that is only written needs @JsonIgnore or @JsonIgnoreProperties,"
              + " and @JsonUnwrapped is not supported:\n  "
              + String.join("\n  ", e.changes()),
          e);
    }
  }

  private static ObjectMapper settled(ObjectMapper mapper, DescribedOnly described) {
    ObjectMapper copy = mapper.copy();
    JsonFactory unused = Format.limited(copy.getFactory());
    copy.setConfig(
        copy.getSerializationConfig()
            .with(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .with(Locale.ROOT));
    copy.setConfig(copy.getDeserializationConfig().with(Locale.ROOT));
    copy.enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
    copy.disable(
        SerializationFeature.INDENT_OUTPUT,
        SerializationFeature.WRITE_ENUMS_USING_INDEX,
        SerializationFeature.WRITE_ENUM_KEYS_USING_INDEX,
        SerializationFeature.WRAP_ROOT_VALUE);
    copy.enable(
        DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
        DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
        DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS,
        DeserializationFeature.FAIL_ON_INVALID_SUBTYPE,
        DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    copy.disable(
        DeserializationFeature.UNWRAP_ROOT_VALUE,
        DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL);
    copy.setSerializerFactory(copy.getSerializerFactory().withSerializerModifier(described));
    return copy;
  }
}
