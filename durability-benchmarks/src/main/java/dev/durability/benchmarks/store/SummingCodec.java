package dev.durability.benchmarks.store;

import dev.durability.codec.Codec;
import dev.durability.wal.WalReplay;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Adds up the first 8 bytes of each entry while it is decoded, and makes no object: the least that
 * a replay can do with an entry. One thread.
 */
public final class SummingCodec implements Codec<SummingCodec>, WalReplay<SummingCodec> {
  private long sum;
  private long entries;

  /** Makes one that has seen nothing. */
  public SummingCodec() {}

  /** {@return the sum of the first 8 bytes, big-endian, of each entry} */
  public long sum() {
    return sum;
  }

  /** {@return how many entries there were} */
  public long entries() {
    return entries;
  }

  @Override
  public void encode(SummingCodec value, OutputStream out) throws IOException {
    throw new IOException("this codec only reads");
  }

  @Override
  public SummingCodec decode(ByteBuffer in) {
    sum += Long.reverseBytes(in.getLong());
    entries++;
    return this;
  }

  @Override
  public void entry(long id, SummingCodec entry) {}
}
