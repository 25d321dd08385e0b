package dev.durability.segment;

import dev.durability.codec.Codec;
import dev.durability.errors.CodecException;
import dev.durability.frame.FrameRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/** Decodes entries, and says which one it was that a codec refused. */
public final class Decoding {
  private Decoding() {}

  /**
   * Decodes the entry that a run stepped over.
   *
   * @throws CodecException if the codec throws any exception, which is its cause: the bytes are in
   *     memory, so that none is of the storage
   */
  static <E> E decode(Codec<E> codec, FrameRun run, Supplier<SegmentName> segment)
      throws IOException {
    ByteBuffer payload = run.payload();
    try {
      return codec.decode(payload);
    } catch (Exception refused) { // Also one that is checked and not declared.
      String file = segment.get().path();
      throw refusal(run.id(), "which ends at offset " + run.offset() + " of " + file, refused);
    }
  }

  /**
   * Decodes an entry that was appended and not written yet.
   *
   * @throws CodecException if the codec throws any exception, which is its cause
   */
  public static <E> E decode(Codec<E> codec, ByteBuffer payload, long id) throws IOException {
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
