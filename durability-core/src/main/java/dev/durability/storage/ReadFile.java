package dev.durability.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A file open for reading at any position. It stays readable after the file was renamed or deleted.
 * A storage may end that some time after a deletion, minutes or more, and says so: a read is then a
 * {@link java.nio.file.NoSuchFileException}. Many threads may read at once. Interrupting one has no
 * effect on its call.
 */
public interface ReadFile extends Closeable {

  /**
   * Reads bytes at a position into the target: at least one, unless the file ends there or the
   * target is full. Fewer bytes than asked for do not mean the end of the file.
   *
   * @param target where the bytes go, from its position to its limit, which is advanced; heap or
   *     direct
   * @param position the offset in the file, in bytes, 0 or more
   * @return how many bytes were read, or -1 if the position is at or after the end of the file,
   *     even if the target is full
   * @throws IOException if the storage fails; this is never reported as the end of the file
   */
  int read(ByteBuffer target, long position) throws IOException;

  /**
   * Returns the size of the file now.
   *
   * @return the size in bytes
   * @throws IOException if the storage fails
   */
  long size() throws IOException;

  /**
   * Closes the file. Closing again does nothing; reading afterwards is an {@link IOException}.
   *
   * @throws IOException if the storage fails
   */
  @Override
  void close() throws IOException;
}
