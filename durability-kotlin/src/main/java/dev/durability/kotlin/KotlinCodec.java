package dev.durability.kotlin;

import dev.durability.codec.Codec;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import dev.durability.kotlin.Shape.Description;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import kotlin.Unit;
import kotlinx.serialization.KSerializer;
import kotlinx.serialization.json.ClassDiscriminatorMode;
import kotlinx.serialization.json.Json;
import kotlinx.serialization.json.JsonConfiguration;
import kotlinx.serialization.json.JsonKt;
import org.jspecify.annotations.Nullable;

/**
 * A codec of what Kotlin serializes, as JSON.
 *
 * <pre>{@code
 * val codec = KotlinCodec.json(Change.serializer())
 * }</pre>
 *
 * <h2>The schema</h2>
 *
 * <p>The descriptor is made from the one that the compiler plugin makes: the names of properties,
 * variants and constants, what each property is, whether it may be null and whether it has a
 * default. It is JSON, too. Custom serializers are in it by their serial names.
 *
 * <h2>Changes</h2>
 *
 * <p>{@link #decoderOf} compares by names, as the format reads. Allowed are
 *
 * <ul>
 *   <li>properties, variants and constants in another order, and new ones: a property needs a
 *       default;
 *   <li>removed properties, if the format ignores unknown keys, as {@link #json(KSerializer)} does;
 *   <li>removed variants and constants: a {@link CodecException} where they are met;
 *   <li>renamed properties with {@code @SerialName} or {@code @JsonNames};
 *   <li>wider numbers, a char that becomes a string, a value that may become null, a set that
 *       becomes a list.
 * </ul>
 *
 * <p>Anything else is refused with a {@link SchemaException} that names each change. So is a class
 * that has no property of the one that was written, unless both have the same name. The default of
 * a property is no part of a descriptor. So the format has to write it: with {@code encodeDefaults
 * = false}, another default would change old entries without a word.
 *
 * <h2>Strictness</h2>
 *
 * <p>Any bytes give a value or a {@link CodecException}. Arrays and objects may be nested {@value
 * #DEPTH_MAX} deep, in what is written, too.
 *
 * <p>A codec is immutable and safe for many threads, as far as the serializers are.
 *
 * @param <T> the type of the values
 */
public final class KotlinCodec<T> implements Codec<T> {

  /** The media type of the schemas of this codec. */
  public static final String MEDIA_TYPE = "application/vnd.durability.kotlin+json";

  /** How deep arrays and objects may be nested. */
  static final int DEPTH_MAX = 200;

  private final KSerializer<T> serializer;
  private final Json json;
  private final Description description;
  private final Schema schema;
  private final boolean withoutSchema;

  private KotlinCodec(KSerializer<T> serializer, Json json, boolean withoutSchema) {
    this.serializer = serializer;
    this.json = json;
    this.description = Describer.describe(serializer.getDescriptor(), json);
    this.schema =
        Schema.of(MEDIA_TYPE, DescriptionText.write(description).getBytes(StandardCharsets.UTF_8));
    this.withoutSchema = withoutSchema;
  }

  /**
   * Makes a codec with a format that writes defaults and ignores unknown keys.
   *
   * @param <T> the type of the values
   * @param serializer their serializer
   * @return the codec
   * @throws IllegalArgumentException if a class is contextual or open, or the descriptor is larger
   *     than a schema may be
   */
  public static <T> KotlinCodec<T> json(KSerializer<T> serializer) {
    return json(
        serializer,
        JsonKt.Json(
            Json.Default,
            builder -> {
              builder.setEncodeDefaults(true);
              builder.setIgnoreUnknownKeys(true);
              return Unit.INSTANCE;
            }));
  }

