package dev.durability.codec;

import dev.durability.errors.CodecException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects the bytes of one value, so that nothing of a failed value reaches the caller's stream.
 */
final class PostcardOutput extends ValuePath {

  private static final int SIZE_MAX = Integer.MAX_VALUE - 8;

  private byte[] bytes = new byte[64];
  private int size;
  private final List<Repeats> unsure = new ArrayList<>(0);

  PostcardOutput(Class<?> root) {
    super(root);
  }

  /** Refuses null, which has no encoding. */
  <V> V present(@Nullable V value) throws CodecException {
    if (value == null) {
      throw failure(
          "it is null, which cannot be encoded; use Optional for a value that may be absent", null);
    }
    return value;
  }

  void raw(int octet) throws CodecException {
    ensure(1);
    bytes[size++] = (byte) octet;
  }

  void raw(byte[] octets) throws CodecException {
    ensure(octets.length);
    System.arraycopy(octets, 0, bytes, size, octets.length);
    size += octets.length;
  }

  /** Writes four bytes, little-endian. */
  void fixed32(int bits) throws CodecException {
    ensure(Integer.BYTES);
    littleEndian().putInt(size, bits);
    size += Integer.BYTES;
  }

  /** Writes eight bytes, little-endian. */
  void fixed64(long bits) throws CodecException {
    ensure(Long.BYTES);
    littleEndian().putLong(size, bits);
    size += Long.BYTES;
  }

  private ByteBuffer littleEndian() {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Writes an unsigned number, seven bits per byte, lowest first. */
  void varint(long unsigned) throws CodecException {
    ensure(10);
    long rest = unsigned;
    while ((rest & ~0x7FL) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  /** Writes a signed number so that those near zero are short: 0, -1, 1, -2 become 0, 1, 2, 3. */
  void zigzag(long signed) throws CodecException {
    varint((signed << 1) ^ (signed >> 63));
  }

  void text(String text) throws CodecException {
    byte[] utf8;
    try {
      utf8 = Utf8.encode(text);
    } catch (CodecException e) {
      throw failure(String.valueOf(e.getMessage()), e);
    }
    varint(utf8.length);
    raw(utf8);
  }

  private void ensure(int more) throws CodecException {
    if (bytes.length - size < more) {
      long wanted = (long) size + more;
      if (wanted > SIZE_MAX) {
        throw failure("the value takes more than 2 GiB; split it", null);
      }
      bytes = Arrays.copyOf(bytes, (int) Math.min(SIZE_MAX, Math.max(wanted, 2L * bytes.length)));
    }
  }

  @Override
  int bytes() {
    return size;
  }

  /** Looks for equal keys later, once it is known that comparing them does not take too long. */
  void lookLaterFor(Repeats repeats) {
    unsure.add(repeats);
  }

  /** After all is written, refuses what a decoder would refuse. */
  void checkComparisons() throws CodecException {
    checkComparisons(size);
    for (Repeats each : unsure) {
      each.refuse();
    }
  }

  void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, size);
  }
}
