package dev.durability.rust;

import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Looks for whole frames behind damage at the end of a log, at any offset: a crash leaves none, so
 * one shows that a frame in the middle is damaged. The crate does the same from 0.7.3 on.
 */
final class WholeFrames {
  /** Ids that are due after the damage, at most: each frame takes 16 bytes. */
  private final long idsMax;

  private final FileBytes bytes;
  private final long lastId;

  /** How many bytes may be put through checksums: a file made for it would take hours. */
  private long budget;

  private WholeFrames(FileBytes bytes, long from, long lastId) {
    this.bytes = bytes;
    this.lastId = lastId;
    this.idsMax = (bytes.size - from) / CrateFormat.FRAME_HEADER_BYTES + 1;
    this.budget = (64L << 20) + 16 * bytes.size;
  }

  /**
   * Finds the first whole frame after a place.
   *
   * @param from the offset of the damage; frames are looked for from the byte after it on
   * @param lastId the last intact entry
   * @return its offset; -1 if there is none. If it takes too long to find out, the place where that
   *     was given up, since then the end is no crash's
   */
  static long after(Directory directory, String path, long from, long lastId) throws IOException {
    try (FileBytes bytes = FileBytes.open(directory, path)) {
      return new WholeFrames(bytes, from, lastId).find(from + 1);
    }
  }

  private long find(long from) throws IOException {
    for (long offset = from; bytes.has(offset, CrateFormat.FRAME_HEADER_BYTES + 1); offset++) {
      int at = bytes.at(offset, CrateFormat.FRAME_HEADER_BYTES);
      ByteBuffer buffer = bytes.buffer();
      int length = CrateFormat.frameLength(buffer, at);
      if (length <= CrateFormat.FRAME_HEADER_BYTES
          || length > CrateFormat.FRAME_BYTES_MAX
          || !bytes.has(offset, length)
          || !mayFollow(CrateFormat.frameEntryId(buffer, at))) {
        continue;
      }
      budget -= length;
      if (budget < 0 || isWhole(offset, length)) {
        return offset;
      }
    }
    return -1;
  }

  private boolean mayFollow(long id) {
    return Long.compareUnsigned(id, lastId) > 0 && Long.compareUnsigned(id - lastId, idsMax) <= 0;
  }

  private boolean isWhole(long offset, int length) throws IOException {
    int at = bytes.at(offset, length);
    ByteBuffer buffer = bytes.buffer();
    int stored = CrateFormat.frameChecksumStored(buffer, at);
    return stored == CrateFormat.frameChecksum(CrateFormat.WAL_VERSION_3, buffer, at)
        || stored == CrateFormat.frameChecksum(CrateFormat.WAL_VERSION_2, buffer, at);
  }
}
