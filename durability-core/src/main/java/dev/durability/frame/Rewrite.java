package dev.durability.frame;

import dev.durability.storage.AppendFile;
import dev.durability.storage.AtomicFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Makes the end of a file durable whatever failed before. Holds no state. */
public final class Rewrite {
  private static final int PIECE_BYTES = 1 << 20;

  private Rewrite() {}

  /**
   * Writes the end of a file again, in place and with the same bytes, cuts the file after it, and
   * syncs. After a failed sync the page cache holds bytes that look clean and that the storage
   * never got; only writing them again makes the next sync cover them.
   *
   * <p>If the storage cannot resume files at all, this does what {@link #whole} does. If it {@link
   * Directory#readsOnlyDurable}, this writes nothing again, and only cuts.
   *
   * @param directory where the file is
   * @param path the file
   * @param from the offset of the first byte that nothing promised to be durable
   * @param toExclusive where the file is to end: a multiple of 8, up to 7 bytes after its present
   *     end, which are filled with zeros
   * @return the file, open, ending there, all of it durable
   * @throws IOException if anything fails: the bytes up to the end are as they were, what followed
   *     may be cut, and calling again is safe
   */
  public static FrameFile tail(Directory directory, String path, long from, long toExclusive)
      throws IOException {
    @Nullable AppendFile file = null;
    try {
      try (ReadFile source = directory.open(path)) {
        long size = Math.min(source.size(), toExclusive);
        try {
          boolean again = !directory.readsOnlyDurable();
          file = directory.resume(path, again ? Math.min(from, size) : size);
        } catch (UnsupportedOperationException appendOnly) { // Directory.resume allows this.
          file = whole(directory, path, source, size, toExclusive);
          return new FrameFile(path, file);
        }
        copy(source, size, toExclusive, file);
      }
      file.truncate(toExclusive);
      file.sync();
      return new FrameFile(path, file);
    } catch (IOException | RuntimeException | Error e) {
      AfterFailure.close(e, file);
      throw e;
    }
  }

  /**
   * Writes a whole file anew beside it, and renames it over the old one: its name is made durable
   * too, also if a sync of the directory failed before. The old file stays until then. If the
   * directory {@link Directory#readsOnlyDurable}, this does what {@link #tail} does.
   *
   * @param directory where the file is
   * @param path the file
   * @param toExclusive as for {@link #tail}
   * @return the file, open, ending there, all of it durable, under a durable name
   * @throws IOException if anything fails: the old file or the new is there, whole; calling again
   *     is safe
   */
  public static FrameFile whole(Directory directory, String path, long toExclusive)
      throws IOException {
    if (directory.readsOnlyDurable()) {
      return tail(directory, path, toExclusive, toExclusive);
    }
    @Nullable AppendFile file = null;
    try {
      try (ReadFile source = directory.open(path)) {
        file = whole(directory, path, source, Math.min(source.size(), toExclusive), toExclusive);
      }
      return new FrameFile(path, file);
    } catch (IOException | RuntimeException | Error e) {
      AfterFailure.close(e, file);
      throw e;
    }
  }

  private static AppendFile whole(
      Directory directory, String path, ReadFile source, long size, long toExclusive)
      throws IOException {
    AtomicFile file = AtomicFile.create(directory, path);
    try {
      copy(source, size, toExclusive, file);
      file.commit();
      return file;
    } catch (IOException | RuntimeException | Error e) {
      AfterFailure.close(e, file);
      throw e;
    }
  }

  /** Copies from the target's position on, and fills up with zeros. */
  private static void copy(ReadFile source, long size, long toExclusive, AppendFile target)
      throws IOException {
    ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, size - target.position()));
    while (target.position() < size) {
      Quarantine.read(source, target.position(), size, piece);
      target.write(piece);
    }
    target.write(ByteBuffer.allocate((int) (toExclusive - size)));
  }
}
