package dev.durability.benchmarks.store;

import dev.durability.codec.Codec;
import dev.durability.codec.Schema;
import dev.durability.wal.WalReplay;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Adds up the first 8 bytes of each entry while it is decoded, and makes no object: the least that
 * a replay can do with an entry. One thread.
 */
public final class SummingCodec implements Codec<SummingCodec>, WalReplay<SummingCodec> {
  /** That of the entries of {@link OwnLog}: they are read as those of a program with a schema. */
  static final Schema SCHEMA = Schema.of("application/octet-stream", new byte[0]);

  private static final Optional<Schema> WRITTEN = Optional.of(SCHEMA);

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
  public Optional<Schema> schema() {
    return WRITTEN;
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
