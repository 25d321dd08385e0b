package dev.durability.avro;

import dev.durability.codec.Codec;
import dev.durability.codec.Decoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Encodes to arrays and decodes from them. */
final class Bytes {

  private Bytes() {}

  static <T> byte[] encode(Codec<T> codec, T value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    codec.encode(value, out);
    return out.toByteArray();
  }

  static <T> T decode(Decoder<T> decoder, byte[] bytes) throws IOException {
    return decoder.decode(ByteBuffer.wrap(bytes).asReadOnlyBuffer());
  }
}
