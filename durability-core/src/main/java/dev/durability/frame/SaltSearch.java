package dev.durability.frame;

import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.util.OptionalInt;

/**
 * Works out the salt of a segment whose header is damaged. The checksum of a frame is stored mixed
 * with the salt, so each frame gives a salt, and frames that follow each other give the same one. A
 * payload may hold frames of another file, which agree on that one's salt. So they count only
 *
 * <ul>
 *   <li>where the first frame of a segment is, which is in no payload; or
 *   <li>if the frames under their salt make up more than half of what is in the file.
 * </ul>
 */
public final class SaltSearch {
  private static final int READ_MAX_PER_BYTE = 16;
  private static final int TRIES_MAX = 16;

  private SaltSearch() {}

  /**
   * Looks for the salt.
   *
   * @param file the segment, or a part of one
   * @param from where its first frame is, if that is intact
   * @param firstId the id of its first entry
   * @param slack how many more entries than the bytes have room for may come before the first frame
   *     that is found
   * @param lastId the last entry that counts; {@link FrameFormat#ENTRY_ID_MAX} if all do
   * @return the salt; empty if no frames agree on one
   * @throws IOException if the file cannot be read
   */
  public static OptionalInt find(ReadFile file, long from, long firstId, long slack, long lastId)
      throws IOException {
    OptionalInt salt = find(file, from, firstId, slack, lastId, FrameFormat.ALIGNMENT);
    return salt.isPresent() ? salt : find(file, from, firstId, slack, lastId, 1);
  }

  /**
   * Looks at each offset that is a number of steps away; bytes may have been taken out or put in.
   */
  private static OptionalInt find(
      ReadFile file, long from, long firstId, long slack, long lastId, int step)
      throws IOException {
    int windowBytes = FrameRun.windowBytes(file);
    FrameReader frames = new FrameReader(file, windowBytes, FileType.SEGMENT, 0);
    try {
      long size = file.size();
      long readMax = READ_MAX_PER_BYTE * Math.max(windowBytes, size);
      int tries = 0;
      for (long at = from; at < size && readMax > 0; at += step) {
        long highest = firstId + slack + (at - from) / FrameFormat.OVERHEAD_BYTES;
        highest = Math.min(highest < 0 ? Long.MAX_VALUE : highest, lastId + 1);
        OptionalInt salt = frames.saltAt(at, firstId, highest);
        if (salt.isEmpty()) {
          continue;
        }
        readMax -= windowBytes + frames.length(); // The window is read anew.
        if (isFollowed(frames, file, salt.getAsInt(), at)) {
          if (at == from || fillsTheFile(file, salt.getAsInt(), from, firstId, slack, lastId)) {
            return salt;
          }
          if (++tries == TRIES_MAX) {
            break;
          }
        }
        frames.restart(file, 0);
      }
      return OptionalInt.empty();
    } finally {
      frames.window().close();
    }
  }

  /** Whether another frame confirms the salt, or it is an END after which there is nothing. */
  private static boolean isFollowed(FrameReader frames, ReadFile file, int salt, long at)
      throws IOException {
    frames.restart(file, salt);
    if (!frames.read(at, 0, FrameFormat.PAYLOAD_BYTES_MAX)) {
      return false;
    }
    if (frames.kind() == FrameKind.END) {
      return nonZeroEnd(file, frames.endOffset()) == frames.endOffset();
    }
    long due = frames.kind().takesId() ? frames.id() + 1 : frames.id();
    return frames.read(frames.endOffset(), due, FrameFormat.PAYLOAD_BYTES_MAX);
  }

  private static boolean fillsTheFile(
      ReadFile file, int salt, long from, long firstId, long slack, long lastId)
      throws IOException {
    long bytes = 0;
    long end = from;
    try (FrameScan scan = new FrameScan(file, salt, from, firstId, slack, lastId)) {
      while (scan.next() != null) {
        bytes += scan.endOffset() - scan.offset();
        end = scan.endOffset();
      }
    }
    return bytes > (nonZeroEnd(file, end) - from) / 2;
  }

  private static long nonZeroEnd(ReadFile file, long from) throws IOException {
    try (FileWindow window = new FileWindow(file, FrameRun.windowBytes(file))) {
      return Remains.nonZeroEnd(window, from);
    }
  }
}
