package dev.durability.cli;

import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A single bit that makes a damaged frame whole if it is turned. That it was the damage is likely,
 * and not proven: of random damage to a frame of 64 KiB, one in 8,000 looks so, to a piece of 1 MiB
 * one in 500.
 *
 * @param file the segment or the checkpoint
 * @param offset the byte
 * @param bit the bit in it, 0 for the lowest
 * @param right the byte with the bit turned
 */
record FlippedBit(String file, long offset, int bit, int right) {
  private static final int FRAME_BYTES_MAX = 64 << 10;
  private static final int PIECE_BYTES_MAX = 1 << 20;
  private static final int HEADER_BYTES = 16;
  private static final int END_BYTES = 32;
  private static final int ALIGNMENT = 8;
  private static final int LENGTH_BITS = 28;
  private static final int KIND_MAX = 6;
  private static final int SALT_OFFSET = 56;
  private static final int[] CRC_TABLE = table();

  /**
   * Looks for it.
   *
   * @param from where the frame begins
   * @param to where what is intact after it begins: the frame has to end there
   * @param id the entry that has to be in it
   * @return null if there is none, or the frame is larger than 64 KiB
   */
  static @Nullable FlippedBit in(Directory log, String file, long from, long to, long id)
      throws IOException {
    if (to - from > FRAME_BYTES_MAX) {
      return null;
    }
    try (ReadFile open = log.open(file)) {
      return in(open, file, from, to, id, id);
    }
  }

  /** Looks for it in a MARK or the END of a segment, which have no entry. */
  static @Nullable FlippedBit inMark(Directory log, String file, long from, long nextId)
      throws IOException {
    return in(log, file, from, from + END_BYTES, nextId);
  }

  /**
   * Looks for it in the header of a segment. It may be that of another name.
   *
   * @return null if there is none
   */
  static @Nullable FlippedBit inHeader(Directory log, String file) throws IOException {
    ByteBuffer read = FileBytes.read(log, file, 0, DamagedBytes.HEADER_BYTES);
    byte[] header = new byte[read.remaining()];
    read.get(0, header);
    for (int bit = 0;
        header.length == DamagedBytes.HEADER_BYTES && bit < header.length * Byte.SIZE;
        bit++) {
      turn(header, bit);
      if (!DamagedBytes.nameIn(ByteBuffer.wrap(header)).isEmpty()) {
        int at = bit / Byte.SIZE;
        return new FlippedBit(file, at, bit % Byte.SIZE, header[at] & 0xff);
      }
      turn(header, bit);
    }
    return null;
  }

  /**
   * Looks for it in a piece or the END of a checkpoint. Its pieces are as large as they may be, but
   * for the last one.
   *
   * @param from where the frame begins
   * @return null if there is none, or the writer made other pieces
   */
  static @Nullable FlippedBit inCheckpoint(Directory log, String file, long from)
      throws IOException {
    try (ReadFile open = log.open(file)) {
      long end = open.size() - END_BYTES;
      long to =
          from == end ? open.size() : Math.min(end, from + HEADER_BYTES + (long) PIECE_BYTES_MAX);
      long piecesBefore = from / (HEADER_BYTES + PIECE_BYTES_MAX);
      // The id of END is one more than that of the last piece.
      return in(open, file, from, to, piecesBefore + 1, piecesBefore + 2);
    }
  }

  private static @Nullable FlippedBit in(
      ReadFile open, String file, long from, long to, long idMin, long idMax) throws IOException {
    if (to - from < HEADER_BYTES) {
      return null;
    }
    int salt = FileBytes.read(open, SALT_OFFSET, Integer.BYTES).getInt(0);
    ByteBuffer frame = FileBytes.read(open, from, (int) (to - from));
    byte[] bytes = new byte[frame.remaining()];
    frame.get(0, bytes);
    int at = bytes.length < to - from ? -1 : bitOf(bytes, salt, idMin, idMax);
    return at < 0
        ? null
        : new FlippedBit(
            file,
            from + at / Byte.SIZE,
            at % Byte.SIZE,
            (bytes[at / Byte.SIZE] ^ 1 << at % Byte.SIZE) & 0xff);
  }

