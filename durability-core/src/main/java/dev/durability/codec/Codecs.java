package dev.durability.codec;

import dev.durability.errors.CodecException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.Function;

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
   * Returns a codec of bytes that another program encoded under a schema: for tools that cut a log
   * without its classes. It hands out the bytes of entries under any schema. So a tool that copies
   * entries to another log takes those of one schema at a time: all that it writes has this one.
   *
   * @param schema how the bytes are encoded that are going to be written
   * @return the codec
   */
  public static Codec<byte[]> bytes(Schema schema) {
    return new ForeignBytes(Optional.of(schema));
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

  /**
   * Returns a codec that also reads what a former codec wrote, and converts it: for changes that
   * need code. The former codec may be such a codec itself, so conversions from each version to the
   * next make a chain.
   *
   * <p>It writes as {@code codec} does. What was written under the very schema of a codec in the
   * chain is read by that one. What was written under any other schema is read by the newest codec
   * that can. What has no schema is read only by a codec that is {@linkplain
   * PostcardCodec#readingByPosition told to}.
   *
   * @param codec the codec of the values as they are now; it has a schema
   * @param former the codec of the values as they were; it has a schema, another one
   * @param convert makes a value of a former one, and must be deterministic. What it throws, and
   *     null, become a {@link CodecException} where the value is decoded
   * @param <T> the type of the values
   * @param <F> their former type
   * @return the codec
   * @throws IllegalArgumentException if one of the codecs has no schema, or a former one in the
   *     chain has that of {@code codec}
   */
  public static <T, F> Codec<T> upcasting(
      Codec<T> codec, Codec<F> former, Function<? super F, ? extends T> convert) {
    if (codec.schema().isEmpty() || former.schema().isEmpty()) {
      throw new IllegalArgumentException("a codec without a schema cannot be told from another");
    } else if (Upcasting.isOwn(former, codec.schema())) {
      throw new IllegalArgumentException(
          "the codec and a former one have the same schema, so nothing tells which of them wrote a"
              + " value: give the type or a component another name");
    }
    return new Upcasting<>(codec, former, convert);
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

  private record ForeignBytes(Optional<Schema> schema) implements Codec<byte[]> {
    @Override
    public void encode(byte[] value, OutputStream out) throws IOException {
      Bytes.INSTANCE.encode(value, out);
    }

    @Override
    public byte[] decode(ByteBuffer in) {
      return Bytes.INSTANCE.decode(in);
    }

    @Override
    public Decoder<byte[]> decoderOf(Optional<Schema> written) {
      return this;
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
