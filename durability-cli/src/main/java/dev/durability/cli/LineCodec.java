package dev.durability.cli;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.Schema;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Lines as they are. A log says that its entries are lines, so that nobody mixes them with others.
 */
enum LineCodec implements Codec<byte[]> {
  INSTANCE;

  /** The media type of lines; the descriptor is empty. */
  static final String MEDIA_TYPE = "application/vnd.durability.lines";

  private static final Optional<Schema> SCHEMA = Optional.of(Schema.of(MEDIA_TYPE, new byte[0]));

  @Override
  public void encode(byte[] value, OutputStream out) throws IOException {
    Codecs.bytes().encode(value, out);
  }

  @Override
  public byte[] decode(ByteBuffer in) throws IOException {
    return Codecs.bytes().decode(in);
  }

  @Override
  public Optional<Schema> schema() {
    return SCHEMA;
  }
}
