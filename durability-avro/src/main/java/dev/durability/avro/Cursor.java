package dev.durability.avro;

import dev.durability.errors.CodecException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.avro.Schema;

/** Goes over the bytes of a value in Avro's binary encoding, and trusts none of them. */
final class Cursor {
  private static final int LEVELS_MAX = 200;
  private static final int VARINT_BITS = 7;

  private final ByteBuffer in;
  private int levels;

  Cursor(ByteBuffer in) {
    this.in = in.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A record, an array or a map begins. */
  void enter() throws CodecException {
    if (++levels > LEVELS_MAX) {
      throw failure("values are within each other more than " + LEVELS_MAX + " deep");
    }
  }

  /** It ends. */
  void leave() {
    levels--;
  }

  boolean readBoolean() throws CodecException {
    require(1);
    byte value = in.get();
    if (value != 0 && value != 1) {
      throw failure("a boolean is " + value);
    }
    return value == 1;
  }

  int readInt() throws CodecException {
    long value = readLong();
    if (value != (int) value) {
      throw failure("an int is " + value);
    }
    return (int) value;
  }

  long readLong() throws CodecException {
    long bits = 0;
    for (int shift = 0; shift < Long.SIZE; shift += VARINT_BITS) {
      require(1);
      byte each = in.get();
      bits |= (long) (each & 0x7F) << shift;
      if (each >= 0) {
        return (bits >>> 1) ^ -(bits & 1);
      }
    }
    throw failure("a number has more than 10 bytes");
  }

  float readFloat() throws CodecException {
    require(Float.BYTES);
    return in.getFloat();
  }

  double readDouble() throws CodecException {
    require(Double.BYTES);
    return in.getDouble();
  }

  /** The length of bytes or of a string, which are there. */
  int readLength() throws CodecException {
    long length = readLong();
    require(length);
    return (int) length;
  }

  void skip(int bytes) throws CodecException {
    require(bytes);
    in.position(in.position() + bytes);
  }

  byte[] read(int bytes) throws CodecException {
    require(bytes);
    byte[] read = new byte[bytes];
    in.get(read);
    return read;
  }

  /** The index of a branch or a symbol. */
  int readIndex(List<?> all) throws CodecException {
    int index = readInt();
    if (index < 0 || index >= all.size()) {
      throw failure("there is no branch or symbol " + index);
    }
    return index;
  }

  /** What reads an element of an array, or a key of a map and its value. */
  interface Element {
    void read() throws CodecException;
  }

  /** Goes over the blocks of an array or a map, whose elements take at least a byte each. */
  void blocks(Element element) throws CodecException {
    enter();
    for (long count = readLong(); count != 0; count = readLong()) {
      long end = -1;
      if (count < 0) {
        count = -count;
        long bytes = readLong();
        require(bytes);
        end = in.position() + bytes;
      }
      require(count);
      for (long i = 0; i < count; i++) {
        element.read();
      }
      if (end >= 0 && end != in.position()) {
        throw failure("a block has another length than it says");
      }
    }
    leave();
  }

  /** The value is over. */
  void end(Schema type) throws CodecException {
    if (in.hasRemaining()) {
      throw failure(
          in.remaining()
              + " bytes are left after a "
              + type.getType()
              + "; it was written as"
              + " another type");
    }
  }

  private void require(long bytes) throws CodecException {
    if (bytes < 0 || bytes > in.remaining()) {
      throw failure(bytes + " more bytes or elements are needed");
    }
  }

  private CodecException failure(String problem) {
    return new CodecException(
        "decoding Avro: offset "
            + in.position()
            + ", "
            + in.remaining()
            + " bytes remain: "
            + problem);
  }
}
