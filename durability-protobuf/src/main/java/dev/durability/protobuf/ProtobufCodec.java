package dev.durability.protobuf;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.durability.codec.Codec;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A codec of Protocol Buffers messages.
 *
 * <pre>{@code
 * Codec<Put> codec = ProtobufCodec.of(Put.getDefaultInstance());
 * }</pre>
 *
 * <p>The bytes are those of the message, with the entries of maps in order, so that equal messages
 * are equal bytes. Unknown fields are kept: what an older program reads and writes again has what a
 * later one put there. Extensions are among them.
 *
 * <h2>The schema</h2>
 *
 * <p>The media type is {@code application/protobuf; proto=} and the full name of the message. The
 * descriptor is a {@code FileDescriptorSet} of the messages and enums that the message consists of,
 * and of nothing else: no source info, services, extensions or custom options. Each file comes
 * after those that it imports. So {@code protoc --descriptor_set_in} reads it. It may have up to
 * {@link Schema#BYTES_MAX} bytes.
 *
 * <h2>Changes</h2>
 *
 * <p>{@link #decoderOf} compares the descriptors by the rules of Protocol Buffers, which go by
 * numbers. Allowed are
 *
 * <ul>
 *   <li>new fields that are not required, and new constants;
 *   <li>removed fields: their values become unknown fields, and are kept. Reserve number and name.
 *       It is no condition, because to an older program the fields of a later one look removed,
 *       too. But only then no later version can take it for something else: a number that was
 *       reserved is refused, except under a name that was reserved with it, as older programs have
 *       it;
 *   <li>removed constants: their numbers are kept. The same holds for them;
 *   <li>types that are written alike: int32, int64, uint32, uint64 and bool; int32, int64, uint32,
 *       uint64 and enums; sint32 and sint64; fixed32 and sfixed32; fixed64 and sfixed64; string and
 *       bytes; a message as bytes. A value that the new type does not have is a {@link
 *       CodecException} where it is met: nothing is cut off;
 *   <li>a field that becomes repeated; a repeated string, message or bytes that becomes single, if
 *       there is one element at most, else it is a {@link CodecException} where it is met;
 *   <li>a field with presence into a new oneof of its own, and out of a oneof if it keeps its
 *       presence; fields of one oneof that stay together;
 *   <li>required to optional, optional to none, packed to not packed, open to closed enums; and the
 *       reverse, except for required.
 * </ul>
 *
 * <p>Refused is everything else, with a {@link SchemaException} that names each change: another
 * type or another name for a number, the same name for another number unless the old one is
 * reserved, a number that was reserved or for extensions, a message or enum of another name,
 * another default, fields that become or are new as required, and a oneof of fields that could be
 * set together. {@link #renamed} says that another name is meant. {@code Codecs.upcasting} is for
 * any other change.
 *
 * <h2>Strictness</h2>
 *
 * <p>Any bytes give a message or a {@link CodecException}. Messages may be nested {@value
 * #DEPTH_MAX} levels deep, as everywhere in Protocol Buffers. Encoding refuses what could not be
 * read again. An unpaired surrogate in a string is written as a question mark, which is what the
 * library of Protocol Buffers does.
 *
 * <p>A codec is immutable and safe for many threads.
 *
 * @param <M> the type of the messages
 */
public final class ProtobufCodec<M extends Message> implements Codec<M> {

  /** The media type of the schemas of this codec, without the parameter that names the message. */
  public static final String MEDIA_TYPE = "application/protobuf";

  /** How many levels messages may be nested within the outermost one. */
  static final int DEPTH_MAX = 100;

  private final M prototype;
  private final Schema schema;
  private final boolean nestsDeep;
  private final Renames renames;
  private final boolean withoutSchema;

  private ProtobufCodec(M prototype) {
    Descriptor type = prototype.getDescriptorForType();
    this.prototype = prototype;
    this.schema = MessageSchema.of(type);
    this.nestsDeep = MessageTypes.nestDeeperThan(DEPTH_MAX + 1, type);
    this.renames = Renames.NONE;
    this.withoutSchema = false;
  }

  private ProtobufCodec(ProtobufCodec<M> codec, Renames renames, boolean withoutSchema) {
    this.prototype = codec.prototype;
    this.schema = codec.schema;
    this.nestsDeep = codec.nestsDeep;
    this.renames = renames;
    this.withoutSchema = withoutSchema;
  }

  /**
   * Makes a codec.
   *
   * @param <M> the type of the messages
   * @param prototype any message of the type, such as {@code Put.getDefaultInstance()}
   * @return the codec
   * @throws IllegalArgumentException if the descriptor of the message is larger than a schema may
   *     be
   */
  public static <M extends Message> ProtobufCodec<M> of(M prototype) {
    return new ProtobufCodec<>(prototype);
  }

  /**
   * Returns a codec that also knows a former name.
   *
   * @param fullName the full name that a message, an enum, a field or a constant has now. That of a
   *     constant contains its enum: {@code example.Level.HIGH}
   * @param before the former name: the full one of a message or enum, the simple one of a field or
   *     constant
   * @return a codec that otherwise is as this one
   * @throws IllegalArgumentException if the message contains nothing of that name
   */
  public ProtobufCodec<M> renamed(String fullName, String before) {
    Descriptor type = prototype.getDescriptorForType();
    if (!MessageTypes.of(type).names().contains(fullName)) {
      throw new IllegalArgumentException(
          type.getFullName() + " contains no message, enum, field or constant " + fullName);
    }
    return new ProtobufCodec<>(this, renames.with(fullName, before), withoutSchema);
  }

  /**
   * Returns a codec that also reads messages beside which there is no schema, such as those of a
   * codec that has none. So whoever calls this knows that only allowed changes were made since: it
   * cannot be seen.
   *
   * @return a codec that otherwise is as this one
   */
  public ProtobufCodec<M> readingWithoutSchema() {
    return new ProtobufCodec<>(this, renames, true);
  }

  /**
   * {@inheritDoc}
   *
   * <p>It is the descriptor of the message, and of all that it consists of.
   */
  @Override
  public Optional<Schema> schema() {
    return Optional.of(schema);
  }

  /**
   * {@inheritDoc}
   *
   * <p>It compares the descriptors by the rules above.
   */
  @Override
  public Decoder<M> decoderOf(Optional<Schema> written) throws SchemaException {
    if (written.isEmpty()) {
      if (!withoutSchema) {
        throw new SchemaException(
            "there is no schema beside the values, so nothing tells what the numbers of their fields"
                + " meant. If they are messages, and nothing was changed since but what Protocol"
                + " Buffers allows, open it with readingWithoutSchema()",
            List.of());
      }
      return this;
    } else if (written.get().equals(schema)) {
      return this;
    }
    MessagePair pair =
        new MessagePair(MessageSchema.parse(written.get()), prototype.getDescriptorForType());
    ValueChecks checks = Comparison.compare(pair, renames);
    if (!checks.areNeeded()) {
      return this;
    }
    return in -> {
      checks.check(WrittenMessage.read(pair.written(), in.duplicate()), pair);
      return decode(in);
    };
  }

  /**
   * {@inheritDoc}
   *
   * @throws CodecException if the value is null, of another message, lacks required fields, or is
   *     nested too deep; nothing was written to {@code out}
   */
  @Override
  public void encode(M value, OutputStream out) throws IOException {
    Descriptor type = prototype.getDescriptorForType();
    if (value == null) {
      throw new CodecException("encoding a " + type.getFullName() + ": it is null");
    } else if (value.getDescriptorForType() != type) {
      throw new CodecException(
          "encoding a "
              + type.getFullName()
              + ": it is a "
              + value.getDescriptorForType().getFullName());
    }
    byte[] bytes;
    try {
      bytes = bytes(value);
    } catch (StackOverflowError e) {
      throw tooDeep(e);
    }
    if (nestsDeep && !Depth.isReadable(type, bytes)) {
      throw tooDeep(null);
    }
    out.write(bytes);
  }

  private byte[] bytes(M value) throws IOException {
    if (!value.isInitialized()) {
      throw new CodecException(
          "encoding a "
              + value.getDescriptorForType().getFullName()
              + ": it lacks required fields: "
              + value.getInitializationErrorString());
    }
    byte[] bytes = new byte[value.getSerializedSize()];
    CodedOutputStream output = CodedOutputStream.newInstance(bytes);
    output.useDeterministicSerialization();
    value.writeTo(output);
    output.checkNoSpaceLeft();
    return bytes;
  }

  private CodecException tooDeep(@Nullable Throwable cause) {
    return new CodecException(
        "encoding a "
            + prototype.getDescriptorForType().getFullName()
            + ": messages are nested more than "
            + DEPTH_MAX
            + " deep, and could not be read again",
        cause);
  }

  /**
   * {@inheritDoc}
   *
   * @throws CodecException if the bytes are not those of the message, or required fields are
   *     missing
   */
  @Override
  @SuppressWarnings("unchecked") // The parser of a message makes such messages.
  public M decode(ByteBuffer in) throws IOException {
    try {
      CodedInputStream input = CodedInputStream.newInstance(in);
      input.setRecursionLimit(DEPTH_MAX);
      M message = ((Parser<M>) prototype.getParserForType()).parseFrom(input);
      input.checkLastTagWas(0);
      return message;
    } catch (IOException | RuntimeException e) {
      throw new CodecException(
          "decoding a " + prototype.getDescriptorForType().getFullName() + ": " + e, e);
    }
  }
}
