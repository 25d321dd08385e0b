package dev.durability.cli;

import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.zip.CRC32C;

/** What stands in a file where intact frames should. Reads at most 64 KiB of it. */
final class DamagedBytes {
  private static final int LOOK_MAX = 64 << 10;
  private static final int SECTOR_BYTES = 512;

  /** The size of a header. */
  static final int HEADER_BYTES = 64;

  private static final int CHECKSUM_AT = 60;
  private static final int LOG_ID_AT = 8;
  private static final int NUMBER_AT = 24;
  private static final int FIRST_ENTRY_AT = 32;

  private DamagedBytes() {}

  /**
   * Tells it in words.
   *
   * @param from where the intact part ends
   * @param to where the next one begins; -1 for the end of the file
   */
  static String in(Directory log, String file, long from, long to) throws IOException {
    try (ReadFile open = log.open(file)) {
      long end = to < 0 ? open.size() : Math.min(to, open.size());
      if (from >= end) {
        return file + " ends at offset " + from;
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(LOOK_MAX, end - from));
      while (bytes.hasRemaining() && open.read(bytes, from + bytes.position()) >= 0) {
        // Reads may be short.
      }
      bytes.flip();
      int zeros = zerosAtTheEnd(bytes);
      boolean isToTheEnd = from + bytes.limit() == open.size() && zeros > SECTOR_BYTES;
      return file
          + ": "
          + (isToTheEnd && zeros < bytes.limit()
              ? "zeros from offset "
                  + (open.size() - zeros)
                  + " to the end of the file, "
                  + open.size()
              : what(bytes, from))
          + ", between offsets "
          + from
          + " and "
          + end;
    }
  }

  /** The name that a segment has by its header; empty if the header is damaged. */
  static String nameInHeader(Directory log, String file) throws IOException {
    ByteBuffer header = header(log, file);
    return header.hasRemaining() ? "" : nameIn(header);
  }

  /** The name that a header has; empty if it is damaged. */
  static String nameIn(ByteBuffer bytes) {
    ByteBuffer header = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    CRC32C crc = new CRC32C();
    crc.update(header.slice(0, CHECKSUM_AT));
    return header.getInt(CHECKSUM_AT) == (int) crc.getValue()
        ? String.format(
            Locale.ROOT,
            "wal/%020d-%020d.wal",
            header.getLong(NUMBER_AT),
            header.getLong(FIRST_ENTRY_AT))
        : "";
  }

  /** The bytes of the log's id, as a header has them that is whole. */
  static ByteBuffer logIdInHeader(Directory log, String file) throws IOException {
    return header(log, file).slice(LOG_ID_AT, NUMBER_AT - LOG_ID_AT);
  }

  private static ByteBuffer header(Directory log, String file) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (ReadFile open = log.open(file)) {
      while (header.hasRemaining() && open.read(header, header.position()) >= 0) {
        // Reads may be short.
      }
    }
    return header;
  }

  private static int zerosAtTheEnd(ByteBuffer bytes) {
    int from = bytes.limit();
    while (from > 0 && bytes.get(from - 1) == 0) {
      from--;
    }
    return bytes.limit() - from;
  }

  private static String what(ByteBuffer bytes, long from) {
    int longest = 0;
    int longestAt = 0;
    int run = 0;
    for (int i = 0; i < bytes.limit(); i++) {
      run = bytes.get(i) == 0 ? run + 1 : 0;
      if (run > longest) {
        longest = run;
        longestAt = i + 1 - run;
      }
    }
    if (longest == bytes.limit()) {
      return "zeros";
    }
    long first = (from + longestAt + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
    long last = (from + longestAt + longest) / SECTOR_BYTES * SECTOR_BYTES;
    return last > first
        ? "a sector of zeros from offset " + first + " to " + last
        : "bytes that are not what was written";
  }
}
