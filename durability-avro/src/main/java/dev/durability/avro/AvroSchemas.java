package dev.durability.avro;

import dev.durability.codec.Schema;
import dev.durability.errors.SchemaException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Avro schemas as descriptors: their JSON, with aliases and defaults. */
final class AvroSchemas {

  private AvroSchemas() {}

  /**
   * Makes a descriptor.
   *
   * @throws IllegalArgumentException if it is too large, or could not be read again
   */
  static Schema write(org.apache.avro.Schema type) {
    try {
      // Read again and written again, so that the text does not depend on who built the schema.
      String text = new org.apache.avro.Schema.Parser().parse(type.toString()).toString();
      return Schema.of(AvroCodec.MEDIA_TYPE, text.getBytes(StandardCharsets.UTF_8));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("the schema cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a descriptor.
   *
   * @throws SchemaException if it is damaged or of another media type, or its values could take
   *     more time or memory than their bytes account for
   */
  static org.apache.avro.Schema read(Schema schema) throws SchemaException {
    if (!schema.mediaType().equals(AvroCodec.MEDIA_TYPE)) {
      throw new SchemaException(
          "the values were written as "
              + schema.mediaType()
              + ", and AvroCodec reads only "
              + AvroCodec.MEDIA_TYPE
              + ": open them with the codec that wrote them",
          List.of());
    }
    org.apache.avro.Schema type;
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(schema.descriptor()).toString();
      type = new org.apache.avro.Schema.Parser().parse(text);
    } catch (java.nio.charset.CharacterCodingException | RuntimeException e) {
      throw new SchemaException(
          "the descriptor of an Avro schema is damaged: " + e.getMessage(), List.of());
    }
    boolean unused = SchemaCheck.isRecursive(type);
    return type;
  }
}
