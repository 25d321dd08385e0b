package dev.durability.segment;

import dev.durability.codec.Codec;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import dev.durability.frame.FrameRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the entries of a log, each by the schema that stands before it, and says which one it was
 * that a codec refused. Any number of threads.
 *
 * @param <E> the type of the entries
 */
public final class Decoding<E> {
  private final Codec<E> codec;

  /** What was used last. Threads may overwrite each other's. */
  private @Nullable Known<E> known;

  /**
   * How entries of a schema are decoded.
   *
   * @param schema the schema
   * @param decoder decodes them
   */
  private record Known<E>(Optional<Schema> schema, Decoder<E> decoder) {}

  /** Decodes with a codec. */
  public Decoding(Codec<E> codec) {
    this.codec = codec;
  }

  /**
   * Decodes the entry that a run stepped over.
   *
   * @param written the schema that stands before it
   * @throws SchemaException if the codec cannot read that
   * @throws CodecException if the codec throws any other exception, which is its cause: the bytes
   *     are in memory, so that none is of the storage
   */
  E decode(FrameRun run, Optional<Schema> written, Supplier<SegmentName> segment)
      throws IOException {
    Known<E> last = known;
    Decoder<E> decoder =
        last != null && last.schema.equals(written)
            ? last.decoder
            : decoderOf(written, run.id(), segment);
    ByteBuffer payload = run.payload();
    try {
      return decoder.decode(payload);
    } catch (Exception refused) { // Also one that is checked and not declared.
      String file = segment.get().path();
      throw refusal(run.id(), "which ends at offset " + run.offset() + " of " + file, refused);
    }
  }

  private Decoder<E> decoderOf(Optional<Schema> written, long id, Supplier<SegmentName> segment)
      throws SchemaException {
    try {
      Decoder<E> decoder = codec.decoderOf(written);
      known = new Known<>(written, decoder);
      return decoder;
    } catch (SchemaException refused) {
      throw refused.at(segment.get().path() + ", entry " + id);
    }
  }

  /**
   * Decodes an entry that was appended with the codec and not written yet.
   *
   * @throws CodecException if the codec throws any exception, which is its cause
   */
  public E decode(ByteBuffer payload, long id) throws IOException {
    try {
      return codec.decode(payload);
    } catch (Exception refused) { // Also one that is checked and not declared.
      throw refusal(id, "which is not written yet", refused);
    }
  }

  private static CodecException refusal(long id, String where, Exception refused) {
    return new CodecException(
        "decoding entry "
            + id
            + ", "
            + where
            + ": "
            + (refused instanceof CodecException ? refused.getMessage() : refused)
            + ". The bytes are as they were written: read them with the codec that wrote them",
        refused);
  }
}
