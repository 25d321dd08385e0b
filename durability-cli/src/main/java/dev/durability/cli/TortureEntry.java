package dev.durability.cli;

import dev.durability.codec.Codec;
import dev.durability.errors.CodecException;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An entry. Its bytes follow from the numbers that it carries, so that a log can be checked without
 * a second copy.
 *
 * @param life the life of the process that wrote it, from 1
 * @param writer who wrote it, from 0
 * @param n what that writer wrote it as: an entry of its own, or an atomic batch
 * @param part which entry of the batch, from 0
 * @param parts how many entries the batch has; 1 for an entry of its own
 * @param fillerBytes how many bytes follow
 */
record TortureEntry(int life, int writer, long n, int part, int parts, int fillerBytes) {
  private static final int NUMBERS_BYTES = 4 + 1 + 8 + 1 + 1 + 4;
  private static final long MIX = 0x9E3779B97F4A7C15L;

  /** A number that follows from the others, well mixed. */
  long mixed() {
    long mixed = n * 31 + life;
    mixed = (mixed * MIX + writer) * MIX;
    mixed = (mixed ^ (mixed >>> 32)) * MIX + part * 257L + parts;
    return (mixed ^ (mixed >>> 29)) * MIX + fillerBytes;
  }

  /** Whether it ends a batch, or is an entry of its own. */
  boolean isLast() {
    return part == parts - 1;
  }

  /** Writes entries, and refuses to read what none of them can be. */
  static final class Bytes implements Codec<TortureEntry> {
    @Override
    public void encode(TortureEntry entry, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      data.writeInt(entry.life);
      data.writeByte(entry.writer);
      data.writeLong(entry.n);
      data.writeByte(entry.part);
      data.writeByte(entry.parts);
      data.writeInt(entry.fillerBytes);
      long mixed = entry.mixed();
      byte[] filler = new byte[entry.fillerBytes];
      for (int i = 0; i < filler.length; i++) {
        filler[i] = filler(mixed, i);
      }
      data.write(filler);
      data.flush();
    }

    @Override
    public TortureEntry decode(ByteBuffer in) throws IOException {
      if (in.remaining() < NUMBERS_BYTES) {
        throw new CodecException(
            "an entry of " + in.remaining() + " bytes, which was never" + " written");
      }
      in.order(ByteOrder.BIG_ENDIAN);
      TortureEntry entry =
          new TortureEntry(in.getInt(), in.get(), in.getLong(), in.get(), in.get(), in.getInt());
      long mixed = entry.mixed();
      boolean isWhole = in.remaining() == entry.fillerBytes;
      for (int i = 0; isWhole && i < entry.fillerBytes; i++) {
        isWhole = in.get() == filler(mixed, i);
      }
      if (!isWhole) {
        throw new CodecException("an entry with other bytes than were written: " + entry);
      }
      return entry;
    }

    private static byte filler(long mixed, int i) {
      return (byte) (mixed >>> (8 * (i & 7)) ^ i);
    }
  }
}
