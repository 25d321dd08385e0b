package dev.durability;

import dev.durability.AppliedState.Expected;
import dev.durability.append.Admission;
import dev.durability.codec.Codec;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import dev.durability.frame.FrameFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Encodes each entry before the log sees it, and decodes it again. So {@code apply} gets what the
 * log holds, and an entry that cannot be decoded does not get into the log.
 */
final class UpdateCodec<E> implements Codec<Update<E>>, Admission<Update<E>> {
  private static final byte[] NONE = new byte[0];
  private static final int USUAL_BYTES_MIN = 128;
  private static final int USUAL_BYTES_MAX = 1024;

  private final Codec<E> codec;
  private final LiveEntries live;
  private final int entryBytesMax;

  /** How many bytes to begin with. A guess, which any thread may overwrite. */
  private int usualBytes = USUAL_BYTES_MIN;

  /** Where updates are expected once they have their place; assigned before the first update. */
  private @Nullable Updates<?, E> updates;

  UpdateCodec(Codec<E> codec, LiveEntries live, int entryBytesMax) {
    this.codec = codec;
    this.live = live;
    this.entryBytesMax = entryBytesMax;
  }

  /** Updates are expected there. Before the first one. */
  void expectIn(Updates<?, E> target) {
    updates = target;
  }

  @Override
  public boolean admits(Update<E> update) {
    return updates == null || updates.admits();
  }

  @Override
  public void placed(Update<E> update, long id) {
    if (updates != null) {
      updates.expect(id, update.expected());
    }
  }

  @Override
  public void roundEnded() {
    if (updates != null) {
      updates.roundEnded();
    }
  }

  /**
   * Makes an update of an entry.
   *
   * @param answers whether it is a {@link Command} whose result is wanted
   * @throws IllegalArgumentException if that is more bytes than the log takes
   * @throws IOException if the codec fails
   */
  Update<E> update(E entry, boolean answers) throws IOException {
    EntryBytes encoded = new EntryBytes(usualBytes, entryBytesMax);
    codec.encode(entry, encoded);
    usualBytes = Math.max(usualBytes, Math.min(encoded.size(), USUAL_BYTES_MAX));
    E applied = live == LiveEntries.AS_PASSED ? entry : decodeAgain(encoded);
    int size = encoded.size();
    return new Update<>(
        applied,
        encoded.bytes(),
        size,
        new Expected<>(applied, FrameFormat.frameBytes(size), answers));
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
    return new Update<>(decoder.decode(in), NONE, size, null);
  }
}
