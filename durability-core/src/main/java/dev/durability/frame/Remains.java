package dev.durability.frame;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What lies after the run of valid frames of a file.
 *
 * @param nonZeroEnd the offset after the last byte that is not zero, or the run's end if there is
 *     none
 * @param frames how many valid frames lie there
 * @param promised the largest promise among them, 0 if there is none
 */
public record Remains(long nonZeroEnd, long frames, long promised) {

  static Remains none(long runEnd) {
    return new Remains(runEnd, 0, 0);
  }

  static Remains of(FrameReader reader, long runEnd, long breakOffset, long promisedMax)
      throws IOException {
    long nonZeroEnd = nonZeroEnd(reader.window(), runEnd);
    long frames = 0;
    long promised = 0;
    long at = breakOffset;
    while (at < nonZeroEnd) {
      if (reader.read(at, 0, FrameFormat.PAYLOAD_BYTES_MAX_PAST_BREAK)) {
        frames++;
        if (reader.kind().pointsBack()) {
          promised = Math.max(promised, Math.min(reader.promised(), promisedMax));
        }
        at = reader.endOffset();
      } else {
        at += FrameFormat.ALIGNMENT;
      }
    }
    return new Remains(nonZeroEnd, frames, promised);
  }

  static long nonZeroEnd(FileWindow window, long from) throws IOException {
    long end = from;
    long at = from;
    for (int count = window.available(at); count > 0; count = window.available(at)) {
      int last = lastNonZero(window.bytes(), window.at(at, count), count);
      if (last >= 0) {
        end = at + last + 1;
      }
      at += count;
    }
    return end;
  }

  /** The place of the last byte that is not zero, counted from the index; -1 if all are. */
  private static int lastNonZero(ByteBuffer bytes, int index, int count) {
    int place = count;
    while (place >= Long.BYTES && bytes.getLong(index + place - Long.BYTES) == 0) {
      place -= Long.BYTES;
    }
    while (place > 0 && bytes.get(index + place - 1) == 0) {
      place--;
    }
    return place - 1;
  }
}
