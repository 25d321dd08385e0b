package dev.durability.codec;

import dev.durability.errors.CodecException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads the bytes of one value and trusts none of them. */
final class PostcardInput extends ValuePath {

  private final ByteBuffer in;
  private final int start;
  private final int size;

  PostcardInput(Class<?> root, ByteBuffer in) {
    super(root);
    this.in = in.order(ByteOrder.LITTLE_ENDIAN);
    this.start = in.position();
    this.size = in.remaining();
  }

  int remaining() {
    return in.remaining();
  }

  byte raw() throws CodecException {
    require(1);
    return in.get();
  }

  byte[] raw(int length) throws CodecException {
    require(length);
    byte[] octets = new byte[length];
    in.get(octets);
    return octets;
  }

  int fixed32() throws CodecException {
    require(Integer.BYTES);
    return in.getInt();
  }

  long fixed64() throws CodecException {
    require(Long.BYTES);
    return in.getLong();
  }

  /**
   * Reads an unsigned number. As in postcard, a longer form than needed is accepted, if it takes no
   * more bytes than the widest number and its last byte fits the width.
   *
   * @param width the width of the number in bits: 16, 32 or 64
   */
  long varint(int width) throws CodecException {
    long value = 0;
    for (int shift = 0; shift < width; shift += 7) {
      require(1);
      int octet = in.get() & 0xFF;
      int bitsLeft = width - shift;
      if (bitsLeft < 7 && octet >>> bitsLeft != 0) {
        break;
      }
      value |= (octet & 0x7FL) << shift;
      if (octet < 0x80) {
        return value;
      }
    }
    throw failure("a number does not fit its " + width + " bits", null);
  }

  /** Reads a signed number; see {@link PostcardOutput#zigzag}. */
  long zigzag(int width) throws CodecException {
    long unsigned = varint(width);
    return (unsigned >>> 1) ^ -(unsigned & 1);
  }

  /**
   * Reads a length in bytes, or a count of elements that take at least a byte each. Checks it
   * against the bytes that remain, before any memory is taken for it.
   */
  int length() throws CodecException {
    long length = varint(64);
    if (Long.compareUnsigned(length, in.remaining()) > 0) {
      throw failure(
          "a length of "
              + Long.toUnsignedString(length)
              + " is more than the "
              + in.remaining()
              + " bytes that remain",
          null);
    }
    return (int) length;
  }

  String text() throws CodecException {
    byte[] utf8 = raw(length());
    try {
      return Utf8.decode(utf8);
    } catch (CodecException e) {
      throw failure(String.valueOf(e.getMessage()), e);
    }
  }

  private void require(int octets) throws CodecException {
    if (in.remaining() < octets) {
      throw failure(
          "the bytes end in the middle of a value: they were cut short, or written as"
              + " another type",
          null);
    }
  }

  /**
   * Called when the keys of a set or map were read and are about to be compared. Refuses them if
   * that would take too long.
   */
  void compareWithinBounds(Keys keys) throws CodecException {
    boolean unused = compare(keys);
    checkComparisons(size);
  }

  @Override
  int bytes() {
    return in.position() - start;
  }

  @Override
  String activity() {
    return "decoding";
  }

  @Override
  String position() {
    return " at byte " + bytes();
  }
}
