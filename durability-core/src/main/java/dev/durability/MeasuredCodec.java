package dev.durability;

import dev.durability.codec.Codec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Tells how many bytes the entry took that a replay decoded last. */
final class MeasuredCodec<E> implements Codec<E> {
  private final Codec<E> codec;
  private int lastDecodedBytes;

  MeasuredCodec(Codec<E> codec) {
    this.codec = codec;
  }

  int lastDecodedBytes() {
    return lastDecodedBytes;
  }

  @Override
  public void encode(E value, OutputStream out) throws IOException {
    codec.encode(value, out);
  }

  @Override
  public E decode(ByteBuffer in) throws IOException {
    lastDecodedBytes = in.remaining();
    return codec.decode(in);
  }
}
