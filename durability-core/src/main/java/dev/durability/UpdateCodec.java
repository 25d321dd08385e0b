package dev.durability;

import dev.durability.codec.Codec;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Optional;

/**
 * Encodes each entry before the log sees it, and decodes it again. So {@code apply} gets what the
 * log holds, and an entry that cannot be decoded does not get into the log.
 */
final class UpdateCodec<E> implements Codec<Update<E>> {
  private static final byte[] NONE = new byte[0];

  private final Codec<E> codec;
  private final LiveEntries live;
  private final int entryBytesMax;

  UpdateCodec(Codec<E> codec, LiveEntries live, int entryBytesMax) {
    this.codec = codec;
    this.live = live;
    this.entryBytesMax = entryBytesMax;
  }

  /**
   * Makes an update of an entry.
   *
   * @throws IllegalArgumentException if that is more bytes than the log takes
   * @throws IOException if the codec fails
   */
  Update<E> update(E entry) throws IOException {
    EntryBytes encoded = new EntryBytes(entryBytesMax);
    codec.encode(entry, encoded);
    E applied = live == LiveEntries.AS_PASSED ? entry : decodeAgain(encoded);
    return new Update<>(applied, encoded.bytes(), encoded.size());
  }

  private E decodeAgain(EntryBytes encoded) throws CodecException {
    ByteBuffer in = ByteBuffer.wrap(encoded.bytes(), 0, encoded.size()).asReadOnlyBuffer();
    try {
      return Objects.requireNonNull(
          codec.decode(in.order(ByteOrder.LITTLE_ENDIAN)), "Codec.decode returned null");
    } catch (IOException | RuntimeException e) {
      throw new CodecException(
          "the codec cannot decode the entry that it has just encoded ("
              + e
              + "); nothing was appended",
          e);
    }
  }

  @Override
  public void encode(Update<E> update, OutputStream out) throws IOException {
    out.write(update.bytes(), 0, update.size());
  }

  @Override
  public Optional<Schema> schema() {
    return codec.schema();
  }

  @Override
  public Decoder<Update<E>> decoderOf(Optional<Schema> written) throws SchemaException {
    Decoder<E> decoder = codec.decoderOf(written);
    return in -> decoded(decoder, in);
  }

  @Override
  public Update<E> decode(ByteBuffer in) throws IOException {
    return decoded(codec, in);
  }

  private static <E> Update<E> decoded(Decoder<E> decoder, ByteBuffer in) throws IOException {
    int size = in.remaining();
    return new Update<>(decoder.decode(in), NONE, size);
  }
}
