package dev.durability.checkpoint;

import dev.durability.codec.Codec;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * Reads the payload of a checkpoint that is one value.
 *
 * @param codec turns bytes into the value
 */
record ValueParser<T>(Codec<T> codec) implements Checkpoints.Parser<T> {
  private static final int VALUE_BYTES_MAX = Integer.MAX_VALUE - 8;

  @Override
  public T readFrom(InputStream in) throws IOException {
    return readFrom(in, Optional.empty());
  }

  @Override
  public T readFrom(InputStream in, Optional<Schema> written) throws IOException {
    if (written.isPresent() && codec.schema().isEmpty()) {
      throw withoutSchema("the codec", written.get());
    }
    Decoder<T> decoder = codec.decoderOf(written);
    byte[] bytes = in.readNBytes(VALUE_BYTES_MAX);
    if (in.read() >= 0) {
      throw new CodecException(
          "the checkpoint has more than "
              + VALUE_BYTES_MAX
              + " bytes, too many for one value: read it as a stream");
    }
    try {
      return decoder.decode(
          ByteBuffer.wrap(bytes).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN));
    } catch (Exception refused) { // Also one that is checked and not declared.
      throw new CodecException(
          "decoding the value of a checkpoint: "
              + (refused instanceof CodecException ? refused.getMessage() : refused)
              + ". The bytes are as they were written: read them with the codec that wrote them",
          refused);
    }
  }

  /** What has a schema is no mere bytes: read as another value, it might pass. */
  static SchemaException withoutSchema(String reader, Schema written) {
    return new SchemaException(
        "the payload has a schema ("
            + written
            + "), and "
            + reader
            + " knows of none: read it with Checkpoints.parser and the codec that wrote it, or as"
            + " bytes with CheckpointReader",
        List.of());
  }
}
