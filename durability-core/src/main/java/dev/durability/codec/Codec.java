package dev.durability.codec;

import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/**
 * Turns values into bytes and back. The same value must always give the same bytes if files are to
 * be compared byte by byte.
 *
 * <p>Many threads use a codec at once, and it must be safe for that. It must not keep the stream or
 * the buffer after the call: both are reused.
 *
 * @param <T> the type of the values
 */
public interface Codec<T> extends Decoder<T> {

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
   * Returns the schema of what {@link #encode} writes. A log has it beside the entries. It compares
   * it when it is opened, before it decodes anything.
   *
   * @return the schema, always the same one; empty if the codec has none
   */
  default Optional<Schema> schema() {
    return Optional.empty();
  }

  /**
   * Finds how to decode values that were written under a schema, possibly another than {@link
   * #schema}. A codec without a schema decodes all of them itself.
   *
   * @param written the schema that stands beside the values; empty if there is none
   * @return what decodes them
   * @throws SchemaException if this codec cannot, and why. Unless a codec overrides this, it can
   *     only what was written under its own schema
   */
  default Decoder<T> decoderOf(Optional<Schema> written) throws SchemaException {
    Optional<Schema> own = schema();
    if (own.isEmpty() || own.equals(written)) {
      return this;
    }
    throw new SchemaException(
        "the codec reads only what was written under its own schema ("
            + own.get()
            + "), but there is "
            + written.map(schema -> "another one (" + schema + ")").orElse("none")
            + ": open it with the codec that wrote it",
        List.of());
  }
}