  /**
   * Makes a codec.
   *
   * @param <T> the type of the values
   * @param serializer their serializer
   * @param json the format. It has {@code encodeDefaults = true}; and, as by default, {@code
   *     explicitNulls = true}, {@code coerceInputValues = false}, {@code classDiscriminatorMode =
   *     POLYMORPHIC}, and no naming strategy
   * @return the codec
   * @throws IllegalArgumentException if the format has other settings, a class is contextual or
   *     open and the format does not know its serializer, or the descriptor is larger than a schema
   *     may be
   */
  public static <T> KotlinCodec<T> json(KSerializer<T> serializer, Json json) {
    JsonConfiguration settings = json.getConfiguration();
    require(
        settings.getEncodeDefaults(),
        "encodeDefaults = true: what is left out would have the default of the program that reads"
            + " it");
    require(settings.getExplicitNulls(), "explicitNulls = true: null could be read as a default");
    require(
        !settings.getCoerceInputValues(),
        "coerceInputValues = false: constants that are gone would be read as a default");
    require(
        settings.getNamingStrategy() == null,
        "no naming strategy, which no descriptor has: use @SerialName");
    require(
        settings.getClassDiscriminatorMode() == ClassDiscriminatorMode.POLYMORPHIC,
        "classDiscriminatorMode = POLYMORPHIC");
    return new KotlinCodec<>(serializer, json, false);
  }

  private static void require(boolean holds, String setting) {
    if (!holds) {
      throw new IllegalArgumentException("the format of a log needs " + setting);
    }
  }

  /**
   * Returns a codec that also reads values beside which there is no schema. So whoever calls this
   * knows that only allowed changes were made since: it cannot be seen.
   *
   * @return a codec that otherwise is as this one
   */
  public KotlinCodec<T> readingWithoutSchema() {
    return new KotlinCodec<>(serializer, json, true);
  }

  /**
   * {@inheritDoc}
   *
   * <p>It names properties, variants and constants, and says what each is.
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
  public Decoder<T> decoderOf(Optional<Schema> written) throws SchemaException {
    if (written.isEmpty()) {
      if (!withoutSchema) {
        throw new SchemaException(
            "there is no schema beside the values. If they are JSON of Kotlin, and nothing was"
                + " changed since but what is allowed, open it with readingWithoutSchema()",
            List.of());
      }
    } else if (!written.get().equals(schema)) {
      Comparison.compare(parse(written.get()), description, name());
    }
    return this;
  }

  static Description parse(Schema written) throws SchemaException {
    if (!written.mediaType().equals(MEDIA_TYPE)) {
      throw new SchemaException(
          "the values were not written as JSON of Kotlin, but as "
              + written.mediaType()
              + ": open it with the codec that wrote them",
          List.of());
    }
    try {
      return DescriptionText.parse(text(written.descriptor()));
    } catch (CharacterCodingException e) {
      throw DescriptionText.damaged(e.toString(), e);
    }
  }

  private String name() {
    return serializer.getDescriptor().getSerialName();
  }

  /** Strict: a byte that is no text is not replaced. */
  static String text(ByteBuffer bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
  }

  /**
   * {@inheritDoc}
   *
   * @throws CodecException if a serializer refuses the value, it is nested too deep, or it contains
   *     an unpaired surrogate; nothing was written to {@code out}
   */
  @Override
  public void encode(T value, OutputStream out) throws IOException {
    byte[] bytes;
    try {
      String text = json.encodeToString(serializer, value);
      if (!Nesting.isAtMost(DEPTH_MAX, text)) {
        throw tooDeep("encoding", null);
      }
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
    } catch (CharacterCodingException e) {
      throw new CodecException("encoding a " + name() + ": a string has an unpaired surrogate", e);
    } catch (RuntimeException e) {
      throw new CodecException("encoding a " + name() + ": " + e, e);
    } catch (StackOverflowError e) {
      throw tooDeep("encoding", e);
    }
    out.write(bytes);
  }

  /**
   * {@inheritDoc}
   *
   * @throws CodecException if the bytes are not those of a value, or a constructor refused them
   */
  @Override
  public T decode(ByteBuffer in) throws IOException {
    try {
      String text = text(in);
      if (!Nesting.isAtMost(DEPTH_MAX, text)) {
        throw tooDeep("decoding", null);
      }
      return json.decodeFromString(serializer, text);
    } catch (CharacterCodingException | RuntimeException e) {
      throw new CodecException("decoding a " + name() + ": " + e, e);
    }
  }

  private CodecException tooDeep(String action, @Nullable Throwable cause) {
    return new CodecException(
        action + " a " + name() + ": it is nested more than " + DEPTH_MAX + " deep", cause);
  }
}
