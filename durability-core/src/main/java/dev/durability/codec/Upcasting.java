package dev.durability.codec;

import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A codec that also reads what a former one wrote, and converts it.
 *
 * @param <T> the type of the values
 * @param <F> their former type
 */
final class Upcasting<T, F> implements Codec<T> {
  private final Codec<T> codec;
  private final Codec<F> former;
  private final Function<? super F, ? extends T> convert;

  Upcasting(Codec<T> codec, Codec<F> former, Function<? super F, ? extends T> convert) {
    this.codec = codec;
    this.former = former;
    this.convert = convert;
  }

  @Override
  public void encode(T value, OutputStream out) throws IOException {
    codec.encode(value, out);
  }

  @Override
  public T decode(ByteBuffer in) throws IOException {
    return codec.decode(in);
  }

  @Override
  public Optional<Schema> schema() {
    return codec.schema();
  }

  /** A codec whose very schema was written goes first, then the newest that can read it. */
  @Override
  public Decoder<T> decoderOf(Optional<Schema> written) throws SchemaException {
    if (isOwn(codec, written)) {
      return codec.decoderOf(written);
    } else if (isOwn(former, written)) {
      return converting(written);
    }
    try {
      return decoderOf(codec, written);
    } catch (SchemaException now) {
      try {
        return converting(written);
      } catch (SchemaException before) {
        now.addSuppressed(before);
        throw now;
      }
    }
  }

  /** Whether a codec, or one before it in its chain, has a schema. */
  static boolean isOwn(Codec<?> codec, Optional<Schema> written) {
    return codec.schema().equals(written)
        || (codec instanceof Upcasting<?, ?> chain
            && (isOwn(chain.codec, written) || isOwn(chain.former, written)));
  }

  /** Without a schema nothing but the caller tells which version wrote a value. */
  private static <V> Decoder<V> decoderOf(Codec<V> codec, Optional<Schema> written)
      throws SchemaException {
    if (written.isEmpty() && codec instanceof PostcardCodec<V> each && !each.readsByPosition()) {
      throw new SchemaException(
          "there is no schema beside the values, so nothing tells which version wrote them: give"
              + " the chain that one with readingByPosition()",
          List.of());
    }
    return codec.decoderOf(written);
  }

  private Decoder<T> converting(Optional<Schema> written) throws SchemaException {
    Decoder<F> decoder = decoderOf(former, written);
    return in -> convert(decoder.decode(in));
  }

  private T convert(F value) throws CodecException {
    T converted;
    try {
      converted = convert.apply(value);
    } catch (RuntimeException e) {
      throw new CodecException("converting a value of a former schema failed: " + e, e);
    }
    if (converted == null) {
      throw new CodecException("converting a value of a former schema gave null");
    }
    return converted;
  }
}
