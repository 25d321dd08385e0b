package dev.durability.codec;

import dev.durability.codec.Described.Description;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The schemas of {@link PostcardCodec}: a description as text. */
final class PostcardSchema {

  private PostcardSchema() {}

  /**
   * Makes the schema of a type.
   *
   * @throws IllegalArgumentException if it is too large, or could not be read again
   */
  static Schema of(Description description, Class<?> root) {
    String text = DescriptionText.write(description);
    try {
      if (!DescriptionText.parse(text).equals(description)) {
        throw new IllegalStateException("a schema that reads as another one:\n" + text);
      }
      return Schema.of(PostcardCodec.MEDIA_TYPE, text.getBytes(StandardCharsets.UTF_8));
    } catch (SchemaException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          root.getSimpleName() + " has no schema: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a schema.
   *
   * @throws SchemaException if it is damaged, or of another media type
   */
  static Description parse(Schema schema) throws SchemaException {
    if (!schema.mediaType().equals(PostcardCodec.MEDIA_TYPE)) {
      throw new SchemaException(
          "the values were written as "
              + schema.mediaType()
              + ", and PostcardCodec reads only "
              + PostcardCodec.MEDIA_TYPE
              + ": open them with the codec that wrote them",
          List.of());
    }
    ByteBuffer descriptor = schema.descriptor();
    byte[] bytes = new byte[descriptor.remaining()];
    descriptor.get(bytes);
    try {
      return DescriptionText.parse(Utf8.decode(bytes));
    } catch (CodecException e) {
      throw new SchemaException(
          "the descriptor of a postcard schema is damaged: " + e.getMessage(), List.of());
    }
  }

  /** Whether a value has members that are written by their position and meant by their name. */
  static boolean hasNames(Description description) {
    return !description.definitions().isEmpty();
  }
}
