package dev.durability.protobuf;

import com.google.protobuf.Descriptors.Descriptor;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.codec.SchemaDecoder;
import dev.durability.errors.SchemaException;

/**
 * Decodes messages by the descriptor that stands in the log, without their classes.
 *
 * <p>A message is a map from the names of its fields, in the order of their declaration. As in the
 * JSON of Protocol Buffers, a field that is not set is not there, nor is a zero of a field that
 * does not say whether it is set. A constant of an enum is its name. What the descriptor does not
 * have is there by its number: a number, bytes, a group as a map, or a list if there are several.
 */
public final class ProtobufSchemaDecoder implements SchemaDecoder {

  /** Creates the decoder, for {@link java.util.ServiceLoader}. */
  public ProtobufSchemaDecoder() {}

  @Override
  public boolean decodes(String mediaType) {
    return MessageSchema.isMessage(mediaType);
  }

  @Override
  public Decoder<Object> decoderOf(Schema written) throws SchemaException {
    Descriptor type = MessageSchema.parse(written);
    return in -> WrittenMessage.read(type, in).show();
  }
}
