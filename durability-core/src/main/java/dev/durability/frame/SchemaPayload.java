package dev.durability.frame;

import dev.durability.codec.Schema;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
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

  /**
   * {@return the schema in the payload of a valid SCHEMA} What is no UTF-8 in its media type
   * becomes question marks: they take no more bytes, so that the schema is never too large.
   */
  static Schema decode(ByteBuffer payload) throws CharacterCodingException {
    int zero = payload.position();
    while (payload.get(zero) != 0) {
      zero++;
    }
    int end = payload.limit();
    String mediaType =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .replaceWith("?")
            .decode(payload.limit(zero))
            .toString();
    byte[] descriptor = new byte[end - zero - 1];
    payload.limit(end).position(zero + 1).get(descriptor);
    return Schema.of(Objects.requireNonNull(mediaType), descriptor);
  }
}
