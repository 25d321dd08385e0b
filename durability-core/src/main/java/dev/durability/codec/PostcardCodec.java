package dev.durability.codec;

import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A codec of records and sealed interfaces of records, in the compact <a
 * href="https://postcard.jamesmunns.com/wire-format">postcard</a> wire format, without annotations
 * and without generated code.
 *
 * <pre>{@code
 * sealed interface Change permits Put, Remove {}
 *
 * record Put(String key, byte[] value, Optional<Duration> timeToLive) implements Change {}
 *
 * record Remove(List<String> keys) implements Change {}
 *
 * record Duration(long seconds, int nanos) {}
 *
 * Codec<Change> codec = PostcardCodec.of(Change.class, MethodHandles.lookup());
 * // new Remove(List.of("a")) is 01 (the second variant) 01 (one key) 01 61 (one byte, "a")
 * }</pre>
 *
 * <h2>Supported types</h2>
 *
 * <table>
 * <caption>Java types and their bytes</caption>
 * <tr><th>Java<th>postcard<th>bytes
 * <tr><td>record<td>struct, tuple, newtype, unit<td>its components in order
 * <tr><td>sealed interface of records, enums and sealed interfaces<td>enum<td>index of the
 *     permitted subtype, in the order of {@code permits}, as a varint; then the value as one of
 *     that subtype. A permitted sealed interface is an enum of its own, with its own index.
 * <tr><td>enum<td>enum<td>ordinal as a varint
 * <tr><td>boolean<td>bool<td>0 or 1
 * <tr><td>byte<td>i8, u8<td>the byte
 * <tr><td>short, int, long<td>i16, i32, i64<td>zigzag, then varint; with {@link #ofUnsigned}: u16,
 *     u32, u64 as a varint
 * <tr><td>float, double<td>f32, f64<td>IEEE 754 bits, little-endian, NaNs as they are
 * <tr><td>char<td>char<td>as a string; surrogates are refused
 * <tr><td>String<td>string<td>varint length and UTF-8; unpaired surrogates are refused
 * <tr><td>byte[]<td>bytes<td>varint length and the bytes
 * <tr><td>Optional, OptionalInt, OptionalLong, OptionalDouble<td>option<td>0, or 1 and the value
 * <tr><td>List, Set<td>seq<td>varint count and the elements
 * <tr><td>Map<td>map<td>varint count; key, value, key, value...
 * </table>
 *
 * <p>Boxed numbers are encoded like primitive ones. A record may be generic if all type arguments
 * are known ({@code List<Pair<String, Long>>}). A sealed interface may be generic if it permits no
 * generic record; as a component it has wildcards ({@code Query<?>}), since any of its variants may
 * be there. {@link #parameterized} is for a codec of one. A record may contain itself through an
 * Optional, a collection or a variant, up to 200 levels deep; in a key of a map or an element of a
 * set, up to 32. Each component, element, optional and variant is a level. A thread with a stack of
 * 256 KiB has room for that. Any other type is refused when the codec is made.
 *
 * <p>UUID, BigInteger, BigDecimal, Instant, Duration, LocalDate, LocalTime, LocalDateTime,
 * OffsetDateTime and ZonedDateTime are written as structs of these: 16 bytes; the bytes of two's
 * complement, big-endian; scale and unscaled value; seconds and nanoseconds; the day of the epoch;
 * the nanosecond of the day; date and time; these and the offset in seconds; these and the id of
 * the zone.
 *
 * <h2>Changes</h2>
 *
 * <p>The bytes depend on the order of components, permitted subtypes and enum constants. The {@link
 * #schema} says what it was when they were written. So whatever has a schema beside it is read by
 * names, by any later declaration: see {@link #decoderOf}. So the variants of a sealed interface
 * need different simple names. Without one, appending a variant or a constant keeps old bytes
 * readable, and no other change does.
 *
 * <p><b>Write {@code permits}.</b> A sealed interface without it permits the records beside it in
 * the order of their declarations, so declaring one above another moves all that follow. Values
 * with a schema beside them are read right nevertheless, because it names the variants in the order
 * that they had. Values without one would be read as other variants: a removal as a put. So that
 * takes {@link #readingByPosition}.
 *
 * <p>Sets and maps are written in their iteration order. For the same bytes from the same content,
 * use a {@link java.util.SortedMap} or {@link java.util.LinkedHashMap}, or their sets. Decoded
 * collections keep the order, and are unmodifiable.
 *
 * <h2>Strictness</h2>
 *
 * <p>Decoding trusts nothing: it checks lengths against the bytes that remain before it takes
 * memory. Any bytes give a value or a {@link CodecException}, never another exception. Unlike
 * postcard's own decoder it refuses bytes after the value, duplicate keys of a map or elements of a
 * set, and a char of more than one character. It accepts a number in more bytes than it needs, as
 * postcard does. What a constructor throws becomes the cause of a {@link CodecException}, so a
 * record's own checks guard what is read.
 *
 * <p>A hash map compares keys that have the same hash code with each other. If that takes more than
 * 64 times the bytes of the value plus a million bytes, encoding and decoding refuse the value:
 * otherwise hostile bytes could take hours. Strings, numbers and characters as keys are exempt,
 * whatever their hash codes.
 *
 * <p>Null has no encoding: it is refused with a {@link CodecException} that names the component.
 *
 * <p>A codec is immutable and safe for many threads.
 *
 * @param <T> the type of the values
 */
public final class PostcardCodec<T> implements Codec<T> {

  /** The media type of the schemas of this codec. */
  public static final String MEDIA_TYPE = "application/vnd.durability.postcard";

  private final Class<T> root;
  private final WireType type;
  private final Schema schema;
  private final Evolution evolution;
  private final boolean byPosition;

  private PostcardCodec(Class<T> root, Map<Class<?>, WireType> scalars, RecordAccess access) {
    this.root = root;
    this.type = new TypeResolver(scalars, access).resolve(root);
    this.schema = PostcardSchema.of(Describer.describe(type), root);
    this.evolution = Evolution.NONE;
    this.byPosition = false;
  }

  private PostcardCodec(PostcardCodec<T> codec, Evolution evolution, boolean byPosition) {
    this.root = codec.root;
    this.type = codec.type;
    this.schema = codec.schema;
    this.evolution = evolution;
    this.byPosition = byPosition;
  }

  /**
   * Makes a codec with signed integers. All records must be public in exported packages, or in
   * packages that are open to {@code dev.durability}. On the class path all are.
   *
   * @param <T> the type of the values
   * @param type a record, sealed interface, enum or another supported type
   * @return the codec
   * @throws IllegalArgumentException if the type or anything in it is not supported or not
   *     accessible; the message names the component
   */
  public static <T> PostcardCodec<T> of(Class<T> type) {
    return new PostcardCodec<>(type, ScalarType.SIGNED, RecordAccess.own());
  }

  /**
   * Makes a codec with signed integers.
   *
   * @param <T> the type of the values
   * @param type a record, sealed interface, enum or another supported type
   * @param lookup has access to the records: {@code MethodHandles.lookup()} of a class in their
   *     module
   * @return the codec
   * @throws IllegalArgumentException if the type or anything in it is not supported or not
   *     accessible; the message names the component
   */
  public static <T> PostcardCodec<T> of(Class<T> type, MethodHandles.Lookup lookup) {
    return new PostcardCodec<>(type, ScalarType.SIGNED, RecordAccess.of(lookup));
  }

  /**
   * Makes a codec whose shorts, ints and longs are unsigned numbers (u16, u32, u64): for ids and
   * counts, and for bytes that Rust programs share. As elsewhere in Java, a negative {@code long}
   * is the number that {@link Long#toUnsignedString(long)} prints. Such a number takes the most
   * bytes, but is not refused. A record can refuse it in its constructor.
   *
   * @param <T> the type of the values
   * @param type a record, sealed interface, enum or another supported type
   * @return the codec; see {@link #of(Class)} for the access that it needs
   * @throws IllegalArgumentException if the type or anything in it is not supported or not
   *     accessible; the message names the component
   */
  public static <T> PostcardCodec<T> ofUnsigned(Class<T> type) {
    return new PostcardCodec<>(type, ScalarType.UNSIGNED, RecordAccess.own());
  }

  /**
   * Makes a codec as {@link #ofUnsigned(Class)} does, for records to which a lookup has access.
   *
   * @param <T> the type of the values
   * @param type a record, sealed interface, enum or another supported type
   * @param lookup has access to the records: {@code MethodHandles.lookup()} of a class in their
   *     module
   * @return the codec
   * @throws IllegalArgumentException if the type or anything in it is not supported or not
   *     accessible; the message names the component
   */
  public static <T> PostcardCodec<T> ofUnsigned(Class<T> type, MethodHandles.Lookup lookup) {
    return new PostcardCodec<>(type, ScalarType.UNSIGNED, RecordAccess.of(lookup));
  }

  /**
   * Returns this codec as one of a generic sealed interface with its type arguments, which a class
   * literal cannot have:
   *
   * <pre>{@code
   * sealed interface Query<R> extends Command<Accounts, R> permits Balance, Owner {}
   *
   * record Balance(String account) implements Query<Long> {}
   *
   * record Owner(String account) implements Query<String> {}
   *
   * Codec<Query<?>> codec = PostcardCodec.of(Query.class).parameterized();
   * }</pre>
   *
   * <p>Use wildcards: whatever the arguments, it decodes any variant.
   *
   * @param <P> the sealed interface with wildcards
   * @return this
   * @throws IllegalStateException if this is not the codec of a generic sealed interface
   */
  @SuppressWarnings("unchecked") // The sealed interface is the same.
  public <P extends T> PostcardCodec<P> parameterized() {
    if (!TypeShape.isSealed(root) || root.getTypeParameters().length == 0) {
      throw new IllegalStateException(root.getName() + " is no generic sealed interface");
    }
    return (PostcardCodec<P>) this;
  }

  /**
   * Returns a codec that also knows a former name of a type: as a variant of a sealed interface,
   * and for a type that has no member in common with what was written.
   *
   * @param type the class under its present name
   * @param before its former simple name
   * @return a codec that otherwise is as this one
   * @throws IllegalArgumentException if that makes two types that had each other's names
   */
  public PostcardCodec<T> renamed(Class<?> type, String before) {
    return new PostcardCodec<>(this, evolution.renamed(type, "", before), byPosition);
  }

  /**
   * Returns a codec that also knows a former name of a component or of a constant. It counts where
   * the present name was not written, or was another member's then. So {@code a} may have become
   * {@code b} when {@code b} became {@code c}, and a new member may have the name that another had.
   *
   * @param type the record or enum
   * @param member the component or constant under its present name
   * @param before its former name
   * @return a codec that otherwise is as this one
   * @throws IllegalArgumentException if the type has no such member, or two members had each
   *     other's names: what was written before and after that could not be told apart
   */
  public PostcardCodec<T> renamed(Class<?> type, String member, String before) {
    Evolution.requireMember(type, member);
    return new PostcardCodec<>(this, evolution.renamed(type, member, before), byPosition);
  }

  /**
   * Returns a codec that gives a value to a component which a record did not have when it was
   * written. Without it, an optional or a collection is empty then, and any other type is a change
   * that keeps the codec from reading.
   *
   * @param type the record
   * @param component the component
   * @param value what it has in records that were written without it; each gets a copy, as if it
   *     had been written
   * @return a codec that otherwise is as this one
   * @throws IllegalArgumentException if the record has no such component, or the value is not of
   *     its type
   */
  public PostcardCodec<T> withDefault(Class<?> type, String component, Object value) {
    Evolution.requireValue(type, component, value);
    return new PostcardCodec<>(this, evolution.preset(type, component, value), byPosition);
  }

  /**
   * Returns a codec that also reads values beside which there is no schema, although they have
   * components, variants or constants, or it is one of several in {@link Codecs#upcasting}. It
   * reads those by their position. So whoever calls this knows that the values were written in this
   * format, and that no component, variant or constant changed its place since.
   *
   * @return a codec that otherwise is as this one
   */
  public PostcardCodec<T> readingByPosition() {
    return new PostcardCodec<>(this, evolution, true);
  }

  boolean readsByPosition() {
    return byPosition;
  }

  /**
   * Decodes values without their classes, for programs that show them. A record becomes a map of
   * its components, a variant a map of its name to its value, and a constant of an enum its name;
   * the rest is as with the classes.
   *
   * @param written the schema that stands beside the values
   * @return what decodes them; it trusts neither the schema nor the bytes
   * @throws SchemaException if it is no schema of this class, or damaged
   */
  public static Decoder<Object> withoutClasses(Schema written) throws SchemaException {
    Described.Description description = PostcardSchema.parse(written);
    WireType any = new AnyType(description).type(description.root());
    return in -> decode(Object.class, any, in);
  }

  /**
   * {@inheritDoc}
   *
   * <p>It names components, variants and constants, and says how each is encoded.
   */
  @Override
  public Optional<Schema> schema() {
    return Optional.of(schema);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Components, variants and constants are matched by their names. A component that is gone is
   * passed over. A variant or constant that is gone is a {@link CodecException} only where it is
   * met. A number may have become wider, and a component optional.
   */
  @Override
  public Decoder<T> decoderOf(Optional<Schema> written) throws SchemaException {
    if (written.isEmpty()) {
      if (!byPosition && PostcardSchema.hasNames(Describer.describe(type))) {
        throw new SchemaException(
            "there is no schema beside the values, and "
                + root.getSimpleName()
                + " has components, variants or constants, which could only be read by their"
                + " position. If they were written as "
                + root.getSimpleName()
                + " in this format, and none of them changed its place since, open it with"
                + " readingByPosition()",
            List.of());
      }
      return this;
    } else if (written.get().equals(schema)) {
      return this;
    }
    WireType reader =
        Resolution.resolve(
            PostcardSchema.parse(written.get()), type, evolution, root.getSimpleName());
    return in -> decode(root, reader, in);
  }

  /**
   * {@inheritDoc}
   *
   * @throws CodecException if the value contains null, an unpaired surrogate, a class that its type
   *     does not permit, equal keys in one map or set, or too many keys with the same hash code, or
   *     is nested too deep; nothing was written to {@code out}
   */
  @Override
  public void encode(T value, OutputStream out) throws IOException {
    PostcardOutput output = new PostcardOutput(root);
    try {
      type.write(output.present(value), output);
      output.checkComparisons();
    } catch (RuntimeException e) {
      // From the caller's own collections, or a value that is not of its declared type.
      throw output.failure("the value could not be read: " + e, e);
    }
    output.writeTo(out);
  }

  /**
   * {@inheritDoc}
   *
   * @throws CodecException if the bytes are not exactly those of one value, or a constructor
   *     refused them
   */
  @Override
  public T decode(ByteBuffer in) throws IOException {
    return decode(root, type, in);
  }

  @SuppressWarnings("unchecked") // The wire type was resolved from Class<T>.
  private static <T> T decode(Class<T> root, WireType type, ByteBuffer in) throws IOException {
    PostcardInput input = new PostcardInput(root, in);
    Object value;
    try {
      value = type.read(input);
    } catch (RuntimeException e) {
      // From hashCode or equals of the caller's keys.
      throw input.failure("the value could not be built: " + e, e);
    }
    if (in.hasRemaining()) {
      throw input.failure(
          in.remaining() + " bytes are left after the value; it was written as another type", null);
    }
    return (T) value;
  }
}
