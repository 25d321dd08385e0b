package dev.durability.avro;

import dev.durability.codec.Codec;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.reflect.ReflectData;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * A codec of Avro's binary encoding, for generic, specific and reflect data.
 *
 * <pre>{@code
 * Codec<Ordered> codec = AvroCodec.reflect(Ordered.class);
 * }</pre>
 *
 * <p>The {@link #schema} is the Avro schema as JSON, with its aliases and defaults. It stands in
 * the log, so no registry is needed.
 *
 * <h2>Changes</h2>
 *
 * <p>{@link #decoderOf} goes by Avro's own rules: what {@link org.apache.avro.SchemaCompatibility}
 * refuses is a {@link SchemaException} that names the change, and the rest is read by Avro's schema
 * resolution.
 *
 * <table>
 * <caption>Changes, and whether old values are read</caption>
 * <tr><th>change<th>read
 * <tr><td>fields in another order<td>yes, by their names
 * <tr><td>a new field<td>with a default in the new schema
 * <tr><td>a field that was removed<td>yes, it is skipped
 * <tr><td>another name of a field, record, enum or fixed<td>with an alias in the new schema. Without
 *     one a field is a removed one and a new one: if that has a default, the old value is lost
 * <tr><td>int to long, float, double; long to float, double; float to double; string to bytes and
 *     back<td>yes; a long that becomes a float or double may lose digits
 * <tr><td>a value that became a union, or optional<td>yes
 * <tr><td>a branch of a union or a symbol of an enum that is new<td>yes
 * <tr><td>a symbol that was removed<td>if the enum has a default: old values have that then
 * <tr><td>a branch that was removed, any other type<td>no
 * </table>
 *
 * <h2>Strictness</h2>
 *
 * <p>Bytes are checked against the schema that they were written under before Avro sees them:
 * lengths and counts against the bytes that remain, indexes, at most 200 levels of nesting, and no
 * bytes after the value. So any bytes give a value or a {@link CodecException}, in time and memory
 * that are in proportion to them. In return, no schema may have arrays of elements that take no
 * bytes, or records with more than 64 parts that take none. No name in a schema of a log makes this
 * class load a class.
 *
 * <p>Maps are written in their iteration order. For the same bytes from the same content, use a
 * {@link java.util.SortedMap} or {@link java.util.LinkedHashMap}.
 *
 * <p>A codec is immutable and safe for many threads.
 *
 * @param <T> the type of the values
 */
public final class AvroCodec<T> implements Codec<T> {

  /** The media type of the schemas of this codec, as Avro's specification calls the encoding. */
  public static final String MEDIA_TYPE = "avro/binary";

  private final org.apache.avro.Schema type;
  private final GenericData data;
  private final Schema schema;
  private final boolean recursive;
  private final Optional<Schema> assumed;
  private final DatumWriter<T> writer;
  private final Decoder<T> own;

  private AvroCodec(org.apache.avro.Schema type, GenericData data) {
    this.type = type;
    this.data = data;
    try {
      this.recursive = SchemaCheck.isRecursive(type);
    } catch (SchemaException e) {
      throw new IllegalArgumentException("the schema cannot be used: " + e.getMessage(), e);
    }
    this.schema = AvroSchemas.write(type);
    this.assumed = Optional.empty();
    this.writer = writer(data, type);
    this.own = decoder(type);
  }

  private AvroCodec(AvroCodec<T> codec, Schema assumed) {
    this.type = codec.type;
    this.data = codec.data;
    this.recursive = codec.recursive;
    this.schema = codec.schema;
    this.assumed = Optional.of(assumed);
    this.writer = codec.writer;
    this.own = codec.own;
  }

  /**
   * Makes a codec of generic records.
   *
   * @param record the schema of a record
   * @return the codec
   * @throws IllegalArgumentException if it is not that of a record, or cannot be used
   */
  public static AvroCodec<GenericRecord> generic(org.apache.avro.Schema record) {
    if (record.getType() != org.apache.avro.Schema.Type.RECORD) {
      throw new IllegalArgumentException(
          "the schema is of type " + record.getType() + ", not of a record; use of");
    }
    return new AvroCodec<>(record, new GenericData());
  }

  /**
   * Makes a codec of a class that Avro's compiler generated.
   *
   * @param <T> the type of the values
   * @param type the class
   * @return the codec
   * @throws IllegalArgumentException if its schema cannot be used
   */
  public static <T extends SpecificRecord> AvroCodec<T> specific(Class<T> type) {
    SpecificData data = SpecificData.getForClass(type);
    return new AvroCodec<>(data.getSchema(type), data);
  }

  /**
   * Makes a codec of classes whose schema Avro derives by reflection, such as an interface with
   * {@link org.apache.avro.reflect.Union}. They need a constructor without parameters.
   *
   * @param <T> the type of the values
   * @param type the class
   * @return the codec
   * @throws IllegalArgumentException if its schema cannot be used
   */
  public static <T> AvroCodec<T> reflect(Class<T> type) {
    ReflectData data = new ReflectData(type.getClassLoader());
    return new AvroCodec<>(data.getSchema(type), data);
  }

  /**
   * Makes a codec of any schema, with a model of data that may have conversions of logical types.
   *
   * @param <T> the type of the values, which must be what the model makes of the schema
   * @param type the schema
   * @param data the model: {@code GenericData}, {@code SpecificData} or {@code ReflectData}; not
   *     changed afterwards
   * @return the codec
   * @throws IllegalArgumentException if the schema cannot be used
   */
  public static <T> AvroCodec<T> of(org.apache.avro.Schema type, GenericData data) {
    return new AvroCodec<>(type, data);
  }

  /**
   * Returns a codec that also reads values beside which there is no schema, as if they had been
   * written under one: for a log from before its program used this class.
   *
   * @param written the schema under which they were written
   * @return a codec that otherwise is as this one
   * @throws IllegalArgumentException if the schema takes too many bytes
   */
  public AvroCodec<T> assuming(org.apache.avro.Schema written) {
    return new AvroCodec<>(this, AvroSchemas.write(written));
  }

  /** {@inheritDoc} */
  @Override
  public Optional<Schema> schema() {
    return Optional.of(schema);
  }

  /**
   * {@inheritDoc}
   *
   * <p>It goes by Avro's rules; see the class.
   */
  @Override
  public Decoder<T> decoderOf(Optional<Schema> written) throws SchemaException {
    Optional<Schema> known = written.isPresent() ? written : assumed;
    if (known.isEmpty()) {
      throw new SchemaException(
          "there is no schema beside the values, and Avro reads none without: open it with"
              + " assuming(schema) if you know the one under which they were written",
          List.of());
    } else if (known.get().equals(schema)) {
      return own;
    }
    org.apache.avro.Schema writer = AvroSchemas.read(known.get());
    Compatibility.require(writer, type);
    return decoder(writer);
  }

  /**
   * {@inheritDoc}
   *
   * @throws CodecException if the value does not fit the schema, contains null where that is not a
   *     branch, or is nested too deep; nothing was written to {@code out}
   */
  @Override
  public void encode(T value, OutputStream out) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
      writer.write(value, encoder);
      encoder.flush();
    } catch (IOException | RuntimeException e) {
      throw new CodecException("encoding a value of " + name() + ": " + e.getMessage(), e);
    }
    if (recursive) {
      WellFormed.check(type, ByteBuffer.wrap(bytes.toByteArray())); // May be nested too deep.
    }
    bytes.writeTo(out);
  }

  /**
   * {@inheritDoc}
   *
   * @throws CodecException if the bytes are not exactly those of one value, or a class refused them
   */
  @Override
  public T decode(ByteBuffer in) throws IOException {
    return own.decode(in);
  }

  private Decoder<T> decoder(org.apache.avro.Schema written) {
    DatumReader<T> reader = reader(data, written, type);
    return in -> {
      byte[] bytes = new byte[in.remaining()];
      in.get(bytes);
      WellFormed.check(written, ByteBuffer.wrap(bytes));
      try {
        return reader.read(null, DecoderFactory.get().binaryDecoder(bytes, null));
      } catch (IOException | RuntimeException e) {
        throw new CodecException("decoding a value of " + name() + ": " + e.getMessage(), e);
      }
    };
  }

  private String name() {
    return type.getType() == org.apache.avro.Schema.Type.UNION ? "a union" : type.getName();
  }

  @SuppressWarnings("unchecked") // The model decides what it reads and writes.
  private static <T> DatumWriter<T> writer(GenericData data, org.apache.avro.Schema type) {
    return data.createDatumWriter(type);
  }

  @SuppressWarnings("unchecked") // The model decides what it reads and writes.
  private static <T> DatumReader<T> reader(
      GenericData data, org.apache.avro.Schema written, org.apache.avro.Schema type) {
    return data.createDatumReader(written, type);
  }
}
