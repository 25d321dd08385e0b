package dev.durability.cli;

import dev.durability.salvage.SalvagedStretch;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entries that stand whole in a segment, but not where entries can: someone took bytes out of the
 * file before them, or put bytes in.
 *
 * <p>Frames begin at multiples of 8. This looks at the segment as if it had one to seven bytes more
 * at the place where its frames break off, and asks what could be salvaged then.
 *
 * @param file the segment
 * @param offset where its frames break off
 * @param bytes how many bytes have to be put in there
 * @param firstEntryId the first entry that is found then
 * @param lastEntryId the last one
 */
record ShiftedFrames(String file, long offset, int bytes, long firstEntryId, long lastEntryId) {
  private static final int ALIGNMENT = 8;
  private static final String SEGMENTS = "wal";

  /**
   * Looks for them. Reads the segment up to fourteen times.
   *
   * @param before the last entry before the place where the frames break off
   * @return null if there are none
   */
  static @Nullable ShiftedFrames in(Directory log, String file, long offset, long before)
      throws IOException {
    for (int bytes = 1; bytes < ALIGNMENT; bytes++) {
      List<SalvagedStretch> found =
          SalvageLook.at(new Padded(log, file, offset, bytes)).stretches().stream()
              .filter(each -> each.entries() > 0 && each.lastEntryId() > before)
              .toList();
      if (!found.isEmpty()) {
        long first = Math.max(before + 1, found.get(0).firstEntryId());
        return new ShiftedFrames(
            file, offset, bytes, first, found.get(found.size() - 1).lastEntryId());
      }
    }
    return null;
  }

  /** What happened, as a sentence. */
  String happened() {
    return "Bytes were taken out of a file, or put into it: "
        + file
        + ". "
        + Explanation.capital(Explanation.entries(firstEntryId, lastEntryId))
        + " still stand there, but not where entries are looked for.";
  }

  /** What shows it. */
  String evidence() {
    return file
        + ": with "
        + bytes
        + (bytes == 1 ? " byte" : " bytes")
        + " more at offset "
        + offset
        + ", the frames from there to entry "
        + lastEntryId
        + " would have their checksums";
  }

  /** How to get at them. */
  String toDo() {
    return "In the copy, put "
        + bytes
        + (bytes == 1 ? " zero" : " zeros")
        + " into "
        + file
        + " at offset "
        + offset
        + ": '(head -c "
        + offset
        + " OLD; head -c "
        + bytes
        + " /dev/zero; tail -c +"
        + (offset + 1)
        + " OLD) > NEW'. Then 'durability salvage' finds these entries.";
  }

  /** A log with one segment, in which zeros stand before what is at an offset. */
  private static final class Padded extends ForwardingDirectory {
    private final String file;
    private final long offset;
    private final int bytes;

    Padded(Directory log, String file, long offset, int bytes) {
      super(log);
      this.file = file;
      this.offset = offset;
      this.bytes = bytes;
    }

    @Override
    public List<String> list(String directory) throws IOException {
      return directory.equals(SEGMENTS)
          ? List.of(file.substring(SEGMENTS.length() + 1))
          : List.of();
    }

    @Override
    public ReadFile open(String path) throws IOException {
      ReadFile whole = super.open(path);
      return path.equals(file) ? new PaddedFile(whole, offset, bytes) : whole;
    }
  }

  private record PaddedFile(ReadFile file, long offset, int bytes) implements ReadFile {

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      if (position >= offset + bytes) {
        return file.read(target, position - bytes);
      }
      if (position >= offset) {
        int zeros = (int) Math.min(target.remaining(), offset + bytes - position);
        target.put(new byte[zeros]);
        return zeros;
      }
      int limit = target.limit();
      target.limit((int) Math.min(limit, target.position() + offset - position));
      try {
        return file.read(target, position);
      } finally {
        target.limit(limit);
      }
    }

    @Override
    public long size() throws IOException {
      return file.size() + bytes;
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
