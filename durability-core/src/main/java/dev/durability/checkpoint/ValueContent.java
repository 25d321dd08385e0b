package dev.durability.checkpoint;

import dev.durability.codec.Codec;
import dev.durability.codec.Schema;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/**
 * The payload of a checkpoint that is one value, with the schema of its codec.
 *
 * @param codec turns the value into bytes
 * @param value the value
 */
record ValueContent<T>(Codec<T> codec, T value) implements Checkpoints.Content {
  @Override
  public void writeTo(OutputStream out) throws IOException {
    codec.encode(value, out);
  }

  @Override
  public Optional<Schema> schema() {
    return codec.schema();
  }
}
