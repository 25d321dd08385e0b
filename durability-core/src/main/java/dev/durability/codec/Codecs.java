package dev.durability.codec;

import dev.durability.errors.CodecException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Codecs of the simplest values: the bytes of one value, with nothing around them.
 *
 * <p>All of them are stateless and safe for many threads.
 */
public final class Codecs {

  private Codecs() {}

  /**
   * {@return a codec whose bytes are the array itself} Decoding copies them into a new array, so
   * the caller may keep it. A null value is refused with a {@link CodecException}.
   */
  public static Codec<byte[]> bytes() {
    return Bytes.INSTANCE;
  }

  /**
   * {@return a codec of text in UTF-8} It is strict both ways: it refuses malformed bytes, and a
   * string with an unpaired surrogate, with a {@link CodecException}. It never replaces them.
   */
  public static Codec<String> utf8() {
    return Text.INSTANCE;
  }

  /**
   * {@return a codec of a number in 8 bytes, little-endian two's complement} Any other count of
   * bytes is refused with a {@link CodecException}.
   */
  public static Codec<Long> longs() {
    return Longs.INSTANCE;
  }

  private static <T> T present(T value) throws CodecException {
    if (value == null) {
      throw new CodecException("encoding a value: it is null; use another value for absence");
    }
    return value;
  }

  private enum Bytes implements Codec<byte[]> {
    INSTANCE;

    @Override
    public void encode(byte[] value, OutputStream out) throws IOException {
      out.write(present(value));
    }

    @Override
    public byte[] decode(ByteBuffer in) {
      byte[] bytes = new byte[in.remaining()];
      in.get(bytes);
      return bytes;
    }
  }

  private enum Text implements Codec<String> {
    INSTANCE;

    @Override
    public void encode(String value, OutputStream out) throws IOException {
      out.write(Utf8.encode(present(value)));
    }

    @Override
    public String decode(ByteBuffer in) throws IOException {
      return Utf8.decode(Bytes.INSTANCE.decode(in));
    }
  }

  private enum Longs implements Codec<Long> {
    INSTANCE;

    @Override
    public void encode(Long value, OutputStream out) throws IOException {
      long bits = present(value);
      byte[] bytes = new byte[Long.BYTES];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(bits);
      out.write(bytes);
    }

    @Override
    public Long decode(ByteBuffer in) throws IOException {
      if (in.remaining() != Long.BYTES) {
        throw new CodecException(
            "decoding a number: it takes 8 bytes, but there are "
                + in.remaining()
                + "; use the codec that wrote them");
      }
      // Sets the order, too, for callers that pass a big-endian view.
      return in.order(ByteOrder.LITTLE_ENDIAN).getLong();
    }
  }
}
