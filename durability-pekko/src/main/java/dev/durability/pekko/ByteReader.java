package dev.durability.pekko;

import dev.durability.errors.CodecException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads what {@link ByteWriter} wrote, and trusts none of it. */
final class ByteReader {
  private final ByteBuffer in;

  ByteReader(ByteBuffer in) {
    this.in = in;
  }

  int one() throws CodecException {
    if (!in.hasRemaining()) {
      throw broken("it ends too early");
    }
    return in.get() & 0xff;
  }

  long number() throws CodecException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int group = one();
      value |= (group & 0x7fL) << shift;
      if (group < 0x80) {
        return value;
      }
    }
    throw broken("a number has more than 64 bits");
  }

  long signed() throws CodecException {
    long value = number();
    return (value >>> 1) ^ -(value & 1);
  }

  /** Reads how many things follow, each of which takes at least one byte. */
  int count() throws CodecException {
    long count = number();
    if (count < 0 || count > in.remaining()) {
      throw broken("it is to have " + count + " more parts, in " + in.remaining() + " bytes");
    }
    return (int) count;
  }

  byte[] bytes() throws CodecException {
    byte[] bytes = new byte[count()];
    in.get(bytes);
    return bytes;
  }

  String text() throws CodecException {
    ByteBuffer utf8 = ByteBuffer.wrap(bytes());
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(utf8);
      return text.toString();
    } catch (CharacterCodingException e) {
      throw new CodecException("an entry of the journal has text that is not UTF-8", e);
    }
  }

  void requireEnd() throws CodecException {
    if (in.hasRemaining()) {
      throw broken(in.remaining() + " bytes are left at its end");
    }
  }

  static CodecException broken(String what) {
    return new CodecException("these are not the bytes of an entry of the journal: " + what);
  }
}