  /** The number of the bit in the frame, or -1. */
  private static int bitOf(byte[] bytes, int salt, long idMin, long idMax) {
    int length = length(bytes);
    int found = -1;
    if (fits(length, bytes.length)) {
      int difference = (get(bytes, 0) ^ salt) ^ checksum(bytes, length);
      found =
          Integer.bitCount(difference) == 1
              ? Integer.numberOfTrailingZeros(difference)
              : inWhatIsChecked(difference, HEADER_BYTES + length);
    }
    for (int bit = 0; found < 0 && bit < LENGTH_BITS; bit++) {
      int at = Integer.BYTES * Byte.SIZE + bit;
      turn(bytes, at);
      int other = length(bytes);
      boolean isRight =
          fits(other, bytes.length) && (get(bytes, 0) ^ salt) == checksum(bytes, other);
      turn(bytes, at);
      found = isRight ? at : -1;
    }
    return found >= 0 && isFrame(bytes, found, idMin, idMax) ? found : -1;
  }

  private static boolean isFrame(byte[] bytes, int bit, long idMin, long idMax) {
    turn(bytes, bit);
    ByteBuffer frame = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int kind = frame.getInt(4) >>> LENGTH_BITS;
    long id = frame.getLong(8);
    boolean isFrame = kind > 0 && kind <= KIND_MAX && id >= idMin && id <= idMax;
    turn(bytes, bit);
    return isFrame;
  }

  /** Which bit changes the checksum by that. From the last byte back, each step is one of a CRC. */
  private static int inWhatIsChecked(int difference, int frameBytes) {
    int[] ofBit = new int[Byte.SIZE];
    for (int bit = 0; bit < Byte.SIZE; bit++) {
      ofBit[bit] = CRC_TABLE[1 << bit];
    }
    for (int at = frameBytes - 1; at >= Integer.BYTES; at--) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        if (ofBit[bit] == difference) {
          return at * Byte.SIZE + bit;
        }
        ofBit[bit] = CRC_TABLE[ofBit[bit] & 0xff] ^ ofBit[bit] >>> Byte.SIZE;
      }
    }
    return -1;
  }

  private static boolean fits(int length, int frameBytes) {
    long padded = (HEADER_BYTES + (long) length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return padded == frameBytes;
  }

  private static int length(byte[] bytes) {
    return get(bytes, Integer.BYTES) & (1 << LENGTH_BITS) - 1;
  }

  private static int get(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
  }

  private static void turn(byte[] bytes, int bit) {
    bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, Integer.BYTES, HEADER_BYTES - Integer.BYTES + length);
    return (int) crc.getValue();
  }

  private static int[] table() {
    int[] table = new int[1 << Byte.SIZE];
    for (int i = 0; i < table.length; i++) {
      int crc = i;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ 0x82f63b78; // CRC-32C, reflected.
      }
      table[i] = crc;
    }
    return table;
  }

  /** What shows it. */
  String evidence() {
    return "likely one bit: with bit "
        + bit
        + " of offset "
        + offset
        + " of "
        + file
        + " turned, what is there has its checksum, and is what belongs there";
  }

  /** What turns it back, in a copy. */
  String command() {
    return String.format(
        Locale.ROOT,
        "'printf \"\\%03o\" | dd of=%s bs=1 seek=%d conv=notrunc status=none'",
        right,
        Mending.inCopy(file),
        offset);
  }

  /** The file with it turned back. */
  ReadFile turnedBack(ReadFile damaged) {
    return new TurnedBack(damaged, offset, (byte) right);
  }

  private record TurnedBack(ReadFile file, long offset, byte right) implements ReadFile {

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      int begin = target.position();
      int count = file.read(target, position);
      if (offset >= position && offset < position + count) {
        target.put(begin + (int) (offset - position), right);
      }
      return count;
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
