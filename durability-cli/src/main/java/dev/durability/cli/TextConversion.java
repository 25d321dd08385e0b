package dev.durability.cli;

import dev.durability.salvage.EndRemains;
import dev.durability.salvage.SalvagedStretch;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A segment that went through a text conversion: a CR was put before each LF. That is told only if
 * all entries of the segment are whole without them.
 */
final class TextConversion {
  /** How its evidence begins. */
  static final String LIKELY = "a text conversion: ";

  private static final int BYTES_MAX = 16 << 20;
  private static final String SEGMENTS = "wal/";

  private TextConversion() {}

  /**
   * Looks for it in a segment of at most 16 MiB.
   *
   * @param lastEntryId the last entry that has to be whole then
   * @return what shows it, and how to take it back; empty if it was none
   */
  static String evidence(Directory log, String file, long lastEntryId) throws IOException {
    byte[] bytes;
    try (ReadFile open = log.open(file)) {
      if (open.size() > BYTES_MAX) {
        return "";
      }
      ByteBuffer all = FileBytes.read(open, 0, (int) open.size());
      bytes = new byte[all.remaining()];
      all.get(bytes);
    }
    ByteBuffer without = withoutConversion(bytes);
    int count = bytes.length - without.remaining();
    // What is a CR at the end of the file, sed takes for one before an LF.
    if (count == 0
        || bytes[bytes.length - 1] == '\r'
        || !isWhole(SalvageLook.at(new Restored(log, file, without)), file, lastEntryId)) {
      return "";
    }
    return LIKELY
        + count
        + (count == 1 ? " time" : " times")
        + " a CR stands before an LF in "
        + file
        + " where the checksums want none; without them all its entries are whole. In the copy:"
        + " 'LC_ALL=C sed \"s/\\r$//\" "
        + file
        + " > mended && mv mended "
        + file
        + "'";
  }

  /** Whether a cause is told to be one. */
  static boolean isIn(Explanation.Cause cause) {
    return cause.evidence().stream().anyMatch(each -> each.startsWith(LIKELY));
  }

  private static ByteBuffer withoutConversion(byte[] bytes) {
    ByteBuffer kept = ByteBuffer.allocate(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != '\r' || i + 1 == bytes.length || bytes[i + 1] != '\n') {
        kept.put(bytes[i]);
      }
    }
    return kept.flip();
  }

  /** All of the log is this segment: what comes before it is missing, and nothing else may be. */
  private static boolean isWhole(SalvageLook found, String file, long lastEntryId) {
    List<SalvagedStretch> stretches = found.stretches();
    EndRemains remains = found.remains();
    return stretches.size() == 1
        && stretches.get(0).lastEntryId() >= lastEntryId
        && found.missing().stream().allMatch(gap -> gap.after() == null)
        && found.leftOut().stream().noneMatch(each -> each.file().equals(file))
        && (remains == null || remains.bytes() == 0);
  }

  /** A log with one segment, and other bytes in it. */
  private static final class Restored extends ForwardingDirectory {
    private final String file;
    private final ByteBuffer bytes;

    Restored(Directory log, String file, ByteBuffer bytes) {
      super(log);
      this.file = file;
      this.bytes = bytes;
    }

    @Override
    public List<String> list(String directory) throws IOException {
      return SEGMENTS.equals(directory + "/")
          ? List.of(file.substring(SEGMENTS.length()))
          : List.of();
    }

    @Override
    public ReadFile open(String path) throws IOException {
      return path.equals(file) ? new Bytes(bytes) : super.open(path);
    }
  }

  private record Bytes(ByteBuffer bytes) implements ReadFile {

    @Override
    public int read(ByteBuffer target, long position) {
      int count = (int) Math.min(target.remaining(), bytes.limit() - position);
      if (count <= 0) {
        return -1;
      }
      target.put(bytes.slice((int) position, count));
      return count;
    }

    @Override
    public long size() {
      return bytes.limit();
    }

    @Override
    public void close() {
      // The bytes are in memory.
    }
  }
}
