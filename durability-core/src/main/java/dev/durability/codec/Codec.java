package dev.durability.codec;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Turns values into bytes and back. The same value must always give the same bytes if files are to
 * be compared byte by byte.
 *
 * <p>Many threads use a codec at once, and it must be safe for that. It must not keep the stream or
 * the buffer after the call: both are reused.
 *
 * @param <T> the type of the values
 */
public interface Codec<T> {

  /**
   * Writes the bytes of a value.
   *
   * @param value what to encode
   * @param out where the bytes go; it is in memory, and its {@code flush} and {@code close} do
   *     nothing
   * @throws IOException if the value cannot be encoded ({@link
   *     dev.durability.errors.CodecException}); nothing of it is then appended anywhere
   */
  void encode(T value, OutputStream out) throws IOException;

  /**
   * Reads a value. It must check all lengths in the bytes against {@code in.remaining()} before it
   * takes memory for them.
   *
   * @param in a read-only view of exactly the value's bytes, little-endian, from position to limit
   * @return the value
   * @throws IOException if the bytes are not those of a value ({@link
   *     dev.durability.errors.CodecException})
   */
  T decode(ByteBuffer in) throws IOException;
}
