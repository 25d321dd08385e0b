package dev.durability.append;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.frame.FrameFormat;
import java.io.IOException;
import java.util.List;

/**
 * Encodes entries, before any lock. An entry that is an array of bytes, which {@link Codecs#bytes}
 * would copy, is taken as it is: the block that it goes to gets a copy. Any number of threads.
 *
 * @param <E> the type of the entries
 */
public final class EntryEncoder<E> {
  private static final int BATCH_FRAME_BYTES_MAX = 1 << 30;

  private final Codec<E> codec;
  private final int entryBytesMax;
  private final boolean entriesAreBytes;

  /** Encodes entries of at most so many bytes each. */
  public EntryEncoder(Codec<E> codec, int entryBytesMax) {
    this.codec = codec;
    this.entryBytesMax = entryBytesMax;
    this.entriesAreBytes = codec.schema().map(Codecs::bytes).orElseGet(Codecs::bytes).equals(codec);
  }

  /**
   * Encodes an entry.
   *
   * @param scratch is empty; gets the size of the entry, and its bytes unless there is an array
   * @return what holds the entry, from the first byte on
   */
  public byte[] encode(Scratch scratch, E entry) throws IOException {
    scratch.startEntry(entryBytesMax);
    if (entriesAreBytes && entry instanceof byte[] bytes) {
      scratch.countOnly(bytes.length);
      return bytes;
    }
    codec.encode(entry, scratch);
    return scratch.bytes();
  }

  /**
   * Encodes a batch, one entry after the other.
   *
   * @param ends gets where each entry ends
   * @return how many bytes its frames take
   */
  public int encode(Scratch scratch, List<? extends E> batch, int[] ends) throws IOException {
    long frames = 0;
    for (int i = 0; i < ends.length; i++) {
      int start = scratch.size();
      scratch.startEntry(entryBytesMax);
      codec.encode(batch.get(i), scratch);
      ends[i] = scratch.size();
      frames += FrameFormat.frameBytes(ends[i] - start);
      if (frames > BATCH_FRAME_BYTES_MAX) {
        throw new IllegalArgumentException(
            "an atomic batch has at most 1 GiB of frames; nothing of it was appended");
      }
    }
    return (int) frames;
  }
}
