package dev.durability.bookkeeper.proof;

import dev.durability.codec.Codec;
import dev.durability.errors.CodecException;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An entry.
 *
 * @param life the writer that wrote it: each has a number of its own
 * @param n its place in the log: each entry says its own entry id
 * @param fillerBytes how many bytes follow
 */
record ProofEntry(int life, long n, int fillerBytes) {
  private static final int NUMBERS_BYTES = 16;

  /** Refuses bytes that were never written. */
  static final class Bytes implements Codec<ProofEntry> {
    @Override
    public void encode(ProofEntry entry, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      data.writeInt(entry.life);
      data.writeLong(entry.n);
      data.writeInt(entry.fillerBytes);
      for (int i = 0; i < entry.fillerBytes; i++) {
        data.writeByte(entry.filler(i));
      }
      data.flush();
    }

    @Override
    public ProofEntry decode(ByteBuffer in) throws IOException {
      in.order(ByteOrder.BIG_ENDIAN);
      if (in.remaining() < NUMBERS_BYTES) {
        throw new CodecException("an entry of " + in.remaining() + " bytes");
      }
      ProofEntry entry = new ProofEntry(in.getInt(), in.getLong(), in.getInt());
      boolean whole = in.remaining() == entry.fillerBytes;
      for (int i = 0; whole && i < entry.fillerBytes; i++) {
        whole = in.get() == entry.filler(i);
      }
      if (!whole) {
        throw new CodecException("other bytes than were written: " + entry);
      }
      return entry;
    }
  }

  private byte filler(int i) {
    return (byte) (n * 31 + life * 7L + i);
  }
}
