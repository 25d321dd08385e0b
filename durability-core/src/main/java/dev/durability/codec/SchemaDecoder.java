package dev.durability.codec;

import dev.durability.errors.SchemaException;

/**
 * Decodes values by their schema alone, without the classes of the program that wrote them. A
 * module with a codec provides one, and programs that show logs find it with {@link
 * java.util.ServiceLoader}.
 *
 * <p>Safe for use by many threads.
 */
public interface SchemaDecoder {

  /**
   * Says whether this decodes values of a media type.
   *
   * @param mediaType the media type of a schema
   * @return whether {@link #decoderOf} may be called with such schemas
   */
  boolean decodes(String mediaType);

  /**
   * Finds how to decode values that were written under a schema.
   *
   * <p>A decoded value is a {@link Boolean}, a {@link Number}, a {@link String}, a {@code byte[]},
   * a {@link java.util.Optional}, a {@link java.util.Collection} or a {@link java.util.Map} of such
   * values. An empty {@code Optional} stands for null. The components of a record are a map from
   * their names, in the order of the schema.
   *
   * @param written the schema, from a log: it may be damaged or hostile
   * @return what decodes the values
   * @throws SchemaException if the descriptor is damaged, or of a version that is not known
   */
  Decoder<Object> decoderOf(Schema written) throws SchemaException;
}
