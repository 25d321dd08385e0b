package dev.durability.frame;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Makes the end of a file durable whatever failed before. Holds no state. */
public final class Rewrite {
  private static final int PIECE_BYTES = 1 << 20;

  private Rewrite() {}

  /**
   * Writes the end of a file again, in place and with the same bytes, cuts the file behind it, and
   * syncs. After a failed sync the page cache holds bytes that look clean and that the storage
   * never got; only writing them again makes the next sync cover them.
   *
   * @param directory where the file is
   * @param path the file
   * @param from the offset of the first byte that nothing promised to be durable
   * @param toExclusive where the file is to end: a multiple of 8, up to 7 bytes behind its present
   *     end, which are filled with zeros
   * @return the file, open, ending there, all of it durable
   * @throws IOException if anything fails: the bytes up to the end are as they were, what followed
   *     may be cut, and calling again is safe
   */
  public static FrameFile tail(Directory directory, String path, long from, long toExclusive)
      throws IOException {
    try (ReadFile source = directory.open(path)) {
      long size = Math.min(source.size(), toExclusive);
      AppendFile file = directory.resume(path, Math.min(from, size));
      try {
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, size - file.position()));
        while (file.position() < size) {
          Quarantine.read(source, file.position(), size, piece);
          file.write(piece);
        }
        file.write(ByteBuffer.allocate((int) (toExclusive - size)));
        file.truncate(toExclusive);
        file.sync();
        return new FrameFile(path, file);
      } catch (IOException | RuntimeException e) {
        closeAfter(e, file);
        throw e;
      }
    }
  }

  private static void closeAfter(Exception failure, AppendFile file) {
    try {
      file.close();
    } catch (IOException second) {
      failure.addSuppressed(second);
    }
  }
}
