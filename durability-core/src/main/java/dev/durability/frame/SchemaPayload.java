package dev.durability.frame;

import dev.durability.codec.Schema;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The payload of a SCHEMA: a media type in UTF-8, a zero byte, and a descriptor. */
final class SchemaPayload {

  private SchemaPayload() {}

  static byte[] encode(Schema schema) {
    byte[] mediaType = schema.mediaType().getBytes(StandardCharsets.UTF_8);
    ByteBuffer descriptor = schema.descriptor();
    return ByteBuffer.allocate(mediaType.length + 1 + descriptor.remaining())
        .put(mediaType)
        .put((byte) 0)
        .put(descriptor)
        .array();
  }

  /** {@return the schema in the payload of a valid SCHEMA} */
  static Schema decode(ByteBuffer payload) {
    int zero = payload.position();
    while (payload.get(zero) != 0) {
      zero++;
    }
    int end = payload.limit();
    String mediaType = StandardCharsets.UTF_8.decode(payload.limit(zero)).toString();
    byte[] descriptor = new byte[end - zero - 1];
    payload.limit(end).position(zero + 1).get(descriptor);
    return Schema.of(Objects.requireNonNull(mediaType), descriptor);
  }
}
