package dev.durability.codec;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Turns bytes into values. Many threads use a decoder at once, and it must be safe for that.
 *
 * @param <T> the type of the values
 */
@FunctionalInterface
public interface Decoder<T> {

  /**
   * Reads a value. It must check all lengths in the bytes against {@code in.remaining()} before it
   * takes memory for them. It must not keep the buffer after the call, which is reused.
   *
   * @param in a read-only view of exactly the value's bytes, little-endian, from position to limit
   * @return the value
   * @throws IOException if the bytes are not those of a value ({@link
   *     dev.durability.errors.CodecException})
   */
  T decode(ByteBuffer in) throws IOException;
}
