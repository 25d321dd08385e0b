package dev.durability.avro;

import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.codec.SchemaDecoder;
import dev.durability.errors.SchemaException;

/**
 * Decodes what {@link AvroCodec} wrote, by the schema alone. A record becomes a map of its fields,
 * a symbol of an enum its name, and null an empty optional. A union of null and another type
 * becomes that one; of other unions, a record, enum or fixed becomes a map of its name to its
 * value, as in Avro's JSON. A decimal becomes a number; any other logical type is as the type under
 * it.
 */
public final class AvroSchemaDecoder implements SchemaDecoder {

  /** Made by {@link java.util.ServiceLoader}. */
  public AvroSchemaDecoder() {}

  @Override
  public boolean decodes(String mediaType) {
    return mediaType.equals(AvroCodec.MEDIA_TYPE);
  }

  @Override
  public Decoder<Object> decoderOf(Schema written) throws SchemaException {
    org.apache.avro.Schema type = AvroSchemas.read(written);
    return in -> PlainValues.read(type, in);
  }
}
